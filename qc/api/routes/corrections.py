"""Corrections: a piece is taken out of its batch or moved into another. Each leaves who and why in the chain."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.problems import BODY, answers
from qc.api.schemas.corrections import CorrectionIn, MoveIn
from qc.api.schemas.pieces import PieceOut
from qc.api.security import CanDecide, CanOpenBatches, speaks_for
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import batch_of_piece, move_piece, remove_piece
from qc.ledger.batches import batch_of_id
from qc.ledger.blindness import see_that_shown
from qc.ledger.inspections import inspections_of
from qc.ledger.pieces import piece_of_id

router = APIRouter(prefix="/v1/pieces", tags=["pieces"])

_ANSWERS = answers(errors.NotFound, errors.Conflict, errors.StillRunning, errors.KeyReused, framework=BODY)


@router.post("/{piece_id}/removal", response_model=PieceOut, responses=_ANSWERS)
def remove(request: Request, piece_id: UUID, body: CorrectionIn, caller: CanDecide, key: KeyHeader = None) -> Response:
    """Undo an acceptance: the piece leaves its batch and is `referred`, to be decided anew or photographed again.

    Refused once sampling of the batch began, and for good once it is sealed.
    """
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, PieceOut, None]:
        piece = piece_of_id(session, caller.organisation_id, piece_id)
        see_that_shown(session, caller, piece.id)
        remove_piece(session, caller, piece, body.correction())
        return 200, _shown(session, caller, piece_id), None

    return carry_out_once(request, caller, key, body, work)


@router.post("/{piece_id}/move", response_model=PieceOut, responses=_ANSWERS)
def move(request: Request, piece_id: UUID, body: MoveIn, caller: CanOpenBatches, key: KeyHeader = None) -> Response:
    """Move a piece from its open batch into another open batch that still needs its SKU."""
    speaks_for(caller, body.decided_by)

    def work(session: Session) -> tuple[int, PieceOut, None]:
        piece = piece_of_id(session, caller.organisation_id, piece_id)
        see_that_shown(session, caller, piece.id)
        to = batch_of_id(session, caller.organisation_id, body.batch_id)
        move_piece(session, caller, piece, to, body.correction())
        return 200, _shown(session, caller, piece_id), None

    return carry_out_once(request, caller, key, body, work)


def _shown(session: Session, caller: Caller, piece_id: UUID) -> PieceOut:
    piece = piece_of_id(session, caller.organisation_id, piece_id)
    return PieceOut.whole(piece, inspections_of(session, piece), batch_of_piece(session, piece.id))
