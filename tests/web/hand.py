"""An inspector's thumb: what a person does with the app, in words of the flow."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as Late

from tests.web import stored
from tests.web.bad_line import Line
from tests.web.service import COASTER, PASSWORD, Service

WORDS = {
    "next": "Periksa barang berikutnya",
    "start": "Mulai foto",
    "shoot": "Ambil foto",
    "done": "Selesai, lihat hasil",
    "fine": "Baik",
    "accept": "Terima",
    "overrule": "Ubah hasil, dengan alasan",
    "save": "Simpan",
}
LANGUAGES = ("en", "id")
SCRIPT = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
"""What somebody types who would break the page: it must stay text."""


_WHOLE = """async () => {
  await navigator.serviceWorker.ready;
  while ((await (await caches.open('model')).keys()).length < 3) await new Promise((go) => setTimeout(go, 200));
}"""
"""bundle.json, the network and what novelty is measured against."""


class Hand:
    """Works one page in Bahasa Indonesia, and keeps pictures of what it saw in both languages."""

    def __init__(self, page: Page, album: Path | None = None) -> None:
        self.page = page
        self.album = album

    def picture(self, name: str, look: Callable[[str], None] = lambda _: None) -> None:
        """Keep the screen, whole, as it is now, in either language.

        Args:
            name: Of the step.
            look: Looks at the screen in a language: called with the picture's name.
        """
        if self.album is None:
            return
        self.album.mkdir(parents=True, exist_ok=True)
        for language in LANGUAGES:  # the last is the one that the hand works in
            self.speak(language)
            self.page.screenshot(path=self.album / f"{name}-{language}.png", full_page=True)
            look(f"{name}-{language}")

    def button(self, word: str, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=WORDS[word], exact=exact)

    def speak(self, language: str) -> None:
        """Change the language, and wait until the app has kept it: the screens speak what is stored."""
        if self.page.locator("html").get_attribute("lang") != language:
            self.page.locator("header.bar button").click()
        self.page.locator(f"html[lang={language}]").wait_for(state="attached")

    def enrol(self, origin: str, code: str, pin: str) -> None:
        self.page.goto(f"{origin}/#/enter/{code}")
        form = self.page.locator("#enrol")
        expect(form.locator("input[name=code]")).to_have_value(code)
        form.locator("input[name=pin]").fill(pin)
        self.picture("01-enter")
        form.get_by_role("button").click()
        expect(self.button("next")).to_be_visible()

    def sign_in(self, origin: str, service: Service, person: str) -> None:
        """Sign in with a password."""
        self.page.goto(origin)
        form = self.page.locator("#login")
        for name, value in (("organisation", service.organisation), ("person", person), ("password", PASSWORD)):
            form.locator(f"input[name={name}]").fill(value)
        form.get_by_role("button").click()
        expect(self.button("next")).to_be_visible()

    def choose(self, sku: str) -> None:
        """Choose the product, once."""
        self.page.evaluate("location.hash = '/product'")
        product = self.page.get_by_role("button", name=re.compile(re.escape(sku)))
        product.wait_for()
        self.picture("02-product")
        product.click()
        self.button("next").wait_for()  # shown once the choice is kept

    def begin(self, tag: str) -> None:
        self.button("next").click()
        self.page.locator("input[name=tag]").fill(tag)
        self.picture("04-tag")
        self.button("start").click()
        self.page.locator("video").wait_for()

    def shoot(self, until: int | None = None) -> None:
        """Take the asked views, or as many as `until`."""
        strip = self.page.locator(".strip button")
        shutter, done = self.button("shoot"), self.button("done")
        shutter.or_(done).wait_for()
        taken = strip.count()
        while (until is None or taken < until) and not done.is_visible():
            shutter.click()
            strip.nth(taken).wait_for()  # the photo is kept
            taken += 1
            shutter.or_(done).wait_for()

    def finish_photos(self) -> None:
        self.shoot()
        self.picture("05-photos")
        self.button("done").click()
        self.page.locator("#decide-title").wait_for()

    def check_by_hand(self) -> None:
        for number in self.page.locator("section.card input[type=number]").all():
            name = number.get_attribute("name") or ""
            if name.startswith("moisture"):
                number.fill("11.5")
                number.blur()
        for field in self.page.locator("fieldset[data-check]").all():
            field.get_by_role("button", name=WORDS["fine"], exact=True).click()

    def accept(self, by_rules: bool = False) -> None:
        """Accept the piece by the person's own grade and reason, which the server takes whatever its model says.

        Args:
            by_rules: Press accept where the phone offers it. The server may see the piece otherwise and refuse: only
                for tests that settle that.
        """
        self.judged()
        if not (by_rules and self._accepts()):
            self.button("overrule").click()
            self.page.locator("select[name=grade]").select_option("A")
            self.page.locator("textarea[name=reason]").fill("looked at it by hand")
            self.button("save").click()
        self.receipt()

    def _accepts(self) -> bool:
        """Press accept, if it is there: the server's verdict may come at any time and take the button away."""
        if self.button("accept").count() == 0:
            return False
        try:
            self.button("accept").click(timeout=5_000)
        except Late:
            return False
        return True

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
        self.page.locator("#receipt-title").wait_for()

    def recorded(self, pieces: int = 1) -> None:
        """Let the ten seconds of undo be over, and wait for the server's answers."""
        stored.end_undo(self.page)
        expect(self.page.locator(".badge.graded")).to_have_count(pieces)

    def judged(self) -> None:
        """Wait until phone or server has judged the photos."""
        self.page.locator("[data-status]").wait_for()

    def settle_disagreements(self) -> None:
        """Decide again on what the server would not have: phone and server may differ on a piece at the threshold."""
        while self.page.locator(".badge.conflict").count():
            self.page.locator(".badge.conflict").first.click()
            self.page.get_by_role("button", name="Putuskan lagi").click()
            self.accept()
            self.home()

    def home(self) -> None:
        self.page.evaluate("location.hash = '/'")
        self.button("next").wait_for()

    def inspect(self, tag: str, by_rules: bool = False) -> None:
        """One piece from tag to receipt."""
        self.begin(tag)
        self.finish_photos()
        self.check_by_hand()
        self.accept(by_rules)
        self.home()

    def keeps_everything(self) -> None:
        """Wait until the app and the model are whole on the phone."""
        self.page.evaluate(_WHOLE)

    def waiting(self) -> int:
        """How many pieces the app says are waiting."""
        found = re.match(r"\d+", self.page.locator("#waiting").inner_text())
        return int(found[0]) if found else 0


def enrolled(
    phone: BrowserContext,
    service: Service,
    line: Line,
    person: str = "ibu-01",
    page: Page | None = None,
    album: Path | None = None,
) -> Hand:
    """A phone that is somebody's, whole without a signal, with a product chosen."""
    ticket = service.ticket(person)
    hand = Hand(page or phone.new_page(), album=album)
    hand.enrol(line.origin, ticket.code, ticket.pin)
    hand.choose(COASTER)
    hand.keeps_everything()
    return hand
