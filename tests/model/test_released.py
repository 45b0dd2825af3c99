"""The released model: whole, deciding its golden photos as it did, and alike however large they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from qc.model.bundle import Bundle
from qc.model.golden import Golden
from qc.model.grader import Grader
from qc.model.photo import Photo
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.library import Library
from qc.standards.verdict import apply
from tests.model.pictures import encode

BUNDLE = bundle_in_force(Settings(model_bundle=None))
PHOTOS = sorted((BUNDLE / "golden").glob("*.jpg"))


@pytest.fixture(scope="module")
def released() -> Bundle:
    return Bundle.load(BUNDLE, check=True)


@pytest.fixture(scope="module")
def graders(released: Bundle) -> Iterator[tuple[Grader, Grader]]:
    """One that decodes large JPEGs at reduced scale, and one that never does."""
    with Grader(released, reduced=True) as quick, Grader(released, reduced=False) as full:
        yield quick, full


def test_there_are_golden_photos_and_all_are_expected(released: Bundle) -> None:
    expected = Golden.model_validate_json((released.path / "golden" / "expected.json").read_bytes())
    assert PHOTOS
    assert set(expected.photos) == {photo.name for photo in PHOTOS}


@pytest.mark.parametrize("path", PHOTOS, ids=lambda p: p.stem)
def test_reduced_decoding_changes_no_decision(graders: tuple[Grader, Grader], path: Path, released: Bundle) -> None:
    """What allows `JudgedPhoto.make(reduced=True)`: the golden photos at 12 MP, decoded either way."""
    rgb = Photo.decode(path.read_bytes()).rgb
    large = cv2.resize(rgb, (4000, round(4000 * rgb.shape[0] / rgb.shape[1])), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(0).normal(0, 3, large.shape[:2])[..., None]
    sent = encode(np.clip(large + grain, 0, 255).astype(np.uint8), quality=90, subsampling=2)
    general = Library.load().named("woven-general")
    quick, full = (apply(general, grader.examine_piece([(sent, None)]), {}, released.spec.bands) for grader in graders)
    assert (quick.status, quick.grade) == (full.status, full.grade)
    a, b = (grader.examine(sent) for grader in graders)
    assert a.kind == b.kind
    assert abs(a.woven - b.woven) < released.spec.golden.tolerance
    if quick.status != "retake":  # of what is no piece nothing further is said
        assert abs(a.defect_probability - b.defect_probability) < 2 * released.spec.golden.tolerance
