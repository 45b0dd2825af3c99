"""What a running service does beside answering: keep when keys were used, remove what is over its time, tell drift."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog

from qc.drift.weeks import IsoWeek
from qc.errors import Unavailable
from qc.ledger.database import Database
from qc.ledger.drift_told import tell_drift
from qc.ledger.events import now
from qc.ledger.keys import mark_used
from qc.ledger.retention import remove_old

log = structlog.get_logger("qc.api")

USED_EVERY = 60.0
"""Seconds between writes of when keys were used: a request is answered without a write."""
REMOVE_EVERY = 3600.0


class LastUsed:
    """Keys that were seen since they were last written down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[UUID, datetime] = {}

    def saw(self, key_id: UUID) -> None:
        """A key was used just now."""
        with self._lock:
            self._seen[key_id] = now()

    def write(self, database: Database) -> None:
        """Write them down.

        Raises:
            Unavailable: The database is away; they are kept for the next time.
        """
        with self._lock:
            seen, self._seen = self._seen, {}
        if not seen:
            return
        try:
            with database.write() as session:
                mark_used(session, seen)
        except Unavailable:
            with self._lock:
                self._seen = seen | self._seen
            raise


class Housekeeper:
    """A thread that does all this from `start` to `stop`."""

    def __init__(self, database: Database, last_used: LastUsed, drift_since: IsoWeek | None = None) -> None:
        self._database = database
        self._last_used = last_used
        self._drift_since = drift_since
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after writing down what is known."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        next_removal = time.monotonic() + USED_EVERY  # not at the start, when there is enough to do
        while not self._stopping.wait(USED_EVERY):
            self._try(lambda: self._last_used.write(self._database))
            if time.monotonic() >= next_removal:
                self._try(self._remove)
                self._try(lambda: tell_drift(self._database, self._drift_since))
                next_removal = time.monotonic() + REMOVE_EVERY
        self._try(lambda: self._last_used.write(self._database))

    def _remove(self) -> None:
        while not self._stopping.is_set():
            with self._database.write() as session:
                if remove_old(session) == 0:
                    return

    def _try(self, chore: Callable[[], object]) -> None:
        try:
            chore()
        except Unavailable:
            log.warning("housekeeping_unavailable")
        except Exception as error:  # it shall not end the thread
            log.error("housekeeping_failed", exc_info=error)
