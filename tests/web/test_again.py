"""Lot acceptance with desk and phone: a sample is drawn, judged again blind without a signal, and decides the lot."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web import stored
from tests.web.bad_line import Line
from tests.web.built import ROOT, SCREENS
from tests.web.hand import SCRIPT, Hand, enrolled
from tests.web.seeded import CHECKS, days_work
from tests.web.service import Service

pytestmark = pytest.mark.real
DEMOS = ("a", "rework")


def judge(hand: Hand, tag: str, defect: str | None, photos: int = 0) -> None:
    """Judge a piece again, as the list has it, and photograph what was found."""
    page = hand.page
    page.locator("a.row", has_text=tag).click()
    page.locator("#found-title").wait_for()
    if defect is not None:
        page.locator("select[name=defect]").select_option(defect)
        page.locator("select[name=class]").select_option("major")
        page.get_by_role("button", name="Tambah cacat ini").click()
        page.locator(f"[data-defect={defect}]").wait_for()
    for number in range(photos):
        page.get_by_role("button", name="Tambah foto").click()
        if number == 0:
            hand.button("shoot").click()
        else:  # the camera may show the same picture twice, which is kept once
            page.locator("input[type=file]").set_input_files(ROOT / "qc" / "demo" / f"{DEMOS[number - 1]}.jpg")
        page.locator("[data-photo] img").nth(number).wait_for()
    hand.check_by_hand()
    page.locator("textarea[name=remark]").fill(SCRIPT)
    hand.picture(f"17-judge-again-{'bad' if defect else 'good'}")
    save = page.get_by_role("button", name="Simpan")
    expect(save).to_be_enabled()
    save.click()
    page.locator("a.row", has_text=tag).locator(".badge.queued").wait_for()


def tags_drawn(service: Service) -> dict[str, str]:
    """Ids of the open re-inspections, by tag."""
    with service.client() as client:
        return {row["tag"]: row["id"] for row in client.get("/v1/reinspections").json()["items"]}


def see_nothing_of_the_first_verdict(page: Page) -> None:
    assert page.locator("[data-status]").count() == 0
    assert page.locator("main img, main svg.photo").count() == 0
    expect(page.get_by_text("Hasil pertama tidak ditampilkan")).to_be_visible()


def see_the_photos_of_what_was_found(service: Service, again: str, taken: list[str]) -> None:
    with service.client() as client:
        paths = [each["photo"] for each in client.get(f"/v1/reinspections/{again}").json()["photos"]]
        assert sorted(sha256(client.get(path).content).hexdigest() for path in paths) == sorted(taken)
    assert len(taken) == 2


def decided_lot(service: Service) -> dict[str, Any]:
    with service.client() as client:
        lots: list[dict[str, Any]] = client.get("/v1/lots").json()["items"]
    return lots[0]


def test_a_lot_is_drawn_judged_blind_without_a_signal_rejected_screened_and_submitted_again(
    wide: BrowserContext, phone: BrowserContext, service: Service, line: Line
) -> None:
    days_work(service, 6, sampled=False)
    desk = Hand(wide.new_page(), album=SCREENS)
    desk.sign_in(service.origin, service, "pak-02")
    desk.page.goto(f"{service.origin}/#/desk")
    desk.page.on("dialog", lambda asked: asked.accept())
    desk.page.get_by_role("button", name="Ambil sampel").first.click()
    lot = desk.page.locator("[data-lot]").first
    expect(lot).to_contain_text("0 dari 3 sudah diperiksa ulang")

    second = enrolled(phone, service, line, "ibu-03", album=SCREENS)
    page = second.page
    page.get_by_role("link", name="Periksa ulang").click()
    drawn = tags_drawn(service)
    assert len(drawn) == 3
    expect(page.locator("a.row")).to_have_count(3)
    second.picture("16-judge-again-list")
    phone.set_offline(True)
    one, two, three = drawn
    page.locator("a.row", has_text=one).click()
    see_nothing_of_the_first_verdict(page)
    page.evaluate("location.hash = '/again'")
    judge(second, one, "STRAND_BROKEN", photos=3)
    page.locator("a.row", has_text=one).click()
    page.locator("[data-photo] button").last.click()
    expect(page.locator("[data-photo]")).to_have_count(2)
    page.evaluate("location.hash = '/again'")
    taken = [photo["actual"] for photo in stored.photos(page)]
    judge(second, two, None)
    page.reload()  # what was found is kept
    judge(second, three, "HOLE")
    with service.client() as client:  # somebody else is quicker with the third
        found = {"inspected_by": "bu-09", "defects": [], "checks": CHECKS}
        assert client.post(f"/v1/reinspections/{drawn[three]}/result", json=found).status_code == 200
    phone.set_offline(False)
    expect(page.locator("#again-done")).to_contain_text("2 sudah")
    page.locator("a.row", has_text=three).locator(".badge.conflict").wait_for()
    page.locator("a.row", has_text=three).click()
    expect(page.get_by_role("alert")).to_be_visible()
    second.picture("18-judge-again-conflict")
    page.get_by_role("button", name="Hapus dari ponsel ini").click()
    expect(page.locator("a.row")).to_have_count(0)

    assert decided_lot(service)["state"] == "rejected"
    see_the_photos_of_what_was_found(service, drawn[one], taken)
    expect(page.locator("#again-done")).to_contain_text("2 sudah")
    assert stored.photos(page) == []  # the server has them
    desk.page.reload()
    lot.get_by_text("Barang yang harus diambil").click()
    expect(lot.locator(".thumbs img")).to_have_count(len(taken))
    desk.picture("24-desk-lot-rejected")
    lot.get_by_role("button", name="Sortir semua barang").click()
    lot.get_by_role("button", name="Keluarkan barang yang cacat").click()
    expect(lot.get_by_text("1 barang dikeluarkan")).to_be_visible()
    desk.picture("24-desk-lot-screened")
    lot.get_by_role("button", name="Ajukan lagi").click()
    expect(desk.page.locator("[data-lot]")).to_have_count(2)
    assert {page.title(), desk.page.title()} == {"Anyaman QC"}
    again = decided_lot(service)
    assert (again["state"], again["original"], again["size"]) == ("sampling", False, 2)


def test_whoever_inspected_a_piece_is_not_asked_to_judge_it_again(
    phone: BrowserContext, service: Service, line: Line
) -> None:
    days_work(service, 1)
    assert len(tags_drawn(service)) == 1
    first = enrolled(phone, service, line, "ibu-01")  # who decided on it
    first.page.evaluate("location.hash = '/again'")
    expect(first.page.get_by_text("Tidak ada yang perlu diperiksa ulang")).to_be_visible()
