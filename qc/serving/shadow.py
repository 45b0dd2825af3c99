"""A challenger that judges in the shadow of the model in service: the same bytes, after the answer was given.

One thread of the lowest priority, one photo at a time, only while a core is free; what does not fit into a short queue
is dropped and counted. So its share of the inspections is that of the quieter moments, and nobody waits for it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal
from uuid import UUID

import structlog

from qc.background import END_WITHIN, BackgroundWorker
from qc.errors import QcError
from qc.ledger.database import Database
from qc.ledger.shadow_verdicts import Said, ShadowFindings, keep_shadow_verdict
from qc.model.judged import JudgedPhoto
from qc.serving.in_service import ModelInService, Refusal
from qc.serving.loaded import LoadedModel
from qc.standards.checks import CheckRecord
from qc.standards.differences import differences
from qc.standards.evidence import Evidence, View
from qc.standards.standard import ExportStandard
from qc.standards.verdict import Verdict, apply

log = structlog.get_logger("qc.serving")

MOST_WAITING = 16
"""Pieces that wait for the challenger; more are dropped."""
MOST_BYTES = 64_000_000
"""Judged photos that wait with them."""
LOOK_AGAIN_S = 0.02
"""How soon it looks again whether a core is free."""

Outcome = Literal["agrees", "disagrees", "dropped", "not_comparable", "failed"]


@dataclass(frozen=True)
class JudgedBytes:
    """A photo as it was judged: the file, and the size of the photo as it was sent."""

    data: bytes
    width: int
    height: int
    view: View | None


@dataclass(frozen=True)
class Judged:
    """An inspection that was answered, with all that another model needs to judge it too."""

    organisation_id: UUID
    inspection_id: UUID
    piece_id: UUID
    standard: ExportStandard
    checks: dict[str, CheckRecord]
    photos: tuple[JudgedBytes, ...]
    verdict: Verdict  # of the model in service, before doubts that no model raises

    @property
    def size(self) -> int:
        """Bytes of its photos."""
        return sum(len(photo.data) for photo in self.photos)


class Shadow(BackgroundWorker):
    """The challenger and its thread, from `start` to `stop`.

    Args:
        serving: the model in service; while it is busy on every core, the challenger rests.
        cores: pieces that the service judges at the same time.
        database: where verdicts are kept.
        told: hears what became of each piece that was offered.
    """

    def __init__(
        self,
        serving: ModelInService,
        cores: int,
        database: Database,
        told: Callable[[Outcome], None] = lambda outcome: None,
    ) -> None:
        super().__init__("shadow", LOOK_AGAIN_S)
        self._serving, self._cores, self._database, self._told = serving, cores, database, told
        self._changed = threading.Condition()
        self._waiting: deque[Judged] = deque()
        self._bytes = 0
        self._challenger: LoadedModel | None = None
        self.refused: Refusal | None = None
        """What the registry names as challenger and this process could not take."""

    @property
    def challenger(self) -> LoadedModel | None:
        """The model that judges in the shadow, if any."""
        return self._challenger

    @property
    def folder(self) -> Path | None:
        """Where the challenger's bundle lies."""
        return None if self._challenger is None else self._challenger.folder

    @property
    def waiting(self) -> int:
        """Pieces that wait for the challenger."""
        return len(self._waiting)

    def employ(self, challenger: LoadedModel | None) -> None:
        """Judge with another challenger from the next piece on, or with none."""
        with self._changed:
            old, self._challenger = self._challenger, challenger
            self.refused = None
            dropped = self._empty() if challenger is None else 0
        self._say("dropped", dropped)
        if old is not None:
            old.examiner.close()  # a piece in hand is judged to its end: that runs on the shadow's own thread

    def offer(self, judged: Judged) -> None:
        """Leave an inspection to be judged when there is time. Returns at once, whatever becomes of it."""
        if self._challenger is None:
            return
        if judged.standard.approved is not None:
            self._told("not_comparable")  # the approved sample was learnt with the other network
            return
        with self._changed:
            room = len(self._waiting) < MOST_WAITING and self._bytes + judged.size <= MOST_BYTES
            if room and not self._stopping.is_set():
                self._waiting.append(judged)
                self._bytes += judged.size
                self._changed.notify()
                return
        self._told("dropped")

    def stop(self, within: float = END_WITHIN) -> None:
        """End: the photo in hand is finished, all else is dropped."""
        self._stopping.set()
        with self._changed:
            dropped = self._empty()
            self._changed.notify()
        self._say("dropped", dropped)
        super().stop(within)
        self.employ(None)

    def look(self) -> bool:
        """Judge the piece that has waited longest, if any."""
        with self._changed:
            if not self._waiting:
                return False
            judged = self._waiting.popleft()
            self._bytes -= judged.size
        challenger = self._challenger
        if challenger is None:
            self._told("dropped")
            return True
        try:
            self._told(self._judge(challenger, judged))
        except QcError as error:  # the database may be away: a shadow is not worth a second try
            log.warning("shadow_failed", inspection=str(judged.inspection_id), why=error.detail)
            self._told("failed")
        except Exception as error:  # said here, where the inspection is known
            log.error("shadow_failed", inspection=str(judged.inspection_id), exc_info=error)
            self._told("failed")
        return True

    def _begin(self) -> None:
        take_lowest_priority()

    def _rest(self) -> None:
        with self._changed:
            while not self._waiting and not self._stopping.is_set():
                self._changed.wait()

    def _empty(self) -> int:
        dropped = len(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        return dropped

    def _say(self, outcome: Outcome, times: int) -> None:
        for _ in range(times):
            self._told(outcome)

    def _judge(self, challenger: LoadedModel, judged: Judged) -> Outcome:
        began, rested = perf_counter(), 0.0
        seen = []
        for photo in judged.photos:
            rested += self._rest_while_busy()
            if self._stopping.is_set():
                return "dropped"
            again = JudgedPhoto.again(photo.data, photo.width, photo.height)
            seen.append(challenger.examiner.examine(again, photo.view))
        evidence = Evidence(photos=tuple(seen), model=challenger.title)
        verdict = apply(judged.standard, evidence, judged.checks, challenger.bands)
        first, differing = judged.verdict, differences(judged.verdict, verdict)
        findings = ShadowFindings(
            organisation_id=judged.organisation_id,
            inspection_id=judged.inspection_id,
            piece_id=judged.piece_id,
            first=Said(first.model, first.status, first.grade),
            second=Said(verdict.model, verdict.status, verdict.grade),
            bundle_sha256=challenger.sha256 or "",
            verdict=verdict.model_dump(mode="json"),
            differing=differing,
            ms=round(1000 * (perf_counter() - began - rested)),
        )
        with self._database.write() as session:
            keep_shadow_verdict(session, findings)
        return "disagrees" if differing.any else "agrees"

    def _rest_while_busy(self) -> float:
        """Wait until a core is free; seconds that took."""
        began = perf_counter()
        while self._serving.busy >= self._cores and not self._stopping.wait(LOOK_AGAIN_S):
            pass
        return perf_counter() - began


def take_lowest_priority() -> None:
    """Let every other thread go first. Linux counts niceness by thread; elsewhere it would slow the whole process."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
