"""The flow that must hold: a day with no signal, two reloads, a crash, and a line that drops every third request."""

from __future__ import annotations

import contextlib
from collections import Counter
from hashlib import sha256
from time import monotonic
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect
from playwright.sync_api import TimeoutError as Late
from sqlalchemy import select

from qc.ledger.inspections import inspection_of_id
from qc.ledger.tables import CameraOriginal, PhoneVerdict
from qc.model.bundle import SPEC_FILE, Bundle
from qc.model.grader import Grader
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.verdict import apply
from tests.web import stored
from tests.web.bad_line import Line
from tests.web.hand import Hand, enrolled
from tests.web.service import COASTER, Service

pytestmark = pytest.mark.real
TRIES = 5


def crash(page: Page) -> None:
    """Kill the tab's process, as a phone short of memory does."""
    with contextlib.suppress(Error):  # nobody is left to answer
        page.goto("chrome://crash", timeout=5_000)
    page.close()


def open_again(page: Page, origin: str) -> None:
    """Open the app after a crash. The worker that serves it died with the tab, and a browser that is still clearing up
    asks the network instead: then a person tries once more, without a signal still."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(Error):
            page.goto(origin)
            return
        page.wait_for_timeout(500)
    page.goto(origin)


def test_a_day_without_signal_reaches_the_server_whole_and_once(
    phone: BrowserContext, service: Service, line: Line
) -> None:
    hand = enrolled(phone, service, line)
    for number in range(5):
        hand.inspect(f"T-{number:06d}", by_rules=True)

    phone.set_offline(True)
    for number in range(5, 12):
        hand.inspect(f"T-{number:06d}", by_rules=True)
    hand.page.reload()
    for number in range(12, 17):
        hand.inspect(f"T-{number:06d}", by_rules=True)
    hand.begin("T-000017")
    hand.shoot(1)
    hand.page.reload()
    expect(hand.page.locator(".strip button")).to_have_count(1)
    hand.shoot(2)
    crash(hand.page)
    hand.page = phone.new_page()
    open_again(hand.page, line.origin)
    hand.page.get_by_role("link", name="T-000017").click()
    expect(hand.page.locator(".strip button")).to_have_count(2)
    hand.finish_photos()
    hand.check_by_hand()
    hand.accept()
    hand.home()
    for number in range(18, 25):
        hand.inspect(f"T-{number:06d}", by_rules=True)
    expect(hand.page.locator("#offline")).to_be_visible()
    assert hand.waiting() >= 20
    assert hand.page.locator(".badge.graded").count() <= 5
    before = {photo["sha256"]: photo["actual"] for photo in stored.photos(hand.page)}
    assert before
    assert all(name == actual for name, actual in before.items())

    line.bad = True
    phone.set_offline(False)
    until_all_is_sent(hand)
    line.bad = False
    assert line.lost_questions > 3
    assert line.lost_answers > 3
    hand.settle_disagreements()
    until_all_is_sent(hand)

    on_phone = stored.records(hand.page)
    assert [record["conflict"] for record in on_phone if record["state"] != "graded"] == []
    see_that_the_server_has(service, on_phone)
    see_that_the_server_judges_alike(service, on_phone)


def until_all_is_sent(hand: Hand) -> None:
    """Press `send now` as an impatient inspector does, until nothing waits: neither records nor originals."""
    stored.end_undo(hand.page)
    waiting, send = hand.page.locator("#waiting"), hand.page.get_by_role("button", name="Kirim sekarang")
    until = monotonic() + 300
    while send.count() and monotonic() < until:
        with contextlib.suppress(Late):  # all has been sent meanwhile
            send.click(timeout=1_000)
        hand.page.wait_for_timeout(150)
    expect(waiting).to_contain_text("Semua sudah terkirim")
    expect(waiting).not_to_contain_text("foto asli")


def see_that_the_server_has(service: Service, on_phone: list[dict]) -> None:  # type: ignore[type-arg]
    """Each piece once, in one batch, with the very bytes that the phone judged and the camera's own."""
    with service.client() as client:
        listed = client.get("/v1/pieces", params={"limit": 100}).json()["items"]
        assert Counter(piece["tag"] for piece in listed) == Counter(record["tag"] for record in on_phone)
        assert {piece["state"] for piece in listed} == {"in_batch"}
        for record in on_phone:
            piece = client.get(f"/v1/pieces/{record['piece']}").json()
            assert len(piece["inspections"]) == 1
            inspection = piece["inspections"][0]
            assert len(inspection["decisions"]) == 1
            judged = {photo["view"]: photo["judged"].rsplit("/", 1)[1] for photo in inspection["photos"]}
            assert judged == {taken["view"]: taken["judged"] for taken in record["photos"]}
            with service.station.database.read() as session:
                found = inspection_of_id(session, service.caller.organisation_id, UUID(inspection["id"]))
                kept = select(CameraOriginal).where(CameraOriginal.inspection_id == found.id)
                originals = {row.judged_sha256: row.original_sha256 for row in session.scalars(kept)}
            assert originals == {taken["judged"]: taken["original"] for taken in record["photos"]}
            for name in {*originals, *originals.values()}:
                assert sha256(client.get(f"/v1/photos/{name}").content).hexdigest() == name
        batch = client.get("/v1/batches").json()["items"][0]
        assert sum(line["filled"] for line in batch["lines"]) == len(on_phone)


