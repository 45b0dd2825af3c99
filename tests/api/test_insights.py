"""What the desk is told over weeks: counted once a piece, with intervals, and nothing of a weaver with few pieces."""

from __future__ import annotations

from typing import Any

import pytest

from qc.ledger import insights
from qc.ledger.accounts import Scope
from qc.ledger.ids import uuid7
from tests.api.conftest import EVERYWHERE, Service
from tests.pictures import DOUBTFUL, GOOD, HOLED, NOT_WOVEN

pytestmark = EVERYWHERE
MAKER: dict[str, Any] = {"maker_ref": "mk_1", "consent_version": "2026-1"}


def test_a_piece_counts_once_an_attempt_and_a_retake_is_told_apart(service: Service) -> None:
    piece = str(uuid7())
    service.inspect(NOT_WOVEN, piece_id=piece)
    holed = service.inspect(HOLED, piece_id=piece).json()
    service.inspect(GOOD)
    service.inspect(DOUBTFUL)
    said = {"bundle_sha256": "ab" * 32, "model": "m-1", "status": "graded", "grade": "A", "ms": 5}
    assert service.client.put(f"/v1/inspections/{holed['id']}/phone-verdict", json=said).status_code == 200
    answer = service.client.get("/v1/insights", params={"weeks": 2}).json()
    assert answer["codes"] == ["HOLE"]
    before, week = answer["weeks"]
    assert (before["inspections"], before["retakes"], before["defects"]) == (0, None, {})
    assert (week["inspections"], week["pieces"]) == (4, 3)
    assert (week["retakes"]["found"], week["retakes"]["inspected"]) == (1, 4)
    assert (week["referred"]["found"], week["phone_disagreed"]["rate"]) == (1, 1)
    hole = week["defects"]["HOLE"]
    assert (hole["found"], hole["inspected"]) == (1, 3)
    assert 0 < hole["low"] < 1 / 3 < hole["high"] < 1
    other = service.client.get("/v1/insights", params={"sku": "PM-PD-01", "weeks": 1}).json()
    assert other["weeks"][0]["inspections"] == 0


def test_a_weaver_with_few_pieces_is_told_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insights, "LEAST_PIECES", 3)
    for number in range(2):
        service.inspect(HOLED, number=10 * number, **MAKER)
    few = service.client.get("/v1/insights/makers/mk_1").json()
    assert (few["pieces"], few["enough"], few["defects"]) == (2, False, [])
    assert service.client.get("/v1/insights/makers").json()["items"] == []
    service.inspect(GOOD, number=30, **MAKER)
    enough = service.client.get("/v1/insights/makers/mk_1").json()
    assert enough["enough"]
    assert [(d["code"], d["share"]["found"], d["share"]["inspected"]) for d in enough["defects"]] == [("HOLE", 2, 3)]
    assert service.client.get("/v1/insights/makers").json()["items"] == [{"maker_ref": "mk_1", "pieces": 3}]


def test_weavers_of_another_organisation_are_not_there(service: Service) -> None:
    service.inspect(GOOD, **MAKER)
    headers = service.key(Scope.READ_BATCHES, organisation="others")
    assert service.client.get("/v1/insights/makers/mk_1", headers=headers).status_code == 404
    assert service.client.get("/v1/insights", headers=headers).json()["codes"] == []
