"""Markup in any text, typed by a person or answered by the service, stays text on every screen.

The policy would stop a planted script, so tests look for the planted element itself: a `<b>` that names its field.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.bad_line import line_to
from tests.web.built import ROOT, WEB
from tests.web.conftest import PATIENCE_MS, opened
from tests.web.hand import Hand, enrolled
from tests.web.service import House, Service

pytestmark = pytest.mark.real

TYPED = {
    "organisation", "person", "password", "code", "pin", "tag", "maker", "newtag", "{`${check.name}_waived`}", "reason",
    "remark", "gone", "bar", "why",
}  # fmt: skip
"""Every field of the app into which a person can type text, by its name in the sources."""
TOO_SHORT = {"pin"}
"""Six characters: no markup fits."""
TICKS_AND_NUMBERS = {"appeal", "consent", "{check.name}"}
ANSWERED = (
    "tag", "sku", "title", "number", "batch_number", "collection_point", "maker_ref", "model", "refused", "standard",
    "reason", "decided_by", "words", "promises", "by", "why", "detail", "organisation", "person", "code", "pin",
    "buyer", "remark", "url", "name", "description",
)  # fmt: skip
"""Every text of the service's answers that is no id, time, hash, path or word of a closed list."""
NEVER_SHOWN = {"buyer", "remark", "url", "name", "description"}
"""Answered to other programs, or kept for other steps: no screen shows them."""


def markup(field: str) -> str:
    return f'<b data-planted="{field}">{field}</b>'


def planted_in(page: Page) -> list[str]:
    """Fields whose markup has become an element."""
    found: list[str] = page.evaluate("[...document.querySelectorAll('[data-planted]')].map((b) => b.dataset.planted)")
    return found


def text_of(page: Page) -> str:
    """All text, also what is folded away, typed into fields, or said to a screen reader."""
    text: str = page.evaluate(
        "[document.body.textContent, ...[...document.querySelectorAll('[aria-label], [alt], input, textarea')].map("
        "(e) => [e.getAttribute('aria-label'), e.getAttribute('alt'), e.value].join(' '))].join(' ')"
    )
    return text


def test_the_list_of_fields_is_whole() -> None:
    names = set()
    for source in (WEB / "src").rglob("*.tsx"):
        for tag in re.findall(r"<(?:input|textarea)\b(.*?)/>", source.read_text(encoding="utf-8"), re.DOTALL):
            if 'type="file"' in tag or ('type="checkbox"' in tag and "name=" not in tag):
                continue
            named = re.search(r'\bname=(?:"(\w+)"|(\{.*?\}(?=\s)))', tag)
            assert named is not None, f"{source.name}: a field without a name: {tag.strip()[:80]}"
            names.add(named[1] or named[2])
    assert names == TYPED | TICKS_AND_NUMBERS


def test_no_source_writes_markup_itself() -> None:
    sources = [*(WEB / "src").rglob("*.ts"), *(WEB / "src").rglob("*.tsx")]
    assert len(sources) > 100
    for source in sources:
        written = re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", source.read_text("utf-8"), re.I)
        assert written is None, f"{source.name}: {written}"  # in any case: dangerouslySetInnerHTML, too


