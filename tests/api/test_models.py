"""What serves and what challenges it, over HTTP: promotions, disagreements, the phone's bundle, and who sees what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from qc.api.app import create_app
from qc.api.models import Models
from qc.inspection import Station
from qc.ledger.accounts import ROLES, Role, Scope
from qc.ledger.database import Database
from qc.ledger.events import now
from qc.ledger.retention import SHADOW_KEPT, remove_old
from qc.ledger.shadow_verdicts import Said, ShadowFindings, keep_shadow_verdict
from qc.ledger.tables import Inspection, ShadowVerdict
from qc.model.bundle_spec import BundleSpec
from qc.model.registry import Registry
from qc.settings import Settings
from qc.standards.differences import Differences
from tests.api.conftest import EVERYWHERE, KeptIn, Service, make_key, seed
from tests.api.test_operations import read
from tests.model.pictures import encode
from tests.serving.models import FIRST, SECOND, good, made_registry, stained
from tests.serving.test_shadow import until

pytestmark = EVERYWHERE

TOKEN = "operators-own-token-1"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return made_registry(tmp_path)


@pytest.fixture
def served(
    tmp_path: Path, registry: Registry, kept_in: KeptIn, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """The service with the registry's model. Looks at the registry are taken by hand."""
    monkeypatch.setattr("qc.serving.shadow.take_lowest_priority", lambda: None)
    settings = Settings(
        home=tmp_path, models=registry.folder, model_poll_s=3600, threads=2, webhooks=False, metrics_token=TOKEN,
        database_url=kept_in.database, photo_store=kept_in.photos,
    )  # fmt: skip
    database = Database(kept_in.database)
    seed(database)
    station = Station.open(settings)
    with TestClient(create_app(settings, station), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {make_key(database, 'weavers')}"
        yield client
    station.close()
    database.close()


def models(client: TestClient) -> Models:
    found: Models = client.app.state.models  # type: ignore[attr-defined]
    return found


def look(client: TestClient) -> None:
    watch = models(client).watch
    assert watch is not None
    watch.look()


def inspect(client: TestClient, *pictures: Any) -> dict[str, Any]:
    response = client.post(
        "/v1/inspections",
        files=[("photos", ("photo.jpg", encode(picture), "image/jpeg")) for picture in pictures],
        data={"inspection": '{"standard": "woven-general"}'},
    )
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_promotion_is_followed_by_verdicts_phones_events_and_metrics(served: TestClient, registry: Registry) -> None:
    first = served.get("/v1/bundle").json()
    assert inspect(served, good())["verdict"]["model"] == FIRST
    registry.switch(SECOND, by="ana", why="finds more", record=None)
    look(served)
    answer = inspect(served, good())
    assert answer["verdict"]["model"] == SECOND
    assert served.get(f"/v1/inspections/{answer['id']}/evidence").json()["model"] == SECOND
    shown = served.get("/v1/models").json()
    assert (shown["serving"]["model"], shown["refused"], shown["challenger"]) == (SECOND, None, None)
    assert [shown["promotion"][x] for x in ("before", "to", "by", "why")] == [FIRST, SECOND, "ana", "finds more"]
    assert [change["number"] for change in shown["history"]] == [2, 1]
    assert shown["bundles"] == [FIRST, SECOND]
    events = served.get("/v1/events", params={"limit": 200}).json()["items"]
    [told] = [event for event in events if event["type"] == "model.promoted" and event["data"]["model"] == SECOND]
    assert (told["data"]["before"], told["data"]["rolled_back"]) == (FIRST, False)
    assert "ana" not in str(told), "who said so stays out of the chain"

    second = served.get("/v1/bundle").json()
    assert second["sha256"] == sha256(second["text"].encode()).hexdigest() == shown["serving"]["bundle_sha256"]
    assert second["sha256"] != first["sha256"]
    for bundle in (first, second):  # a phone that asked a moment before the swap finds its files too
        spec = BundleSpec.model_validate_json(bundle["text"])
        for name in (spec.phone_file, spec.novelty.file):
            got = served.get(f"/v1/bundle/files/{spec.files[name]}")
            assert got.status_code == 200
            assert sha256(got.content).hexdigest() == spec.files[name]
            assert "immutable" in got.headers["cache-control"]
    figures = read(served, TOKEN)
    assert figures["qc_model_changes_total event=served"] == 1
    assert figures["qc_models_loaded"] == 1
    assert [name for name in figures if name.startswith(f"qc_about model={SECOND}")]


def test_a_refused_bundle_shows_in_readiness_and_metrics_while_the_old_one_serves(
    served: TestClient, registry: Registry
) -> None:
    registry.switch(SECOND, by="ana", why="finds more", record=None)
    (registry.path_of(SECOND) / "card.md").write_text("altered")
    look(served)
    assert inspect(served, good())["verdict"]["model"] == FIRST
    ready = served.get("/readyz")
    assert (ready.status_code, ready.json()["model"], ready.json()["refused"]) == (200, FIRST, SECOND)
    shown = served.get("/v1/models").json()
    assert (shown["refused"]["bundle"], shown["promotion"]) == (SECOND, None)
    assert f"{SECOND}/card.md has sha256" in shown["refused"]["why"]
    assert str(registry.folder) not in str(shown)
    assert read(served, TOKEN)["qc_model_refused"] == 1
    registry.roll_back(by="ana", why="broken")
    look(served)
    assert served.get("/readyz").json()["refused"] is None
    assert read(served, TOKEN)["qc_model_refused"] == 0


def test_an_altered_history_is_said_and_hides_nothing_else(served: TestClient, registry: Registry) -> None:
    lines = registry.folder / "promotions.jsonl"
    lines.write_text(lines.read_text().replace("the first", "another"))
    shown = served.get("/v1/models")
    assert shown.status_code == 200
    assert "line 1" in shown.json()["history_fault"]
    assert shown.json()["serving"]["model"] == FIRST


def test_the_challenger_judges_after_the_answer_and_is_compared(served: TestClient, registry: Registry) -> None:
    registry.set_challenger(SECOND, by="ana", why="compare")
    look(served)
    fine, bad = inspect(served, good()), inspect(served, stained())
    assert (fine["verdict"]["model"], bad["verdict"]["grade"]) == (FIRST, "rework")
    until(lambda: read(served, TOKEN).get("qc_shadow_total outcome=disagrees", 0) == 1, "the challenger has judged")
    shown = served.get("/v1/models").json()
    assert (shown["challenger"]["model"], shown["serving"]["model"]) == (SECOND, FIRST)
    found = served.get("/v1/models/shadow").json()
    [pair] = found["comparisons"]
    assert (pair["first_model"], pair["model"], pair["compared"]) == (FIRST, SECOND, 2)
    assert (pair["disagree"]["found"], pair["disagree"]["inspected"]) == (1, 2)
    assert 0 < pair["disagree"]["low"] < 0.5 < pair["disagree"]["high"] < 1
    assert pair["codes"] == [{"code": "STAIN", "missed": 1, "added": 0}]
    [item] = found["items"]
    assert (item["inspection_id"], item["first_grade"]) == (bad["id"], "rework")
    assert (item["differs"], item["missed"], item["added"]) == (["status", "grade", "codes"], ["STAIN"], [])
    assert (item["verdict"]["status"], item["verdict"]["model"]) == ("referred", SECOND)
    assert served.get(f"/v1/inspections/{bad['id']}").json()["verdict"]["model"] == FIRST
    assert served.get("/v1/models/shadow", params={"model": FIRST}).json() == {
        "comparisons": [], "items": [], "next": None,
    }  # fmt: skip


def test_a_request_that_comes_again_is_not_judged_again_in_the_shadow(served: TestClient, registry: Registry) -> None:
    registry.set_challenger(SECOND, by="ana", why="compare")
    look(served)
    send: Callable[[], Any] = lambda: served.post(  # noqa: E731
        "/v1/inspections",
        files=[("photos", ("photo.jpg", encode(good()), "image/jpeg"))],
        data={"inspection": '{"standard": "woven-general"}'},
        headers={"Idempotency-Key": "again"},
    )
    assert (send().status_code, send().headers.get("idempotency-replayed")) == (201, "true")
    inspect(served, stained())
    until(lambda: read(served, TOKEN).get("qc_shadow_total outcome=disagrees", 0) == 1, "the last was judged")
    assert read(served, TOKEN)["qc_shadow_total outcome=agrees"] == 1


def kept(service: Service, inspection: dict[str, Any], **changes: Any) -> None:
    """A disagreement about an inspection, as a challenger would leave it."""
    with service.station.database.write() as session:
        row = session.get_one(Inspection, UUID(inspection["id"]))
        verdict = row.verdict | {"model": SECOND, "status": "referred", "grade": None}
        found: dict[str, Any] = {
            "organisation_id": row.organisation_id,
            "inspection_id": row.id,
            "piece_id": row.piece_id,
            "first": Said(row.model, row.status, row.grade),
            "second": Said(SECOND, "referred", None),
            "bundle_sha256": "1" * 64,
            "verdict": verdict,
            "differing": Differences(True, True, ("STAIN",), ()),
            "ms": 12,
        }
        keep_shadow_verdict(session, ShadowFindings(**(found | changes)))


def test_disagreements_come_in_pages_without_gaps_or_repeats(service: Service) -> None:
    sent = [service.inspect(number=10 * n).json() for n in range(5)]
    for inspection in sent:
        kept(service, inspection)
        kept(service, inspection)  # the same bundle on the same inspection: once
    kept(service, sent[0], bundle_sha256="2" * 64, differing=Differences(False, False, (), ()))
    seen, before = [], None
    while True:
        page = service.client.get("/v1/models/shadow", params={"limit": 2, **({"before": before} if before else {})})
        seen += [item["inspection_id"] for item in page.json()["items"]]
        before = page.json()["next"]
        if before is None:
            break
    assert seen == [inspection["id"] for inspection in reversed(sent)]
    assert [pair["compared"] for pair in page.json()["comparisons"]] == [5, 1]


def test_another_organisation_and_another_scope_see_none_of_it(service: Service) -> None:
    kept(service, service.inspect().json())
    stranger = service.key(organisation="others")
    assert service.client.get("/v1/models/shadow", headers=stranger).json()["comparisons"] == []
    assert service.client.get("/v1/models/shadow", headers=stranger).json()["items"] == []
    inspector = service.key(*ROLES[Role.INSPECTOR])
    for path in ("/v1/models", "/v1/models/shadow"):
        assert service.client.get(path, headers=inspector).status_code == 403
        for role in (Role.ML_ENGINEER, Role.SUPERVISOR):
            assert service.client.get(path, headers=service.key(*ROLES[role])).status_code == 200


def test_a_piece_that_waits_for_a_blind_judgement_is_neither_shown_nor_counted(service: Service) -> None:
    body = {"lots_required": False, "accepted_rate": 1, "refused_rate": 1, "decided_by": "admin-1"}
    assert service.client.put("/v1/sampling-policy", json=body).status_code == 200
    service.open_batch()
    drawn, free = service.inspect(number=0).json(), service.inspect(number=20).json()
    decision = {"outcome": "accept", "decided_by": "inspector-1"}
    assert service.client.post(f"/v1/inspections/{drawn['id']}/decision", json=decision).status_code == 200
    for inspection in (drawn, free):
        kept(service, inspection)
    blind = service.client.get("/v1/models/shadow", headers=service.key(Scope.READ_MODELS, Scope.REINSPECT)).json()
    assert [item["inspection_id"] for item in blind["items"]] == [free["id"]]
    assert [pair["compared"] for pair in blind["comparisons"]] == [1]
    assert drawn["piece_id"] not in str(blind)
    seeing = service.client.get("/v1/models/shadow", headers=service.key(Scope.READ_MODELS)).json()
    assert [item["inspection_id"] for item in seeing["items"]] == [free["id"], drawn["id"]]


def test_shadow_verdicts_are_removed_after_their_time(service: Service) -> None:
    old, new = service.inspect(number=0).json(), service.inspect(number=20).json()
    for inspection in (old, new):
        kept(service, inspection)
    with service.station.database.write() as session:
        long_ago = ShadowVerdict.inspection_id == UUID(old["id"])
        session.execute(update(ShadowVerdict).where(long_ago).values(judged_at=now() - SHADOW_KEPT))
    with service.station.database.write() as session:
        assert remove_old(session) == 1
    left = service.client.get("/v1/models/shadow").json()["items"]
    assert [item["inspection_id"] for item in left] == [new["id"]]
