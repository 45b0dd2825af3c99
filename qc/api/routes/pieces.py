"""Pieces: where each stands, and every inspection of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.paging import Cursor, Limit, write_cursor
from qc.api.problems import answers
from qc.api.schemas.pieces import PieceList, PieceOut, PieceSummary
from qc.api.schemas.words import Name
from qc.api.security import CanReadPieces
from qc.ledger import inspections, pieces
from qc.ledger.batch_contents import batch_of_piece
from qc.ledger.blindness import hidden_pieces, is_blind, see_that_shown
from qc.ledger.states import PieceState

router = APIRouter(prefix="/v1/pieces", tags=["pieces"])


@router.get("", responses=answers())
def list_pieces(
    caller: CanReadPieces,
    station: StationDep,
    before: Cursor,
    limit: Limit = 50,
    state: Annotated[PieceState | None, Query(description="Only pieces in this state.")] = None,
    sku: Annotated[Name | None, Query(description="Only pieces of this SKU.")] = None,
) -> PieceList:
    """Pieces, newest registration first, without those that you may have to judge blind."""
    with station.database.read() as session:
        hidden = hidden_pieces(caller) if is_blind(caller) else None
        page = pieces.list_pieces(session, caller.organisation_id, limit, before, state, sku, without=hidden)
        return PieceList(items=[PieceSummary.of(piece) for piece in page.rows], next=write_cursor(page.next))


@router.get("/{piece_id}", response_model=PieceOut, responses=tagged_answers(errors.NotFound))
def get_piece(request: Request, piece_id: UUID, caller: CanReadPieces, station: StationDep) -> Response:
    """A piece: state, batch, and every inspection with its photos."""
    with station.database.read() as session:
        piece = pieces.piece_of_id(session, caller.organisation_id, piece_id)
        see_that_shown(session, caller, piece.id)
        batch = batch_of_piece(session, piece.id)
        return tagged(request, PieceOut.whole(piece, inspections.inspections_of(session, piece), batch))
