"""Lot acceptance over HTTP, from an open batch to a decided lot, with its picture."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from qc.ledger.accounts import Scope
from tests.api.conftest import CHECKS, SKU, Service
from tests.pictures import jpeg

LANGUAGES = {"en", "id"}


def sampled(service: Service, pieces: int, number: str = "B-1") -> tuple[str, dict[str, Any]]:
    """A batch with that many accepted pieces, and its lot."""
    batch = service.open_batch(number)
    for n in range(pieces):
        answer = service.inspect(number=100 * n, auto_accept=True)
        assert answer.json()["piece_state"] == "in_batch", answer.text
    begun = service.client.post(f"/v1/batches/{batch}/sampling", json={"started_by": "supervisor-1"})
    assert begun.status_code == 201, begun.text
    [lot] = begun.json()["items"]
    return batch, lot


def judged(service: Service, row: dict[str, Any], *codes: str, person: str = "reinspector-1") -> dict[str, Any]:
    body = {"inspected_by": person, "defects": [{"code": code} for code in codes], "checks": CHECKS}
    answer = service.client.post(f"/v1/reinspections/{row['id']}/result", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def listed(service: Service, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.client.get("/v1/reinspections", params=query).json()["items"]
    return items


def test_a_lot_goes_from_sampling_to_acceptance_and_says_why_in_both_languages(service: Service) -> None:
    batch, lot = sampled(service, 4)
    assert lot["plan"]["edition"] == "ISO 2859-1:1999"
    assert (lot["state"], lot["size"], lot["accepted"], lot["results"]) == ("sampling", 4, None, [])
    rows = listed(service, lot_id=lot["id"])
    assert [row["position"] for row in rows] == [1, 2, 3, 4]
    for row in rows:
        done = judged(service, row)
    assert (done["found"]["worst"], done["found"]["meets_standard"]) == (None, True)
    decided = service.client.get(f"/v1/lots/{lot['id']}").json()
    assert (decided["state"], decided["accepted"]) == ("accepted", True)
    assert {r["defect_class"] for r in decided["results"]} == {"critical", "major", "minor"}
    for result in decided["results"]:
        assert set(result["words"]) == LANGUAGES
        assert "ISO 2859-1:1999" in result["words"]["id"]
    assert decided["switching"]["major"]["after"]["score"] == 2
    assert listed(service) == []
    states = service.client.get("/v1/switching", params={"sku": SKU}).json()["items"]
    assert {(row["defect_class"], row["aql"], row["lots"]) for row in states} == {
        ("critical", "0", 1), ("major", "2.5", 1), ("minor", "4", 1),
    }  # fmt: skip
    assert service.client.get(f"/v1/batches/{batch}").json()["state"] == "sampling"


def test_a_rejected_lot_is_screened_and_resubmitted(service: Service) -> None:
    batch, lot = sampled(service, 4)
    bad, *good = listed(service)
    judged(service, bad, "STRAND_BROKEN")
    for row in good:
        judged(service, row)
    decided = service.client.get(f"/v1/lots/{lot['id']}").json()
    assert decided["state"] == "rejected"
    [reason] = [r["words"]["en"] for r in decided["results"] if not r["accepted"]]
    assert reason == (
        "Major: 1 of 4 pieces defective, 1 or more reject the lot "
        "(ISO 2859-1:1999, level II, letter C, normal inspection, AQL 2.5)."
    )
    assert service.client.get(f"/v1/batches/{batch}").json()["state"] == "rejected"
    codes = [gap["code"] for gap in service.client.get(f"/v1/batches/{batch}/preflight").json()["missing"]]
    assert "lot.rejected" in codes
    step = {"decided_by": "supervisor-1"}
    assert service.client.post(f"/v1/lots/{lot['id']}/screening", json=step).json()["state"] == "screened"
    again = service.client.post(f"/v1/lots/{lot['id']}/resubmission", json=step)
    assert (again.status_code, again.json()["original"], again.json()["size"]) == (201, False, 3)
    assert service.client.get(f"/v1/pieces/{bad['piece_id']}").json()["state"] == "referred"
    for row in listed(service):
        judged(service, row)
    assert service.client.get(again.headers["location"]).json()["state"] == "accepted"
    pages = service.client.get("/v1/lots", params={"limit": 1}).json()
    older = service.client.get("/v1/lots", params={"limit": 1, "before": pages["next"]}).json()
    assert [x["id"] for x in (*pages["items"], *older["items"])] == [again.json()["id"], lot["id"]]
    assert older["next"] is None


def test_the_supervisor_sees_what_is_left_to_screen(service: Service) -> None:
    _, lot = sampled(service, 6)
    drawn = listed(service)
    for row in drawn:
        judged(service, row, "STRAND_BROKEN")
    service.client.post(f"/v1/lots/{lot['id']}/screening", json={"decided_by": "supervisor-1"})
    sample, rest = (
        service.client.get(f"/v1/lots/{lot['id']}/sample", params={"purpose": purpose}).json()["items"]
        for purpose in ("sample", "screening")
    )
    assert [row["id"] for row in sample] == [row["id"] for row in drawn]
    assert len(rest) == 6 - len(drawn) > 0
    assert {row["found"] for row in rest} == {None}
    assert not {row["piece_id"] for row in rest} & {row["piece_id"] for row in drawn}


def test_sampling_begins_once_whatever_is_retried(service: Service) -> None:
    batch = service.open_batch()
    service.inspect(auto_accept=True)
    body, key = {"started_by": "supervisor-1"}, {"Idempotency-Key": "begin-1"}
    first, again = (service.client.post(f"/v1/batches/{batch}/sampling", json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    refused = service.client.post(f"/v1/batches/{batch}/sampling", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    gone = {"decided_by": "supervisor-1", "reason": "begun by mistake"}
    undone = service.client.post(f"/v1/batches/{batch}/sampling/withdrawal", json=gone)
    assert undone.json()["items"][0]["state"] == "withdrawn"
    assert service.client.get(f"/v1/batches/{batch}").json()["state"] == "open"


def test_an_auditor_is_given_all_that_a_draw_follows_from(service: Service) -> None:
    _, lot = sampled(service, 3)
    draw = service.client.get(f"/v1/lots/{lot['id']}/draw").json()
    content = service.client.get(f"/v1/lots/{lot['id']}/pieces").json()["items"]
    assert draw["genuine"] is True
    assert sorted(draw["drawn"]) == sorted(row["piece_id"] for row in content)
    sample = service.client.get(f"/v1/lots/{lot['id']}/sample", params={"limit": 2}).json()
    rest = service.client.get(f"/v1/lots/{lot['id']}/sample", params={"after": sample["next"]}).json()
    assert [row["piece_id"] for row in (*sample["items"], *rest["items"])] == draw["drawn"]


def test_the_operating_characteristic_is_a_picture_with_words(service: Service) -> None:
    _, lot = sampled(service, 3)
    for language, word in (("en", "no share that may be defective"), ("id", "bukan bagian yang boleh cacat")):
        answer = service.client.get(f"/v1/lots/{lot['id']}/oc.svg", params={"lang": language})
        assert answer.headers["content-type"] == "image/svg+xml"
        assert ElementTree.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"
        assert word in answer.text
    numbers = service.client.get(f"/v1/lots/{lot['id']}/oc").json()
    assert set(numbers["words"]) == LANGUAGES
    for curve in numbers["curves"]:
        assert curve["points"][0] == [0, 1]
        assert curve["points"][-1] == [1, 0]


def test_a_reinspectors_photos_are_kept_and_named_by_the_record(service: Service) -> None:
    _, lot = sampled(service, 1)
    [row] = listed(service, lot_id=lot["id"])
    path = f"/v1/reinspections/{row['id']}/photos"
    files = [("photos", ("p.jpg", jpeg(number=900), "image/jpeg"))]
    first, again = (service.client.post(path, files=files, data={"views": ["top"]}) for _ in range(2))
    assert first.status_code == 201, first.text
    assert first.json()["photos"] == again.json()["photos"]
    [photo] = first.json()["photos"]
    assert service.client.get(photo["photo"]).content == jpeg(number=900)
    no_photo = service.client.post(path, files=[("photos", ("p.jpg", b"no photo", "image/jpeg"))])
    assert (no_photo.status_code, no_photo.json()["code"]) == (422, "bad_photo")
    judged(service, row)
    late = service.client.post(path, files=files, data={"views": ["top"]})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    events = service.client.get("/v1/events", params={"limit": 200}).json()["items"]
    [recorded] = [e for e in events if e["type"] == "reinspection.recorded"]
    assert recorded["data"]["photos"] == [photo["photo"].removeprefix("/v1/photos/")]


def test_a_policy_is_set_and_its_seed_is_not_shown(service: Service) -> None:
    assert service.client.get("/v1/sampling-policy").json()["set_at"] is None
    body = {"lots_required": True, "accepted_rate": 0.05, "refused_rate": 0.2, "decided_by": "admin-1"}
    answer = service.client.put("/v1/sampling-policy", json=body)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {*body, "set_at"}
    wrong = service.client.put("/v1/sampling-policy", json=body | {"accepted_rate": 2})
    assert wrong.status_code == 422


def test_rates_and_disagreements_come_with_intervals(service: Service) -> None:
    body = {"lots_required": False, "accepted_rate": 1, "refused_rate": 1, "decided_by": "admin-1"}
    service.client.put("/v1/sampling-policy", json=body)
    for n in range(2):
        service.inspect(number=100 * n, auto_accept=True)
    bad, good = listed(service)
    assert {bad["purpose"], good["purpose"]} == {"chance"}
    judged(service, bad, "STRAND_BROKEN")
    judged(service, good)
    rates = service.client.get("/v1/rates").json()
    assert (rates["escapes"]["judged"], rates["escapes"]["rate"]["rate"]) == (2, 0.5)
    assert rates["escapes"]["rate"]["low"] < 0.5 < rates["escapes"]["rate"]["high"]
    assert rates["false_rejects"] == {"judged": 0, "open": 0, "missed": 0, "rate": None}
    [item] = service.client.get("/v1/rates/disagreements").json()["items"]
    assert (item["first"], item["reinspection"]["piece_id"]) == ("accepted", bad["piece_id"])


@pytest.mark.parametrize("step", ["resume", "withdraw_reduced", "allow_reduced"])
def test_switching_steps_are_refused_where_they_make_no_sense(service: Service, step: str) -> None:
    sampled(service, 1)
    [state, *_] = service.client.get("/v1/switching").json()["items"]
    assert service.client.get(f"/v1/switching/{state['id']}").json() == state
    body = {"step": step, "decided_by": "admin-1", "reason": "to see"}
    if step == "allow_reduced":
        body["steady_production_by"] = "supervisor-1"
    answer = service.client.post(f"/v1/switching/{state['id']}/decision", json=body)
    assert answer.status_code in {409, 422}, answer.text
    assert "QC_REDUCED_INSPECTION" in answer.json()["detail"] or step != "allow_reduced"


@pytest.mark.parametrize("path", ["", "/draw", "/pieces", "/sample", "/oc", "/oc.svg"])
def test_another_organisations_lot_is_404(service: Service, path: str) -> None:
    _, lot = sampled(service, 1)
    strangers = service.key(organisation="others")
    found = service.client.get(f"/v1/lots/{lot['id']}{path}", headers=strangers)
    assert (found.status_code, found.json()["code"]) == (404, "not_found")
    [row] = listed(service)
    for url in (f"/v1/reinspections/{row['id']}/result", f"/v1/lots/{lot['id']}/screening"):
        body = {"inspected_by": "x"} if "result" in url else {"decided_by": "x"}
        assert service.client.post(url, json=body, headers=strangers).status_code == 404


def test_steps_need_their_scope(service: Service) -> None:
    _, lot = sampled(service, 1)
    [row] = listed(service)
    for url, scope in (
        (f"/v1/lots/{lot['id']}/screening", Scope.DECIDE_LOTS),
        (f"/v1/reinspections/{row['id']}/result", Scope.REINSPECT),
    ):
        headers = service.key(*(other for other in Scope if other is not scope))
        body = {"inspected_by": "x"} if "result" in url else {"decided_by": "x"}
        refused = service.client.post(url, json=body, headers=headers)
        assert (refused.status_code, refused.json()["scope"]) == (403, scope)
