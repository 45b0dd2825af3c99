"""Grade labelled photos as a user would, score them, and write the figures into the card of the bundle in service.

`python -m training.evaluate DATA [--scorer FILE] [--no-card]`: DATA holds products/, negatives/ and defects/<set>/,
each with images/ and its labels; the scorer is a program that takes the graded lines and `--data DATA`, and prints a
table.
The photos are only read: none is copied, none is trained on.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from qc.errors import QcError
from qc.model.bundle import SPEC_FILE
from qc.model.golden import seal
from qc.settings import Settings
from training.card import with_scores

PHOTOS = {".jpg", ".jpeg", ".png", ".webp"}


def photos_of(data: Path) -> list[Path]:
    """Every photo of the evaluation folder, in the order of their paths.

    Raises:
        FileNotFoundError: There is none.
    """
    folders = [data / "products" / "images", data / "negatives" / "images", *sorted(data.glob("defects/*/images"))]
    found = [p for folder in folders for p in sorted(folder.glob("*")) if p.suffix.lower() in PHOTOS]
    if not found:
        raise FileNotFoundError(f"{data} holds no photos under products/, negatives/ or defects/*/images")
    return found


def grade(photos: list[Path], out: Path) -> None:
    """Grade photos with `qc grade`, each as a piece of its own, under the general standard.

    Raises:
        subprocess.CalledProcessError: The command failed; it has said why.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [str(Path(sys.executable).with_name("qc")), "grade", "--jsonl", str(out), *map(str, photos)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def score(graded: Path, data: Path, scorer: Path) -> str:
    """The scorer's table, whole.

    Raises:
        subprocess.CalledProcessError: The scorer missed photos or failed; it has said why.
    """
    command = [sys.executable, str(scorer), str(graded), "--data", str(data)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def put_into_card(bundle: Path, table: str) -> None:
    """Write the table into card.md and seal the bundle again."""
    card = bundle / "card.md"
    card.write_text(with_scores(card.read_text(encoding="utf-8"), f"```\n{table.strip()}\n```"), encoding="utf-8")
    fields = json.loads((bundle / SPEC_FILE).read_text(encoding="utf-8"))
    del fields["files"]
    seal(bundle, fields)


def main() -> int:
    """Command line; 1 with one line when something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--scorer", type=Path, help="default: tools/score_photos.py beside DATA")
    parser.add_argument("--out", type=Path, default=Path("build/evaluation/graded.jsonl"))
    parser.add_argument("--no-card", action="store_true", help="print the table and leave the card alone")
    args = parser.parse_args()
    scorer = args.scorer or args.data.resolve().parent / "tools" / "score_photos.py"
    try:
        if not scorer.is_file():
            raise FileNotFoundError(f"no scorer at {scorer}; name one with --scorer")
        grade(photos_of(args.data), args.out)
        table = score(args.out, args.data, scorer)
        print(table)
        if not args.no_card:
            put_into_card(Settings().bundle.resolve(), table)
    except (FileNotFoundError, QcError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
