"""Eight clients, replicas killed every few seconds, connections cut: every answered piece is there once, in one batch.

`QC_CHAOS_INSPECTIONS=2000` sends the full number (`make chaos`); the regular suite sends fewer.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.chaos.agreement import assert_all_agree
from tests.chaos.conftest import Ledger, ledger_in
from tests.chaos.replica import Replica
from tests.chaos.sender import Sender
from tests.parts.line import Line, line_to
from tests.parts.seaweed import Storage
from tests.postgres import Postgres

pytestmark = [pytest.mark.real, pytest.mark.chaos]

INSPECTIONS = int(os.environ.get("QC_CHAOS_INSPECTIONS", "200"))
CLIENTS = 8
SECONDS_BETWEEN_KILLS = (2.0, 4.0)
ANSWERS_BETWEEN_KILLS, MOST_SECONDS_BETWEEN_KILLS = 20, 120.0
SECONDS_BETWEEN_CUTS = (0.5, 2.0)


@contextmanager
def trouble(replicas: list[Replica], lines: list[Line], answered: Callable[[], int]) -> Iterator[None]:
    """Kill one replica after the other every few seconds, and cut lines, while the block runs."""
    over, chance = threading.Event(), random.Random(7)

    def kill() -> None:
        for turn in range(1_000_000):
            before, began = answered(), time.monotonic()
            if over.wait(chance.uniform(*SECONDS_BETWEEN_KILLS)):
                return
            # On a machine that is busy with other things a replica takes long to come up: some work is done in between,
            # or the time would go into starting replicas and nothing be tried.
            patience = began + MOST_SECONDS_BETWEEN_KILLS
            while answered() < before + ANSWERS_BETWEEN_KILLS and time.monotonic() < patience and not over.wait(0.1):
                pass
            replica = replicas[turn % len(replicas)]
            replica.kill_and_restart()
            replica.wait_until_ready(revive=True)

    def cut() -> None:
        while not over.wait(chance.uniform(*SECONDS_BETWEEN_CUTS)):
            chance.choice(lines).cut()

    threads = [threading.Thread(target=kill), threading.Thread(target=cut)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def send_through_trouble(ledger: Ledger, replica_count: int, servers: Sequence[Line] = (), **environment: str) -> None:
    """Send, and see that all agrees. `servers` are lines of the replicas to what stands behind them, cut as well."""
    with ExitStack() as stack:
        replicas = stack.enter_context(ledger.replicas(replica_count, **environment))
        lines = [stack.enter_context(line_to(replica.port)) for replica in replicas]
        urls, lock = [f"http://127.0.0.1:{line.port}" for line in lines], threading.Lock()
        numbers = iter(range(INSPECTIONS))
        senders = [Sender(n, urls, ledger.key, numbers, lock) for n in range(CLIENTS)]
        began = time.monotonic()
        with trouble(replicas, [*lines, *servers], lambda: sum(len(sender.answered) for sender in senders)):
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
        kills, cuts = sum(replica.kills for replica in replicas), sum(line.cuts for line in lines)
        lost, replayed = sum(sender.cut for sender in senders), sum(sender.replayed for sender in senders)
        print(f"{INSPECTIONS} inspections in {time.monotonic() - began:.0f} s: {kills} kills, {cuts} connections cut, "
              f"{lost} requests without an answer, {replayed} answered again")  # fmt: skip
        assert kills > 0
        assert cuts > 0
        assert lost > 0, "no request was cut off: nothing was tried"
        assert replayed > 0, "nothing was sent twice: nothing was tried"
    assert_all_agree(ledger.database, ledger.photos, senders, INSPECTIONS)
    told = subprocess.run(
        [sys.executable, "-m", "qc", "ledger", "verify"], env={**os.environ, **ledger.environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stdout.count("no faults")) == (0, 2), told.stdout + told.stderr


def test_two_replicas_on_postgresql_and_s3_lose_and_double_nothing(
    postgresql: Postgres, s3: Storage, equipment: Path, tmp_path: Path
) -> None:
    with (
        ledger_in(tmp_path, equipment, postgresql.cloned(), s3.address(), INSPECTIONS // 3) as ledger,
        line_to(postgresql.port) as to_database,
        line_to(s3.port) as to_photos,
    ):
        database = ledger.database.url.set(drivername="postgresql", port=to_database.port)
        send_through_trouble(
            ledger,
            2,
            [to_database, to_photos],
            QC_DATABASE_URL=database.render_as_string(hide_password=False),
            AWS_ENDPOINT=f"http://127.0.0.1:{to_photos.port}",
        )


def test_one_process_on_sqlite_and_a_folder_loses_and_doubles_nothing(equipment: Path, tmp_path: Path) -> None:
    url, photos = f"sqlite:///{tmp_path / 'ledger.db'}", str(tmp_path / "photos")
    with ledger_in(tmp_path, equipment, url, photos, INSPECTIONS // 3) as ledger:
        send_through_trouble(ledger, 1)
