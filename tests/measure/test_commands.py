"""`qc mat` and `qc measure`, as typed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import simplejpeg
from typer.testing import CliRunner

from qc.cli import app
from qc.errors import BadRequest, NotMeasurable, Unavailable
from tests.measure.photos import PLAIN, photo_of

run = CliRunner().invoke


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("photos") / "piece.jpg"
    place.write_bytes(simplejpeg.encode_jpeg(photo_of(PLAIN), quality=95))
    return place


def test_mat_writes_the_mat_that_was_asked_for(tmp_path: Path) -> None:
    done = run(app, ["mat", "--paper", "A4", "--number", "3", "--out", str(tmp_path / "mat.pdf")])
    assert done.exit_code == 0, done.output
    assert "A4-03" in done.output
    assert "100 %" in done.output
    assert (tmp_path / "mat.pdf").read_bytes().startswith(b"%PDF")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    done = run(app, ["mat", "--out", str(tmp_path / "no" / "mat.pdf")])
    assert isinstance(done.exception, Unavailable)


def test_measure_prints_sizes_and_decisions_and_marks_the_photo(photo: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked.jpg"
    done = run(
        app, ["measure", str(photo), "--nominal", "200x150", "--tolerance", "5mm", "--marked", str(marked)],
        env={"COLUMNS": "140"},
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "rectangle, mat A3-01" in done.output
    assert done.output.count("pass") == 2
    assert "colour not assessable" in done.output
    drawn = cv2.imread(str(marked))
    assert drawn is not None
    assert drawn.shape[:2] == (PLAIN.height, PLAIN.width)
    changed = np.abs(drawn[..., ::-1].astype(int) - photo_of(PLAIN)).max(axis=-1) > 60
    assert 0.005 < changed.mean() < 0.15


def test_a_size_off_nominal_fails_and_a_doubtful_one_asks_for_the_tape(photo: Path) -> None:
    off = run(app, ["measure", str(photo), "--nominal", "230x151", "--tolerance", "1.5mm"], env={"COLUMNS": "140"})
    assert "fail" in off.output
    assert "measure by tape" in off.output


def test_a_standard_brings_its_sizes(photo: Path) -> None:
    done = run(app, ["measure", str(photo), "--standard", "placemat-pandan"], env={"COLUMNS": "140"})
    assert done.exit_code == 0, done.output
    assert "450 +- 9" in done.output
    assert done.output.count("fail") == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--nominal", "200x150"], "go together"),
        (["--nominal", "big", "--tolerance", "3%"], "nominal size"),
        (["--standard", "placemat-pandan", "--tolerance", "3%"], "brings its own"),
        (["--standard", "woven-general"], "gives no length"),
    ],
)
def test_wishes_that_contradict_themselves_are_refused(photo: Path, arguments: list[str], words: str) -> None:
    done = run(app, ["measure", str(photo), *arguments])
    assert isinstance(done.exception, BadRequest)
    assert words in str(done.exception)


def test_a_photo_without_a_mat_is_one_clear_error(tmp_path: Path) -> None:
    place = tmp_path / "grey.jpg"
    place.write_bytes(simplejpeg.encode_jpeg(np.full((400, 400, 3), 128, np.uint8)))
    done = run(app, ["measure", str(place)])
    assert isinstance(done.exception, NotMeasurable)
    assert done.exception.extra["reason"] == "no_mat"
