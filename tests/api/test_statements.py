from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

from qc.ledger.accounts import ROLES, Role, Scope
from qc.ledger.check_chain import check
from qc.ledger.events import now, rfc3339
from tests.api.conftest import EVERYWHERE, Service

pytestmark = EVERYWHERE

CONSENT = {"maker_ref": "mk_siti", "consent_version": "2026-11"}
PERIOD = {"begin": rfc3339(now() - timedelta(days=1)), "end": rfc3339(now() + timedelta(days=1))}


def statement(service: Service, **more: Any) -> list[dict[str, str]]:
    answer = service.client.get("/v1/statement", params=PERIOD | more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_consent_is_recorded_shown_and_erased(service: Service) -> None:
    made = service.client.post("/v1/makers", json=CONSENT)
    assert made.status_code == 201, made.text
    assert "mk_siti" not in made.text, "a stored answer must not outlive an erasure"
    assert service.client.get("/v1/makers", params={"maker_ref": "mk_siti"}).json() == made.json()
    piece = service.inspect(auto_accept=True, maker_ref="mk_siti").json()["piece_id"]
    assert [row["maker_ref"] for row in statement(service, maker_ref="mk_siti")] == ["mk_siti"]
    erased = service.client.post("/v1/makers/erasure", json={"maker_ref": "mk_siti"})
    assert erased.status_code == 200, erased.text
    assert service.client.get("/v1/makers", params={"maker_ref": "mk_siti"}).status_code == 404
    assert service.client.post("/v1/makers/erasure", json={"maker_ref": "mk_siti"}).status_code == 404
    assert service.client.get(f"/v1/pieces/{piece}").json()["maker_ref"] is None
    assert [(row["maker_ref"], row["payable_pieces"]) for row in statement(service)] == [("", "1")]
    assert "mk_siti" not in service.client.get("/v1/events?limit=200").text


def test_a_newer_consent_is_recorded_beside_the_first(service: Service) -> None:
    for version in ("2026-11", "2026-11", "2027-01"):
        service.client.post("/v1/makers", json=CONSENT | {"consent_version": version})
    events = service.client.get("/v1/events?limit=200").json()["items"]
    told = [event["data"]["consent_version"] for event in events if event["type"] == "maker.consented"]
    assert told == ["2026-11", "2027-01"]


def test_who_may_not_see_weavers_does_not(service: Service) -> None:
    service.client.post("/v1/makers", json=CONSENT)
    for role in (Role.INSPECTOR, Role.SHIPPER, Role.ML_ENGINEER):
        headers = service.key(*ROLES[role])
        assert service.client.get("/v1/statement", params=PERIOD, headers=headers).status_code == 403
        assert service.client.get("/v1/makers", params={"maker_ref": "mk_siti"}, headers=headers).status_code == 403
        assert service.client.get("/v1/ledger/export", headers=headers).status_code == 403
    others = service.key(organisation="others")
    assert service.client.get("/v1/makers", params={"maker_ref": "mk_siti"}, headers=others).status_code == 404
    assert service.client.post("/v1/makers/erasure", json={"maker_ref": "mk_siti"}, headers=others).status_code == 404


def test_a_period_needs_two_moments_in_order(service: Service) -> None:
    wrong = service.client.get("/v1/statement", params={"begin": PERIOD["end"], "end": PERIOD["begin"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_request")
    assert service.client.get("/v1/statement", params={"begin": "2026-11-01", "end": "2026-12-01"}).status_code == 422


def test_the_ledger_is_exported_whole(service: Service, tmp_path: Any) -> None:
    service.inspect(auto_accept=True)
    auditor = service.key(Scope.EXPORT_LEDGER)
    answer = service.client.get("/v1/ledger/export", headers=auditor)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    path = tmp_path / "export.zip"
    path.write_bytes(answer.content)
    assert check(str(path), {}) == []
    with zipfile.ZipFile(path) as archive:
        assert len(archive.read("inspections.jsonl").splitlines()) == 1
