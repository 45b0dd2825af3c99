"""Every step in both languages, kept as pictures in build/screens, without serious faults for a screen reader."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.bad_line import Line
from tests.web.built import ROOT, WEB
from tests.web.hand import Hand
from tests.web.seeded import days_work
from tests.web.service import COASTER, PASSWORD, Service

pytestmark = pytest.mark.real
SCREENS = ROOT / "build" / "screens"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"


def see_that_everybody_can_use(page: Page) -> None:
    """Run axe-core, handed in through the debugger: the policy allows the page no script from elsewhere."""
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame})
    context = {"contextId": world["executionContextId"], "awaitPromise": True, "returnByValue": True}
    session.send("Runtime.evaluate", {**context, "expression": AXE.read_text(encoding="utf-8") + ";0"})
    found = session.send("Runtime.evaluate", {**context, "expression": "axe.run(document)"})["result"]["value"]
    serious = [
        (fault["id"], [node["html"][:120] for node in fault["nodes"]])
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
    session.detach()
    assert serious == []


def everybody(hand: Hand, name: str) -> None:
    """Keep the screen as a picture; nothing hinders a reader of it, and nothing is wider than the phone."""
    hand.picture(name)
    wide = hand.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px wider than the screen"
    see_that_everybody_can_use(hand.page)


@pytest.mark.parametrize("language", ["id", "en"])
def test_each_step_is_a_picture_and_reaches_everybody(
    phone: BrowserContext, service: Service, line: Line, language: str
) -> None:
    hand = Hand(phone.new_page(), language, SCREENS)
    page = hand.page
    ticket = service.ticket("ibu-01")
    page.goto(line.origin)
    if language == "en":
        hand.speak_english()
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
    expect(page.locator(".badge.graded")).to_be_visible(timeout=60_000)
    page.locator("button.quiet").last.click()
    everybody(hand, "10-recorded-and-taken-back")
    hand.home()
    hand.button("next").click()
    page.locator("input[name=tag]").fill("T-000001")
    hand.button("start").click()
    expect(page.get_by_role("alert")).to_be_visible()
    everybody(hand, "12-same-tag")
    page.locator("main button").nth(1).click()  # an appeal
    expect(page.locator("video")).to_be_visible()
    hand.finish_photos()
    everybody(hand, "13-appeal")
    phone.set_offline(True)
    hand.home()
    expect(page.locator("#offline")).to_be_visible()
    everybody(hand, "14-day-without-signal")
    page.evaluate("location.hash = '/settings'")
    expect(page.get_by_role("checkbox")).to_be_visible()
    everybody(hand, "15-settings")


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_desk_shows_a_days_work(browser: Browser, service: Service, line: Line, language: str) -> None:
    days_work(service, 20)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    try:
        hand = Hand(context.new_page(), language, SCREENS)
        page = hand.page
        page.goto(line.origin)
        if language == "en":
            hand.speak_english()
        hand.sign_in(line.origin, "pak-02", PASSWORD)
        page.goto(f"{line.origin}/#/desk")
        expect(page.locator("[data-piece] img").first).to_be_visible()
        expect(page.locator("[data-lot]")).to_be_visible()
        everybody(hand, "20-desk-work")
        page.keyboard.press("h")
        expect(page.locator("[data-piece] svg.photo").first).to_be_visible()
        everybody(hand, "21-desk-heat")
        page.goto(f"{line.origin}/#/desk/quality")
        expect(page.locator(".plot svg").first).to_be_visible()
        everybody(hand, "22-desk-quality")
        page.goto(f"{line.origin}/#/desk/people")
        page.locator("select[name=maker]").select_option("mk_7Q2F")
        expect(page.locator("[data-maker]")).to_be_visible()
        page.locator("input[name=person]").fill("ibu-01")
        page.locator("form button").click()
        expect(page.locator("[data-pin]")).to_have_text(re.compile(r"^\d{6}$"))
        everybody(hand, "23-desk-people")
    finally:
        context.close()


def test_the_supervisor_decides_referred_pieces_by_keyboard(browser: Browser, service: Service, line: Line) -> None:
    days_work(service, 8)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    try:
        hand = Hand(context.new_page())
        page = hand.page
        hand.sign_in(line.origin, "pak-02", PASSWORD)
        page.get_by_role("link", name="Meja pengawas").click()
        first = page.locator("[data-piece]")
        expect(first).to_contain_text("D-000007")
        page.keyboard.press("j")
        expect(first).to_contain_text("D-000003")
        page.locator("input[name=reason]").fill("ujung bilah keluar")
        page.keyboard.press("x")  # typed into the field, not a decision
        page.locator("h1").click()
        page.keyboard.press("r")
        expect(page.get_by_text(re.compile("Tercatat: D-000003"))).to_be_visible()
    finally:
        context.close()
    with service.client() as client:
        states = {piece["tag"]: piece["state"] for piece in client.get("/v1/pieces").json()["items"]}
    assert (states["D-000003"], states["D-000007"]) == ("returned", "referred")
