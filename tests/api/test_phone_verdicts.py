"""What the phone said is kept beside what the server says, once, and disagreement with it."""

from __future__ import annotations

from qc.ledger.accounts import Scope
from tests.api.conftest import EVERYWHERE, Service
from tests.pictures import GOOD, HOLED

pytestmark = EVERYWHERE

SAID = {"bundle_sha256": "ab" * 32, "model": "colours-1.0.0", "status": "graded", "grade": "A", "ms": 700}


def test_agreement_and_disagreement_are_told_apart(service: Service) -> None:
    for colour, agrees in ((GOOD, True), (HOLED, False)):
        inspection = service.inspect(colour).json()
        answer = service.client.put(f"/v1/inspections/{inspection['id']}/phone-verdict", json=SAID)
        assert (answer.status_code, answer.json()["agrees"]) == (200, agrees), answer.text
        event = service.client.get("/v1/events?limit=200").json()["items"][-1]
        assert (event["type"], event["data"]["agrees"]) == ("inspection.phone_verdict", agrees)
        assert event["data"]["bundle"] == SAID["bundle_sha256"]


def test_the_same_again_changes_nothing_and_another_is_refused(service: Service) -> None:
    path = f"/v1/inspections/{service.inspect(GOOD).json()['id']}/phone-verdict"
    first = service.client.put(path, json=SAID)
    assert service.client.put(path, json=SAID).json() == first.json()
    other = service.client.put(path, json=SAID | {"grade": "B"})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")


def test_a_verdict_has_a_form_and_another_organisations_inspection_is_not_there(service: Service) -> None:
    path = f"/v1/inspections/{service.inspect(GOOD).json()['id']}/phone-verdict"
    for wrong in ({"bundle_sha256": "x"}, {"status": "fine"}, {"grade": "C"}, {"ms": -1}, {"more": 1}):
        assert service.client.put(path, json=SAID | wrong).status_code == 422
    headers = service.key(Scope.INSPECT, organisation="others")
    assert service.client.put(path, json=SAID, headers=headers).status_code == 404
