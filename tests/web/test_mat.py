"""The measuring mat in the app: photographed without a signal, measured by the server, entered by a person."""

from __future__ import annotations

from pathlib import Path

import pytest
import simplejpeg
from playwright.sync_api import BrowserContext, expect

from tests.measure.photos import PLAIN, photo_of
from tests.web.built import ROOT
from tests.web.hand import Hand
from tests.web.service import Service

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def on_the_mat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A coaster of 200 x 150 mm on the mat, as its standard wants it."""
    place = tmp_path_factory.mktemp("mat") / "mat.jpg"
    place.write_bytes(simplejpeg.encode_jpeg(photo_of(PLAIN), quality=95))
    return place


def test_a_size_waits_for_a_signal_comes_with_its_doubt_and_becomes_a_hand_check(
    phone: BrowserContext, service: Service, pictured: Hand, on_the_mat: Path
) -> None:
    hand, page = pictured, pictured.page
    hand.begin("T-000001")
    hand.finish_photos()
    phone.set_offline(True)
    page.get_by_role("link", name="Ukur dengan foto").click()
    page.locator("input[name=bar]").fill("96")
    expect(page.locator("input[name=bar][aria-invalid=true]")).to_have_count(0)
    page.locator("input[name=bar]").fill("9")
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("input[name=bar]").fill("100")
    hand.picture("19-mat-how")
    page.locator("input[type=file]").set_input_files(ROOT / "qc" / "demo" / "a.jpg")
    expect(page.locator("[data-mat=queued]")).to_contain_text("begitu ada sinyal")
    hand.picture("19-mat-waits")
    page.reload()
    page.locator("[data-mat=queued]").wait_for()
    phone.set_offline(False)
    expect(page.locator("[data-mat=refused]")).to_contain_text("Alas ukur tidak terlihat")
    hand.picture("19-mat-refused")
    page.get_by_role("button", name="Foto alas lagi").click()
    page.locator("input[type=file]").set_input_files(on_the_mat)
    page.locator("[data-mat=pass]").wait_for()
    expect(page.get_by_role("row", name="Panjang")).to_contain_text("±")
    hand.picture("19-mat-measured")
    page.get_by_role("button", name="Catat").click()
    expect(page.get_by_text("Sudah dicatat")).to_be_visible()
    page.get_by_role("link", name="Kembali ke hasil").click()
    entered = float(page.locator("input[name=length_mm]").input_value())
    assert entered == pytest.approx(PLAIN.length, abs=3)
    hand.check_by_hand()
    hand.accept()
    hand.recorded()
    with service.client() as client:
        piece = client.get("/v1/pieces").json()["items"][0]
        checks = client.get(f"/v1/pieces/{piece['id']}").json()["inspections"][0]["decisions"][0]["checks"]
    assert (checks["length_mm"]["value"], piece["state"]) == (entered, "in_batch")
    assert 0.3 < checks["length_mm"]["uncertainty"] < 6
