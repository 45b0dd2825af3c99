"""What cannot be measured is refused, each for its own reason, with a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from qc.errors import BadPhoto, NotMeasurable
from qc.measure import Refusal, measure
from tests.measure.photos import PLAIN, Photo, painted, photo_of

BARE = PLAIN.but(shape="none")
STRAW, WHITE = (190, 150, 90), (232, 228, 220)


def no_mat() -> Photo:
    return np.random.default_rng(0).integers(60, 200, (600, 800, 3), dtype=np.uint8)


def two_squares_covered() -> Photo:
    return painted(PLAIN, (-140, -200, -70, -130), (70, -200, 140, -130), colour=STRAW)


def two_mats() -> Photo:
    return np.concatenate([photo_of(PLAIN), photo_of(PLAIN.but(number=2))], axis=1)


def the_same_mat_twice() -> Photo:
    return np.concatenate([photo_of(PLAIN), photo_of(PLAIN)], axis=1)


def piece_on_a_square() -> Photo:
    return painted(PLAIN, (-110, -145, -98, 40), colour=STRAW)  # a loop that reaches into the square


def two_pieces() -> Photo:
    return painted(BARE, (-60, -80, 60, -20), (-60, 20, 60, 80), colour=STRAW)


def cut_off_by_the_frame() -> Photo:
    return photo_of(PLAIN.but(length=600, angle=0, aim=(150, 0), distance=600))


def piece_like_the_table() -> Photo:
    return photo_of(PLAIN.but(length=380, angle=0, colour=PLAIN.table, grain=0.3))


def beside_and_far_away() -> Photo:
    scene = PLAIN.but(
        paper="A4", distance=1000, length=240, place=(330, 0), table=(0.05, 0.12, 0.2), grain=0.05, angle=0
    )
    return photo_of(scene)


CASES: list[tuple[Refusal, Callable[[], Photo], dict[str, Any]]] = [
    (Refusal.NO_MAT, no_mat, {}),
    (Refusal.TOO_FEW_MARKERS, two_squares_covered, {}),
    (Refusal.SEVERAL_MATS, two_mats, {}),
    (Refusal.SEVERAL_MATS, the_same_mat_twice, {}),
    (Refusal.MAT_NOT_FLAT, lambda: photo_of(PLAIN.but(curl=5.0)), {}),
    (Refusal.TILTED, lambda: photo_of(PLAIN.but(tilt=48, distance=700)), {}),
    (Refusal.NO_PIECE, lambda: photo_of(BARE), {}),
    (Refusal.SEVERAL_PIECES, two_pieces, {}),
    (Refusal.CUT_OFF, cut_off_by_the_frame, {}),
    (Refusal.OUTSIDE_HULL, beside_and_far_away, {}),
    (Refusal.TOUCHES_MARKER, piece_on_a_square, {}),
    (Refusal.OUTLINE_UNCLEAR, piece_like_the_table, {}),
    (Refusal.HEIGHT_UNKNOWN, lambda: photo_of(PLAIN), {"has_height": True}),
    (Refusal.NOT_ABOVE, lambda: photo_of(PLAIN.but(tilt=30, length=120, breadth=90, thickness=30)), {"height_mm": 30}),
    (Refusal.TOO_CLOSE, lambda: photo_of(PLAIN), {"height_mm": 400}),
    (Refusal.PRINT_SCALE, lambda: photo_of(PLAIN), {"print_scale": 0.5}),
    (Refusal.PRINT_SCALE, lambda: photo_of(PLAIN.but(print_scale=0.95)), {}),
]


@pytest.mark.parametrize(("reason", "photo", "arguments"), CASES, ids=[f"{r}-{k}" for k, (r, _, _) in enumerate(CASES)])
def test_refused(reason: Refusal, photo: Callable[[], Photo], arguments: dict[str, Any]) -> None:
    with pytest.raises(NotMeasurable) as caught:
        measure(photo(), **arguments)
    assert caught.value.extra["reason"] == reason
    assert isinstance(caught.value, BadPhoto)
    assert len(caught.value.detail) > 40


def test_every_reason_is_tested() -> None:
    assert {reason for reason, _, _ in CASES} == set(Refusal)


@pytest.mark.parametrize(
    ("photo", "arguments", "words"),
    [
        (np.zeros((60, 60), np.uint8), {}, "uint8"),
        (np.zeros((60, 60, 3), np.float32), {}, "uint8"),
        (np.zeros((60, 60, 3), np.uint8), {"height_mm": -1}, "height"),
    ],
)
def test_arguments_that_are_no_photo_are_a_programming_error(photo: Any, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        measure(photo, **arguments)


def test_a_mirrored_photo_shows_no_mat() -> None:
    with pytest.raises(NotMeasurable) as caught:
        measure(np.ascontiguousarray(photo_of(PLAIN)[:, ::-1]))
    assert caught.value.extra["reason"] in (Refusal.NO_MAT, Refusal.TOO_FEW_MARKERS)


def test_one_square_may_be_covered() -> None:
    measurement = measure(painted(PLAIN, (-140, -200, -70, -130), colour=WHITE))
    assert measurement.markers == 3
    assert measurement.size("length").value_mm == pytest.approx(PLAIN.length, abs=measurement.size("length").u_mm)
