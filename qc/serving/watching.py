"""The registry of models, looked at every few seconds: what it says is loaded beside what serves, checked, and swapped.

A bundle that does not hold what it promises is refused, and what serves goes on serving. The refusal is logged once,
shown until it is over, and the bundle is tried again after a minute: a copy may have been half done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import structlog

from qc.background import BackgroundWorker
from qc.errors import QcError, Unavailable
from qc.ledger.database import Database
from qc.ledger.events import now
from qc.ledger.promotions import Promotion, announce
from qc.model.network import return_free_memory
from qc.model.promotions import Change
from qc.model.registry import Registry
from qc.serving.in_service import ModelInService, Refusal
from qc.serving.loaded import LoadedModel
from qc.serving.shadow import Shadow

log = structlog.get_logger("qc.serving")

TRY_AGAIN_S = 60.0
"""After this time a refused bundle is tried again."""

Event = Literal["served", "refused", "challenges", "challenger_refused"]


class RegistryWatch(BackgroundWorker):
    """Follows the registry from `start` to `stop`; stopped, it ends what is being loaded.

    At its full priority: loading takes a core for a second or two, and a rollback must not wait for a quiet hour.

    Args:
        registry: What is to serve and what is to challenge it.
        serving: What serves.
        shadow: The challenger's place.
        load: Brings a bundle into memory, checked by its hashes and golden photos.
        fits: Sees that a model can judge all that it will be asked to; raises where it cannot.
        database: Where promotions are told.
        every_s: Seconds between looks.
        told: Hears of swaps and refusals.
    """

    def __init__(
        self,
        registry: Registry,
        serving: ModelInService,
        shadow: Shadow,
        load: Callable[[Path], LoadedModel],
        fits: Callable[[LoadedModel], None],
        database: Database,
        every_s: float,
        told: Callable[[Event], None] = lambda event: None,
    ) -> None:
        super().__init__("registry_watch", every_s)
        self._registry, self._serving, self._shadow = registry, serving, shadow
        self._load, self._fits, self._database, self._told = load, fits, database, told
        self._tried: dict[Event, tuple[Path | None, float]] = {}  # what was refused in each place, and when
        self._to_announce = True  # whoever promoted last may have met a database that was away
        self._to_tidy = False
        self._looking = threading.Lock()

    def look(self) -> bool:
        """Do what the registry says; one at a time, whoever calls."""
        with self._looking:
            self._follow_current()
            self._follow_challenger()
            if self._to_announce:
                self._announce()
            if self._to_tidy and self._serving.in_memory == 1:
                return_free_memory()
                self._to_tidy = False
        return False

    def _follow_current(self) -> None:
        serving = self._serving.present
        try:
            wanted = self._registry.current()
        except (QcError, OSError) as error:
            if not self._tried_lately(None, "refused"):
                self._serving.refused = self._refusal(None, "current", error, "refused")
            return
        if wanted == serving.folder:
            self._serving.refused = None
            self._tried.pop("refused", None)
            return
        if self._tried_lately(wanted, "refused"):
            return
        began = time.monotonic()
        try:
            model = self._load_fitting(wanted)
        except Exception as error:  # whatever a bundle does wrong, what serves goes on
            self._serving.refused = self._refusal(wanted, wanted.name, error, "refused")
            return
        self._serving.swap(model)
        self._to_tidy = self._to_announce = True
        log.info(
            "model_serves",
            model=model.title,
            bundle=model.sha256,
            before=serving.title,
            seconds=round(time.monotonic() - began, 2),
        )
        self._told("served")

    def _load_fitting(self, folder: Path) -> LoadedModel:
        model = self._load(folder)
        try:
            self._fits(model)
        except BaseException:
            model.examiner.close()
            raise
        return model

    def _follow_challenger(self) -> None:
        try:
            wanted = self._registry.challenger()
        except (QcError, OSError) as error:
            if not self._tried_lately(None, "challenger_refused"):
                self._shadow.refused = self._refusal(None, "challenger", error, "challenger_refused")
            return
        if wanted is not None and wanted == self._serving.present.folder:
            wanted = None  # it was promoted: there is nothing to compare any more
        if wanted == self._shadow.folder:
            self._shadow.refused = None
            self._tried.pop("challenger_refused", None)
            return
        if wanted is None:
            self._shadow.employ(None)
            self._to_tidy = True
            log.info("no_challenger")
            return
        if self._tried_lately(wanted, "challenger_refused"):
            return
        try:
            model = self._load(wanted)
        except Exception as error:
            self._shadow.employ(None)
            self._shadow.refused = self._refusal(wanted, wanted.name, error, "challenger_refused")
            return
        self._shadow.employ(model)
        self._to_tidy = True
        log.info("model_challenges", model=model.title, bundle=model.sha256)
        self._told("challenges")

    def _tried_lately(self, folder: Path | None, event: Event) -> bool:
        tried, when = self._tried.get(event, (None, -TRY_AGAIN_S))
        return event in self._tried and tried == folder and time.monotonic() - when < TRY_AGAIN_S

    def _refusal(self, folder: Path | None, name: str, error: Exception, event: Event) -> Refusal:
        """Why a bundle is refused: remembered, logged and counted, once for each time that it was tried."""
        why = error.detail if isinstance(error, QcError) else f"{type(error).__name__}: {error}"
        self._tried[event] = (folder, time.monotonic())
        unexpected = None if isinstance(error, QcError) else error
        log.error("bundle_refused", bundle=name, why=why, serving=self._serving.present.title, exc_info=unexpected)
        self._told(event)
        return Refusal(name, why.replace(f"{self._registry.folder.resolve()}/", ""), now())

    def _announce(self) -> None:
        try:
            change = last_promotion(self._registry.history(), self._serving.present)
            if change is not None:
                told = announce(self._database, as_promotion(change))
                if told:
                    log.info("model_promoted", model=change.to, organisations=told, change=change.sha256)
            self._to_announce = False
        except Unavailable as error:
            log.warning("promotion_not_told", why=error.detail)  # at the next look, then
        except QcError as error:
            self._to_announce = False
            log.error("promotion_not_told", why=error.detail)


def last_promotion(changes: Sequence[Change], model: LoadedModel) -> Change | None:
    """The change that put this model in service; None for the one that was there from the beginning.

    Args:
        changes: The registry's history, oldest first.
        model: What serves.
    """
    promotions = [change for change in changes if change.action != "challenger"]
    return promotions[-1] if promotions and promotions[-1].to == model.title else None


def as_promotion(change: Change) -> Promotion:
    """A change of the registry, as the ledger tells it."""
    return Promotion(
        change=change.sha256,
        at=change.at,
        model=change.to or "",
        before=change.before,
        model_sha256=change.model,
        record=change.record,
        rolled_back=change.action == "rollback",
    )
