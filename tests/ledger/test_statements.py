from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BadRequest, NotFound
from qc.ledger import statements
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import remove_piece
from qc.ledger.batches import NewBatchLine, open_batch
from qc.ledger.corrections import Correction
from qc.ledger.database import Database
from qc.ledger.decisions import decide
from qc.ledger.events import now
from qc.ledger.makers import erase_maker, maker_called
from qc.ledger.pieces import piece_of_id
from qc.ledger.statements import COLUMNS, statement, statement_csv
from qc.ledger.states import Outcome
from qc.ledger.tables import Event
from qc.ledger.verify import verify
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import SKU, accept, inspect, rule

DAY = timedelta(days=1)


def lines(database: Database, caller: Caller, maker_ref: str | None = None, since: datetime | None = None) -> list[
    tuple[str | None, str, int, str | None]
]:  # fmt: skip
    begin = since or now() - DAY
    with database.snapshot() as session:
        told = list(statement(session, caller.organisation_id, begin, now() + DAY, maker_ref))
    return [(line.maker_ref, line.entry, line.payable, line.grade) for line in told]


def bring(session: Session, caller: Caller, ref: str = "mk_1", outcome: Outcome = Outcome.ACCEPT) -> UUID:
    """A weaver's new piece, decided on."""
    inspection = inspect(session, caller, maker_ref=ref, consent_version="1")
    decide(session, caller, inspection, rule(outcome, "A" if outcome is Outcome.ACCEPT else "rework"))
    return inspection.piece_id


def overrule(session: Session, caller: Caller, piece_id: UUID, grade: str) -> None:
    inspection = piece_of_id(session, caller.organisation_id, piece_id).inspections[-1]
    more = {"reason": "looked again", "decided_by": "supervisor-1"}
    decide(session, caller, inspection, rule(Outcome.OVERRULE, grade, **more))


def test_accepted_pieces_are_listed_by_weaver_and_others_are_not(database: Database, caller: Caller) -> None:
    with database.write() as session:
        bring(session, caller, "mk_1")
        bring(session, caller, "mk_2")
        bring(session, caller, "mk_1", Outcome.RETURN)
        accept(session, caller, inspect(session, caller))  # nobody knows whose
    assert lines(database, caller) == [("mk_1", "accepted", 1, "A"), ("mk_2", "accepted", 1, "A")]
    assert lines(database, caller, "mk_2") == [("mk_2", "accepted", 1, "A")]
    assert lines(database, enter_organisation(database, "others")) == []


def test_a_piece_is_paid_for_once_whatever_comes_later(database: Database, caller: Caller) -> None:
    with database.write() as session:
        open_batch(session, caller, "B-1", [NewBatchLine(SKU, 10)])
        piece = bring(session, caller)
    with database.write() as session:
        remove_piece(
            session,
            caller,
            piece_of_id(session, caller.organisation_id, piece),
            Correction("supervisor-1", "wrong one"),
        )
    with database.write() as session:
        inspection = piece_of_id(session, caller.organisation_id, piece).inspections[-1]
        accept(session, caller, inspection)
    with database.write() as session:
        overrule(session, caller, piece, "rework")
    told = lines(database, caller)
    assert [entry for _, entry, _, _ in told] == ["accepted", "withdrawn", "accepted_again", "withdrawn"]
    assert sum(payable for _, _, payable, _ in told) == 1


def test_a_mended_piece_is_paid_for_when_it_is_accepted(database: Database, caller: Caller) -> None:
    with database.write() as session:
        piece = bring(session, caller, outcome=Outcome.RETURN)
    with database.write() as session:
        accept(session, caller, inspect(session, caller, piece))
    assert lines(database, caller) == [("mk_1", "accepted", 1, "A")]


def test_what_came_before_the_period_counts_but_is_not_listed(
    database: Database, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "_AT_A_TIME", 2)  # pages, too
    with database.write() as session:
        old = bring(session, caller)
        for _ in range(4):
            bring(session, caller)
    until = now() + timedelta(milliseconds=1)
    while now() <= until:
        pass
    with database.write() as session:
        overrule(session, caller, old, "rework")
        bring(session, caller)
    assert lines(database, caller, since=until) == [("mk_1", "withdrawn", 0, "A"), ("mk_1", "accepted", 1, "A")]
    assert [entry for _, entry, _, _ in lines(database, caller)].count("accepted") == 6


def test_an_erased_weaver_is_nobody_and_the_chain_still_holds(database: Database, caller: Caller) -> None:
    with database.write() as session:
        bring(session, caller)
    with database.write() as session:
        erase_maker(session, caller, maker_called(session, caller.organisation_id, "mk_1"))
    assert lines(database, caller) == [(None, "accepted", 1, "A")]
    with pytest.raises(NotFound), database.snapshot() as session:
        statement(session, caller.organisation_id, now() - DAY, now(), "mk_1")
    with database.read() as session:
        assert [report.faults for report in verify(session)] == [()]
        assert "mk_1" not in "".join(session.scalars(select(Event.body)))


def test_as_csv_it_adds_up(database: Database, caller: Caller) -> None:
    with database.write() as session:
        for _ in range(3):
            bring(session, caller)
    with database.snapshot() as session:
        told = statement(session, caller.organisation_id, now() - DAY, now() + DAY)
        text = b"".join(statement_csv(told)).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert sum(int(row["payable_pieces"]) for row in rows) == 3


def test_a_period_has_a_beginning_an_end_and_a_limit(database: Database, caller: Caller) -> None:
    at = now()
    for begin, end in ((at, at), (at, at - DAY), (at, at + 402 * DAY)):
        with pytest.raises(BadRequest), database.snapshot() as session:
            statement(session, caller.organisation_id, begin, end)
