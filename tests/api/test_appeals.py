"""A weaver may object: a second person judges, and both judgements are kept."""

from __future__ import annotations

from typing import Any

from qc.ledger.ids import uuid7
from tests.api.conftest import EVERYWHERE, Service
from tests.pictures import GOOD, HOLED

pytestmark = EVERYWHERE


def decide(service: Service, inspection: str, **said: Any) -> Any:
    return service.client.post(f"/v1/inspections/{inspection}/decision", json={"decided_by": "ibu-01"} | said)


def refused(service: Service, outcome: str = "return", tag: str = "T-1") -> dict[str, Any]:
    """A piece that the first inspector sent back or rejected."""
    first: dict[str, Any] = service.inspect(HOLED, piece_id=str(uuid7()), tag=tag).json()
    decided = decide(service, first["id"], outcome=outcome, reason="hole in the wall")
    assert decided.status_code == 200, decided.text
    return first


def test_a_second_person_judges_the_same_attempt_and_both_are_kept(service: Service) -> None:
    service.open_batch()
    for outcome in ("return", "reject"):
        first = refused(service, outcome, tag=f"T-{outcome}")
        appeal = service.inspect(GOOD, piece_id=first["piece_id"], appeal=True)
        assert appeal.status_code == 201, appeal.text
        assert (appeal.json()["number"], appeal.json()["attempt"]) == (2, 1)
        same = decide(service, appeal.json()["id"], outcome="accept")
        assert (same.status_code, same.json()["code"]) == (403, "not_allowed")
        other = decide(service, appeal.json()["id"], outcome="accept", decided_by="pak-02")
        assert (other.status_code, other.json()["piece_state"]) == (200, "in_batch")
        piece = service.client.get(f"/v1/pieces/{first['piece_id']}").json()
        assert [[d["decided_by"] for d in i["decisions"]] for i in piece["inspections"]] == [["ibu-01"], ["pak-02"]]


def test_new_photos_of_an_undecided_appeal_belong_to_it(service: Service) -> None:
    first = refused(service)
    service.inspect(GOOD, piece_id=first["piece_id"], appeal=True)
    again = service.inspect(GOOD, number=50, piece_id=first["piece_id"]).json()
    assert decide(service, again["id"], outcome="accept").status_code == 403


def test_only_a_refused_piece_can_be_appealed_for(service: Service) -> None:
    service.open_batch()
    accepted = service.inspect(GOOD, piece_id=str(uuid7()), auto_accept=True).json()
    appeal = service.inspect(GOOD, number=9, piece_id=accepted["piece_id"], appeal=True)
    assert (appeal.status_code, appeal.json()["code"]) == (409, "conflict")
    unknown = service.inspect(GOOD, piece_id=str(uuid7()), appeal=True)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "bad_request")
    by_policy = service.inspect(GOOD, piece_id=accepted["piece_id"], appeal=True, auto_accept=True)
    assert by_policy.status_code == 422


def test_a_phone_that_never_saw_the_piece_learns_its_id_from_the_tag(service: Service) -> None:
    first = refused(service, tag="T-9")
    stranger = service.inspect(GOOD, piece_id=str(uuid7()), tag="T-9", appeal=True)
    assert (stranger.status_code, stranger.json()["code"]) == (409, "tag_used")
    assert stranger.json()["piece_id"] == first["piece_id"]
