"""`qc drift`: what is out of control on the terminal, and a page that needs nothing else."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from typer.testing import CliRunner

from qc.cli import app
from qc.drift.weeks import IsoWeek
from qc.ledger.accounts import create_organisation
from qc.ledger.database import Database
from qc.ledger.drift import last_week_over
from qc.ledger.migrations import migrate
from qc.ledger.photos import PhotoStore
from qc.settings import Settings
from tests.drift.scenes import Usual, enter_weeks
from tests.ledger.conftest import caller_of


@pytest.fixture
def last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IsoWeek:
    """Sixteen usual weeks at two points, then one of dark photos at the second; each photo is one shade of grey."""
    monkeypatch.setenv("QC_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    settings, last = Settings(), last_week_over()
    database, photos = Database(settings.database), PhotoStore.open(tmp_path / "photos")
    migrate(database)
    with database.write() as session:
        caller = caller_of(create_organisation(session, "anyaman-demo", "Contoh").id)

    shades = [simplejpeg.encode_jpeg(np.full((120, 160, 3), 25 * n, np.uint8), quality=90) for n in range(11)]
    stored = photos.put_all([(shade, "image/jpeg") for shade in shades])
    usual = Usual(pieces=25, photos=1, photo=lambda exposure: stored[round(10 * exposure)].sha256)
    for point in ("BTL-1", "GK-<2>"):
        enter_weeks(database, caller, [last.earlier(back) for back in range(16, 0, -1)], usual, point)
    enter_weeks(database, caller, [last], usual, "BTL-1")
    enter_weeks(database, caller, [last], replace(usual, exposure=0.3), "GK-<2>")
    database.close()
    photos.close()
    return last


def test_the_page_shows_what_changed_with_photos_and_asks_nobody_for_anything(last: IsoWeek, tmp_path: Path) -> None:
    page = tmp_path / "drift.html"
    ran = CliRunner().invoke(app, ["drift", "--report", str(page)])
    assert ran.exit_code == 0, ran.output
    assert "1 of 54 charts out of control at 2 points" in ran.output
    html = page.read_text(encoding="utf-8")
    assert "1 dari 54 grafik di luar batas" in html
    assert "1 of 54 charts are out of control" in html
    assert html.count('class="card"') == 1
    assert "GK-&lt;2&gt;" in html
    assert "GK-<2>" not in html
    assert re.findall(r'(?:src|href)="(?!data:|#)', html) == []
    assert "http" not in html
    usual, now = re.findall(r'<div class="row">(.*?)</div>', html)
    greys = [
        [
            float(simplejpeg.decode_jpeg(base64.b64decode(data)).mean())
            for data in re.findall(r"data:image/jpeg;base64,([^\"]+)", row)
        ]
        for row in (usual, now)
    ]
    assert [len(row) for row in greys] == [3, 3]
    assert max(greys[1]) < min(greys[0]) - 40


def test_a_week_before_and_a_baseline_that_begins_later_are_judged_as_asked(last: IsoWeek) -> None:
    before = CliRunner().invoke(app, ["drift", "--week", str(last.before)])
    assert f"{last.before}, scene-1.0.0: 0 of 54 charts" in before.output
    anew = CliRunner().invoke(app, ["drift", "--since", str(last.before)])
    assert "Baseline still short: BTL-1, GK-<2>" in anew.output
    none = CliRunner().invoke(app, ["drift", "--week", str(last.earlier(30))])
    assert "nothing was inspected" in none.output


def test_a_photo_that_is_gone_is_said_to_be_gone(last: IsoWeek, tmp_path: Path) -> None:
    for photo in (tmp_path / "photos").glob("*/*"):
        photo.unlink()
    ran = CliRunner().invoke(app, ["drift", "--report", str(tmp_path / "drift.html")])
    assert ran.exit_code == 0, ran.output
    assert (tmp_path / "drift.html").read_text(encoding="utf-8").count("Fotonya tidak ada di penyimpanan") == 6
