"""What an inspector does beside accepting: take back, hear an appeal, waive a check, hand out a receipt."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web.bad_line import Line
from tests.web.hand import enrolled
from tests.web.service import Service

pytestmark = pytest.mark.real


def only_piece(service: Service) -> dict[str, Any]:
    with service.client() as client:
        (piece,) = client.get("/v1/pieces").json()["items"]
        whole: dict[str, Any] = client.get(f"/v1/pieces/{piece['id']}").json()
        return whole


def test_an_acceptance_is_taken_back_and_decided_anew_with_a_receipt(
    phone: BrowserContext, service: Service, line: Line
) -> None:
    hand = enrolled(phone, service, line)
    hand.inspect("T-000001")
    hand.recorded()
    assert only_piece(service)["state"] == "in_batch"
    page = hand.page
    page.get_by_role("link", name="T-000001").click()
    receipt = page.locator("a[href*='/r/']").get_attribute("href") or ""
    page.get_by_role("button", name="Batalkan penerimaan").click()
    page.locator("textarea[name=reason]").fill("salah barang")
    page.get_by_role("button", name="Batalkan penerimaan").click()
    expect(page.locator("#decide-title")).to_be_visible()
    page.get_by_role("button", name="Teruskan ke pengawas").click()
    hand.recorded()
    piece = only_piece(service)
    assert (piece["state"], piece["batch"], len(piece["inspections"])) == ("referred", None, 1)
    with service.client() as client:
        events = client.get("/v1/events?limit=200").json()["items"]
    assert [e["data"]["reason"] for e in events if e["type"] == "piece.removed"] == ["salah barang"]
    assert receipt.endswith(str(piece["receipt"]))
    shown = phone.new_page()
    answer = shown.goto(receipt)
    assert answer is not None
    assert answer.status == 200
    expect(shown.get_by_text("T-000001").first).to_be_visible()


def test_a_weaver_appeals_at_another_table_and_a_second_person_judges_blind(
    phone: BrowserContext, other_phone: BrowserContext, service: Service, line: Line
) -> None:
    first = enrolled(phone, service, line)
    first.begin("T-000001")
    first.finish_photos()
    first.reject("rusak")
    first.home()
    first.recorded()

    second = enrolled(other_phone, service, line, "pak-02")
    page = second.page
    second.button("next").click()
    page.locator("input[name=tag]").fill("T-000001")
    page.locator("input[name=appeal]").check()
    second.button("start").click()
    expect(page.locator("video")).to_be_visible()
    second.finish_photos()
    expect(page.get_by_text("Hasil pertama tidak ditampilkan")).to_be_visible()
    second.check_by_hand()
    page.locator("select[name=grade]").select_option("A")
    page.locator("textarea[name=reason]").fill("anyaman rapat, tidak rusak")
    assert page.locator("[data-status]").count() == 0
    second.button("save").click()
    second.receipt()
    second.home()
    second.recorded()
    piece = only_piece(service)
    assert (piece["state"], piece["attempt"]) == ("in_batch", 1)
    deciders = [[decision["decided_by"] for decision in each["decisions"]] for each in piece["inspections"]]
    assert deciders == [["ibu-01"], ["pak-02"]]


def test_a_check_is_waived_with_its_reason(phone: BrowserContext, service: Service, line: Line) -> None:
    hand = enrolled(phone, service, line)
    hand.begin("T-000001")
    hand.finish_photos()
    page = hand.page
    page.get_by_role("button", name="Lewati, dengan alasan: kadar air").click()
    expect(page.locator("#missing")).to_be_visible()
    page.locator("input[name=moisture_pct_waived]").fill("alat rusak")
    hand.check_by_hand()
    hand.accept()
    hand.recorded()
    checks = only_piece(service)["inspections"][0]["decisions"][0]["checks"]
    assert checks["moisture_pct"] == {"waived": "alat rusak"}
