"""Screens of the first day and of bad days: nothing there yet, no signal, refused, signed out. Kept as pictures too."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, expect

from qc.ledger.drift import last_week_over
from tests.drift.scenes import Usual, enter_weeks
from tests.web import stored
from tests.web.bad_line import Line
from tests.web.built import ROOT, SCREENS
from tests.web.conftest import opened
from tests.web.everybody import everybody
from tests.web.hand import Hand
from tests.web.seeded import days_work
from tests.web.service import COASTER, Service

pytestmark = pytest.mark.real
NO_CAMERA = "navigator.mediaDevices.getUserMedia = async () => { throw new Error('Permission denied'); }"
NO_PHOTO: FilePayload = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no"}
PAGES = ("work", "quality", "people")


@pytest.mark.parametrize("width", [360, 1366])
def test_the_desk_of_the_first_day_says_what_is_not_there_yet(browser: Browser, service: Service, width: int) -> None:
    for context in opened(browser, width, 740):
        hand = Hand(context.new_page(), SCREENS)
        hand.sign_in(service.origin, service, "pak-02")
        for page in PAGES:
            hand.page.goto(f"{service.origin}/#/desk/{page}")
            expect(hand.page.locator("main h2").first).to_be_visible()
            expect(hand.page.get_by_text("Sebentar")).to_have_count(0)
            everybody(hand, f"40-desk-first-day-{page}-{width}")


def test_the_desk_fits_a_phone_too(phone: BrowserContext, day: Service) -> None:
    hand = Hand(phone.new_page(), SCREENS)
    hand.sign_in(day.origin, day, "pak-02")
    hand.page.goto(f"{day.origin}/#/desk")
    expect(hand.page.locator("[data-piece] svg.photo").first).to_be_visible()
    everybody(hand, "41-desk-on-a-phone")


def test_a_desk_that_hears_nothing_says_so_and_shows_no_old_figures(browser: Browser, day: Service) -> None:
    for context in opened(browser, 1366, 768, workers=False):
        hand = Hand(context.new_page(), SCREENS)
        hand.sign_in(day.origin, day, "pak-02")
        context.route("**/v1/**", lambda route: route.abort())
        for page in PAGES:
            hand.page.goto(f"{day.origin}/#/desk/{page}")
            expect(hand.page.get_by_text("Tidak ada jawaban dari server").first).to_be_visible()
            everybody(hand, f"42-desk-no-answer-{page}")
            assert hand.page.locator("[data-piece], [data-lot], .counts, table").count() == 0


def test_the_desk_is_not_for_an_inspector(wide: BrowserContext, day: Service) -> None:
    hand = Hand(wide.new_page(), SCREENS)
    hand.sign_in(day.origin, day, "ibu-01")
    expect(hand.page.get_by_role("link", name="Meja pengawas")).to_have_count(0)
    hand.page.goto(f"{day.origin}/#/desk")
    expect(hand.page.get_by_text("Masuk sebagai pengawas")).to_be_visible()
    everybody(hand, "43-desk-refused")


def test_what_changed_is_charted_with_photos_of_then_and_now(wide: BrowserContext, service: Service) -> None:
    days_work(service, 4, sampled=False)
    with service.client() as client:
        piece = client.get("/v1/pieces").json()["items"][0]["id"]
        judged = [each["judged"][-64:] for each in client.get(f"/v1/pieces/{piece}").json()["inspections"][0]["photos"]]
    last = last_week_over()
    usual = Usual(pieces=30, photo=lambda exposure: judged[exposure < 0.4])
    enter_weeks(service.station.database, service.caller, [last.earlier(n) for n in range(16, 0, -1)], usual)
    enter_weeks(service.station.database, service.caller, [last], replace(usual, exposure=0.3))
    hand = Hand(wide.new_page(), SCREENS)
    hand.sign_in(service.origin, service, "pak-02")
    hand.page.goto(f"{service.origin}/#/desk/quality")
    alarm = hand.page.locator("[data-chart=exposure]")
    expect(alarm.locator("svg .out")).to_have_count(1)
    expect(alarm.locator("img").first).to_be_visible()
    everybody(hand, "44-desk-drift")


def test_one_piece_is_shown_with_all_that_was_decided(wide: BrowserContext, day: Service) -> None:
    hand = Hand(wide.new_page(), SCREENS)
    hand.sign_in(day.origin, day, "pak-02")
    hand.page.goto(f"{day.origin}/#/desk")
    hand.page.get_by_role("link", name="D-000001").first.click()
    expect(hand.page.locator("[data-one] svg.photo").first).to_be_visible()
    everybody(hand, "45-desk-piece")
    hand.page.goto(f"{day.origin}/#/desk/piece/01a20cef-4992-7635-aff8-a427daa8e52a")
    expect(hand.page.locator(".note.bad")).to_be_visible()
    everybody(hand, "46-desk-no-such-piece")


def test_a_photo_of_another_piece_names_it_and_leads_there(phone: BrowserContext, service: Service) -> None:
    """The piece that a photo resembles is called by its tag, whichever phone took it."""
    days_work(service, 2, sampled=False)
    hand = Hand(phone.new_page(), SCREENS)
    hand.sign_in(service.origin, service, "ibu-01")
    hand.choose(COASTER)
    hand.keeps_everything()
    with service.client() as client:
        other = next(each["id"] for each in client.get("/v1/pieces").json()["items"] if each["tag"] == "D-000001")
        path = client.get(f"/v1/pieces/{other}").json()["inspections"][0]["photos"][0]["original"]
        photo: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": client.get(path).content}
    hand.begin("T-000900")
    for taken in range(2):
        hand.page.locator("input[type=file]").set_input_files([photo])
        hand.page.locator(".strip button").nth(taken).wait_for()
    hand.button("done").click()
    expect(hand.page.get_by_text("hasil server")).to_be_visible()
    named = hand.page.get_by_role("link", name="Lihat barang D-000001").first
    expect(named).to_be_visible()
    assert other[-8:] not in hand.page.locator("main").inner_text()
    everybody(hand, "47-resembles-another-piece")
    named.click()
    expect(hand.page.locator(f"[data-one='{other}']")).to_be_visible()
    everybody(hand, "48-the-other-piece")


def test_a_phone_without_product_camera_or_session_says_what_to_do(
    browser: Browser, service: Service, line: Line
) -> None:
    for context in opened(browser, 360, 740):
        context.add_init_script(NO_CAMERA)
        hand = Hand(context.new_page(), SCREENS)
        ticket = service.ticket("ibu-01")
        hand.enrol(line.origin, ticket.code, ticket.pin)
        page = hand.page
        everybody(hand, "50-day-no-product")
        page.evaluate("location.hash = '/again'")
        expect(page.get_by_text("Tidak ada yang perlu")).to_be_visible()
        everybody(hand, "51-nothing-to-judge-again")
        hand.choose(COASTER)
        hand.button("next").click()
        page.get_by_role("button", name="Pindai dengan kamera").click()
        expect(page.get_by_text("Permission denied")).to_be_visible()
        page.locator("input[name=tag]").fill("bukan label!")
        hand.button("start").click()
        everybody(hand, "52-tag-wrong-no-camera")
        page.locator("input[name=tag]").fill("T-000001")
        hand.button("start").click()
        expect(page.get_by_text("Permission denied")).to_be_visible()
        page.locator("input[type=file]").set_input_files([NO_PHOTO])
        expect(page.get_by_role("alert")).to_be_visible()
        everybody(hand, "53-photo-no-camera-unreadable")
        context.clear_cookies()
        hand.home()
        hand.page.evaluate("location.hash = '/again'")
        expect(page.get_by_role("alert")).to_contain_text("Masuk lagi untuk mengirim")
        everybody(hand, "54-session-over")
        page.goto(f"{line.origin}/#/enter")
        page.locator("#login input[name=organisation]").fill(service.organisation)
        page.locator("#login input[name=person]").fill("ibu-01")
        page.locator("#login input[name=password]").fill("wrong wrong 12")
        page.locator("#login").get_by_role("button").click()
        expect(page.get_by_role("alert")).to_be_visible()
        everybody(hand, "55-wrong-password")


def test_scanning_waiting_and_leaving(phone: BrowserContext, pictured: Hand) -> None:
    hand, page = pictured, pictured.page
    hand.button("next").click()
    page.get_by_role("button", name="Pindai dengan kamera").click()
    expect(page.locator("video")).to_be_visible()
    page.wait_for_timeout(500)
    everybody(hand, "56-scanning")
    page.get_by_role("button", name="Tutup kamera").click()
    page.evaluate("location.hash = '/'")
    phone.set_offline(True)
    hand.inspect("T-000001")
    stored.end_undo(page)
    page.evaluate("location.hash = '/settings'")
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("alert")).to_be_visible()
    everybody(hand, "57-leaving-while-something-waits")


def test_a_photo_that_cannot_be_judged_says_how_to_take_it_again(pictured: Hand) -> None:
    pictured.begin("T-000001")
    for taken in range(2):
        pictured.page.locator("input[type=file]").set_input_files(ROOT / "web" / "public" / "icon-512.png")
        pictured.page.locator(".strip button").nth(taken).wait_for()
    pictured.button("done").click()
    expect(pictured.page.locator("[data-status=retake]")).to_be_visible()
    everybody(pictured, "58-retake")


def test_a_receipt_is_a_page_for_the_weaver(phone: BrowserContext, day: Service) -> None:
    page = phone.new_page()
    pages = {"unknown": "/r/AAAAAAAAAAAAAAAAAAAA"}
    with day.client() as client:
        for piece in client.get("/v1/pieces").json()["items"]:
            pages[piece["state"]] = client.get(f"/v1/pieces/{piece['id']}").json()["receipt"]
    assert {"in_batch", "returned", "referred"} <= set(pages)
    for name, path in pages.items():
        page.goto(day.origin + path)
        expect(page.locator("h1, .verdict").first).to_be_visible()
        page.screenshot(path=SCREENS / f"60-receipt-{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", page.locator("body").inner_text())
