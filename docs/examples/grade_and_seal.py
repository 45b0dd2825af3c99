"""Grade every photo of a folder as a piece, and seal the batch that the good ones are in.

    python docs/examples/grade_and_seal.py photos/ --sku DEMO-WB-01 --batch B-2026-48 \\
        --by supervisor-2 --waive "first shipment, papers follow"

QC_URL and QC_KEY say which service, and as whom. Run it again after any failure: what was done stays done, once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

from qc.client import Client
from qc.errors import QcError

CHECKED_BY_HAND = {"moisture_pct": 11.0, "odour": "pass", "sharp_points": "pass"}


def main() -> int:
    """Grade, seal, and write the manifest beside the photos."""
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("folder", type=Path)
    read.add_argument("--sku", required=True)
    read.add_argument("--batch", required=True, help="number of the batch")
    read.add_argument("--by", required=True, help="the person who seals, as a pseudonym")
    read.add_argument("--waive", metavar="REASON", help="seal without what may be waived, for this reason")
    asked = read.parse_args()
    photos = sorted(
        path for path in asked.folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}
    )
    try:
        with Client(os.environ["QC_URL"], os.environ["QC_KEY"]) as client:
            return grade_and_seal(client, photos, asked)
    except QcError as refused:
        print(refused.detail, file=sys.stderr)
        return 1


def grade_and_seal(client: Client, photos: list[Path], asked: argparse.Namespace) -> int:
    """The whole way, on a client."""
    batch = client.open_batch(asked.batch, {asked.sku: max(1, len(photos))}, once=f"open-{asked.batch}")
    grades: Counter[str] = Counter()
    for photo in photos:
        same = sha256(photo.read_bytes()).hexdigest()  # the same file in this batch is the same piece
        inspection = client.inspect(
            [photo], sku=asked.sku, checks=CHECKED_BY_HAND, auto_accept=True, once=f"{asked.batch}-{same}"
        )
        verdict = inspection["verdict"]
        grades[verdict["grade"] or verdict["status"]] += 1
        reasons = ", ".join(sorted({reason["code"] or reason["rule"] for reason in verdict["reasons"]}))
        print(f"{photo.name}: {verdict['grade'] or verdict['status']}  {inspection['piece_state']}  {reasons}".rstrip())
    missing = client.preflight(batch["id"])["missing"]
    for gap in missing:
        print(f"missing: {gap['code']}: {gap['detail']}")
    if missing and not asked.waive:
        print("Nothing was sealed: supply what is missing, or say why not with --waive.")
        return 1
    waived = {gap["code"]: asked.waive for gap in missing if gap["waivable"]}
    sealed = client.seal_batch(batch["id"], asked.by, waived=waived)
    manifest = asked.folder / f"{asked.batch}.json"
    manifest.write_bytes(client.manifest(batch["id"]))
    inside = sum(line["filled"] for line in sealed["lines"])
    print(f"{asked.batch} is {sealed['state']} with {inside} pieces; {dict(grades)}; manifest in {manifest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
