"""The HTTP service: middleware, routes, and what lives as long as it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from qc import __version__
from qc.api import logs, pages, problems
from qc.api.app_files import app_routes
from qc.api.housekeeping import Housekeeper, LastUsed
from qc.api.idempotency import InFlight
from qc.api.judgements import Judgements
from qc.api.limits import Limits
from qc.api.metrics import Metrics
from qc.api.middleware import AddressLimit, BodyLimit, Envelope
from qc.api.models import Models
from qc.api.routes import (
    audit,
    batches,
    bundle,
    cartons,
    containers,
    corrections,
    drift,
    events,
    health,
    heat,
    insights,
    inspections,
    keys,
    labelling,
    labels,
    lot_steps,
    lots,
    manifest,
    measurements,
    models,
    orders,
    originals,
    phone_verdicts,
    photos,
    pieces,
    rates,
    receipts,
    reinspections,
    rejudgements,
    sealing,
    session,
    standards,
    statements,
    switching,
    waiting,
    webhooks,
)
from qc.api.schemas.inspections import InspectionIn
from qc.api.schemas.measurements import MeasurementIn
from qc.background import BackgroundWorker
from qc.drift.weeks import week_or_none
from qc.inspection import Station
from qc.ledger.database import Database
from qc.rejudging.worker import RejudgementWorker
from qc.settings import Settings
from qc.webhooks.addresses import Gate
from qc.webhooks.sending import Sender
from qc.webhooks.worker import DeliveryWorker

DESCRIPTION = """\
Photos of a woven piece go in; a verdict under an export standard comes out, with place and reason marked on the photo;
an accepted piece enters the open shipment batch, once. Errors are problem+json with a stable `code`. Times are UTC,
money is decimal strings. Every address under /v1 needs an API key with the scope that it names."""


def create_app(settings: Settings | None = None, station: Station | None = None) -> FastAPI:
    """The service.

    Args:
        settings: Settings; read from the environment when not given.
        station: An opened station to serve, closed by whoever opened it. Otherwise one is opened and closed here.
    """
    settings = settings or Settings()
    logs.configure()
    metrics, limits = Metrics(), Limits(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.settings = settings
        app.state.in_flight = InFlight()
        app.state.examining = anyio.CapacityLimiter(settings.threads)
        app.state.station = station or await anyio.to_thread.run_sync(Station.open, settings)
        app.state.metrics, app.state.limits, app.state.last_used = metrics, limits, LastUsed()
        app.state.judgements = Judgements()
        metrics.watch(app.state.station.database, app.state.examining, lambda: app.state.station.model)
        app.state.models = Models.of(settings, app.state.station, metrics)
        metrics.watch_models(app.state.station.serving, app.state.models.shadow)
        beside = background(settings, app.state.station.database, metrics, app.state.last_used)
        for each in (*beside, *app.state.models.threads):
            each.start()
        try:
            yield
        finally:
            for each in (*app.state.models.threads, *beside):
                await anyio.to_thread.run_sync(each.stop)
            if station is None:
                app.state.station.close()

    app = FastAPI(
        title="Anyaman QC",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(BodyLimit, max_bytes=int(settings.max_request_mb * 1e6))
    app.add_middleware(AddressLimit, limits=limits)
    app.add_middleware(Envelope, metrics=metrics)  # added last, so outermost
    problems.install(app)
    app.router.routes.extend(app_routes())  # before the landing page, whose place a built app takes
    for module in (
        inspections, originals, phone_verdicts, heat, measurements, pieces, corrections, photos, batches, sealing,
        cartons, containers, waiting, manifest, orders,
        lots, lot_steps, switching, reinspections, rates, labels, labelling,
        standards, bundle, models, rejudgements,
        insights, drift, statements, events, audit, webhooks, keys, session, health, receipts, pages,
    ):  # fmt: skip
        app.include_router(module.router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def background(settings: Settings, database: Database, metrics: Metrics, last_used: LastUsed) -> list[BackgroundWorker]:
    """What runs beside the requests."""
    beside: list[BackgroundWorker] = [Housekeeper(database, last_used, week_or_none(settings.drift_since))]
    if settings.webhooks:
        beside.append(DeliveryWorker(database, Sender(Gate(settings.webhook_networks)), told=metrics.tried))
    if settings.rejudging:
        beside.append(RejudgementWorker.of(settings, database))
    return beside


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, in which errors are problems instead of the framework's own shape."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = document["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs", {}) | {"Problem": problem}
        for field in (InspectionIn, MeasurementIn):  # parts of multipart forms, which the framework does not see
            described = field.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= described.pop("$defs", {}) | {field.__name__: described}
        app.openapi_schema = document
    return app.openapi_schema
