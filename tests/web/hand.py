"""An inspector's thumb: what a person does with the app, in words of the flow."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.web.bad_line import Line
from tests.web.service import COASTER, Service

WORDS = {
    "id": {
        "next": "Periksa barang berikutnya",
        "start": "Mulai foto",
        "shoot": "Ambil foto",
        "done": "Selesai, lihat hasil",
        "fine": "Baik",
        "accept": "Terima",
        "overrule": "Ubah hasil, dengan alasan",
        "save": "Simpan",
    },
    "en": {
        "next": "Inspect the next piece",
        "start": "Start taking photos",
        "shoot": "Take photo",
        "done": "Done, show the result",
        "fine": "Fine",
        "accept": "Accept",
        "overrule": "Change the result, with a reason",
        "save": "Save",
    },
}


_WHOLE = """async () => {
  await navigator.serviceWorker.ready;
  while ((await (await caches.open('model')).keys()).length < 3) await new Promise((go) => setTimeout(go, 200));
}"""
"""bundle.json, the network and what novelty is measured against."""


class Hand:
    """Works one page in one language, and keeps pictures of what it saw."""

    def __init__(self, page: Page, language: str = "id", album: Path | None = None) -> None:
        self.page = page
        self.words = WORDS[language]
        self.language = language
        self.album = album

    def picture(self, name: str) -> None:
        """Keep the screen, whole, as it is now."""
        if self.album is not None:
            self.album.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=self.album / f"{name}-{self.language}.png", full_page=True)

    def button(self, word: str, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=self.words[word], exact=exact)

    def speak_english(self) -> None:
        """Change the language, and wait until the app has kept it: the screens speak what is stored."""
        self.page.get_by_role("button", name="English").click()
        expect(self.page.locator("html[lang=en]")).to_be_attached()

    def enrol(self, origin: str, code: str, pin: str) -> None:
        self.page.goto(f"{origin}/#/enter/{code}")
        form = self.page.locator("#enrol")
        expect(form.locator("input[name=code]")).to_have_value(code)
        form.locator("input[name=pin]").fill(pin)
        self.picture("01-enter")
        form.get_by_role("button").click()
        expect(self.button("next")).to_be_visible()

    def sign_in(self, origin: str, person: str, password: str) -> None:
        """Sign in with a password."""
        self.page.goto(origin)
        form = self.page.locator("#login")
        for name, value in (("organisation", "weavers"), ("person", person), ("password", password)):
            form.locator(f"input[name={name}]").fill(value)
        form.get_by_role("button").click()
        expect(self.button("next")).to_be_visible()

    def choose(self, sku: str) -> None:
        """Choose the product, once."""
        self.page.evaluate("location.hash = '/product'")
        product = self.page.get_by_role("button", name=re.compile(re.escape(sku)))
        expect(product).to_be_visible()
        self.picture("02-product")
        product.click()
        expect(self.button("next")).to_be_visible()

    def begin(self, tag: str) -> None:
        self.button("next").click()
        self.page.locator("input[name=tag]").fill(tag)
        self.picture("04-tag")
        self.button("start").click()
        expect(self.page.locator("video")).to_be_visible()

    def shoot(self, until: int | None = None) -> None:
        """Take the asked views, or as many as `until`."""
        strip = self.page.locator(".strip button")
        taken = strip.count()
        while until is None or taken < until:
            if self.button("done").count():
                break
            shutter = self.button("shoot")
            expect(shutter).to_be_enabled()
            shutter.click()
            taken += 1
            expect(strip).to_have_count(taken)

    def finish_photos(self) -> None:
        self.shoot()
        self.picture("05-photos")
        self.button("done").click()
        expect(self.page.locator("#decide-title")).to_be_visible()

    def check_by_hand(self) -> None:
        for number in self.page.locator("section.card input[type=number]").all():
            name = number.get_attribute("name") or ""
            if name.startswith("moisture"):
                number.fill("11.5")
                number.blur()
        for field in self.page.locator("fieldset[data-check]").all():
            field.get_by_role("button", name=self.words["fine"], exact=True).click()

    def accept(self) -> None:
        """Accept the piece; by the person's own grade and reason where the model would not have it."""
        self.judged()
        if self.button("accept").count():
            expect(self.button("accept")).to_be_enabled()
            self.button("accept").click()
        else:
            self.button("overrule").click()
            self.page.locator("select[name=grade]").select_option("A")
            self.page.locator("textarea[name=reason]").fill("looked at it by hand")
            self.button("save").click()
        self.receipt()

    def reject(self, reason: str) -> None:
        """Reject the piece; with a reason where the rules did not reject it themselves."""
        self.judged()
        self.page.get_by_role("button", name="Tolak").click()
        if self.page.locator("textarea[name=reason]").count():
            self.page.locator("textarea[name=reason]").fill(reason)
            self.button("save").click()
        self.receipt()

    def receipt(self) -> None:
        """Wait until the decision is kept: only then does the app show its receipt."""
        expect(self.page.locator("#receipt-title")).to_be_visible()

    def judged(self) -> None:
        """Wait until phone or server has judged the photos."""
        expect(self.page.locator("[data-status]")).to_be_visible(timeout=60_000)

    def settle_disagreements(self) -> None:
        """Decide again on what the server would not have: phone and server may differ on a piece at the threshold."""
        while self.page.locator(".badge.conflict").count():
            self.page.locator(".badge.conflict").first.click()
            self.page.get_by_role("button", name="Putuskan lagi").click()
            self.accept()
            self.home()

    def home(self) -> None:
        self.page.evaluate("location.hash = '/'")
        expect(self.button("next")).to_be_visible()

    def inspect(self, tag: str) -> None:
        """One piece from tag to receipt."""
        self.begin(tag)
        self.finish_photos()
        self.check_by_hand()
        self.accept()
        self.home()

    def keeps_everything(self) -> None:
        """Wait until the app and the model are whole on the phone."""
        self.page.evaluate(_WHOLE)

    def waiting(self) -> int:
        """How many pieces the app says are waiting."""
        found = re.match(r"\d+", self.page.locator("#waiting").inner_text())
        return int(found[0]) if found else 0


def enrolled(
    phone: BrowserContext, service: Service, line: Line, person: str = "ibu-01", page: Page | None = None
) -> Hand:
    """A phone that is somebody's, whole without a signal, with a product chosen."""
    ticket = service.ticket(person)
    hand = Hand(page or phone.new_page())
    hand.enrol(line.origin, ticket.code, ticket.pin)
    hand.choose(COASTER)
    hand.keeps_everything()
    return hand
