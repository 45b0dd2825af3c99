"""A worker killed with -9 at any point: another goes on, and in the end it is as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from qc.inspection import Station
from qc.ledger import rejudgements
from qc.ledger.accounts import Caller
from qc.ledger.rejudgements import Scope
from qc.ledger.states import RejudgementState
from qc.ledger.tables import RejudgedPiece, Rejudgement
from qc.standards.standard import ExportStandard
from tests.rejudging.conftest import inspect, worker

pytestmark = pytest.mark.real

PROGRAM = """
import sys
from datetime import timedelta
from pathlib import Path
from qc.ledger.database import Database
from qc.rejudging import worker
worker.PIECES = 1
database = Database(sys.argv[1])
one = worker.RejudgementWorker(database, Path, sys.argv[2], rest=0.5, lease=timedelta(seconds=1))
while one.look():
    pass
"""


def test_a_worker_killed_at_work_is_taken_over_where_it_stopped(
    station: Station, caller: Caller, mild: ExportStandard, url: str, tmp_path: Path
) -> None:
    inspect(station, caller, 12)
    with station.database.write() as session:
        job = rejudgements.request(session, caller, mild, None, Scope(), "the buyer asks")
    command = [sys.executable, "-c", PROGRAM, url, str(tmp_path / "photos")]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(Path.cwd())}) as killed:
        while (written := count(station, job)) < 3:
            assert killed.poll() is None
            time.sleep(0.002)
        killed.send_signal(signal.SIGKILL)
    assert 3 <= written < 12
    other = worker(station, tmp_path, lease=timedelta(seconds=1))
    until = time.monotonic() + 30
    while not other.look():  # until the lease of the dead is over
        assert time.monotonic() < until
        time.sleep(0.05)
    with station.database.read() as session:
        done = session.scalars(select(Rejudgement).where(Rejudgement.id == job.id)).one()
    assert (done.state, done.done, done.changed) == (RejudgementState.FINISHED, 12, 6)
    assert done.counts == [["A", "A", 6], ["rework", "A", 6]]
    assert count(station, job) == 12


def count(station: Station, job: Rejudgement) -> int:
    with station.database.read() as session:
        rows = select(func.count()).select_from(RejudgedPiece).where(RejudgedPiece.rejudgement_id == job.id)
        return session.scalar(rows) or 0
