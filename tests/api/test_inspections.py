from __future__ import annotations

from hashlib import sha256
from uuid import uuid4

import pytest

from qc.ledger.accounts import Scope
from qc.ledger.ids import uuid7
from tests.api.conftest import CHECKS, EVERYWHERE, SKU, VIEWS, Service
from tests.pictures import DOUBTFUL, GOOD, HOLED, NOT_WOVEN, jpeg

pytestmark = EVERYWHERE


def test_a_good_piece_is_graded_accepted_and_packed_in_one_answer(service: Service) -> None:
    batch = service.open_batch()
    response = service.inspect(auto_accept=True)
    assert response.status_code == 201, response.text
    answer = response.json()
    assert (answer["verdict"]["status"], answer["verdict"]["grade"]) == ("graded", "A")
    assert (answer["piece_state"], answer["batch"]) == ("in_batch", {"id": batch, "number": "B-1"})
    assert [(d["outcome"], d["policy"], d["decided_by"]) for d in answer["decisions"]] == [
        ("accept", "auto_accept", None)
    ]
    assert response.headers["location"] == f"/v1/inspections/{answer['id']}"
    assert service.client.get(response.headers["location"]).json() == answer


def test_without_auto_accept_nothing_is_decided(service: Service) -> None:
    service.open_batch()
    answer = service.inspect().json()
    assert (answer["piece_state"], answer["decisions"], answer["batch"]) == ("registered", [], None)


@pytest.mark.parametrize(
    ("colour", "status", "state"),
    [(HOLED, "graded", "registered"), (DOUBTFUL, "referred", "referred"), (NOT_WOVEN, "retake", "registered")],
)
def test_the_policy_accepts_nothing_but_a_clear_export_grade(
    service: Service, colour: tuple[int, int, int], status: str, state: str
) -> None:
    service.open_batch()
    answer = service.inspect(colour, auto_accept=True).json()
    assert (answer["verdict"]["status"], answer["piece_state"]) == (status, state)
    assert (answer["verdict"]["grade"] == "A", answer["decisions"], answer["batch"]) == (False, [], None)


def test_a_photo_without_a_woven_piece_is_a_retake_with_the_reason_never_a_grade(service: Service) -> None:
    verdict = service.inspect(NOT_WOVEN).json()["verdict"]
    assert (verdict["status"], verdict["grade"]) == ("retake", None)
    assert {reason["rule"] for reason in verdict["reasons"]} == {"retake.no_woven_piece"}


def test_a_fault_is_shown_with_its_place_on_the_marked_photo(service: Service) -> None:
    answer = service.inspect(HOLED).json()
    reason = answer["verdict"]["reasons"][0]
    assert (reason["code"], reason["box"]) == ("HOLE", [200, 200, 400, 400])
    photo = answer["photos"][0]
    original, judged, marked = (service.client.get(photo[which]) for which in ("original", "judged", "marked"))
    assert original.content == jpeg(HOLED, 0)
    assert sha256(judged.content).hexdigest() == reason["photo"]
    assert marked.headers["content-type"] == "image/jpeg"
    assert marked.content not in {original.content, judged.content}


def test_a_large_photo_is_judged_in_its_small_form_and_kept_as_it_came(service: Service) -> None:
    large = jpeg(GOOD, side=2400)
    answer = service.send([large], standard="woven-general").json()
    photo = answer["photos"][0]
    assert service.client.get(photo["original"]).content == large
    assert photo["judged"] != photo["original"]
    evidence = service.client.get(f"/v1/inspections/{answer['id']}/evidence").json()
    assert (evidence["photos"][0]["width"], evidence["photos"][0]["height"]) == (2400, 2400)


def test_a_missing_view_is_named(service: Service) -> None:
    reasons = service.send([jpeg()], views=["top"], sku=SKU).json()["verdict"]["reasons"]
    missing = {reason["view"] for reason in reasons if reason["rule"] == "retake.view_missing"}
    assert missing == set(VIEWS) - {"top"}


