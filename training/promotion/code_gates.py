"""The gates that look at each defect code: none worse, none forgotten, none taught the opposite.

What they judge by is frozen and out of the run's reach: held-out made pieces, and photos of snapshots that the run did
not learn from. The test split of the run's own snapshot comes of the same hands and the same month as what was learnt;
if its labels are wrong they are wrong alike. So it may close a gate of its own, and never opens one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from training.promotion.compare import AUROC, LEAST, Line, compare
from training.promotion.gates import Gate, Policy
from training.promotion.outcomes import ANY, Judged, Outcome
from training.promotion.ranking import Ranking, interval
from training.sample import CHANNELS


def no_code_worse(champion: Judged, candidate: Judged, signed: AbstractSet[str] = frozenset()) -> Gate:
    """No code's recall falls, and no code's false alarms rise, by more than the interval of the paired difference.

    A code whose recall rises beyond its interval may alarm more often; good pieces as a whole may not be alarmed more.
    A code with fewer than `compare.LEAST` pieces that show it, or that do not, is not judged, and the gate waits for
    somebody who signs that it goes into service all the same.

    Args:
        champion: Outcomes of the bundle in service on what the run cannot touch.
        candidate: Of the other, on the same.
        signed: Codes that somebody signed for though they cannot be judged.
    """
    lines = [line for line in _of_codes(champion, candidate) if line.figure != AUROC]
    worse = _worse(lines)
    pieces = {(line.name, line.figure): line.pieces for line in lines}
    of = {code: (pieces.get((code, "recall"), 0), pieces.get((code, "false alarms"), 0)) for code in CHANNELS}
    few = {code: counts for code, counts in of.items() if min(counts) < LEAST}
    waiting = [code for code in few if code not in signed]
    better = sum(line.verdict == "better" for line in lines)
    said = [_told(line) for line in worse] or [f"none of {len(lines)} figures worse, {better} better"]
    if few:
        short = ", ".join(f"{code} {there} and {absent}" for code, (there, absent) in few.items())
        said.append(f"not enough pieces to judge ({LEAST} that show it and {LEAST} that do not): {short}")
    wanted = "no recall lower and no false alarms higher than the interval allows"
    if waiting:
        wanted += "; enough pieces of every code: name frozen sets that have them (--on), or sign with " + _options(
            "--accept-unjudged", waiting
        )
    figures = {"lines": _documents(lines), "unjudged": few, "signed": sorted(signed & few.keys())}
    return Gate("no code worse", not worse and not waiting, "; ".join(said), wanted, figures)


def no_code_forgotten(champion: Judged, candidate: Judged, policy: Policy) -> Gate:
    """No code's AUROC falls beyond its interval and by more than the policy lets it.

    Recall cannot fall by more than there was, so a code that the thresholds let through seldom may be lost almost
    unseen; how well its pictures are told from others falls all the same.
    """
    lines = [line for line in _of_codes(champion, candidate) if line.figure == AUROC]
    lost = [line for line in lines if line.verdict == "worse" and line.a - line.b > policy.forgotten]
    judged = sum(line.verdict != "too few" for line in lines)
    lowest = min((line.b - line.a for line in lines if line.verdict != "too few"), default=0.0)
    told = "; ".join(map(_told, lost)) or f"none of {judged} codes forgotten, the lowest change {lowest:+.3f}"
    wanted = f"no AUROC lower beyond its interval and by more than {policy.forgotten:g}"
    return Gate("no code forgotten", not lost, told, wanted, {"lines": _documents(lines)})


def none_worse_on_its_own(champion: Judged, candidate: Judged) -> Gate:
    """On the test split of the run's own snapshots no recall falls and no false alarms rise beyond the interval."""
    lines = [line for line in _of_codes(champion, candidate) if line.figure != AUROC]
    worse = _worse(lines)
    told = "; ".join(map(_told, worse)) or f"none of {len(lines)} figures worse"
    return Gate(
        "no code worse on its own snapshot", not worse, told,
        "no recall lower and no false alarms higher than the interval allows", {"lines": _documents(lines)},
    )  # fmt: skip


def labels_believed(learnt: Sequence[Outcome], signed: AbstractSet[str] = frozenset()) -> Gate:
    """No code was taught by labels that say the opposite of what the bundle in service sees.

    Labels that are right, or random, or of a code that the bundle is blind to, leave its AUROC at a half or above.
    Below a half, interval and all, pictures said to show the code look less like it than those said not to: labels were
    turned round, or a month holds nothing but overrulings. Which of them it is a person sees, and signs for.

    Args:
        learnt: Outcomes of the bundle in service on the photos that the run learnt from, by their labels.
        signed: Codes whose labels somebody looked at and stands for.
    """
    figures: dict[str, dict[str, float | int]] = {}
    opposite: dict[str, str] = {}
    for code in CHANNELS:
        things = [outcome for outcome in learnt if outcome.code == code]
        if len({outcome.there for outcome in things}) < 2:
            continue
        ranking = Ranking.of(things)
        low, high = interval(ranking.drawn(seed=0))
        auroc, n = ranking.auroc(), len(things)
        figures[code] = {"auroc": auroc, "low": low, "high": high, "n": n, "pieces": ranking.fewest}
        if ranking.fewest >= LEAST and high < 0.5:
            opposite[code] = (
                f"{code}: labels contradict the model in service, AUROC {auroc:.2f} ({low:.2f} to {high:.2f}, n = {n})"
            )
    waiting = [code for code in opposite if code not in signed]
    told = "; ".join(opposite.values()) or f"labels of {len(figures)} codes, none contradicts the model in service"
    wanted = (
        "no code whose labels say the opposite of what the model in service sees (AUROC below 0.5, interval and all)"
    )
    if waiting:
        wanted += (
            "; look at them with `qc-train snapshot check`, mend them and take the snapshot again, or sign with "
            + _options("--accept-labels", waiting)
        )
    return Gate(
        "labels believed", not waiting, told, wanted,
        {"codes": figures, "opposite": sorted(opposite), "signed": sorted(signed & opposite.keys())},
    )  # fmt: skip


def _of_codes(champion: Judged, candidate: Judged) -> list[Line]:
    return [line for line in compare(champion.outcomes, candidate.outcomes) if line.group == "code"]


def _worse(lines: Sequence[Line]) -> list[Line]:
    found_more = {line.name for line in lines if line.figure == "recall" and line.verdict == "better"} - {ANY}
    worse = [line for line in lines if line.verdict == "worse"]
    return [line for line in worse if line.figure == "recall" or line.name not in found_more]


def _told(line: Line) -> str:
    return f"{line.name} {line.figure} {line.a:.3f} -> {line.b:.3f} ({line.low:+.3f} to {line.high:+.3f}, n = {line.n})"


def _options(option: str, codes: Iterable[str]) -> str:
    return " ".join(f"{option} {code}" for code in codes)


def _documents(lines: Sequence[Line]) -> list[dict[str, object]]:
    return [line.document() for line in lines]
