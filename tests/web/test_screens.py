"""Every step in both languages, kept as pictures in build/screens, without serious faults for a screen reader."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web import stored
from tests.web.bad_line import Line
from tests.web.built import ROOT, SCREENS
from tests.web.everybody import everybody
from tests.web.hand import Hand
from tests.web.service import COASTER, Service

pytestmark = pytest.mark.real


def test_each_step_is_a_picture_and_reaches_everybody(phone: BrowserContext, service: Service, line: Line) -> None:
    hand = Hand(phone.new_page(), SCREENS)
    page = hand.page
    ticket = service.ticket("ibu-01")
    page.goto(line.origin)
    page.locator("#login").wait_for()
    everybody(hand, "00-enter")
    hand.enrol(line.origin, ticket.code, ticket.pin)
    hand.choose(COASTER)
    everybody(hand, "03-day-empty")
    hand.begin("T-000001")
    expect(hand.button("shoot")).to_be_enabled()
    everybody(hand, "05-photo")
    hand.finish_photos()
    hand.judged()
    everybody(hand, "07-verdict")
    hand.check_by_hand()
    page.locator(".check button.link").last.click()
    everybody(hand, "08-checked-and-waived")
    page.locator("input[name$=_waived]").fill("alat rusak")
    hand.accept()
    everybody(hand, "09-receipt-with-undo")
    hand.recorded()
    page.locator("button.quiet").last.click()
    everybody(hand, "10-recorded-and-taken-back")
    hand.home()
    hand.button("next").click()
    page.locator("input[name=tag]").fill("T-000001")
    hand.button("start").click()
    expect(page.get_by_role("alert")).to_be_visible()
    everybody(hand, "12-same-tag")
    page.get_by_role("button", name="Ini keberatan").click()
    page.locator("video").wait_for()
    hand.finish_photos()
    everybody(hand, "13-appeal")
    phone.set_offline(True)
    hand.home()
    expect(page.locator("#offline")).to_be_visible()
    everybody(hand, "14-day-without-signal")
    page.evaluate("location.hash = '/settings'")
    expect(page.get_by_role("checkbox")).to_be_visible()
    everybody(hand, "15-settings")


def test_what_the_server_will_not_have_is_shown_to_a_person(
    phone: BrowserContext, service: Service, pictured: Hand
) -> None:
    hand, page = pictured, pictured.page
    with service.client() as client:
        facts = {"sku": COASTER, "tag": "T-000001"}
        photo = ("a.jpg", (ROOT / "qc" / "demo" / "a.jpg").read_bytes(), "image/jpeg")
        bound = client.post("/v1/inspections", files={"photos": photo}, data={"inspection": json.dumps(facts)})
        assert bound.status_code == 201, bound.text
    hand.inspect("T-000001")
    page.locator(".badge.conflict").wait_for()
    page.locator(".badge.conflict").click()
    page.locator("input[name=newtag]").wait_for()
    everybody(hand, "30-conflict-tag-used")
    page.locator("input[name=newtag]").fill("bukan label!")
    hand.button("save").click()
    expect(page.get_by_text("Label hanya berisi")).to_be_visible()
    page.locator("input[name=newtag]").fill("T-000002")
    hand.button("save").click()
    hand.recorded()
    hand.home()

    hand.begin("T-000003")
    hand.finish_photos()
    hand.check_by_hand()
    page.get_by_text("hasil server").wait_for()
    phone.set_offline(True)
    page.get_by_role("button", name="Teruskan ke pengawas").click()
    hand.receipt()
    with service.client() as client:  # somebody else decides meanwhile
        piece = next(each for each in client.get("/v1/pieces").json()["items"] if each["tag"] == "T-000003")
        inspection = client.get(f"/v1/pieces/{piece['id']}").json()["inspections"][0]["id"]
        other = {"outcome": "overrule", "grade": "reject", "decided_by": "pak-02", "reason": "salah ukuran"}
        assert client.post(f"/v1/inspections/{inspection}/decision", json=other).status_code == 200
    stored.end_undo(page)
    phone.set_offline(False)
    page.get_by_role("button", name="Putuskan lagi").wait_for()
    everybody(hand, "31-conflict-decided-otherwise")


def test_the_desk_shows_a_days_work(wide: BrowserContext, day: Service) -> None:
    hand = Hand(wide.new_page(), SCREENS)
    page = hand.page
    hand.sign_in(day.origin, day, "pak-02")
    page.goto(f"{day.origin}/#/desk")
    expect(page.locator("[data-piece] img").first).to_be_visible()
    expect(page.locator("[data-lot]")).to_be_visible()
    everybody(hand, "20-desk-work")
    page.keyboard.press("h")
    page.locator("[data-piece] [data-heat]").first.wait_for()
    everybody(hand, "21-desk-heat")
    page.goto(f"{day.origin}/#/desk/quality")
    expect(page.locator(".plot svg").first).to_be_visible()
    everybody(hand, "22-desk-quality")
    page.goto(f"{day.origin}/#/desk/people")
    page.locator("select[name=maker]").select_option("mk_7Q2F")
    expect(page.locator("[data-maker]")).to_be_visible()
    page.locator("input[name=person]").fill("ibu-01")
    page.locator("form button").click()
    expect(page.locator("[data-pin]")).to_have_text(re.compile(r"^\d{6}$"))
    everybody(hand, "23-desk-people")


def test_the_supervisor_decides_referred_pieces_by_keyboard(wide: BrowserContext, day: Service) -> None:
    hand = Hand(wide.new_page())
    page = hand.page
    hand.sign_in(day.origin, day, "pak-02")
    page.get_by_role("link", name="Meja pengawas").click()
    first = page.locator("[data-piece]")
    expect(first).to_contain_text("D-000019")
    page.keyboard.press("j")
    expect(first).to_contain_text("D-000015")
    page.locator("input[name=reason]").fill("ujung bilah keluar")
    page.keyboard.press("x")  # typed into the field, not a decision
    page.locator("h1").click()
    page.keyboard.press("r")
    expect(page.get_by_text(re.compile("Tercatat: D-000015"))).to_be_visible()
    with day.client() as client:
        states = {piece["tag"]: piece["state"] for piece in client.get("/v1/pieces").json()["items"]}
    assert (states["D-000015"], states["D-000019"]) == ("returned", "referred")
