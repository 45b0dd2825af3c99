"""Who judged a piece how, so that two persons' judgements of one piece can be compared; people become numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from training.feedback.judgements import exported, source_of, standing
from training.feedback.rows import JudgementRow, Source
from training.feedback.said import JudgedPiece, Look


@dataclass(frozen=True)
class _Judged:
    attempt: int
    person: str
    at: datetime
    blind: bool
    source: Source
    meets: bool
    codes: tuple[str, ...] | None


def judgements_of_piece(piece: JudgedPiece, pseudonym: str) -> tuple[JudgementRow, ...]:
    """Each person's last judgement of each attempt, in the order of time; `pseudonym` is the piece's."""
    said: list[_Judged] = []
    for look in piece.looks:
        ruling = standing(look)
        if ruling is not None:
            said.append(
                _Judged(
                    look.attempt, ruling.person, ruling.at, look.appealed, source_of(look, ruling),
                    exported(look, ruling), _codes(look, ruling.person),
                )
            )  # fmt: skip
    for again in piece.again:
        codes = tuple(sorted({code for code, _ in again.codes}))
        said.append(_Judged(again.attempt, again.person, again.at, again.blind, "reinspection", again.meets, codes))
    said.sort(key=lambda judged: (judged.at, judged.person))
    numbers: dict[str, int] = {}
    last: dict[tuple[int, str], JudgementRow] = {}
    for judged in said:
        number = numbers.setdefault(judged.person, len(numbers) + 1)
        last[judged.attempt, judged.person] = JudgementRow(
            pseudonym, judged.attempt, number, judged.blind, judged.source, judged.meets, judged.codes
        )
    return tuple(last.values())


def _codes(look: Look, person: str) -> tuple[str, ...] | None:
    written = [labels for labels in look.written if labels.person == person]
    if not written:
        return None
    return tuple(sorted({f.code for labels in written for f in labels.findings if f.present}))
