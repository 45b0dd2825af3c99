"""Grade labelled photos as a user would, score them, draw a report, and write the figures into the bundle's card.

`python -m training.evaluate DATA [--only SET,...] [--scorer FILE] [--no-card]`: DATA holds products/, negatives/ and
defects/<set>/, each with images/ and its labels; the scorer is a program that takes the graded lines, `--data DATA` and
`--json`, and prints its figures. The photos are only read: none is copied into the project, none is trained on. The
report in build/evaluation/ shows some of them and stays there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from qc.errors import QcError
from qc.model.bundle import SPEC_FILE, Bundle
from qc.model.golden import seal
from qc.model.grader import Grader
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.library import Library
from training.card import with_scores
from training.evaluation.composites import Pair, as_record, pairs
from training.evaluation.graded import answers, as_table, grade, populations, score
from training.evaluation.labelled import only, photos_of, read_labels
from training.evaluation.whole import composite_lines, write_report


def put_into_card(bundle: Path, table: str) -> None:
    """Write the table into card.md and seal the bundle again."""
    card = bundle / "card.md"
    card.write_text(with_scores(card.read_text(encoding="utf-8"), f"```\n{table.strip()}\n```"), encoding="utf-8")
    fields = json.loads((bundle / SPEC_FILE).read_text(encoding="utf-8"))
    del fields["files"]
    seal(bundle, fields)


def evaluate(data: Path, scorer: Path, out: Path, bundle: Path, per_code: int, seed: int) -> str:
    """Grade, score and draw; the table for the card.

    Args:
        data: the folder of labelled photos.
        scorer: its scorer.
        out: folder of the report.
        bundle: the model.
        per_code: good products that each defect code is composited on.
        seed: of the composites.
    """
    graded = out / "graded.jsonl"
    grade(photos_of(data), graded, bundle)
    figures = score(graded, data, scorer)
    labels = read_labels(data)
    said = answers(graded)
    good = [(label.path, label.group) for label in labels if label.population == "products" and label.woven]
    made: list[Pair] = []
    with Grader(Bundle.load(bundle)) as grader:
        standard = Library.load().named("woven-general")
        with (out / "composites.jsonl").open("w", encoding="utf-8") as file:
            for pair in pairs(good, grader, standard, per_code, seed):
                made.append(pair)
                print(json.dumps(as_record(pair)), file=file)
        write_report(out / "report.html", grader, figures, labels, said, populations(labels, said), made)
    return as_table(figures) + "\n" + "\n".join(composite_lines(made))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 with one line when something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", help="sets of defects, sources of products, negatives; by commas")
    parser.add_argument("--scorer", type=Path, help="default: tools/score_photos.py beside DATA")
    parser.add_argument("--bundle", type=Path, help="default: the one in service")
    parser.add_argument("--out", type=Path, default=Path("build/evaluation"))
    parser.add_argument("--composites", type=int, default=60, help="good products that each defect code is put on")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--no-card", action="store_true", help="print the table and leave the card alone")
    args = parser.parse_args(arguments)
    scorer = args.scorer or args.data.resolve().parent / "tools" / "score_photos.py"
    bundle = (args.bundle or bundle_in_force(Settings())).resolve()
    try:
        if not scorer.is_file():
            raise FileNotFoundError(f"no scorer at {scorer}; name one with --scorer")
        with tempfile.TemporaryDirectory() as scratch:
            data = only(args.data, args.only.split(","), Path(scratch)) if args.only else args.data
            table = evaluate(data, scorer, args.out, bundle, args.composites, args.seed)
        print(f"{table}\n\nreport: {args.out / 'report.html'}")
        if not args.no_card and not args.only:  # a part of the sets is a look on the way, no figure to publish
            put_into_card(bundle, table)
    except (FileNotFoundError, ValueError, QcError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
