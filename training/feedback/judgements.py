"""From what people said of a piece to labels of its photos: which code is there, which is not, and how far to trust it.

What a person wrote down of a photo is taken as it is. A blind re-inspection names codes of the whole piece: each view
may show one or not, so its weight is shared among them, while a code that the re-inspector did not name is on none. A
decision says a grade and no codes; what it implies of the model's claims is told with less weight:

    it follows claims of the verdict (returned with a certain hole)      the claim is true
    accepted although the verdict doubted (`doubt.defect`)               the doubt is groundless
    accepted, and the verdict claimed nothing                            the photos show nothing
    overruled to an export grade                                         the claim is wrong, or lighter than it seemed
    returned or rejected against the verdict                             nothing: nobody said what was seen
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from qc.model.judged import LONG_SIDE
from qc.model.preprocess import fit
from qc.standards.labels import LabelledDefect
from qc.standards.taxonomy import taxonomy
from training.feedback.rows import SOURCES, LabelRow, Source
from training.feedback.said import Again, JudgedPiece, Look, Ruled, Shot, Written

WEIGHTS: dict[Source, float] = {
    "review": 1.0,
    "random": 1.0,
    "reinspection": 1.0,
    "appeal": 0.75,  # a second person, who had not seen the first verdict, but had the model's marks before them
    "confirmed": 0.5,  # who agrees with marks on a photo may not have looked
    "overrule": 0.25,  # "wrong" and "there, but no harm" are one word in an overruling
}
"""How far a label of each source is trusted. Chosen, not measured: `qc-train snapshot check` shows what contradicts."""


@dataclass(frozen=True)
class SaidOfPhoto:
    """What a snapshot says of one photo; `shot` and `look` are the last that judged it."""

    shot: Shot
    look: Look
    good: bool | None
    source: Source
    labels: tuple[LabelRow, ...]
    contradictions: int


@dataclass
class _Votes:
    """What was said of one photo so far, before the stronger word is taken."""

    shot: Shot
    look: Look
    labels: list[LabelRow]
    good: list[tuple[Source, bool]]


def labels_of_piece(piece: JudgedPiece) -> list[SaidOfPhoto]:
    """Every photo of a piece of which something is said, or about which phone, server or challenger disagree."""
    photos: dict[str, _Votes] = {}
    for look in piece.looks:
        for shot in look.shots:
            known = photos.setdefault(shot.photo, _Votes(shot, look, [], []))
            known.shot, known.look = shot, look
            _take_written(known, look, shot)
            _take_ruling(known, look, shot)
    for again in piece.again:
        looks = [look for look in piece.looks if look.attempt == again.attempt]
        for shot in looks[-1].shots if looks else ():
            _take_blind(photos[shot.photo], looks[-1], shot, again)
    disagreeing = {shot.photo for look in piece.looks if look.disagreement for shot in look.shots}
    said = (_settled(votes, photo in disagreeing) for photo, votes in photos.items())
    return [photo for photo in said if photo is not None]


def standing(look: Look) -> Ruled | None:
    """The last decision on an inspection that says what the piece is worth."""
    rulings = [ruling for ruling in look.rulings if ruling.outcome != "refer"]
    return rulings[-1] if rulings else None


def exported(look: Look, ruling: Ruled) -> bool:
    """Whether the piece met its standard, as decided."""
    return ruling.outcome == "accept" or (ruling.outcome == "overrule" and look.standard.exports(_grade(ruling)))


def source_of(look: Look, ruling: Ruled) -> Source:
    """What a decision's implications are worth by."""
    return "appeal" if look.appealed else "overrule" if ruling.outcome == "overrule" else "confirmed"


def judged_size(evidence: dict[str, Any]) -> tuple[int, int]:
    """Width and height of the judged image; evidence knows those of the photo as it was sent."""
    width, height = evidence["width"], evidence["height"]
    return fit(width, height, min(LONG_SIDE, max(width, height)))


def _grade(ruling: Ruled) -> Any:
    return ruling.grade


def _take_written(votes: _Votes, look: Look, shot: Shot) -> None:
    """What people wrote of this photo; of one code the later word stands."""
    listed: dict[str, list[LabelRow]] = {}
    good: bool | None = None
    source: Source = "review"
    for written in sorted((w for w in look.written if w.position == shot.position), key=lambda w: w.at):
        source = "random" if written.random else "review"
        if written.complete:
            listed |= {code: [_label(shot, source, code, False)] for code in taxonomy().model_codes()}
        listed |= _by_code(shot, source, written)
        there = any(row.present for rows in listed.values() for row in rows)
        good = False if there else True if written.complete or good else None
    # Of a good photo nothing needs to be listed but what somebody named.
    named = {finding.code for w in look.written if w.position == shot.position for finding in w.findings}
    votes.labels += [row for code, rows in listed.items() if good is not True or code in named for row in rows]
    if good is not None:
        votes.good.append((source, good))


