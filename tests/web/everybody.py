"""A screen is for everybody: kept as a picture in both languages, no wider than it, readable by a screen reader."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.web.built import WEB
from tests.web.hand import Hand

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
    # Detaching would undo what the test has emulated on this page: no signal above all.
    assert serious == []


def everybody(hand: Hand, name: str) -> None:
    """Keep the screen as a picture; nothing hinders a reader of it, and nothing is wider than the phone."""

    def look(picture: str) -> None:
        wide = hand.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{picture} is {wide} px wider than the screen"
        see_that_everybody_can_use(hand.page)

    hand.picture(name, look)
