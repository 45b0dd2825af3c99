"""Pieces: registered once under the id that their inspector made, then followed through their states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, Conflict, NotFound, TagUsed
from qc.ledger.accounts import Caller, collection_point_for
from qc.ledger.appeals import begin_appeal, see_that_appealable
from qc.ledger.events import lock_chain, note, now
from qc.ledger.ids import is_uuid7
from qc.ledger.makers import remember_maker
from qc.ledger.owned import owned
from qc.ledger.paging import Page, Position, newest_first
from qc.ledger.receipt_codes import new_code
from qc.ledger.reinspection_orders import miss_earlier_attempts
from qc.ledger.states import INSPECTABLE, PieceState
from qc.ledger.tables import Piece


@dataclass(frozen=True)
class PieceFacts:
    """What an inspector says about a piece, beside its photos."""

    piece_id: UUID
    sku: str | None = None
    tag: str | None = None
    collection_point: str | None = None
    maker_ref: str | None = None
    consent_version: str | None = None
    consented_at: datetime | None = None
    appeal: bool = False


def present(session: Session, caller: Caller, facts: PieceFacts) -> Piece:
    """The piece on the inspector's table: registered now if new, the next attempt if it had been returned and is no
    appeal.

    Holds the organisation's chain until the transaction ends.

    Raises:
        BadRequest: The id is no UUIDv7, or what was said contradicts what is known of the piece.
        Conflict: The piece is past inspection, or the tag is bound to another piece.
        NotFound: The id belongs to another organisation.
    """
    lock_chain(session, caller.organisation_id)
    piece = session.scalar(select(Piece).where(Piece.id == facts.piece_id).execution_options(populate_existing=True))
    if piece is None:
        return _register(session, caller, facts)
    _see_that_inspectable(session, caller, piece, facts.appeal)
    _agree(session, caller, piece, facts)
    if facts.appeal:
        begin_appeal(session, caller, piece)
    elif piece.state is PieceState.RETURNED:
        piece.attempt += 1
        piece.grade = None
        miss_earlier_attempts(session, piece)
        note(session, caller.organisation_id, "piece.came_back", piece.id, caller.name, now(), attempt=piece.attempt)
    piece.state = PieceState.REGISTERED
    return piece


def see_that_inspectable(session: Session, caller: Caller, piece_id: UUID, appeal: bool = False) -> None:
    """Look ahead, before photos are examined for nothing: whether `present` would refuse the piece.

    Raises:
        Conflict: The piece is past inspection.
        NotFound: The id belongs to another organisation.
    """
    piece = session.get(Piece, piece_id)
    if piece is not None:
        _see_that_inspectable(session, caller, piece, appeal)


def _see_that_inspectable(session: Session, caller: Caller, piece: Piece, appeal: bool) -> None:
    if piece.organisation_id != caller.organisation_id:
        raise NotFound(f"no piece {piece.id} in your organisation")
    if appeal:
        see_that_appealable(session, piece)
    elif piece.state not in INSPECTABLE:
        raise Conflict(
            f"piece {piece.id} is {piece.state} and not inspected again; "
            f"a piece can be inspected while it is {', '.join(sorted(INSPECTABLE))}",
            state=piece.state,
        )


def _register(session: Session, caller: Caller, facts: PieceFacts) -> Piece:
    if not is_uuid7(facts.piece_id):
        raise BadRequest(
            f"piece_id {facts.piece_id} is no UUID version 7; make one (RFC 9562, section 5.7) or leave it out",
            pointer="/inspection/piece_id",
        )
    if facts.appeal:
        if facts.tag is not None:
            _tag_is_free(session, caller, facts.tag)  # a phone that never saw the piece learns its id from the refusal
        raise BadRequest(
            f"piece {facts.piece_id} was never inspected: there is no decision to appeal against",
            pointer="/inspection/appeal",
        )
    maker = None
    if facts.maker_ref is not None:
        maker = remember_maker(session, caller, facts.maker_ref, facts.consent_version, facts.consented_at)
    if facts.tag is not None:
        _tag_is_free(session, caller, facts.tag)
    piece = Piece(
        id=facts.piece_id,
        organisation_id=caller.organisation_id,
        collection_point_id=collection_point_for(session, caller, facts.collection_point),
        maker_id=maker.id if maker else None,
        tag=facts.tag,
        sku=facts.sku,
        state=PieceState.REGISTERED,
        attempt=1,
        registered_at=now(),
        receipt_code=new_code(),
    )
    session.add(piece)
    session.flush()
    note(
        session, caller.organisation_id, "piece.registered", piece.id, caller.name, piece.registered_at,
        sku=facts.sku, tag=facts.tag, collection_point=str(piece.collection_point_id),
        maker=maker.commitment if maker else None,
    )  # fmt: skip
    return piece


def _agree(session: Session, caller: Caller, piece: Piece, facts: PieceFacts) -> None:
    """A piece keeps its SKU, tag and weaver; a tag or weaver not known before is added."""
    if facts.sku != piece.sku:
        raise BadRequest(f"piece {piece.id} was registered as {piece.sku or 'no SKU'}, not {facts.sku or 'no SKU'}")
    if facts.tag is not None and facts.tag != piece.tag:
        if piece.tag is not None:
            raise Conflict(f"piece {piece.id} bears the tag {piece.tag!r}; a tag is bound once")
        _tag_is_free(session, caller, facts.tag)
        piece.tag = facts.tag
        note(session, caller.organisation_id, "piece.tagged", piece.id, caller.name, now(), tag=facts.tag)
    if facts.maker_ref is not None:
        maker = remember_maker(session, caller, facts.maker_ref, facts.consent_version, facts.consented_at)
        if piece.maker_id is None:
            piece.maker_id = maker.id
            note(session, caller.organisation_id, "piece.maker_named", piece.id, caller.name, now(),
                 maker=maker.commitment)  # fmt: skip
        elif piece.maker_id != maker.id:
            raise Conflict(f"piece {piece.id} is another weaver's; a piece keeps its weaver")


def _tag_is_free(session: Session, caller: Caller, tag: str) -> None:
    holder = session.scalar(select(Piece.id).where(Piece.organisation_id == caller.organisation_id, Piece.tag == tag))
    if holder is not None:
        raise TagUsed(f"the tag {tag!r} is bound to piece {holder}; a tag is bound once", piece_id=str(holder))


def piece_of_id(session: Session, organisation_id: UUID, piece_id: UUID) -> Piece:
    """The organisation's piece of that id.

    Raises:
        NotFound: There is none, or it belongs to another organisation.
    """
    return owned(session, Piece, organisation_id, piece_id, "piece")


def list_pieces(
    session: Session,
    organisation_id: UUID,
    limit: int,
    before: Position | None = None,
    state: PieceState | None = None,
    sku: str | None = None,
    without: Select[UUID] | None = None,
) -> Page[Piece]:
    """Pieces, newest registration first, a page at a time; `without` selects ids to leave out."""
    chosen = select(Piece).where(Piece.organisation_id == organisation_id)
    if state is not None:
        chosen = chosen.where(Piece.state == state)
    if sku is not None:
        chosen = chosen.where(Piece.sku == sku)
    if without is not None:
        chosen = chosen.where(Piece.id.not_in(without))
    return newest_first(session, chosen, Piece.registered_at, Piece.id, limit, before)