def _by_code(shot: Shot, source: Source, written: Written) -> dict[str, list[LabelRow]]:
    rows: dict[str, list[LabelRow]] = {}
    for finding in written.findings:
        if _shows(finding.code):
            rows.setdefault(finding.code, []).append(_of_finding(shot, source, finding))
    return rows


def _of_finding(shot: Shot, source: Source, finding: LabelledDefect) -> LabelRow:
    row = _label(shot, source, finding.code, finding.present, finding.box)
    return replace(row, severity=finding.severity)


def _take_ruling(votes: _Votes, look: Look, shot: Shot) -> None:
    """What the standing decision implies; nothing of photos that were to be taken again."""
    ruling = standing(look)
    if ruling is None or look.status == "retake":
        return
    source = source_of(look, ruling)
    claims = [claim for claim in _claims(look) if claim["photo"] == shot.photo]
    if exported(look, ruling):
        denied = [c for c in claims if c["rule"].startswith("doubt.") or (source != "confirmed" and _grave(c))]
        votes.labels += [_label(shot, source, c["code"], False, c["box"]) for c in denied]
        if not any(claim["rule"].startswith("defect.") for claim in claims):
            votes.good.append((source, True))
        return
    certain = [claim for claim in claims if claim["rule"].startswith("defect.")]
    votes.labels += [_label(shot, source, c["code"], True, c["box"]) for c in certain]
    if certain:
        votes.good.append((source, False))


def _take_blind(votes: _Votes, look: Look, shot: Shot, again: Again) -> None:
    named = {code: severity for code, severity in again.codes if _shows(code)}
    for code, severity in sorted(named.items()):
        row = _label(shot, "reinspection", code, True)
        votes.labels.append(replace(row, severity=severity, weight=row.weight / len(look.shots)))
    claimed = {claim["code"] for claim in _claims(look) if claim["photo"] == shot.photo}
    votes.labels += [_label(shot, "reinspection", code, False) for code in sorted(claimed - named.keys())]
    if not named or len(look.shots) == 1:
        votes.good.append(("reinspection", not named))


def _settled(votes: _Votes, disagreement: bool) -> SaidOfPhoto | None:
    """The stronger word on each code and on the whole; None where nothing is said and nobody disagrees."""
    rank = {source: place for place, source in enumerate(SOURCES)}
    by_code: dict[str, list[LabelRow]] = {}
    for row in votes.labels:
        by_code.setdefault(row.code, []).append(row)
    kept: list[LabelRow] = []
    contradictions = 0
    for _, rows in sorted(by_code.items()):
        strongest = min(rank[row.source] for row in rows)
        stands = [row for row in rows if rank[row.source] == strongest]
        kept += stands
        contradictions += {row.present for row in rows} != {row.present for row in stands}
    good_source, good = min(votes.good, key=lambda vote: rank[vote[0]], default=(None, None))
    present = [row for row in kept if row.present]
    if good and present and good_source is not None:
        # Either the whole is good or a code is there: who spoke more strongly is believed.
        if min(rank[row.source] for row in present) < rank[good_source]:
            good = False
        else:
            kept = [row for row in kept if not row.present]
        contradictions += 1
    spoken = [row.source for row in kept] + ([good_source] if good_source is not None else [])
    if not spoken and not disagreement:
        return None
    source: Source = min(spoken, key=rank.__getitem__, default="disagreement")
    return SaidOfPhoto(votes.shot, votes.look, good, source, tuple(dict.fromkeys(kept)), contradictions)


def _claims(look: Look) -> Iterator[dict[str, Any]]:
    """What the verdict claims or doubts of defects at a place of a photo."""
    for reason in look.reasons:
        if reason["code"] is not None and reason["photo"] is not None and _shows(reason["code"]):
            yield reason


def _grave(claim: dict[str, Any]) -> bool:
    return claim["severity"] in {"major", "critical"}


def _shows(code: str) -> bool:
    """Whether a photo can show it at all; what a hand or an instrument found teaches no model of photos."""
    defect = taxonomy().defects.get(code)
    return defect is not None and defect.photo != "no"


def _label(shot: Shot, source: Source, code: str, present: bool, box: Any = None) -> LabelRow:
    if box is not None:
        width, height = judged_size(shot.evidence)
        across, down = width / shot.evidence["width"], height / shot.evidence["height"]
        box = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    return LabelRow(shot.photo, code, box, present, None, source, WEIGHTS[source])
