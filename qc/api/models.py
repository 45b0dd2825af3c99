"""The model in service and its challenger, followed while the service runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from qc.api.metrics import Metrics
from qc.background import BackgroundWorker
from qc.inspection import Station
from qc.model.photo import PhotoLimits
from qc.model.registry import Registry
from qc.serving.fitting import see_that_samples_fit
from qc.serving.loaded import LoadedModel
from qc.serving.shadow import Shadow
from qc.serving.watching import RegistryWatch
from qc.settings import Settings


@dataclass(frozen=True)
class Models:
    """What serves, what challenges it, and the registry that says so.

    Attributes:
        registry: None where the model is fixed by the settings, or has no bundle.
        watch: None where there is no registry.
    """

    registry: Registry | None
    shadow: Shadow
    watch: RegistryWatch | None

    @classmethod
    def of(cls, settings: Settings, station: Station, metrics: Metrics) -> Models:
        """For a station. Nothing runs yet."""
        shadow = Shadow(station.serving, settings.threads, station.database, metrics.shadowed)
        if station.serving.present.bundle is None or settings.models_folder is None:
            return cls(None, shadow, None)
        registry = Registry.of(settings)
        watch = RegistryWatch(
            registry,
            station.serving,
            shadow,
            partial(LoadedModel.load, threads=settings.threads, limits=PhotoLimits.of(settings), check=True),
            partial(see_that_samples_fit, database=station.database, library=station.library, samples=station.samples),
            station.database,
            settings.model_poll_s,
            metrics.model_changed,
        )
        return cls(registry, shadow, watch)

    @property
    def threads(self) -> list[BackgroundWorker]:
        """What runs beside the requests, in the order in which it is to be stopped."""
        return [self.shadow] if self.watch is None else [self.watch, self.shadow]
