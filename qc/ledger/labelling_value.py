"""What a label of a photo is worth to the next model, and why: pure, from what the ledger knows of it.

Three things make a label worth having: somebody or something disagrees about the piece, the model is unsure (it lies in
the referral band), or the photo is far from what the model was trained on. Each is 0 to 1 and the value is their
weighted sum. Twenty photos of one thing are worth less than twenty different ones, so each further of the same aspect
loses a fifth. The weights are chosen, not measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

Rule = Literal[
    "inspectors_disagree", "overruled", "phone_disagrees", "challenger_disagrees", "referral_band", "whole_photo",
    "unlike_training", "chance",
]  # fmt: skip

WEIGHTS = {"disagreement": 0.45, "uncertainty": 0.35, "novelty": 0.20}
DISAGREEMENT: Mapping[Rule, float] = {
    "inspectors_disagree": 1.0,
    "overruled": 1.0,
    "phone_disagrees": 0.8,
    "challenger_disagrees": 0.8,
}
SAME_ASPECT = 0.8
"""By this much a photo is worth less for each one chosen before it of the same aspect."""
NEAREST = 12
"""Bits of 120 up to which two photos are so alike that one label does for both."""


@dataclass(frozen=True)
class Why:
    """One reason to label a photo. `params` are what its words are filled with."""

    rule: Rule
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Candidate:
    """A photo that nobody has labelled.

    Attributes:
        reasons: of the inspection's verdict, as JSON; only those of this photo count.
        novelty: distance to the training set; 1 is the 99th percentile of held-out pieces.
        disagreements: who or what disagrees about the piece.
        bits: likeness of the photo, None without contrast or where none is kept.
    """

    inspection_id: UUID
    piece_id: UUID
    photo: str
    view: str | None
    sku: str | None
    reasons: Sequence[Mapping[str, Any]]
    novelty: float
    disagreements: tuple[Why, ...]
    bits: int | None


@dataclass(frozen=True)
class Valued:
    """A candidate with its value, 0 to 1, and the reasons, the weightiest first."""

    candidate: Candidate
    value: float
    why: tuple[Why, ...]

    @property
    def aspect(self) -> tuple[Any, ...]:
        """What makes two photos teach the same: the weightiest reason, its code, and the product."""
        first = self.why[0]
        return first.rule, first.params.get("code"), self.candidate.sku


def valued(candidate: Candidate) -> Valued | None:
    """What a label of this photo is worth; None where there is no reason for one."""
    weighed = [(WEIGHTS["disagreement"] * DISAGREEMENT[why.rule], why) for why in candidate.disagreements]
    weighed += [(WEIGHTS["uncertainty"] * share, why) for share, why in _doubts(candidate)]
    if candidate.novelty > 1:
        share = min(1.0, candidate.novelty - 1)
        weighed.append((WEIGHTS["novelty"] * share, Why("unlike_training", {"novelty": round(candidate.novelty, 2)})))
    if not weighed:
        return None
    weighed.sort(key=lambda pair: (-pair[0], pair[1].rule, str(pair[1].params)))
    # Of each of the three only the strongest counts: two doubts do not make a photo twice as unsure.
    best: dict[str, float] = {}
    for weight, why in weighed:
        best.setdefault(_term(why.rule), weight)
    return Valued(candidate, round(sum(best.values()), 6), tuple(why for _, why in weighed))


def most_valuable(candidates: Sequence[Valued], number: int) -> list[Valued]:
    """The most valuable photos, each piece once, none like another, and not twenty of the same thing."""
    left = sorted(candidates, key=lambda x: (-x.value, str(x.candidate.inspection_id), x.candidate.photo))
    chosen: list[Valued] = []
    aspects: dict[tuple[Any, ...], int] = {}
    while left and len(chosen) < number:
        best = max(left, key=lambda x: x.value * SAME_ASPECT ** aspects.get(x.aspect, 0))
        chosen.append(best)
        aspects[best.aspect] = aspects.get(best.aspect, 0) + 1
        left = [x for x in left if x.candidate.piece_id != best.candidate.piece_id and not _alike(x, best)]
    return chosen


def _alike(one: Valued, other: Valued) -> bool:
    bits, others = one.candidate.bits, other.candidate.bits
    return bits is not None and others is not None and (bits ^ others).bit_count() <= NEAREST


def _doubts(candidate: Candidate) -> list[tuple[float, Why]]:
    """How unsure the model is of this photo: 1 where a probability lies at the threshold that decides."""
    found: list[tuple[float, Why]] = []
    for reason in candidate.reasons:
        params = reason["params"]
        if reason["photo"] != candidate.photo:
            continue
        if reason["rule"] == "doubt.defect":
            width = max(params["act"] - params["refer"], 1e-6)
            share = 1 - 0.5 * min(1.0, (params["act"] - params["probability"]) / width)
            found.append((share, Why("referral_band", {"code": reason["code"], **params})))
        elif reason["rule"] == "doubt.whole_photo":
            found.append((0.5, Why("whole_photo", dict(params))))
    return found


def _term(rule: Rule) -> str:
    if rule in DISAGREEMENT:
        return "disagreement"
    return "novelty" if rule == "unlike_training" else "uncertainty"
