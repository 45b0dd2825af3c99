"""A job says what would be, and changes nothing that is."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import select, update

from qc.errors import BadRequest, Conflict
from qc.inspection import Station
from qc.ledger import rejudgements
from qc.ledger.accounts import Caller
from qc.ledger.events import now
from qc.ledger.past_evidence import last_inspections
from qc.ledger.rejudgements import Scope, request
from qc.ledger.states import PieceState, RejudgementState
from qc.ledger.tables import Inspection, Piece, RejudgedPiece, Rejudgement
from qc.ledger.verify import verify
from qc.rejudging import worker as working
from qc.rejudging.slices import judge_again
from qc.standards.standard import ExportStandard
from tests.api.conftest import SKU
from tests.rejudging.conftest import chain, inspect, ledger, worker


def enter(station: Station, caller: Caller, standard: ExportStandard | None = None, **more: Any) -> Rejudgement:
    with station.database.write() as session:
        scope = Scope(**more.pop("scope", {}))
        return request(session, caller, standard, more.pop("model", None), scope, "the buyer asks")


def found(station: Station, job: Rejudgement) -> tuple[Rejudgement, list[RejudgedPiece]]:
    """The job as it stands, and its pieces in order."""
    with station.database.read() as session:
        rows = select(RejudgedPiece).where(RejudgedPiece.rejudgement_id == job.id).order_by(RejudgedPiece.piece_id)
        return session.scalars(select(Rejudgement).where(Rejudgement.id == job.id)).one(), list(session.scalars(rows))


def test_another_standard_is_applied_to_kept_evidence_and_nothing_that_was_decided_changes(
    station: Station, caller: Caller, mild: ExportStandard, tmp_path: Path
) -> None:
    inspect(station, caller)
    with station.database.read() as session:
        before, events = ledger(session), chain(session, caller)
        assert {piece.state for piece in session.scalars(select(Piece))} == {PieceState.ACCEPTED, PieceState.REGISTERED}
    job = enter(station, caller, mild)
    assert (job.pieces, job.sku) == (5, SKU)
    assert worker(station, tmp_path).look()
    done, rows = found(station, job)
    assert (done.state, done.done, done.changed, done.failed) == (RejudgementState.FINISHED, 5, 2, 0)
    assert [[row.before, row.after, row.decided] for row in rows] == [
        ["rework", "A", None] if n % 2 else ["A", "A", "accept"] for n in range(5)
    ]
    assert done.counts == [["A", "A", 3], ["rework", "A", 2]]
    assert [row.verdict["standard_version"] for row in rows if row.verdict is not None] == [2, 2]
    with station.database.read() as session:
        assert ledger(session) == before
        told = chain(session, caller)
        assert [event.hash for event in told[: len(events)]] == [event.hash for event in events]
        assert [e.type for e in told[len(events) :]] == ["rejudgement.requested", "rejudgement.finished"]
        assert [fault for report in verify(session) for fault in report.faults] == []


def test_a_scope_is_of_an_sku_and_of_a_time(
    station: Station, caller: Caller, mild: ExportStandard, tmp_path: Path
) -> None:
    inspect(station, caller, 2)
    middle = now()
    with station.database.read() as session:
        last = session.scalars(select(Piece).order_by(Piece.id.desc()).limit(1)).one()
        moment = last_inspections(session, [last.id], None, middle + timedelta(seconds=1))
        assert next(moment).piece_id == last.id
    assert enter(station, caller, mild, scope={"inspected_before": middle - timedelta(days=1)}).pieces == 0
    assert enter(station, caller, mild, scope={"inspected_from": middle - timedelta(days=1)}).pieces == 2
    with station.database.write() as session:
        long_ago = update(Inspection).where(Inspection.piece_id == last.id)
        session.execute(long_ago.values(inspected_at=middle - timedelta(days=2)))
    assert enter(station, caller, mild, scope={"inspected_from": middle - timedelta(days=1)}).pieces == 1
    assert enter(station, caller, mild, scope={"inspected_before": middle - timedelta(days=1)}).pieces == 1
    assert enter(station, caller, model="any-1.0.0", scope={"sku": "OTHER"}).pieces == 0
    refused: list[tuple[Any, Any]] = [
        (None, {}),
        (mild, {"sku": "OTHER"}),
        (mild, {"inspected_from": middle + timedelta(days=1)}),
    ]
    for standard, scope in refused:
        with pytest.raises(BadRequest):
            enter(station, caller, standard, scope=scope)
    general = station.library.named("woven-general")
    with pytest.raises(BadRequest, match="no SKU"):
        enter(station, caller, general)


def test_a_slice_is_written_once_whoever_writes_it(
    station: Station, caller: Caller, mild: ExportStandard, tmp_path: Path
) -> None:
    inspect(station, caller, 3)
    job = enter(station, caller, mild)
    database = station.database
    with database.write() as session:
        taken = rejudgements.claim(session, timedelta(seconds=-1))  # its worker falls silent at once
    assert taken is not None
    with database.write() as session:
        other = rejudgements.claim(session)
        assert other is not None
        assert other.id == taken.id
        assert rejudgements.claim(session) is None  # held now
    with database.read() as session:
        ids = rejudgements.pieces_after(session, taken, 2)
        slice_ = judge_again(list(last_inspections(session, ids, None, taken.inspected_before)), taken.document)
    with database.write() as session:
        moved = rejudgements.record(session, other, slice_, timedelta(0))
    assert moved is not None
    with database.write() as session:
        assert rejudgements.record(session, taken, slice_) is None  # the one that was thought dead
    with database.write() as session:
        rejudgements.hand_back(session, job.id)
    assert worker(station, tmp_path).look()
    done, rows = found(station, job)
    assert (done.done, done.changed, len(rows)) == (3, 1, 3)


def test_a_worker_that_stops_hands_its_job_back(
    station: Station, caller: Caller, mild: ExportStandard, tmp_path: Path
) -> None:
    inspect(station, caller, 2)
    job = enter(station, caller, mild)
    stopped = worker(station, tmp_path)
    stopped.stop()
    assert stopped.look()
    assert found(station, job)[0].leased_until is None
    assert worker(station, tmp_path).look()
    assert found(station, job)[0].state is RejudgementState.FINISHED
    assert not worker(station, tmp_path).look()


def test_the_oldest_job_comes_first_and_between_slices_it_rests_as_long_as_it_works(
    station: Station, caller: Caller, mild: ExportStandard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspect(station, caller, 3)
    first, second = enter(station, caller, mild), enter(station, caller, mild)
    monkeypatch.setattr(working, "PIECES", 1)
    resting = worker(station, tmp_path, rest=1.0)
    rests = Mock()
    monkeypatch.setattr(resting._stopping, "wait", rests)
    began = time.monotonic()
    assert resting.look()
    assert [found(station, job)[0].state for job in (first, second)] == ["finished", "waiting"]
    seconds = [call.args[0] for call in rests.call_args_list]
    assert len(seconds) == 3
    assert min(seconds) > 0
    assert sum(seconds) < time.monotonic() - began


def test_a_cancelled_job_ends_where_it_is(
    station: Station, caller: Caller, mild: ExportStandard, tmp_path: Path
) -> None:
    inspect(station, caller, 2)
    job = enter(station, caller, mild)
    with station.database.write() as session:
        rejudgements.cancel(session, caller, rejudgements.hold(session, caller, job.id))
    assert not worker(station, tmp_path).look()
    with pytest.raises(Conflict, match="cancelled"), station.database.write() as session:
        rejudgements.cancel(session, caller, rejudgements.hold(session, caller, job.id))


def test_a_model_that_is_not_here_ends_the_job_with_a_sentence(
    station: Station, caller: Caller, tmp_path: Path
) -> None:
    inspect(station, caller, 1)
    job = enter(station, caller, model="nowhere-1.0.0")
    assert worker(station, tmp_path).look()
    done, _ = found(station, job)
    assert done.state is RejudgementState.FAILED
    assert "holds no bundle.json" in str(done.failure)


def test_evidence_that_nobody_can_read_any_more_costs_its_own_piece(
    station: Station, caller: Caller, mild: ExportStandard
) -> None:
    inspect(station, caller, 2)
    with station.database.read() as session:
        ids = list(session.scalars(select(Piece.id).order_by(Piece.id)))
        past = list(last_inspections(session, ids, None, now() + timedelta(seconds=1)))
    broken = replace(past[0], evidence={"photos": []})
    rows = judge_again([broken, past[1]], mild.model_dump_json())
    assert [row.after for row in rows] == [None, "A"]
    assert (rows[0].before, rows[0].differs) == ("A", False)
    assert "photos" in str(rows[0].failure)