def test_missing_checks_keep_a_good_piece_waiting_until_they_are_recorded(service: Service) -> None:
    service.open_batch()
    answer = service.inspect(checks={"odour": "pass"}, auto_accept=True).json()
    assert (answer["verdict"]["status"], answer["piece_state"]) == ("awaiting_checks", "awaiting_checks")
    path = f"/v1/inspections/{answer['id']}/decision"
    refused = service.client.post(path, json={"outcome": "accept", "decided_by": "insp-1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "checks_missing")
    assert "moisture_pct" in refused.json()["missing"]
    rest = {name: value for name, value in CHECKS.items() if name != "odour"}
    rest["moisture_pct"] = {"waived": "meter broken, piece rings dry"}
    done = service.client.post(path, json={"outcome": "accept", "decided_by": "insp-1", "checks": rest})
    assert (done.status_code, done.json()["piece_state"]) == (200, "in_batch")
    assert done.json()["verdict"]["checks_missing"] == []


def test_a_failed_check_recorded_with_the_decision_forbids_acceptance(service: Service) -> None:
    answer = service.inspect(checks={"odour": "pass"}).json()
    refused = service.client.post(
        f"/v1/inspections/{answer['id']}/decision",
        json={"outcome": "accept", "decided_by": "insp-1", "checks": CHECKS | {"moisture_pct": 19.5}},
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "not exported" in refused.json()["detail"]


def test_a_referred_piece_is_accepted_by_a_person_who_looked(service: Service) -> None:
    service.open_batch()
    answer = service.inspect(DOUBTFUL).json()
    done = service.client.post(
        f"/v1/inspections/{answer['id']}/decision", json={"outcome": "accept", "decided_by": "insp-2"}
    ).json()
    assert (done["piece_state"], done["decisions"][0]["decided_by"]) == ("in_batch", "insp-2")


def test_who_sends_a_good_piece_back_says_why(service: Service) -> None:
    path = f"/v1/inspections/{service.inspect().json()['id']}/decision"
    refused = service.client.post(path, json={"outcome": "return", "decided_by": "insp-1"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")
    done = service.client.post(path, json={"outcome": "return", "decided_by": "insp-1", "reason": "handle sits loose"})
    assert done.json()["piece_state"] == "returned"


def test_a_mended_piece_comes_back_as_attempt_two_and_every_inspection_stays(service: Service) -> None:
    service.open_batch()
    piece_id = str(uuid7())
    first = service.inspect(HOLED, piece_id=piece_id).json()
    service.client.post(f"/v1/inspections/{first['id']}/decision", json={"outcome": "return", "decided_by": "insp-1",
                                                                         "reason": "hole can be mended"})  # fmt: skip
    second = service.inspect(GOOD, number=50, piece_id=piece_id, auto_accept=True).json()
    assert (second["attempt"], second["piece_state"]) == (2, "in_batch")
    piece = service.client.get(f"/v1/pieces/{piece_id}").json()
    assert [(x["number"], x["attempt"], x["verdict"]["grade"]) for x in piece["inspections"]] == [
        (1, 1, first["verdict"]["grade"]),
        (2, 2, "A"),
    ]
    assert (piece["grade"], piece["batch"]["number"]) == ("A", "B-1")


def test_the_same_photos_for_the_same_piece_are_one_inspection(service: Service) -> None:
    batch = service.open_batch()
    piece_id = str(uuid7())
    first = service.inspect(piece_id=piece_id, auto_accept=True)
    second = service.inspect(piece_id=piece_id, auto_accept=True)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert service.examiner.examined == 1
    assert service.client.get(f"/v1/batches/{batch}").json()["lines"][0]["filled"] == 1


def test_an_accepted_piece_is_not_inspected_again(service: Service) -> None:
    piece_id = str(uuid7())
    service.inspect(piece_id=piece_id, auto_accept=True)
    again = service.inspect(piece_id=piece_id, number=50)
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (409, "conflict", "accepted")
    assert service.examiner.examined == 1


def test_a_standard_without_a_sku_grades_and_never_logs(service: Service) -> None:
    answer = service.send([jpeg()], standard="woven-general", auto_accept=True).json()
    assert (answer["verdict"]["grade"], answer["piece_state"]) == ("A", "registered")
    refused = service.client.post(
        f"/v1/inspections/{answer['id']}/decision", json={"outcome": "accept", "decided_by": "insp-1"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_auto_accept_needs_the_scope_to_decide(service: Service) -> None:
    headers = service.key(Scope.INSPECT)
    assert service.inspect(auto_accept=True, headers=headers).status_code == 403
    assert service.inspect(headers=headers).status_code == 201


def test_another_organisation_sees_nothing_of_it(service: Service) -> None:
    answer = service.inspect().json()
    strangers = service.key(organisation="others")
    for path in (
        f"/v1/inspections/{answer['id']}",
        f"/v1/inspections/{answer['id']}/evidence",
        f"/v1/pieces/{answer['piece_id']}",
        answer["photos"][0]["original"],
        answer["photos"][0]["marked"],
    ):
        found = service.client.get(path, headers=strangers)
        assert (found.status_code, found.json()["code"]) == (404, "not_found"), path
    decided = service.client.post(
        f"/v1/inspections/{answer['id']}/decision",
        json={"outcome": "reject", "decided_by": "x", "reason": "x"},
        headers=strangers,
    )
    assert decided.status_code == 404
    assert service.inspect(piece_id=answer["piece_id"], headers=strangers).status_code == 404
    assert service.client.get("/v1/pieces", headers=strangers).json()["items"] == []


def test_a_weaver_is_known_by_pseudonym_with_consent(service: Service) -> None:
    refused = service.inspect(maker_ref="mk_7Q2F")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")
    answer = service.inspect(maker_ref="mk_7Q2F", consent_version="2026-03", consented_at="2026-11-20T10:00:00+07:00")
    assert service.client.get(f"/v1/pieces/{answer.json()['piece_id']}").json()["maker_ref"] == "mk_7Q2F"


@pytest.mark.parametrize(
    ("described", "code"),
    [
        ({"sku": "NONE-1"}, "unknown_standard"),
        ({"sku": None, "standard": "none"}, "unknown_standard"),
        ({"sku": None}, "bad_request"),
        ({"standard": "woven-general"}, "bad_request"),
        ({"checks": {"weight": 3}}, "bad_request"),
        ({"checks": {"odour": 3}}, "bad_request"),
        ({"checks": {"moisture_pct": True}}, "bad_request"),
        ({"collection_point": "nowhere"}, "bad_request"),
        ({"piece_id": str(uuid4())}, "bad_request"),
        ({"piece_id": "x"}, "invalid_request"),
        ({"unheard": 1}, "invalid_request"),
        ({"tag": "a\x00b"}, "invalid_request"),
        ({"consented_at": "2026-11-20T10:00:00"}, "invalid_request"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_by_name(
    service: Service, described: dict[str, object], code: str
) -> None:
    response = service.inspect(**described)  # type: ignore[arg-type]
    assert (response.status_code, response.json()["code"]) == (422, code), response.text
    assert service.client.get("/v1/pieces").json()["items"] == []
