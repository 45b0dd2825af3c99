"""Every route with an id in it, walked with the ids of another organisation: to a stranger, nothing is there."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from qc.api.app import create_app
from qc.ledger.accounts import Scope
from qc.settings import Settings
from tests.api.conftest import SKU, Service
from tests.api.made_up import request_of
from tests.api.test_lots import sampled
from tests.api.test_orders import ORDER
from tests.api.test_shipping import post

NOT_AN_ORGANISATIONS = {
    "/r/{code}",  # a receipt is opened by its unguessable code, by whoever has it
    "/r/{code}/{number}.jpg",
    "/v1/bundle/files/{digest}",  # the model is the same for all
    "/v1/standards/{name}",  # names, of which each organisation has its own: nothing to find out by them
    "/v1/standards/{name}/preview",
    "/v1/standards/{name}/versions",
    "/v1/standards/{name}/versions/{version}",
    "/v1/standards/{name}/versions/{version}/release",
}


def things(service: Service) -> dict[str, str]:
    """One thing of each kind, by the name of its id in a path."""
    order = post(service, "/v1/orders", ORDER)["id"]
    endpoint = post(service, "/v1/webhooks", {"url": "https://example.invalid/", "event_types": ["batch.opened"]})
    batch, lot = sampled(service, 1)
    inspection = service.inspect(number=900, maker_ref="mk_7Q2F", consent_version="2026-11").json()
    shipped = service.open_batch("B-2")
    row = service.client.get(f"/v1/lots/{lot['id']}/sample").json()["items"][0]
    state = service.client.get("/v1/switching").json()["items"][0]
    return {
        "inspection_id": inspection["id"],
        "piece_id": inspection["piece_id"],
        "sha256": inspection["photos"][0]["original"].rsplit("/", 1)[1],
        "batch_id": batch,
        "carton_id": post(service, f"/v1/batches/{shipped}/cartons", {})["id"],
        "container_id": post(service, "/v1/containers", {"number": "CSQU 305438-3", "type": "40HC"})["id"],
        "order_id": order,
        "lot_id": lot["id"],
        "reinspection_id": row["id"],
        "rejudgement_id": post(service, "/v1/rejudgements", {"standard": SKU, "reason": "the buyer asks"})["id"],
        "state_id": state["id"],
        "maker_ref": "mk_7Q2F",
        "webhook_id": endpoint["id"],
        "delivery_id": delivery_to(service, endpoint["id"]),
        "key_id": post(service, "/v1/keys", {"name": "x", "role": "shipper"})["id"],
        "form": "json",
    }


def delivery_to(service: Service, endpoint: str) -> str:
    """The id of a delivery, made by a replica that tells; the fixture's own service does not."""
    with TestClient(create_app(Settings(home=service.folder), service.station)):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = service.client.get(f"/v1/webhooks/{endpoint}/deliveries").json()["items"]
            if found:
                return str(found[0]["id"])
            time.sleep(0.1)
    raise AssertionError("no delivery was made")


def addresses() -> Iterator[tuple[str, str]]:
    """Method and template of every route with something in its path."""
    for context in iter_route_contexts(create_app().routes):
        route = context.original_route
        if isinstance(route, APIRoute) and "{" in route.path and route.path not in NOT_AN_ORGANISATIONS:
            for method in sorted(route.methods or ()):
                yield method, str(route.path)


def test_another_organisations_ids_lead_nowhere(service: Service) -> None:
    service.client.app.state.settings.gs1_prefix = "9521234"  # type: ignore[attr-defined]
    known, strangers = things(service), service.key(organisation="others")
    sighted = service.key(*(scope for scope in Scope if scope is not Scope.REINSPECT))
    document, walked = create_app().openapi(), 0
    wrong: list[tuple[str, str, int, str]] = []
    # What reads goes first, so that all of it is there to be read; what ends a thing last.
    order = ["GET", "PUT", "POST", "PATCH", "DELETE"]
    for method, template in sorted(addresses(), key=lambda each: order.index(each[0])):
        names = re.findall(r"{(\w+)}", template)
        assert set(names) <= set(known), f"{template}: make one in `things`, so that this walk can try it"
        address = template.format_map(known)
        if method == "GET":
            # Whoever may judge again is blind to what waits for it, so only re-inspections are read with that scope.
            own = service.client.get(address, headers={} if "reinspection_id" in names else sighted)
            if own.status_code != 200:
                wrong.append(("its owner's", address, own.status_code, own.text[:200]))
        answer = service.client.request(method, address, headers=strangers, **request_of(document, method, template))
        walked += 1
        if answer.status_code != 404 or answer.json()["code"] != "not_found":
            wrong.append((method, template, answer.status_code, answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))
    assert walked > 50
