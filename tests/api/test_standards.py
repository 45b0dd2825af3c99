"""Standards as new versions: proposed, tried on past evidence, put into force; what was decided stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest

from qc.ledger import standards_edited
from qc.ledger.accounts import Scope
from qc.ledger.events import now, rfc3339
from qc.standards.library import SHIPPED
from tests.api.conftest import EVERYWHERE, SKU, Service
from tests.pictures import GOOD, HOLED

pytestmark = EVERYWHERE

NAME = "waste-basket-water-hyacinth"
TEXT = (SHIPPED / f"{NAME}.yaml").read_text(encoding="utf-8")
WHY = {"decided_by": "supervisor-1", "reason": "the buyer's letter of 12 November"}
MILD = "defects:\n  HOLE: {severity: none}\n"


def lenient(version: int = 2) -> str:
    """The waste basket's standard, but minding no holes and no photo that looks defective as a whole."""
    text = TEXT.replace("version: 1", f"version: {version}").replace("defects:\n", MILD, 1)
    return text.replace("defect: {refer: 0.60, act: 0.80}", "defect: null")


def propose(
    service: Service, text: str, name: str = NAME, kind: str = "application/yaml", **more: Any
) -> httpx.Response:
    answer: httpx.Response = service.client.post(
        f"/v1/standards/{name}/versions",
        content=text.encode(),
        headers={"Content-Type": kind} | more.get("headers", {}),
    )
    return answer


def release(service: Service, version: int, **more: Any) -> httpx.Response:
    answer: httpx.Response = service.client.post(f"/v1/standards/{NAME}/versions/{version}/release", json=WHY | more)
    return answer


def in_force(service: Service) -> int:
    return int(service.client.get(f"/v1/standards/{NAME}").json()["version"])


def test_a_proposed_version_judges_nothing_until_it_is_put_into_force(service: Service) -> None:
    assert propose(service, lenient()).status_code == 201
    assert in_force(service) == 1
    before = service.inspect(HOLED).json()
    assert before["verdict"]["standard_version"] == 1
    assert release(service, 2).status_code == 201
    assert in_force(service) == 2
    service.open_batch()
    after = service.inspect(HOLED, number=100, auto_accept=True).json()
    assert (after["verdict"]["standard_version"], after["verdict"]["grade"]) == (2, "A")
    assert after["piece_state"] == "in_batch"
    assert service.client.get(f"/v1/inspections/{before['id']}").json()["verdict"] == before["verdict"]


def test_who_why_and_since_when_stand_in_the_chain(service: Service) -> None:
    propose(service, lenient())
    release(service, 2)
    proposed, released = service.client.get("/v1/events?limit=200").json()["items"][-2:]
    assert (proposed["type"], proposed["data"]["version"]) == ("standard.proposed", 2)
    data = released["data"]
    assert released["type"] == "standard.put_into_force"
    assert (data["decided_by"], data["reason"], data["replaces"], data["version"]) == (*WHY.values(), 1, 2)
    listed = service.client.get(f"/v1/standards/{SKU}/versions").json()
    assert [(x["version"], x["origin"], x["in_force"]) for x in listed["items"]] == [
        (1, "file", False),
        (2, "service", True),
    ]
    assert [(x["version"], x["decided_by"]) for x in listed["releases"]] == [(2, "supervisor-1")]


def test_a_preview_counts_what_would_change_and_changes_nothing(service: Service) -> None:
    pieces = [service.inspect(colour, number=100 * n).json() for n, colour in enumerate([GOOD, HOLED, GOOD, HOLED])]
    events = len(service.client.get("/v1/events?limit=200").json()["items"])
    propose(service, lenient())
    seen: list[dict[str, Any]] = []
    after = None
    while True:
        page = service.client.post(f"/v1/standards/{SKU}/preview", json={"version": 2, "limit": 3, "after": after})
        assert page.status_code == 200, page.text
        seen.append(page.json())
        after = page.json()["next"]
        if after is None:
            break
    assert [one["examined"] for one in seen] == [3, 1]
    counts: dict[tuple[str, str], int] = {}
    for x in (count for one in seen for count in one["counts"]):
        counts[x["before"], x["after"]] = counts.get((x["before"], x["after"]), 0) + x["pieces"]
    holed = pieces[1]["verdict"]["grade"]
    assert counts == {("A", "A"): 2, (holed, "A"): 2}
    changed = {change["piece_id"] for one in seen for change in one["changes"]}
    assert changed == {pieces[1]["piece_id"], pieces[3]["piece_id"]}
    assert len(service.client.get("/v1/events?limit=200").json()["items"]) == events + 1
    assert service.client.post(f"/v1/standards/{SKU}/preview", json={"version": 9}).status_code == 422


