"""QR codes through the camera: a printed tag, and the code of the desk. And phones can install the app."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import segno
from playwright.sync_api import Browser, BrowserContext, Page, expect

from qc.commands.tags import tag_names
from tests.web.bad_line import Line
from tests.web.chromium import started
from tests.web.conftest import opened
from tests.web.hand import Hand
from tests.web.service import COASTER, Service

pytestmark = pytest.mark.real
FRAMES = 4


def code_film(path: Path, text: str) -> Path:
    """An mjpeg of a QR code on paper, a little turned, in noise, a quarter of the picture wide."""
    matrix = np.array([list(row) for row in segno.make(text, error="m").matrix], np.uint8)
    code = cv2.copyMakeBorder(255 * (1 - matrix), 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=255)
    side = 220
    paper = np.full((600, 800), 200, np.uint8)
    paper[190 : 190 + side, 290 : 290 + side] = cv2.resize(code, (side, side), interpolation=cv2.INTER_NEAREST)
    turned = cv2.warpAffine(paper, cv2.getRotationMatrix2D((400, 300), 8, 1), (800, 600), borderValue=200)
    with path.open("wb") as out:
        for number in range(FRAMES):
            noise = np.random.default_rng(number).normal(0, 6, turned.shape)
            frame = np.clip(turned + noise, 0, 255).astype(np.uint8)
            out.write(cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))[1].tobytes())
    return path


def phone_that_sees(browser: Browser, film: Path) -> Iterator[BrowserContext]:
    """A phone whose camera shows this film: the film is the browser's, so this one has a browser of its own."""
    own = started(browser.browser_type, film)
    try:
        yield from opened(own, 360, 740)
    finally:
        own.close()


def test_a_printed_tag_is_scanned(browser: Browser, service: Service, line: Line, tmp_path: Path) -> None:
    (tag,) = tag_names("T", 42, 1)
    for context in phone_that_sees(browser, code_film(tmp_path / "tag.mjpeg", tag)):
        hand = Hand(context.new_page())
        ticket = service.ticket("ibu-01")
        hand.enrol(line.origin, ticket.code, ticket.pin)
        hand.choose(COASTER)
        hand.button("next").click()
        hand.page.get_by_role("button", name="Pindai dengan kamera").click()
        expect(hand.page.locator("input[name=tag]")).to_have_value(tag)
        expect(hand.page.locator("video")).to_have_count(0)


def test_a_phone_is_enrolled_by_the_code_on_the_desk_and_its_pin(
    browser: Browser, service: Service, line: Line, tmp_path: Path
) -> None:
    ticket = service.ticket("ibu-01")
    shown = f"{line.origin}/#/enter/{ticket.code}"
    for context in phone_that_sees(browser, code_film(tmp_path / "desk.mjpeg", shown)):
        page = context.new_page()
        page.goto(line.origin)
        page.get_by_role("button", name="Pindai kode QR").click()
        expect(page.locator("#enrol input[name=code]")).to_have_value(ticket.code)
        page.locator("#enrol input[name=pin]").fill(ticket.pin)
        page.locator("#enrol").get_by_role("button").click()
        expect(Hand(page).button("next")).to_be_visible()


def test_a_phone_can_install_the_app(phone: BrowserContext, service: Service) -> None:
    page: Page = phone.new_page()
    page.goto(service.origin)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    asked = phone.new_cdp_session(page)
    manifest = asked.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert '"display": "standalone"' in manifest["data"]
    faults = [each["errorId"] for each in asked.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert set(faults) <= {"in-incognito"}  # as every page of a test's browser is
