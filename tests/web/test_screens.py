"""Every step in both languages, kept as pictures in build/screens, without serious faults for a screen reader."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.bad_line import Line
from tests.web.built import ROOT, WEB
from tests.web.hand import Hand
from tests.web.service import PASSWORD, Service

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


@pytest.mark.parametrize("language", ["id", "en"])
def test_each_step_is_a_picture_and_reaches_everybody(
    phone: BrowserContext, service: Service, line: Line, language: str
) -> None:
    hand = Hand(phone.new_page(), language, SCREENS)
    page = hand.page
    ticket = service.ticket("ibu-01")
    page.goto(line.origin)
    if language == "en":
        page.get_by_role("button", name="English").click()
    hand.enrol(line.origin, ticket.code, ticket.pin)
    hand.choose("WB-WH-01")
    hand.picture("03-day-empty")
    see_that_everybody_can_use(page)
    hand.begin("T-000001")
    hand.shoot(2)
    hand.picture("05-photo")
    see_that_everybody_can_use(page)
    hand.finish_photos()
    hand.picture("07-verdict")
    see_that_everybody_can_use(page)
    hand.check_by_hand()
    hand.picture("08-checked")
    hand.accept()
    hand.picture("09-receipt-with-undo")
    see_that_everybody_can_use(page)
    expect(page.locator(".badge.graded")).to_be_visible(timeout=40_000)
    hand.picture("10-recorded")
    hand.home()
    hand.picture("11-day")
    see_that_everybody_can_use(page)
    hand.button("next").click()
    page.locator("input[name=tag]").fill("T-000001")
    hand.button("start").click()
    expect(page.get_by_role("alert")).to_be_visible()
    hand.picture("12-same-tag")
    page.evaluate("location.hash = '/settings'")
    expect(page.get_by_role("checkbox")).to_be_visible()
    hand.picture("13-settings")
    see_that_everybody_can_use(page)


def test_the_supervisor_decides_a_referred_piece_by_keyboard(
    phone: BrowserContext, service: Service, line: Line
) -> None:
    hand = Hand(phone.new_page())
    ticket = service.ticket("ibu-01")
    hand.enrol(line.origin, ticket.code, ticket.pin)
    hand.choose("PM-PD-01")
    hand.begin("T-000001")
    hand.finish_photos()
    hand.check_by_hand()
    hand.page.get_by_role("button", name="Teruskan ke pengawas").click()
    expect(hand.page.locator(".badge.graded")).to_be_visible(timeout=40_000)

    wide = phone.browser.new_context(viewport={"width": 1440, "height": 900})  # type: ignore[union-attr]
    try:
        page = wide.new_page()
        page.goto(line.origin)
        form = page.locator("#login")
        for name, value in (("organisation", "weavers"), ("person", "pak-02"), ("password", PASSWORD)):
            form.locator(f"input[name={name}]").fill(value)
        form.get_by_role("button").click()
        page.get_by_role("link", name="Meja pengawas").click()
        expect(page.locator("[data-piece] img").first).to_be_visible()
        page.screenshot(path=SCREENS / "20-desk-id.png", full_page=True)
        see_that_everybody_can_use(page)
        page.keyboard.press("a")
        expect(page.get_by_text(re.compile("Tercatat: T-000001"))).to_be_visible()
        page.locator("input[name=person]").fill("ibu-01")
        page.get_by_role("button", name="Buat kode").click()
        expect(page.locator("[data-pin]")).to_have_text(re.compile(r"^\d{6}$"))
        page.screenshot(path=SCREENS / "21-desk-enrol-id.png", full_page=True)
    finally:
        wide.close()
    with service.client() as client:
        assert client.get("/v1/pieces").json()["items"][0]["state"] == "in_batch"
