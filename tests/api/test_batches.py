from __future__ import annotations

from itertools import pairwise

from tests.api.conftest import EVERYWHERE, SKU, Service

pytestmark = EVERYWHERE


def test_batches_are_opened_listed_and_shown(service: Service) -> None:
    made = [service.open_batch(f"B-{n}", 10) for n in range(5)]
    seen, path = [], "/v1/batches?limit=2"
    for _ in range(3):
        page = service.client.get(path).json()
        seen += [batch["id"] for batch in page["items"]]
        path = f"/v1/batches?limit=2&before={page['next']}"
    assert page["next"] is None
    assert seen == made[::-1]
    one = service.client.get(f"/v1/batches/{made[0]}").json()
    assert (one["number"], one["state"], one["lines"]) == ("B-0", "open", [{"sku": SKU, "quantity": 10, "filled": 0}])


def test_pieces_fill_the_oldest_batch_and_spill_over(service: Service) -> None:
    first, second = service.open_batch("B-1", 1), service.open_batch("B-2", 5)
    pieces = [service.inspect(number=100 * n, auto_accept=True).json()["piece_id"] for n in range(3)]
    inside = [
        [piece["piece_id"] for piece in service.client.get(f"/v1/batches/{batch}/pieces").json()["items"]]
        for batch in (first, second)
    ]
    assert inside == [pieces[:1], pieces[1:]]
    page = service.client.get(f"/v1/batches/{second}/pieces?limit=1").json()
    rest = service.client.get(f"/v1/batches/{second}/pieces?after={page['next']}").json()
    assert [x["piece_id"] for x in page["items"] + rest["items"]] == pieces[1:]


def test_a_waiting_piece_is_visible_and_enters_the_next_batch(service: Service) -> None:
    piece = service.inspect(auto_accept=True).json()
    assert piece["piece_state"] == "accepted"
    waiting = service.client.get("/v1/pieces?state=accepted").json()["items"]
    assert [x["id"] for x in waiting] == [piece["piece_id"]]
    service.open_batch()
    assert service.client.get(f"/v1/pieces/{piece['piece_id']}").json()["state"] == "in_batch"


def test_a_number_is_taken_once(service: Service) -> None:
    service.open_batch("B-1")
    again = service.client.post("/v1/batches", json={"number": "B-1", "lines": [{"sku": SKU, "quantity": 1}]})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_an_unknown_order_is_refused(service: Service) -> None:
    response = service.client.post("/v1/batches", json={"number": "B-1", "po_number": "PO-0"})
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_events_can_be_caught_up_with(service: Service) -> None:
    service.open_batch()
    service.inspect(auto_accept=True)
    page = service.client.get("/v1/events?limit=3").json()
    rest = service.client.get(f"/v1/events?after={page['next']}").json()
    events = page["items"] + rest["items"]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events][-5:] == [
        "piece.registered",
        "standard.used",
        "piece.inspected",
        "piece.accepted",
        "piece.batched",
    ]
    assert all(later["previous"] == event["hash"] for event, later in pairwise(events))
    assert service.client.get(f"/v1/events?after={rest['next']}").json() == {"items": [], "next": rest["next"]}


def test_standards_are_listed_with_what_they_ask_for(service: Service) -> None:
    listed = {x["name"]: x for x in service.client.get("/v1/standards").json()["items"]}
    basket = listed["waste-basket-water-hyacinth"]
    assert (basket["sku"], basket["views"]) == (SKU, ["top", "inside", "side_1", "side_2", "base"])
    assert listed["woven-general"]["sku"] is None