def see_that_the_server_judges_alike(service: Service, on_phone: list[dict]) -> None:  # type: ignore[type-arg]
    """With the phone's network, the server says of the same bytes what the phone said, and it knows what that was."""
    bundle = Bundle.load(bundle_in_force(Settings()))
    standard = service.station.library.for_sku(COASTER)
    with Grader(bundle, phone=True) as grader, service.station.database.read() as session:
        for record in on_phone:
            said = record["provisional"]
            assert said["bundle"] == sha256((bundle.path / SPEC_FILE).read_bytes()).hexdigest()
            photos = [(service.station.photos.get(taken["judged"]), taken["view"]) for taken in record["photos"]]
            verdict = apply(standard, grader.examine_piece(photos), {}, bundle.spec.bands)
            assert (said["status"], said["grade"]) == (verdict.status, verdict.grade), record["tag"]
            kept = session.get(PhoneVerdict, UUID(record["inspection"]))
            assert kept is not None
            assert (kept.bundle_sha256, kept.status, kept.grade) == (said["bundle"], said["status"], said["grade"])
            assert kept.agrees is not record["disagrees"]


def test_a_second_tab_sends_nothing_twice(phone: BrowserContext, service: Service, line: Line) -> None:
    first = enrolled(phone, service, line)
    second = Hand(phone.new_page())
    second.page.goto(line.origin)
    expect(second.page.get_by_text("terbuka di tab lain")).to_be_visible()
    second.inspect("T-000001")
    first.inspect("T-000002")
    first.recorded(2)
    expect(second.page.locator(".badge.graded")).to_have_count(2)
    with service.client() as client:
        pieces = client.get("/v1/pieces").json()["items"]
        assert sorted(piece["tag"] for piece in pieces) == ["T-000001", "T-000002"]
        assert [len(client.get(f"/v1/pieces/{p['id']}").json()["inspections"]) for p in pieces] == [1, 1]


_OTHERS = """async ({least, reserve}) => {
  const db = await new Promise((go) => (indexedDB.open('anyaman-qc').onsuccess = (event) => go(event.target.result)));
  const write = (change) => new Promise((go) => {
    const writing = db.transaction(['facts', 'reserve'], 'readwrite');
    change(writing.objectStore('facts'), writing.objectStore('reserve'));
    writing.oncomplete = () => go(true);
    writing.onabort = () => go(false);
  });
  if (!reserve) await write((_, held) => held.clear());
  if (least === null) await write((facts) => facts.delete(IDBKeyRange.bound('~', '~~')));
  else for (let bytes = 64e6; bytes >= least; bytes /= 2) {
    while (await write((facts) => facts.put(new Blob([new Uint8Array(bytes)]), `~${Math.random()}`)));
  }
  db.close();
}"""
"""Bytes of others, until fewer than `least` fit; null takes them away."""


def test_full_storage_is_told_before_and_loses_nothing(phone: BrowserContext, service: Service, line: Line) -> None:
    page = phone.new_page()
    quota = phone.new_cdp_session(page)
    quota.send("Storage.overrideQuotaForOrigin", {"origin": line.origin, "quotaSize": 250_000_000})
    hand = enrolled(phone, service, line, page=page)
    phone.set_offline(True)
    hand.inspect("T-000001")
    expect(page.get_by_text("Tempat di ponsel tinggal")).to_have_count(0)
    page.evaluate(_OTHERS, {"least": 20_000, "reserve": True})
    hand.inspect("T-000002")  # room was held for it
    expect(page.get_by_text("Tempat di ponsel tinggal untuk sekitar 4 barang")).to_be_visible()
    hand.begin("T-000003")
    hand.shoot(1)
    page.evaluate(_OTHERS, {"least": 20_000, "reserve": False})
    hand.button("shoot").click()
    expect(page.get_by_text("Penyimpanan ponsel penuh")).to_be_visible()
    expect(page.locator(".strip button")).to_have_count(1)
    page.evaluate(_OTHERS, {"least": None, "reserve": True})
    page.reload()
    expect(page.locator(".strip button")).to_have_count(1)
    kept = stored.records(page)
    assert [len(record["photos"]) for record in kept] == [2, 2, 1]
    names = {photo["sha256"] for photo in stored.photos(page)}
    assert all({taken["original"], taken["judged"]} <= names for record in kept for taken in record["photos"])
    hand.finish_photos()
    hand.check_by_hand()
    hand.accept()


def test_a_decision_can_be_undone_for_ten_seconds(phone: BrowserContext, service: Service, line: Line) -> None:
    hand = enrolled(phone, service, line)
    hand.begin("T-000001")
    hand.finish_photos()
    hand.check_by_hand()
    hand.accept()
    hand.page.get_by_role("button", name="Urungkan").click()
    expect(hand.page.locator("#decide-title")).to_be_visible()
    with service.client() as client:
        for piece in client.get("/v1/pieces").json()["items"]:
            assert piece["state"] in {"registered", "awaiting_checks", "referred"}  # as the photos have it, undecided
    assert stored.records(hand.page)[0]["decision"] is None


def test_a_tag_used_for_another_piece_is_shown_to_a_person(
    phone: BrowserContext, other_phone: BrowserContext, service: Service, line: Line
) -> None:
    hand = enrolled(phone, service, line)
    hand.inspect("T-000001")
    hand.recorded()
    second = enrolled(other_phone, service, line)
    second.inspect("T-000001")
    stored.end_undo(second.page)
    expect(second.page.locator(".badge.conflict")).to_have_count(1)
    second.page.get_by_role("link", name="T-000001").click()
    expect(second.page.get_by_text("terikat pada barang lain")).to_be_visible()
    second.page.locator("input[name=newtag]").fill("T-000009")
    second.page.get_by_role("button", name="Simpan").click()
    expect(second.page.get_by_text("terikat pada barang lain")).to_have_count(0)
    second.home()
    second.recorded()
    with service.client() as client:
        tags = sorted(piece["tag"] for piece in client.get("/v1/pieces").json()["items"])
    assert tags == ["T-000001", "T-000009"]
