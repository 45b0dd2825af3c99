"""Check an export of the ledger without the software that wrote it; Python 3.9 or newer and nothing else.

    python check_chain.py EXPORT.zip [SEQUENCE=HASH ...]

SEQUENCE=HASH is a hash that was printed earlier (on a packing list, say): the chain must still pass through it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from typing import IO, Any


def check(path: str, printed: dict[int, str]) -> list[str]:
    """Every fault of the export; none when it is whole and nothing was changed, dropped, moved or added."""
    faults, previous, number = [], "0" * 64, 0
    with zipfile.ZipFile(path) as export:
        head = json.loads(export.read("head.json"))
        rows = {kind: export.open(f"{kind}s.jsonl") for kind in ("inspection", "decision")}
        for line in export.open("events.jsonl"):
            number, text = number + 1, line.rstrip(b"\n")
            event = json.loads(text)
            if (event["sequence"], event["previous"]) != (number, previous):
                faults.append(f"event {number}: it does not follow the event before it")
            previous = hashlib.sha256(text).hexdigest()
            if printed.get(number, previous) != previous:
                faults.append(f"event {number}: its hash is not the one that was printed")
            for kind in ("inspection", "decision"):
                if event["type"] == "piece.inspected" if kind == "inspection" else "decision" in event["data"]:
                    faults += row_faults(number, kind, event["data"], rows[kind])
        faults += [f"{kind}s.jsonl: rows that no event vouches for" for kind, left in rows.items() if left.read(1)]
    if (number, previous) != (head["sequence"], head["hash"]):
        faults.append(f"the events end at {number}, head.json says {head['sequence']}: some are missing, or changed")
    return faults


def row_faults(number: int, kind: str, data: dict[str, Any], rows: IO[bytes]) -> list[str]:
    """Whether the next row is the one that the event vouches for: rows stand in the order of their events."""
    text = rows.readline().rstrip(b"\n")
    if hashlib.sha256(text).hexdigest() == data["sha256"]:  # the text holds the row's id
        return []
    return [f"event {number}: {kind} {data[kind]} is missing or was changed"]


if __name__ == "__main__":
    found = check(sys.argv[1], {int(n): h for n, _, h in (x.partition("=") for x in sys.argv[2:])})
    print("\n".join(found) or "no faults: every hash is right")
    sys.exit(1 if found else 0)
