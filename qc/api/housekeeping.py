"""What a running service does beside answering: keep when keys were used, remove what is over its time, tell drift."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from uuid import UUID

from qc.background import BackgroundWorker
from qc.drift.weeks import IsoWeek
from qc.errors import Unavailable
from qc.ledger.database import Database
from qc.ledger.drift_told import tell_drift
from qc.ledger.events import now
from qc.ledger.keys import mark_used
from qc.ledger.retention import remove_old

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


class Housekeeper(BackgroundWorker):
    """Does all this from `start` to `stop`; at the end it writes down what is known."""

    def __init__(self, database: Database, last_used: LastUsed, drift_since: IsoWeek | None = None) -> None:
        super().__init__("housekeeping", USED_EVERY)
        self._database = database
        self._last_used = last_used
        self._drift_since = drift_since
        self._next_removal = 0.0

    def look(self) -> bool:
        """Do what it is time for, each chore whatever became of the others."""
        self._try(self._write_down)
        if time.monotonic() >= self._next_removal:
            self._try(self._remove)
            self._try(lambda: tell_drift(self._database, self._drift_since))
            self._next_removal = time.monotonic() + REMOVE_EVERY
        return False

    def _begin(self) -> None:
        self._rest()  # at the start there is enough to do

    def _end(self) -> None:
        self._write_down()

    def _write_down(self) -> None:
        self._last_used.write(self._database)

    def _remove(self) -> None:
        while not self._stopping.is_set():
            with self._database.write() as session:
                if remove_old(session) == 0:
                    return
