from __future__ import annotations

from uuid import uuid4

import pytest

from qc.errors import BadRequest, Conflict, NotFound
from qc.ledger.accounts import Caller, add_collection_point
from qc.ledger.database import Database
from qc.ledger.decisions import decide
from qc.ledger.ids import uuid7
from qc.ledger.inspections import inspections_of
from qc.ledger.makers import erase_maker, find_maker
from qc.ledger.pieces import list_pieces, piece_of_id
from qc.ledger.states import Outcome, PieceState
from qc.ledger.tables import Event
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import accept, inspect, rule


def test_a_returned_piece_comes_back_as_the_next_attempt_and_keeps_every_inspection(
    database: Database, caller: Caller
) -> None:
    piece_id = uuid7()
    with database.write() as session:
        first = inspect(session, caller, piece_id, grade="rework")
        decide(session, caller, first, rule(Outcome.RETURN, "rework"))
    with database.write() as session:
        assert piece_of_id(session, caller.organisation_id, piece_id).state is PieceState.RETURNED
        second = inspect(session, caller, piece_id)
        accept(session, caller, second)
    with database.read() as session:
        piece = piece_of_id(session, caller.organisation_id, piece_id)
        assert (piece.state, piece.attempt, piece.grade) == (PieceState.ACCEPTED, 2, "A")
        assert [(x.number, x.attempt) for x in inspections_of(session, piece)] == [(1, 1), (2, 2)]


def test_a_retake_is_a_further_inspection_of_the_same_attempt(database: Database, caller: Caller) -> None:
    piece_id = uuid7()
    with database.write() as session:
        inspect(session, caller, piece_id, status="retake", grade=None)
        inspect(session, caller, piece_id)
    with database.read() as session:
        piece = piece_of_id(session, caller.organisation_id, piece_id)
        assert [(x.number, x.attempt) for x in inspections_of(session, piece)] == [(1, 1), (2, 1)]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("graded", PieceState.REGISTERED),
        ("retake", PieceState.REGISTERED),
        ("awaiting_checks", PieceState.AWAITING_CHECKS),
        ("referred", PieceState.REFERRED),
    ],
)
def test_the_state_follows_the_status(database: Database, caller: Caller, status: str, state: PieceState) -> None:
    with database.write() as session:
        inspection = inspect(session, caller, status=status, grade=None)
        assert inspection.piece.state is state


@pytest.mark.parametrize("outcome", [Outcome.ACCEPT, Outcome.REJECT])
def test_a_decided_piece_is_not_inspected_again(database: Database, caller: Caller, outcome: Outcome) -> None:
    with database.write() as session:
        inspection = inspect(session, caller)
        decide(session, caller, inspection, rule(outcome))
    with pytest.raises(Conflict, match="not inspected again"), database.write() as session:
        inspect(session, caller, inspection.piece_id)


def test_an_id_that_is_no_uuid7_is_refused(database: Database, caller: Caller) -> None:
    with pytest.raises(BadRequest, match="UUID version 7"), database.write() as session:
        inspect(session, caller, uuid4())


def test_another_organisations_piece_does_not_exist(database: Database, caller: Caller) -> None:
    other = enter_organisation(database, "others")
    with database.write() as session:
        piece_id = inspect(session, caller).piece_id
    with pytest.raises(NotFound), database.write() as session:
        inspect(session, other, piece_id)
    with database.read() as session:
        with pytest.raises(NotFound):
            piece_of_id(session, other.organisation_id, piece_id)
        assert list_pieces(session, other.organisation_id, 10).rows == []


def test_a_tag_is_bound_once(database: Database, caller: Caller) -> None:
    with database.write() as session:
        piece_id = inspect(session, caller, tag="BTL-0001").piece_id
        inspect(session, caller, piece_id, tag="BTL-0001")
        inspect(session, caller, piece_id)
    with pytest.raises(Conflict, match="bound once"), database.write() as session:
        inspect(session, caller, tag="BTL-0001")
    with pytest.raises(Conflict, match="bound once"), database.write() as session:
        inspect(session, caller, piece_id, tag="BTL-0002")


def test_a_piece_keeps_its_sku(database: Database, caller: Caller) -> None:
    with database.write() as session:
        piece_id = inspect(session, caller).piece_id
    with pytest.raises(BadRequest, match="registered as WB-30"), database.write() as session:
        inspect(session, caller, piece_id, sku="PM-45")


def test_the_collection_point_must_be_named_where_there_are_several(database: Database, caller: Caller) -> None:
    with database.write() as session:
        add_collection_point(session, caller.organisation_id, "GK-2", "Tlogowareng")
    with pytest.raises(BadRequest, match="collection_point"), database.write() as session:
        inspect(session, caller)
    with database.write() as session:
        assert inspect(session, caller, collection_point="GK-2").piece.collection_point.code == "GK-2"
    with pytest.raises(BadRequest, match="no collection point"), database.write() as session:
        inspect(session, caller, collection_point="GK-3")


def test_a_weaver_is_in_the_chain_only_as_a_commitment_and_can_be_erased(database: Database, caller: Caller) -> None:
    with database.write() as session:
        piece_id = inspect(session, caller, maker_ref="mk_7Q2F", consent_version="2026-03").piece_id
        inspect(session, caller, maker_ref="mk_7Q2F")
    with database.write() as session:
        maker = find_maker(session, caller.organisation_id, "mk_7Q2F")
        assert maker is not None
        assert (maker.consent_version, maker.consented_at.tzinfo is not None) == ("2026-03", True)
        bodies = [event.body for event in session.query(Event)]
        assert sum(maker.commitment in body for body in bodies) == 3  # consent, and each of the two pieces
        assert not any("mk_7Q2F" in body for body in bodies)
        erase_maker(session, caller, maker)
    with database.read() as session:
        assert find_maker(session, caller.organisation_id, "mk_7Q2F") is None
        erased = piece_of_id(session, caller.organisation_id, piece_id).maker
        assert erased is not None
        assert (erased.maker_ref, erased.salt) == (None, None)


def test_a_new_weaver_needs_consent(database: Database, caller: Caller) -> None:
    with pytest.raises(BadRequest, match="consent_version"), database.write() as session:
        inspect(session, caller, maker_ref="mk_7Q2F")


def test_a_list_shows_every_piece_once_page_by_page(database: Database, caller: Caller) -> None:
    with database.write() as session:
        made = [inspect(session, caller).piece_id for _ in range(7)]
    seen, position = [], None
    with database.read() as session:
        for size in (3, 3, 1):
            page = list_pieces(session, caller.organisation_id, 3, position)
            assert len(page.rows) == size
            seen += [piece.id for piece in page.rows]
            position = page.next
    assert position is None
    assert sorted(seen) == sorted(made)
