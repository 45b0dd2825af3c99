"""What the operator's Prometheus reads: requests, grading, and what waits. Each application has its own registry.

The figures are of one replica, except those of the outbox, which are the ledger's. Labels hold templates and states,
never ids: their number does not grow with use.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import anyio
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from qc import __version__
from qc.errors import Unavailable
from qc.ledger import outbox
from qc.ledger.database import Database
from qc.ledger.outbox import Tried
from qc.serving.in_service import ModelInService
from qc.serving.shadow import Shadow

if TYPE_CHECKING:
    from qc.inspection import Examined

MEDIA_TYPE = CONTENT_TYPE_LATEST

_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_STAGE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """Counts of one running service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "qc_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self._latency = Histogram(
            "qc_http_request_seconds", "From the request's head to the answer's end.", ["method", "route"],
            buckets=_REQUEST_S, registry=self.registry,
        )  # fmt: skip
        self._stages = Histogram(
            "qc_grading_stage_seconds",
            "Stages of grading, a photo each.",
            ["stage"],
            buckets=_STAGE_S,
            registry=self.registry,
        )
        self._grades = Counter(
            "qc_inspections", "Inspections entered.", ["status", "grade", "standard"], registry=self.registry
        )
        self._deliveries = Counter(
            "qc_webhook_tries", "Tries at webhook deliveries.", ["outcome"], registry=self.registry
        )

        self._changes = Counter(
            "qc_model_changes", "Models taken into service or refused.", ["event"], registry=self.registry
        )
        self._shadows = Counter(
            "qc_shadow", "Inspections offered to the challenger, by what became of them.", ["outcome"],
            registry=self.registry,
        )  # fmt: skip

    def watch(self, database: Database, examining: anyio.CapacityLimiter, model: Callable[[], str]) -> None:
        """Show also what is asked for only when somebody reads."""
        self.registry.register(_AtReading(database, examining, model))

    def watch_models(self, serving: ModelInService, shadow: Shadow) -> None:
        """Show also which models are in memory, and what waits for the challenger."""
        self.registry.register(_ModelsAtReading(serving, shadow))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `route` is the template, such as `/v1/pieces/{piece_id}`."""
        self._requests.labels(method, route, str(status)).inc()
        self._latency.labels(method, route).observe(seconds)

    def entered(self, examined: Examined) -> None:
        """An inspection was entered."""
        verdict = examined.verdict
        self._grades.labels(verdict.status, verdict.grade or "none", examined.asked.standard.name).inc()
        for photo in examined.evidence.photos:
            for stage, milliseconds in photo.ms.items():
                self._stages.labels(stage).observe(milliseconds / 1000)

    def tried(self, tried: Tried) -> None:
        """A webhook was sent, or could not be."""
        outcome = "taken" if tried.taken else "refused" if tried.status is not None else "unanswered"
        self._deliveries.labels(outcome).inc()

    def model_changed(self, event: str) -> None:
        """The registry named another model, and it was taken or refused."""
        self._changes.labels(event).inc()

    def shadowed(self, outcome: str) -> None:
        """An inspection was offered to the challenger: `agrees`, `disagrees`, `dropped`, ..."""
        self._shadows.labels(outcome).inc()

    def read(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry)


def may_read(header: str | None, token: str) -> bool:
    """Whether an Authorization header carries the operator's token."""
    return hmac.compare_digest((header or "").encode(), f"Bearer {token}".encode())


class _AtReading(Collector):
    def __init__(self, database: Database, examining: anyio.CapacityLimiter, model: Callable[[], str]) -> None:
        self._database, self._examining, self._model = database, examining, model

    def describe(self) -> Iterator[Metric]:
        """Nothing to ask for before the first reading."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        about = GaugeMetricFamily("qc_about", "Version and model; always 1.", labels=["version", "model"])
        about.add_metric([__version__, self._model()], 1)
        yield about
        places = self._examining.statistics()
        yield GaugeMetricFamily("qc_examining", "Inspections being examined.", value=places.borrowed_tokens)
        yield GaugeMetricFamily("qc_examining_waiting", "Inspections that wait for a core.", value=places.tasks_waiting)
        try:
            with self._database.read() as session:
                waiting = outbox.depth(session)
        except Unavailable:
            yield GaugeMetricFamily("qc_database_up", "Whether the ledger's database answers.", value=0)
            return
        yield GaugeMetricFamily("qc_database_up", "Whether the ledger's database answers.", value=1)
        yield GaugeMetricFamily("qc_outbox_events", "Events not yet made into deliveries.", value=waiting.behind)
        yield GaugeMetricFamily("qc_outbox_deliveries", "Webhook deliveries on their way.", value=waiting.pending)


class _ModelsAtReading(Collector):
    def __init__(self, serving: ModelInService, shadow: Shadow) -> None:
        self._serving, self._shadow = serving, shadow

    def describe(self) -> Iterator[Metric]:
        """Nothing to ask for before the first reading."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        since = self._serving.present.since.timestamp()
        yield GaugeMetricFamily("qc_model_since_seconds", "When the model was loaded, Unix time.", value=since)
        refused = int(self._serving.refused is not None)
        yield GaugeMetricFamily("qc_model_refused", "Whether another was to serve and was refused.", value=refused)
        loaded = self._serving.in_memory + (self._shadow.challenger is not None)
        yield GaugeMetricFamily("qc_models_loaded", "Models in memory, the challenger among them.", value=loaded)
        yield GaugeMetricFamily("qc_shadow_waiting", "Inspections that wait for it.", value=self._shadow.waiting)