def test_a_release_may_begin_later_and_an_earlier_version_may_come_back(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(service, lenient())
    begins = now() + timedelta(days=3)
    assert release(service, 2, effective_from=rfc3339(begins)).status_code == 201
    assert in_force(service) == 1
    monkeypatch.setattr(standards_edited, "now", lambda: begins - timedelta(milliseconds=1))
    assert in_force(service) == 1
    monkeypatch.setattr(standards_edited, "now", lambda: begins)
    assert in_force(service) == 2
    assert release(service, 1).status_code == 201
    assert in_force(service) == 1
    again = release(service, 1)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    past = release(service, 2, effective_from="2020-01-01T00:00:00Z")
    assert (past.status_code, past.json()["code"]) == (422, "bad_request")
    assert release(service, 7).status_code == 422


def test_a_version_never_changes(service: Service) -> None:
    first = propose(service, lenient())
    assert propose(service, lenient()).json() == first.json()
    other = propose(service, lenient().replace("novelty_limit: 2.0", "novelty_limit: 3.0"))
    assert (other.status_code, other.json()["code"], other.json()["next_version"]) == (409, "conflict", 3)
    assert propose(service, TEXT).status_code == 409


def test_faults_of_yaml_name_their_line_and_of_json_their_field(service: Service) -> None:
    broken = lenient().replace("min_side_px: 720", "min_side_px: -1")
    line = broken.splitlines().index("  min_side_px: -1  # [M]") + 1
    refused = propose(service, broken)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_standard")
    assert f"standard.yaml:{line}: photo.min_side_px" in refused.json()["detail"]
    document = service.client.get(f"/v1/standards/{NAME}").json() | {"version": 2, "grades": []}
    answer = service.client.post(f"/v1/standards/{NAME}/versions", json=document)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/body/grades"]


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("{", "application/json", 400), ("[1]", "application/json", 422), ("a: &x 1\nb: *x", "application/yaml", 422),
        ("x" * 600_000, "application/yaml", 422), ("<a/>", "application/xml", 415), ("name: x", "", 415),
        ("[" * 100_000, "application/json", 400), ("- 1", "application/yaml", 422),
    ],
)  # fmt: skip
def test_what_is_no_standard_is_refused(service: Service, text: str, kind: str, status: int) -> None:
    answer = propose(service, text, kind=kind)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_document_as_json_is_the_same_standard(service: Service) -> None:
    document = service.client.get(f"/v1/standards/{NAME}").json() | {"version": 2}
    made = service.client.post(f"/v1/standards/{NAME}/versions", json=document)
    assert made.status_code == 201, made.text
    assert service.client.get(made.headers["location"]).json() == document


def test_a_standard_keeps_its_sku_and_its_name(service: Service) -> None:
    assert propose(service, lenient().replace("sku: WB-WH-01", "sku: WB-XX-09")).status_code == 422
    taken = propose(service, lenient().replace(f"name: {NAME}", "name: another-basket"), name="another-basket")
    assert (taken.status_code, taken.json()["code"]) == (422, "bad_standard")
    assert propose(service, lenient(), name="placemat-pandan").status_code == 422
    assert propose(service, lenient(version=1_000_001)).status_code == 422


def test_a_new_standard_begins_when_it_is_put_into_force(service: Service) -> None:
    new = lenient(version=1).replace(f"name: {NAME}", "name: big-basket").replace("WB-WH-01", "WB-BIG-01")
    assert propose(service, new, name="big-basket").status_code == 201
    assert service.client.get("/v1/standards/big-basket").status_code == 422
    made = service.client.post("/v1/standards/big-basket/versions/1/release", json=WHY)
    assert made.status_code == 201, made.text
    assert service.client.get("/v1/standards/WB-BIG-01").json()["name"] == "big-basket"
    assert service.inspect(sku="WB-BIG-01").status_code == 201


def test_another_organisation_has_its_own(service: Service) -> None:
    propose(service, lenient())
    release(service, 2)
    others = service.key(organisation="others")
    assert service.client.get(f"/v1/standards/{NAME}", headers=others).json()["version"] == 1
    assert service.client.get(f"/v1/standards/{NAME}/versions/2", headers=others).status_code == 422
    reader = service.key(Scope.READ_STANDARDS)
    assert propose(service, lenient(3), headers=reader).status_code == 403
    assert service.client.post(f"/v1/standards/{NAME}/preview", json={"version": 2}, headers=reader).status_code == 403


def test_a_release_is_carried_out_once_under_its_key(service: Service) -> None:
    propose(service, lenient())
    path = f"/v1/standards/{NAME}/versions/2/release"
    key = {"Idempotency-Key": "release-2"}
    first, again = (service.client.post(path, json=WHY, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
