"""The marked photo: large enough to read, boxes where they belong, words of the chosen language that can be drawn."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import simplejpeg
from numpy.typing import NDArray

from qc.model.drawing import Lettering, ascii_of, free_place
from qc.model.grader import Grader
from qc.model.overlay import mark
from qc.standards.evidence import Box, Evidence
from qc.standards.library import Library
from qc.standards.taxonomy import taxonomy
from qc.standards.verdict import apply
from qc.standards.vocabulary import Language
from tests.model.pictures import encode
from tests.model.tiny_bundle import BLUE, DARK, GREEN, straw

GENERAL = Library.load().named("woven-general")


def textured(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Sharp enough to be judged."""
    noise = np.random.default_rng(0).integers(-12, 13, picture.shape[:2])[..., None]
    grainy: NDArray[np.uint8] = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return grainy


def marked(grader: Grader, picture: NDArray[np.uint8], language: Language = "en") -> NDArray[np.uint8]:
    photo = grader.judge(encode(textured(picture)))
    seen = grader.examine(photo)
    verdict = apply(GENERAL, Evidence(photos=(seen,), model=grader.model), {}, grader.bundle.spec.bands)
    return np.asarray(simplejpeg.decode_jpeg(mark(photo, seen, verdict, language)), np.uint8)


@pytest.mark.parametrize(
    ("width", "wanted"), [(32, 800), (300, 900), (799, 1598), (800, 800), (1600, 1600), (2400, 1600), (4000, 1600)]
)
def test_it_is_at_least_800_and_at_most_1600_pixels_wide(grader: Grader, width: int, wanted: int) -> None:
    assert marked(grader, straw(width * 3 // 4, width) if width > 42 else straw(32, 32)).shape[1] == wanted


@pytest.mark.parametrize("scale", [2, 8, 24])
def test_the_box_is_drawn_around_the_stain(grader: Grader, scale: int) -> None:
    picture = straw(96 * scale, 128 * scale)
    picture[32 * scale : 56 * scale, 40 * scale : 72 * scale] = DARK
    drawn = marked(grader, picture).astype(int)
    width = drawn.shape[1]
    top = int(np.argmax(drawn[:, -3, 1] > 115))  # where the banner ends and straw begins
    orange = (drawn[..., 0] > 215) & (abs(drawn[..., 1] - 140) < 45) & (drawn[..., 2] < 70)
    rows, columns = np.nonzero(orange[top : top + width * 96 // 128])
    factor = width / 128
    counts_y, counts_x = np.bincount(rows), np.bincount(columns)
    long_y = np.flatnonzero(counts_y > 16 * factor)
    long_x = np.flatnonzero(counts_x > 12 * factor)
    assert long_y[0] == pytest.approx(32 * factor, abs=8)
    assert long_y[-1] == pytest.approx(56 * factor, abs=8)
    assert long_x[0] == pytest.approx(40 * factor, abs=8)
    assert long_x[-1] == pytest.approx(72 * factor, abs=8)


def test_the_banner_tells_grades_apart(grader: Grader) -> None:
    good = marked(grader, straw(192, 256))
    bad = straw(192, 256)
    bad[64:112, 80:144] = GREEN
    spoiled = marked(grader, bad)
    assert good[3, -3].argmax() == 1
    assert spoiled[3, -3].argmax() == 0


def test_every_fault_is_listed_below(grader: Grader) -> None:
    one = straw(192, 256)
    one[64:80, 80:96] = GREEN
    three = one.copy()
    three[16:32, 16:32] = BLUE
    three[128:176, 160:240] = DARK
    heights = [marked(grader, picture).shape[0] for picture in (straw(192, 256), one, three)]
    assert heights == sorted(heights)
    assert heights[2] > heights[1] > heights[0]


def test_languages_differ(grader: Grader) -> None:
    picture = straw(192, 256)
    picture[64:80, 80:96] = GREEN
    assert not np.array_equal(marked(grader, picture, "en"), marked(grader, picture, "id"))


def test_a_photo_full_of_faults_can_be_drawn(grader: Grader) -> None:
    picture = straw(256, 256)
    for i in range(0, 256, 32):
        for j in range(0, 256, 32):
            picture[i : i + 16, j : j + 16] = (DARK, GREEN, BLUE)[(i + j) // 32 % 3]
    assert marked(grader, picture).shape[1] == 1024


@pytest.mark.parametrize("language", get_args(Language))
def test_every_defects_name_can_be_drawn(language: Language) -> None:
    for defect in taxonomy().defects.values():
        assert "?" not in ascii_of(defect.name.in_language(language))


def test_what_cannot_be_drawn_is_not_drawn_as_garbage() -> None:
    assert ascii_of("2 × 3 – é ± 漢") == "2 x 3 - e +- ?"


def test_tags_avoid_each_other_and_stay_inside() -> None:
    taken: list[Box] = []
    for _ in range(5):
        place = free_place((60, 20), (0, 0, 40, 40), (200, 100), taken)
        assert place is None or (place[0] >= 0 and place[1] >= 0 and place[2] <= 200 and place[3] <= 100)
        if place is not None:
            assert all(place[2] <= t[0] or t[2] <= place[0] or place[3] <= t[1] or t[3] <= place[1] for t in taken)
            taken.append(place)
    assert 1 <= len(taken) < 5
    assert taken[0] == (0, 40, 60, 60)  # below: above would lie outside, and on the box it would hide it


def test_lines_are_broken_at_spaces() -> None:
    letters = Lettering(20)
    text = "bilah putus, patah dan anyaman renggang"
    lines = letters.wrap(text, 260)
    assert " ".join(lines) == text
    assert len(lines) > 1
    assert all(letters.width(line) <= 260 for line in lines)
