"""Receipts: what a weaver is told about a piece, by a code that nobody can guess. Nothing of a person is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import NotFound
from qc.ledger.inspections import latest_inspection
from qc.ledger.receipt_codes import read_code
from qc.ledger.states import PieceState
from qc.ledger.tables import Decision, Inspection, Piece
from qc.standards.standard import ExportStandard
from qc.standards.verdict import Verdict


@dataclass(frozen=True)
class Receipt:
    """What a receipt says.

    Attributes:
        code: Its own code.
        tag: Of the piece.
        product: The standard behind the verdict, which names the product.
        state: Where the piece stands.
        grade: As decided; None until then.
        attempt: How often the piece has been presented.
        inspected_at: When it was last looked at.
        decided_at: When that look was decided on; None while it is not.
        verdict: As it stands, with all checks that are known.
        marked: View (None: not named) and sha256 of each marked photo.
        collection_point: Name of the place where the piece was brought, and an appeal can be made.
    """

    code: str
    tag: str | None
    product: ExportStandard
    state: PieceState
    grade: str | None
    attempt: int
    inspected_at: datetime
    decided_at: datetime | None
    verdict: Verdict
    marked: tuple[tuple[str | None, str], ...]
    collection_point: str


def receipt_of_code(session: Session, text: str) -> Receipt:
    """The receipt of a code.

    Raises:
        NotFound: There is none of that code. Whether it looks like one is not told.
    """
    code = read_code(text)
    piece = session.scalar(select(Piece).where(Piece.receipt_code == code)) if code is not None else None
    if code is None or piece is None:
        raise NotFound("no receipt of that code; see whether every letter is right")
    inspection = latest_inspection(session, piece.id)
    decision = inspection.decisions[-1] if inspection.decisions else None
    return Receipt(
        code=code,
        tag=piece.tag,
        product=ExportStandard.model_validate_json(inspection.standard.document),
        state=piece.state,
        grade=piece.grade,
        attempt=piece.attempt,
        inspected_at=inspection.inspected_at,
        decided_at=decision.decided_at if decision else None,
        verdict=_verdict(inspection, decision),
        marked=tuple((photo.view, photo.marked_sha256) for photo in inspection.photos),
        collection_point=piece.collection_point.name,
    )


def _verdict(inspection: Inspection, decision: Decision | None) -> Verdict:
    return Verdict.model_validate(inspection.verdict if decision is None else decision.verdict)
