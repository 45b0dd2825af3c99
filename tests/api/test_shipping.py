"""One shipment over HTTP, from the order to the departure, and what is refused on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.conftest import SKU, Service
from tests.api.test_orders import ORDER

BY = {"decided_by": "shipper-1"}
WHY = {**BY, "reason": "weighed again"}
MEASURED = {
    "gross_kg": "14.20",
    "net_kg": "12.75",
    "length_cm": "60",
    "width_cm": "40",
    "height_cm": "50.5",
    "desiccant_g": "200",
    "moisture_pct": "11.5",
}
STUFFED = {
    "stuffing_location": "Gudang Sewon, Bantul",
    "stuffing_time": "2026-11-24T03:10:00Z",
    "consolidator": "PT Konsolidasi",
    "tare_kg": "3900",
    "vgm_kg": "9120.5",
}


def post(service: Service, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    response = service.client.post(path, json=body, headers=headers)
    assert response.status_code in (200, 201), response.text
    answer: dict[str, Any] = response.json()
    return answer


def missing(service: Service, batch: str) -> dict[str, list[str]]:
    answer = service.client.get(f"/v1/batches/{batch}/preflight").json()
    return {gap["code"]: gap["subjects"] for gap in answer["missing"]}


@pytest.fixture
def shipment(service: Service) -> Service:
    service.client.app.state.settings.gs1_prefix = "9521234"  # type: ignore[attr-defined]
    return service


def filled(service: Service, pieces: int = 2) -> tuple[str, list[str]]:
    """A batch for an order, with accepted pieces in it."""
    post(service, "/v1/orders", {**ORDER, "lines": [{**ORDER["lines"][0], "quantity": pieces}]})
    batch = post(service, "/v1/batches", {"number": "B-1", "po_number": "PO-1"})["id"]
    accepted = [service.inspect(number=100 * n, auto_accept=True).json()["piece_id"] for n in range(pieces)]
    return batch, accepted


def packed(service: Service, batch: str, pieces: list[str]) -> str:
    """A measured, closed carton with these pieces."""
    carton = post(service, f"/v1/batches/{batch}/cartons", MEASURED)["id"]
    post(service, f"/v1/cartons/{carton}/pieces", {"piece_ids": pieces})
    post(service, f"/v1/cartons/{carton}/close", {})
    return str(carton)


def ready(service: Service) -> tuple[str, str, str]:
    """Batch, carton and container of a shipment that lacks nothing."""
    batch, pieces = filled(service)
    carton = packed(service, batch, pieces)
    container = post(service, "/v1/containers", {"number": "CSQU 305438-3", "type": "40HC", **STUFFED})["id"]
    post(service, f"/v1/containers/{container}/cartons", {"batch_id": batch})
    post(service, f"/v1/containers/{container}/seal", {"seal_no": "ID1234567", **BY})
    told = service.client.patch(
        f"/v1/batches/{batch}",
        json={
            "manufacturer": {"name": "Exporter", "address": "Bantul", "mid": "IDEXPBAN"},
            "wood_packaging": {"used": False},
        },
    )
    assert told.status_code == 200, told.text
    return batch, carton, container


def test_a_shipment_from_order_to_departure(shipment: Service) -> None:
    service = shipment
    batch, carton, container = ready(service)
    shown = service.client.get(f"/v1/cartons/{carton}").json()
    assert (shown["sscc"], shown["cbm"], shown["container_number"]) == (
        "095212340000000013",
        "0.1212",
        "CSQU3054383",
    )
    assert missing(service, batch) == {}
    sealed = post(service, f"/v1/batches/{batch}/seal", BY)
    assert (sealed["state"], sealed["sealed_at"] is not None) == ("sealed", True)
    assert post(service, f"/v1/batches/{batch}/shipment", BY)["state"] == "shipped"
    assert {x["state"] for x in service.client.get(f"/v1/batches/{batch}/pieces").json()["items"]} == {"shipped"}
    assert service.client.get(f"/v1/containers/{container}").json()["state"] == "departed"


def test_the_preflight_lists_all_that_is_missing(service: Service) -> None:
    batch = service.open_batch("B-1", 3)
    pieces = [service.inspect(number=100 * n, auto_accept=True).json()["piece_id"] for n in range(2)]
    carton = post(service, f"/v1/batches/{batch}/cartons", {"number": "K-7"})["id"]
    post(service, f"/v1/cartons/{carton}/pieces", {"piece_ids": pieces[:1]})
    lacking = missing(service, batch)
    assert lacking == {
        "batch.order": [],
        "batch.manufacturer": [],
        "batch.wood_packaging": [],
        "line.unfilled": [SKU],
        "line.order_line": [SKU],
        "batch.unpacked": [],
        **{
            f"carton.{name}": ["K-7"]
            for name in ("open", "sscc", "gross_kg", "net_kg", "cbm", "desiccant_g", "moisture_pct", "container")
        },
    }
    refused = service.client.post(f"/v1/batches/{batch}/seal", json=BY)
    assert (refused.status_code, refused.json()["code"]) == (409, "batch_not_ready")
    assert {gap["code"] for gap in refused.json()["missing"]} == set(lacking)
    waived = [{"code": code, "reason": "a trial shipment"} for code in lacking]
    assert post(service, f"/v1/batches/{batch}/seal", {**BY, "waived": waived})["state"] == "sealed"
    event = service.client.get("/v1/events?limit=200").json()["items"][-1]
    assert {x["code"]: x["reason"] for x in event["data"]["waived"]} == dict.fromkeys(lacking, "a trial shipment")


def test_an_empty_batch_is_never_sealed(service: Service) -> None:
    batch = service.open_batch()
    waived = [{"code": code, "reason": "no matter"} for code in missing(service, batch)]
    refused = service.client.post(f"/v1/batches/{batch}/seal", json={**BY, "waived": waived})
    assert [gap["code"] for gap in refused.json()["missing"]] == ["batch.empty"]


def test_of_two_who_seal_at_once_one_wins(shipment: Service) -> None:
    batch, _, _ = ready(shipment)
    tag = shipment.client.get(f"/v1/batches/{batch}").headers["ETag"]

    def seal(n: int) -> int:
        headers = {"If-Match": tag} if n % 2 else {}
        body = {"decided_by": f"shipper-{n}"}
        return shipment.client.post(f"/v1/batches/{batch}/seal", json=body, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(seal, range(4)))
    assert answers[0] == 200
    assert set(answers[1:]) <= {409, 412}
    sealed = [x for x in shipment.client.get("/v1/events?limit=200").json()["items"] if x["type"] == "batch.sealed"]
    assert len(sealed) == 1


def test_who_saw_another_state_changes_nothing(service: Service) -> None:
    batch, _ = filled(service, 1)
    tag = service.client.get(f"/v1/batches/{batch}").headers["ETag"]
    carton = post(service, f"/v1/batches/{batch}/cartons", {})["id"]
    late = service.client.post(f"/v1/batches/{batch}/seal", json=BY, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    seen = service.client.get(f"/v1/cartons/{carton}").headers["ETag"]
    service.client.patch(f"/v1/cartons/{carton}", json={"gross_kg": "10"})
    late = service.client.patch(f"/v1/cartons/{carton}", json={"net_kg": "9"}, headers={"If-Match": seen})
    assert late.status_code == 412


def test_nothing_in_a_sealed_batch_changes(shipment: Service) -> None:
    service = shipment
    batch, carton, _ = ready(service)
    piece = service.client.get(f"/v1/batches/{batch}/pieces").json()["items"][0]["piece_id"]
    order = service.client.get("/v1/orders").json()["items"][0]["id"]
    other = service.open_batch("B-2", 5)
    post(service, f"/v1/batches/{batch}/seal", BY)
    before = service.client.get(f"/v1/batches/{batch}").json()
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", f"/v1/batches/{batch}/seal", BY),
        ("POST", f"/v1/pieces/{piece}/removal", WHY),
        ("POST", f"/v1/pieces/{piece}/move", {**WHY, "batch_id": other}),
        ("PATCH", f"/v1/cartons/{carton}", {**WHY, "gross_kg": "99"}),
        ("POST", f"/v1/cartons/{carton}/reopening", WHY),
        ("POST", f"/v1/cartons/{carton}/unpacking", {**WHY, "piece_ids": [piece]}),
        ("POST", f"/v1/batches/{batch}/cartons", {}),
        ("POST", f"/v1/batches/{batch}/sscc", {}),
        ("PATCH", f"/v1/batches/{batch}", {**WHY, "wood_packaging": {"used": True}}),
        ("PATCH", f"/v1/orders/{order}/lines", {**WHY, "sku": SKU, "unit_price": "1.00"}),
    ]
    for method, path, body in tries:
        answer = service.client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), (path, answer.text)
    assert service.client.get(f"/v1/batches/{batch}").json() == before


def test_figures_are_corrected_with_who_and_why(service: Service) -> None:
    batch, _ = filled(service, 1)
    carton = post(service, f"/v1/batches/{batch}/cartons", {"gross_kg": "14.20"})["id"]
    bare = service.client.patch(f"/v1/cartons/{carton}", json={"gross_kg": "14.50"})
    assert (bare.status_code, bare.json()["code"]) == (422, "bad_request")
    assert service.client.patch(f"/v1/cartons/{carton}", json={**WHY, "gross_kg": "14.50"}).status_code == 200
    event = service.client.get("/v1/events?limit=200").json()["items"][-1]
    assert (event["type"], event["data"]["before"]) == ("carton.measured", {"gross_kg": "14.20"})
    assert (event["data"]["decided_by"], event["data"]["reason"]) == (WHY["decided_by"], WHY["reason"])
    heavy = service.client.patch(f"/v1/cartons/{carton}", json={"net_kg": "15"})
    assert (heavy.status_code, heavy.json()["code"]) == (422, "bad_request")


@pytest.mark.parametrize(
    ("number", "status"), [("CSQU3054383", 201), ("csqu 305438-3", 201), ("CSQU3054384", 422), ("CSQX3054383", 422)]
)
def test_a_containers_check_digit_is_verified(service: Service, number: str, status: int) -> None:
    assert service.client.post("/v1/containers", json={"number": number, "type": "40HC"}).status_code == status


def test_loading_is_all_or_none_and_sealed_containers_stay_shut(shipment: Service) -> None:
    service = shipment
    batch, pieces = filled(service)
    first = packed(service, batch, pieces[:1])
    second = post(service, f"/v1/batches/{batch}/cartons", MEASURED)["id"]
    container = post(service, "/v1/containers", {"number": "CSQU3054383", "type": "20GP"})["id"]
    both = {"carton_ids": [first, second]}
    assert service.client.post(f"/v1/containers/{container}/cartons", json=both).status_code == 409
    assert service.client.get(f"/v1/cartons/{first}").json()["container_id"] is None
    post(service, f"/v1/containers/{container}/cartons", {"carton_ids": [first]})
    assert service.client.post(f"/v1/cartons/{first}/reopening", json=WHY).status_code == 409
    post(service, f"/v1/containers/{container}/seal", {"seal_no": "S-1", **BY})
    out = {**WHY, "carton_ids": [first]}
    assert service.client.post(f"/v1/containers/{container}/unloading", json=out).status_code == 409
    assert post(service, f"/v1/containers/{container}/breaking", WHY)["seal_no"] is None
    post(service, f"/v1/containers/{container}/unloading", out)
    assert service.client.get(f"/v1/cartons/{first}").json()["container_id"] is None


def test_what_waits_is_visible_and_enters_the_next_batch(service: Service) -> None:
    for n in range(2):
        service.inspect(number=100 * n, auto_accept=True)
    waiting = service.client.get("/v1/waiting").json()["items"]
    assert [(x["sku"], x["pieces"]) for x in waiting] == [(SKU, 2)]
    batch = service.open_batch("B-1", 5)
    assert service.client.get("/v1/waiting").json()["items"] == []
    assert len(service.client.get(f"/v1/batches/{batch}/pieces").json()["items"]) == 2


def test_without_a_prefix_cartons_have_own_numbers_and_get_their_sscc_later(service: Service) -> None:
    batch, pieces = filled(service, 1)
    carton = packed(service, batch, pieces)
    assert service.client.get(f"/v1/cartons/{carton}").json()["sscc"] is None
    assert service.client.post(f"/v1/batches/{batch}/sscc", json={}).status_code == 422
    service.client.app.state.settings.gs1_prefix = "9521234567"  # type: ignore[attr-defined]
    assert post(service, f"/v1/batches/{batch}/sscc", {}) == {"numbered": 1}
    assert service.client.get(f"/v1/cartons/{carton}").json()["sscc"] == "095212345670000011"
    assert "carton.sscc" not in missing(service, batch)


def test_another_organisations_things_are_not_there(shipment: Service) -> None:
    service = shipment
    batch, carton, container = ready(service)
    others = service.key(organisation="others")
    piece = service.client.get(f"/v1/batches/{batch}/pieces").json()["items"][0]["piece_id"]
    for method, path, body in (
        ("GET", f"/v1/batches/{batch}/preflight", None),
        ("GET", f"/v1/batches/{batch}/cartons", None),
        ("GET", f"/v1/cartons/{carton}", None),
        ("GET", f"/v1/cartons/{carton}/pieces", None),
        ("GET", f"/v1/containers/{container}", None),
        ("POST", f"/v1/batches/{batch}/seal", BY),
        ("POST", f"/v1/batches/{batch}/shipment", BY),
        ("POST", f"/v1/batches/{batch}/cartons", {}),
        ("POST", f"/v1/cartons/{carton}/pieces", {"piece_ids": [piece]}),
        ("POST", f"/v1/containers/{container}/cartons", {"carton_ids": [carton]}),
        ("PATCH", f"/v1/containers/{container}", {"tare_kg": "1"}),
        ("PATCH", f"/v1/batches/{batch}", {}),
    ):
        assert service.client.request(method, path, json=body, headers=others).status_code == 404, path
