from __future__ import annotations

from typing import Any

from qc.ledger.accounts import Scope
from tests.api.conftest import EVERYWHERE, SKU, Service

pytestmark = EVERYWHERE

LINE: dict[str, Any] = {
    "sku": SKU,
    "quantity": 3105,
    "unit_price": "5.73",
    "description": "Waste basket of water hyacinth",
    "customs": {
        "buyer_item_no": "803-11",
        "description_id": "Keranjang sampah eceng gondok",
        "hs6": "460219",
        "hts10": "4602191800",
        "origin": "ID",
        "materials": [
            {
                "species": "Pontederia crassipes",
                "name_id": "eceng gondok",
                "harvest_country": "ID",
                "kg_per_piece": "0.85",
                "wild": True,
            }
        ],
    },
}
ORDER: dict[str, Any] = {"po_number": "PO-1", "buyer": "Buyer Inc.", "currency": "USD", "lines": [LINE]}
WHY = {"decided_by": "shipper-1", "reason": "ruling of the importer's broker"}


def test_an_order_is_entered_and_read_as_it_was_sent(service: Service) -> None:
    made = service.client.post("/v1/orders", json=ORDER, headers={"Idempotency-Key": "po-1"})
    assert made.status_code == 201, made.text
    assert service.client.post("/v1/orders", json=ORDER, headers={"Idempotency-Key": "po-1"}).json() == made.json()
    read = service.client.get(made.headers["Location"])
    assert read.json() == made.json()
    assert {**read.json()["lines"][0]} == LINE
    same = service.client.get(made.headers["Location"], headers={"If-None-Match": read.headers["ETag"]})
    assert same.status_code == 304
    again = service.client.post("/v1/orders", json=ORDER)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_orders_are_listed_a_page_at_a_time(service: Service) -> None:
    for n in range(3):
        service.client.post("/v1/orders", json={**ORDER, "po_number": f"PO-{n}"})
    first = service.client.get("/v1/orders?limit=2").json()
    second = service.client.get(f"/v1/orders?limit=2&before={first['next']}").json()
    assert [x["po_number"] for x in first["items"] + second["items"]] == ["PO-2", "PO-1", "PO-0"]
    assert second["next"] is None


def test_money_that_is_no_plain_decimal_is_refused(service: Service) -> None:
    for price in (5.73, "5,73", "1e3", "-1", "5.12345", "NaN", ""):
        body = {**ORDER, "lines": [{**LINE, "unit_price": price}]}
        assert service.client.post("/v1/orders", json=body).status_code == 422, price


def test_an_order_names_each_sku_once(service: Service) -> None:
    refused = service.client.post("/v1/orders", json={**ORDER, "lines": [LINE, LINE]})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")


def test_a_line_is_corrected_with_who_and_why(service: Service) -> None:
    order = service.client.post("/v1/orders", json=ORDER).json()
    path, which = f"/v1/orders/{order['id']}/lines", {**WHY, "sku": SKU}
    corrected = service.client.patch(path, json={**which, "unit_price": "5.80", "customs": {"hts10": "4602191700"}})
    assert corrected.status_code == 200, corrected.text
    line = corrected.json()["lines"][0]
    assert (line["unit_price"], line["customs"]) == ("5.80", {**LINE["customs"], "hts10": "4602191700"})
    event = service.client.get("/v1/events?limit=200").json()["items"][-1]
    assert event["type"] == "order.line_corrected"
    assert (event["data"]["before"]["unit_price"], event["data"]["line"]["unit_price"]) == ("5.73", "5.80")
    assert (event["data"]["decided_by"], event["data"]["reason"]) == (WHY["decided_by"], WHY["reason"])
    assert service.client.patch(path, json={"sku": SKU, "unit_price": "5.90"}).status_code == 422
    assert service.client.patch(path, json={**WHY, "sku": "OTHER"}).status_code == 404


def test_another_organisations_order_is_not_there(service: Service) -> None:
    order = service.client.post("/v1/orders", json=ORDER).json()
    headers = service.key(organisation="others")
    assert service.client.get(f"/v1/orders/{order['id']}", headers=headers).status_code == 404
    patched = service.client.patch(f"/v1/orders/{order['id']}/lines", json={**WHY, "sku": SKU}, headers=headers)
    assert patched.status_code == 404


def test_reading_and_writing_orders_are_scopes_of_their_own(service: Service) -> None:
    reader = service.key(Scope.READ_ORDERS)
    assert service.client.get("/v1/orders", headers=reader).status_code == 200
    assert service.client.post("/v1/orders", json=ORDER, headers=reader).status_code == 403
