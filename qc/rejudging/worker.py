"""The thread that works on rejudgements: it takes a job up, judges it slice by slice, and may be killed at any point.

Any number of replicas may run one. Killed, its job is taken up where its last slice was written, once its lease is
over. It steps back behind requests: it rests as long as it works, and photos are graded in a process of low priority.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Self

import structlog

from qc.background import BackgroundWorker
from qc.bulk.pool import Pool
from qc.bulk.stored import FromStore
from qc.errors import BadBundle, NotFound, Unavailable
from qc.ledger import rejudgements
from qc.ledger.database import Database
from qc.ledger.past_evidence import last_inspections
from qc.ledger.tables import Rejudgement
from qc.model.bundle import Bundle
from qc.rejudging.models import bundle_called
from qc.rejudging.slices import OtherModel, judge_again
from qc.settings import Settings

log = structlog.get_logger("qc.rejudging")

PIECES = 40
"""Of a slice: a second's work or less on kept evidence."""
PIECES_LOOKED_AT = 8
"""Of a slice whose photos are graded anew: some seconds' work."""
LOOK_EVERY = 5.0
"""Seconds between looks while there is nothing to do."""
_LONGEST_REST = 10.0
_NICENESS = 10


class RejudgementWorker(BackgroundWorker):
    """Works on jobs from `start` to `stop`; stopped, it ends the slice in hand and hands its job back.

    Args:
        database: The ledger.
        models: Gives the folder of a bundle by its name and version; NotFound where this machine lacks it.
        photos: Address of the photo store.
        samples: The exporter's folder of standards, for approved samples.
        processes: That grade photos, where a job names a model.
        rest: Rest after a slice, as a share of the time that it took.
        look_every: Seconds between looks while there is nothing to do.
        lease: How long it may be silent before another worker takes its job up.
    """

    def __init__(
        self,
        database: Database,
        models: Callable[[str], Path],
        photos: str,
        samples: Path | None = None,
        *,
        processes: int = 1,
        rest: float = 1.0,
        look_every: float = LOOK_EVERY,
        lease: timedelta = rejudgements.LEASE,
    ) -> None:
        super().__init__("rejudging", look_every)
        self._database = database
        self._models = models
        self._read = FromStore(photos)
        self._samples = samples
        self._processes = processes
        self._rest_share = rest
        self._lease = lease

    @classmethod
    def of(cls, settings: Settings, database: Database, *, processes: int = 1, rest: float = 1.0) -> Self:
        """A worker with the models, photos and approved samples that the settings name."""
        photos = str(settings.photo_store or settings.home / "photos")
        models = partial(bundle_called, settings)
        return cls(database, models, photos, settings.own_standards, processes=processes, rest=rest)

    def look(self) -> bool:
        """Work on the oldest job that nobody works on, until it ends or the worker does; False where there is none.

        Raises:
            Unavailable: Database or photo store are away. The job is handed back, or its lease ends by itself.
        """
        with self._database.read() as session:
            if not rejudgements.waits(session):
                return False
        with self._database.write() as session:
            job = rejudgements.claim(session, self._lease)
        if job is None:
            return False
        try:
            with ExitStack() as opened:
                self._slices(job, self._other(job, opened))
        except (BadBundle, NotFound) as wrong:
            self._fail(job, wrong.detail)
        except Unavailable:
            self._hand_back(job)
            raise
        except Exception as wrong:
            log.error("rejudgement_failed", number=job.number, exc_info=wrong)
            self._fail(job, f"something went wrong on our side ({type(wrong).__name__}); the log says more")
        return True

    def _other(self, job: Rejudgement, opened: ExitStack) -> OtherModel | None:
        if job.model is None:
            return None
        bundle = Bundle.load(self._models(job.model))
        pool = opened.enter_context(Pool(self._processes, self._read, _NICENESS))
        return OtherModel(bundle, pool, self._samples)

    def _slices(self, job: Rejudgement, other: OtherModel | None) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            with self._database.read() as session:
                pieces = rejudgements.pieces_after(session, job, PIECES if other is None else PIECES_LOOKED_AT)
                past = list(last_inspections(session, pieces, job.inspected_from, job.inspected_before))
            if not past:
                with self._database.write() as session:
                    rejudgements.finish(session, job)
                return
            found = judge_again(past, job.document, other)
            with self._database.write() as session:
                moved = rejudgements.record(session, job, found, self._lease)
            if moved is None:
                return  # cancelled, or another worker has it
            job = moved
            self._stopping.wait(min(_LONGEST_REST, self._rest_share * (time.monotonic() - began)))
        self._hand_back(job)

    def _hand_back(self, job: Rejudgement) -> None:
        with self._database.write() as session:
            rejudgements.hand_back(session, job.id)

    def _fail(self, job: Rejudgement, why: str) -> None:
        with self._database.write() as session:
            rejudgements.fail(session, job, why)
