"""Snapshots and their checks in words, for a person at a terminal."""

from __future__ import annotations

from rich.console import Console

from training.feedback.agreement import Agreement
from training.feedback.checking import Check
from training.feedback.snapshot import Snapshot


def tell_snapshot(console: Console, snapshot: Snapshot) -> None:
    """What is in a snapshot, and what was left out of it."""
    counts = snapshot.manifest.counts
    console.print(f"{snapshot.folder}", style="bold")
    console.print(
        f"{counts.get('pieces', 0)} pieces, {counts.get('photos', 0)} photos "
        f"({counts.get('photos_good', 0)} good, {counts.get('photos_defective', 0)} defective, "
        f"{counts.get('photos_unjudged', 0)} undecided), {counts.get('labels', 0)} labels, "
        f"{counts.get('judgements', 0)} judgements, {counts.get('contradictions', 0)} contradictions settled"
    )
    console.print("splits (pieces): " + (", ".join(f"{name} {n}" for name, n in counts["splits"].items()) or "none"))
    for what, number in counts["codes"].items():
        console.print(f"  {what}: {number}")
    for why, number in counts["left_out"].items():
        console.print(f"left out: {number} ({why})")
    consent = ", ".join(snapshot.manifest.consent) or "none named"
    console.print(f"licence {snapshot.manifest.licence}; consent {consent}")


def tell_check(console: Console, check: Check) -> None:
    """What a check found, the worst first."""
    console.print(check.snapshot, style="bold")
    told = check.agreements
    console.print(f"second judgement blind:     {_agreement(told.blind)}")
    console.print(f"second judgement not blind: {_agreement(told.seeing)}")
    for code, agreement in sorted(told.codes.items()):
        console.print(f"  {code}: {_agreement(agreement)}")
    console.print(f"{check.doubtful_in_all} doubtful labels" + _first(len(check.doubtful), check.doubtful_in_all))
    for doubt in check.doubtful:
        console.print(f"  {doubt.photo[:12]} {doubt.reason} ({doubt.source})")
    console.print(
        f"{check.alike_in_all} pairs of photos alike across splits" + _first(len(check.alike), check.alike_in_all)
    )
    for pair in check.alike:
        console.print(
            f"  {pair.photo[:12]} ({pair.split}) and {pair.other[:12]} ({pair.other_split}) "
            f"differ in {pair.distance} of 120 bits"
        )


def _agreement(agreement: Agreement) -> str:
    if agreement.share is None or agreement.low is None or agreement.high is None:
        return "no piece was judged twice"
    text = f"{agreement.share:.0%} of {agreement.pieces} pieces [{agreement.low:.0%} to {agreement.high:.0%}]"
    if agreement.kappa is None:
        return f"{text}, kappa undefined: all said the same"
    return f"{text}, kappa {agreement.kappa:.2f} [{agreement.kappa_low:.2f} to {agreement.kappa_high:.2f}]"


def _first(shown: int, number: int) -> str:
    return f", the first {shown}:" if shown < number else ":" if number else ""
