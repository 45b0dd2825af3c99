"""Webhooks: who is told of events, what was sent, and sending it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import IfMatch, etag, tagged, tagged_answers
from qc.api.idempotency import KeyHeader, Once, carry_out_once
from qc.api.paging import Cursor, Limit, write_cursor
from qc.api.problems import BODY, answers
from qc.api.schemas.webhooks import (
    AttemptOut,
    DeliveryList,
    DeliveryLog,
    DeliveryOut,
    EndpointChange,
    EndpointIn,
    EndpointList,
    EndpointMade,
    EndpointOut,
    ReplayIn,
    ReplayOut,
    SecretRotation,
)
from qc.api.security import CanChangeWebhooks, CanReadWebhooks
from qc.ledger import webhooks
from qc.ledger.accounts import Caller
from qc.ledger.blindness import hidden_events
from qc.ledger.tables.webhooks import DeliveryState, EndpointState
from qc.settings import Settings
from qc.webhooks.addresses import Gate

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

TOLD_ONCE = frozenset({"secret"})
ONCE = (errors.StillRunning, errors.KeyReused)


@router.post(
    "", status_code=201, response_model=EndpointMade, responses=answers(errors.Conflict, *ONCE, framework=BODY)
)
def add_endpoint(
    request: Request, body: EndpointIn, caller: CanChangeWebhooks, station: StationDep, key: KeyHeader = None
) -> Response:
    """Add an endpoint. Its secret is in this answer and nowhere else."""
    _see_that_tellable(request, body.url)

    def work(session: Session) -> tuple[int, EndpointMade, str]:
        added = webhooks.add_endpoint(session, caller, body.url, body.event_types, body.description, body.after)
        return 201, EndpointMade.made(added), f"/v1/webhooks/{added.id}"

    return carry_out_once(request, caller, key, body, work, forget=TOLD_ONCE)


@router.get("", responses=answers())
def list_endpoints(caller: CanReadWebhooks, station: StationDep, before: Cursor, limit: Limit = 50) -> EndpointList:
    """Endpoints, newest first."""
    with station.database.read() as session:
        page = webhooks.list_endpoints(session, caller.organisation_id, limit, before)
        return EndpointList(items=[EndpointOut.of(row) for row in page.rows], next=write_cursor(page.next))


@router.get("/{webhook_id}", response_model=EndpointOut, responses=tagged_answers(errors.NotFound))
def get_endpoint(request: Request, webhook_id: UUID, caller: CanReadWebhooks, station: StationDep) -> Response:
    """An endpoint. Its ETag changes with what you can change of it, not with every event that it is told."""
    with station.database.read() as session:
        endpoint = webhooks.endpoint_of_id(session, caller.organisation_id, webhook_id)
        return tagged(request, EndpointOut.of(endpoint), endpoint.version)


@router.patch(
    "/{webhook_id}",
    response_model=EndpointOut,
    responses=answers(errors.NotFound, errors.ChangedMeanwhile, framework=BODY),
)
def change_endpoint(
    request: Request,
    response: Response,
    webhook_id: UUID,
    body: EndpointChange,
    caller: CanChangeWebhooks,
    station: StationDep,
    wanted: IfMatch,
) -> EndpointOut:
    """Change an endpoint, or enable it again."""
    if body.url is not None:
        _see_that_tellable(request, body.url)
    state = None if body.enabled is None else EndpointState.ENABLED if body.enabled else EndpointState.DISABLED
    with station.database.write() as session:
        endpoint = webhooks.endpoint_of_id(session, caller.organisation_id, webhook_id, change=True)
        wanted.hold_against(endpoint.version)
        webhooks.change_endpoint(
            session,
            caller,
            endpoint,
            url=body.url,
            event_types=body.event_types,
            description=body.description,
            state=state,
        )
        response.headers["ETag"] = etag(endpoint.version)
        return EndpointOut.of(endpoint)


@router.delete("/{webhook_id}", status_code=204, responses=answers(errors.NotFound, errors.ChangedMeanwhile))
def remove_endpoint(webhook_id: UUID, caller: CanChangeWebhooks, station: StationDep, wanted: IfMatch) -> None:
    """Remove an endpoint: it is told nothing more, and its deliveries are forgotten."""
    with station.database.write() as session:
        endpoint = webhooks.endpoint_of_id(session, caller.organisation_id, webhook_id, change=True)
        wanted.hold_against(endpoint.version)
        webhooks.remove_endpoint(session, caller, endpoint)


@router.post(
    "/{webhook_id}/rotate-secret",
    response_model=EndpointMade,
    responses=answers(errors.NotFound, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def rotate_secret(
    request: Request,
    webhook_id: UUID,
    body: SecretRotation,
    caller: CanChangeWebhooks,
    station: StationDep,
    key: KeyHeader = None,
) -> Response:
    """Give an endpoint a new secret. Until the overlap ends, messages carry a signature of the old one, too."""

    def work(session: Session) -> tuple[int, EndpointMade, None]:
        endpoint = webhooks.endpoint_of_id(session, caller.organisation_id, webhook_id, change=True)
        webhooks.rotate_secret(session, caller, endpoint, timedelta(hours=body.overlap_hours))
        return 200, EndpointMade.made(endpoint), None

    return carry_out_once(request, caller, key, body, work, forget=TOLD_ONCE)


@router.post(
    "/{webhook_id}/replay",
    status_code=202,
    response_model=ReplayOut,
    responses=answers(errors.NotFound, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def replay_range(
    request: Request,
    webhook_id: UUID,
    body: ReplayIn,
    caller: CanChangeWebhooks,
    station: StationDep,
    key: KeyHeader = None,
) -> Response:
    """Send a range of events again, also those that had arrived. What was not yet told is on its way by itself."""

    def work(session: Session) -> tuple[int, ReplayOut, None]:
        endpoint = webhooks.endpoint_of_id(session, caller.organisation_id, webhook_id, change=True)
        return 202, ReplayOut(deliveries=webhooks.replay_range(session, endpoint, body.after, body.until)), None

    return carry_out_once(request, caller, key, body, work)


@router.get("/{webhook_id}/deliveries", responses=answers(errors.NotFound))
def list_deliveries(
    webhook_id: UUID,
    caller: CanReadWebhooks,
    station: StationDep,
    before: Cursor,
    limit: Limit = 50,
    state: Annotated[DeliveryState | None, Query(description="Only deliveries in this state.")] = None,
) -> DeliveryList:
    """Deliveries to an endpoint, newest first. They are kept for 30 days.

    Of pieces that you may have to judge blind, the event's type is withheld until they have been judged.
    """
    with station.database.read() as session:
        endpoint = webhooks.endpoint_of_id(session, caller.organisation_id, webhook_id)
        page = webhooks.list_deliveries(session, endpoint, limit, before, state)
        hidden = hidden_events(session, caller, {row.sequence for row in page.rows})
        items = [DeliveryOut.of(row, withheld=row.sequence in hidden) for row in page.rows]
        return DeliveryList(items=items, next=write_cursor(page.next))


@router.get("/deliveries/{delivery_id}", responses=answers(errors.NotFound))
def get_delivery(delivery_id: UUID, caller: CanReadWebhooks, station: StationDep) -> DeliveryLog:
    """A delivery with its log: when it was tried, what was answered, how long that took."""
    with station.database.read() as session:
        return _with_log(session, caller, delivery_id)


@router.post(
    "/deliveries/{delivery_id}/replay",
    status_code=202,
    response_model=DeliveryLog,
    responses=answers(errors.NotFound, errors.StillRunning, errors.KeyReused),
)
def replay_delivery(
    request: Request, delivery_id: UUID, caller: CanChangeWebhooks, station: StationDep, key: KeyHeader = None
) -> Response:
    """Send one delivery again, at once, under its own `webhook-id`."""

    def work(session: Session) -> tuple[int, DeliveryLog, None]:
        delivery = webhooks.delivery_of_id(session, caller.organisation_id, delivery_id, change=True)
        webhooks.replay(session, delivery)
        return 202, _with_log(session, caller, delivery_id), None

    once = Once(request, caller, key, b"")
    with once.alone():
        return once.earlier() or once.carry_out(work)


def _with_log(session: Session, caller: Caller, delivery_id: UUID) -> DeliveryLog:
    delivery = webhooks.delivery_of_id(session, caller.organisation_id, delivery_id)
    attempts = [AttemptOut.of(row) for row in webhooks.attempts_of(session, delivery)]
    hidden = hidden_events(session, caller, {delivery.sequence})
    return DeliveryLog.with_log(delivery, attempts, withheld=bool(hidden))


def _see_that_tellable(request: Request, url: str) -> None:
    settings: Settings = request.app.state.settings
    Gate(settings.webhook_networks).read(url)  # names are resolved when a message is sent, each time