def tainted(value: Any, field: str = "") -> Any:
    """The answer with markup behind every text of a listed field."""
    if isinstance(value, dict):
        return {key: tainted(inner, key if key in ANSWERED else field if key in {"en", "id"} else "")
                for key, inner in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [tainted(inner, field) for inner in value]
    return value + markup(field) if isinstance(value, str) and field else value


SHADOWED = {
    "serving": {"model": "m-1", "since": "2026-11-01T00:00:00Z"},
    "promotion": {"by": "bu-09", "why": "better on corrections"},
    "challenger": {"model": "m-2"},
}
CHANGED = {
    "week": "2026-W47",
    "points": [{"collection_point": "BTL-1", "inspections": 3, "state": "learning", "typical": [], "charts": []}],
}


DECIDED = {"defect_class": "major", "accepted": True, "words": {"en": "none found", "id": "tidak ada"}}


class Hostile:
    """Answers of the service on their way to the app, each text with markup in it."""

    def __init__(self) -> None:
        self.fields: set[str] = set()

    def answer(self, route: Route) -> None:
        address = re.sub(r"%3Cb%20data-planted.*?%3C%2Fb%3E", "", route.request.url)
        body = re.sub(r"<b data-planted.*?</b>", "", (route.request.post_data or "").replace('\\"', '"'))
        path = address.split("?")[0].partition("/v1")[2]
        if path == "/rates":
            problem = {"title": "Conflict", "status": 409, "code": "conflict", "detail": "told" + markup("detail")}
            route.fulfill(status=409, content_type="application/problem+json", body=json.dumps(problem))
            return
        made = {"/models": SHADOWED, "/drift": CHANGED}.get(path)
        if made is None and route.request.url.endswith("/readyz"):
            made = {"model": "m-1", "refused": "m-0"}
        if made is not None:
            route.fulfill(json=tainted(made))
            return
        answer = route.fetch(url=address, post_data=body or None)
        if "json" in answer.headers.get("content-type", ""):
            said = answer.json()
            if path == "/lots":  # as they are once decided
                for lot in said["items"]:
                    lot["results"] = [DECIDED]
            route.fulfill(response=answer, json=tainted(said))
        else:
            route.fulfill(response=answer)


@pytest.fixture(scope="module")
def shown(browser: Browser, day: Service) -> dict[str, tuple[str, list[str]]]:
    """Text of every screen, and what was planted in it, while the service's answers are hostile."""
    seen = {}
    for context in opened(browser, 1366, 768):
        hand = Hand(context.new_page())
        context.route(re.compile(r"/v1/(?!photos|bundle)|/readyz"), Hostile().answer)
        hand.sign_in(day.origin, day, "pak-02")
        page = hand.page
        with day.client() as client:
            piece = next(each["id"] for each in client.get("/v1/pieces").json()["items"] if each["tag"] == "D-000001")
        for name, ready in (
            ("product", "main button"), ("settings", "main p"), ("desk/work", "[data-piece] ol"),
            ("desk/quality", "[data-challenger]"), ("desk/people", "select[name=maker] option:nth-child(2)"),
            (f"desk/piece/{piece}", "[data-one] ol"),
        ):  # fmt: skip
            page.goto(f"{day.origin}/#/{name}")
            page.locator(ready).first.wait_for(state="attached")
            if name == "desk/work":
                page.locator("[data-lot] details").first.wait_for()
                page.get_by_role("button", name="Apa yang dijanjikan rencana ini").click()
            if name == "desk/quality":
                page.get_by_role("alert").wait_for()
            if name == "desk/people":
                page.locator("select[name=maker]").select_option(index=1)
                page.locator("[data-maker]").wait_for()
                page.locator("input[name=person]").fill("ibu-01")
                page.get_by_role("button", name="Buat kode").click()
                page.locator("[data-pin]").wait_for()
            seen[name] = (text_of(page), planted_in(page))
    return seen


@pytest.mark.parametrize("field", ANSWERED)
def test_text_of_the_service_stays_text(shown: dict[str, tuple[str, list[str]]], field: str) -> None:
    assert [name for name, (_, planted) in shown.items() if field in planted] == []
    screens = [name for name, (text, _) in shown.items() if markup(field) in text]
    assert bool(screens) is (field not in NEVER_SHOWN), f"shown on {screens}"


@pytest.fixture(scope="module")
def typed(browser: Browser, house: House, day: Service) -> dict[str, tuple[bool, list[str]]]:
    """For every field: whether its markup was text on a screen that followed, and what was planted."""
    service = house.organisation()
    seen: dict[str, tuple[bool, list[str]]] = {}

    def look(page: Page, field: str) -> None:
        there = markup(field) in text_of(page)
        before, planted = seen.get(field, (False, []))
        seen[field] = (before or there, planted + planted_in(page))

    with line_to(service.origin) as line:
        for context in opened(browser, 360, 740):
            page = context.new_page()
            page.goto(line.origin)
            for name in ("organisation", "person", "password"):
                page.locator(f"#login input[name={name}]").fill(markup(name))
            page.locator("#login").get_by_role("button").click()
            page.get_by_role("alert").wait_for()
            for name in ("organisation", "person", "password"):
                look(page, name)
            page.goto(f"{line.origin}/#/enter/{quote(markup('code'), safe='')}")
            expect(page.locator("#enrol input[name=code]")).to_have_value(markup("code"))
            look(page, "code")
            page.goto("about:blank")
            hand = enrolled(context, service, line, page=page)
            walk_the_flow(hand, look)
            walk_what_follows(hand, service, look)
        for context in opened(browser, 360, 740):
            walk_a_second_look(Hand(context.new_page()), day, look)
        for context in opened(browser, 1366, 768):
            desk = Hand(context.new_page())
            desk.sign_in(line.origin, service, "pak-02")
            desk.page.goto(f"{line.origin}/#/desk/people")
            desk.page.locator("input[name=person]").fill(markup("person"))
            desk.page.get_by_role("button", name="Buat kode").click()
            desk.page.get_by_role("alert").wait_for()
            look(desk.page, "person")
            desk.page.goto(f"{line.origin}/#/desk/work")
            desk.page.get_by_role("link", name="T-000001").first.click()
            desk.page.locator("[data-one] .note").first.wait_for()
            for name in ("reason", "{`${check.name}_waived`}"):
                look(desk.page, name)
    return seen


def walk_the_flow(hand: Hand, look: Any) -> None:
    """From tag to receipt, with markup in every field of the way."""
    page = hand.page
    hand.button("next").click()
    page.locator("input[name=tag]").fill(markup("tag"))
    page.locator("input[name=maker]").fill(markup("maker"))
    hand.button("start").click()
    page.get_by_role("alert").wait_for()
    look(page, "tag")
    look(page, "maker")
    page.locator("input[name=tag]").fill("T-000001")
    page.locator("input[name=maker]").fill("")
    hand.button("start").click()
    hand.finish_photos()
    page.get_by_role("button", name="Lewati, dengan alasan: kadar air").click()
    page.locator("input[name=moisture_pct_waived]").fill(markup("{`${check.name}_waived`}"))
    hand.check_by_hand()
    page.get_by_role("link", name="Ukur dengan foto").click()
    page.locator("input[name=bar]").fill(markup("bar"))
    page.get_by_role("alert").wait_for()
    look(page, "bar")
    page.get_by_role("link", name="Kembali ke hasil").click()
    hand.judged()
    hand.button("overrule").click()
    page.locator("select[name=grade]").select_option("A")
    page.locator("textarea[name=reason]").fill(markup("reason"))
    look(page, "reason")
    look(page, "{`${check.name}_waived`}")
    hand.button("save").click()
    hand.receipt()
    hand.recorded()
    look(page, "{`${check.name}_waived`}")
    receipt = page.locator("a[href*='/r/']").get_attribute("href") or ""
    away = page.context.new_page()
    away.goto(receipt)
    away.locator("h1").wait_for()
    look(away, "{`${check.name}_waived`}")
    away.close()


def walk_what_follows(hand: Hand, service: Service, look: Any) -> None:
    """A tag that is used already, and a second look, with markup in every field."""
    page = hand.page
    hand.home()
    with service.client() as client:
        facts = {"sku": "CO-PD-01", "tag": "T-000009"}
        photo = ("a.jpg", (ROOT / "qc" / "demo" / "a.jpg").read_bytes(), "image/jpeg")
        client.post("/v1/inspections", files={"photos": photo}, data={"inspection": json.dumps(facts)})
    hand.inspect("T-000009")
    page.locator(".badge.conflict").click(timeout=PATIENCE_MS)
    page.locator("input[name=newtag]").fill(markup("newtag"))
    hand.button("save").click()
    expect(page.get_by_text("Label hanya berisi")).to_be_visible()
    look(page, "newtag")


def walk_a_second_look(hand: Hand, day: Service, look: Any) -> None:
    """The form of a second look, and the supervisor's field beside the lot; nothing is sent."""
    page = hand.page
    hand.sign_in(day.origin, day, "ibu-03")
    page.evaluate("location.hash = '/again'")
    page.locator("a.row").first.click()
    page.locator("textarea[name=remark]").fill(markup("remark"))
    page.locator("details summary").last.click()
    page.locator("textarea[name=gone]").fill(markup("gone"))
    page.reload()
    expect(page.locator("textarea[name=remark]")).to_have_value(markup("remark"))
    look(page, "remark")
    page.locator("details summary").last.click()
    page.locator("textarea[name=gone]").fill(markup("gone"))
    look(page, "gone")
    page.goto("about:blank")
    page.context.clear_cookies()
    hand.sign_in(f"{day.origin}/#/enter", day, "pak-02")
    page.goto(f"{day.origin}/#/desk")
    page.locator("[data-lot] details summary").last.click()
    page.locator("input[name=why]").fill(markup("why"))
    look(page, "why")


@pytest.mark.parametrize("field", sorted(TYPED - TOO_SHORT))
def test_text_that_is_typed_stays_text(typed: dict[str, tuple[bool, list[str]]], field: str) -> None:
    taken, planted = typed[field]
    assert planted == []
    assert taken, "the markup was not on the screen as text"
