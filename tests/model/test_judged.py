"""Phone and server judge the same bytes, by one rule."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from qc.errors import BadPhoto
from qc.model.judged import LONG_SIDE, JudgedPhoto, judged_image
from qc.model.photo import Photo, PhotoLimits
from qc.model.preprocess import resize
from tests.model.pictures import encode, smooth, stored


def test_a_photo_that_is_small_enough_is_judged_as_it_was_sent() -> None:
    data = stored(smooth(1200, 1600), 6, "JPEG")
    judged = JudgedPhoto.make(data)
    assert judged.photo.data == data
    assert judged.photo.sha256 == Photo.decode(data).sha256
    assert (judged.width, judged.height) == (1600, 1200)


def test_a_larger_one_becomes_1600_pixels_upright() -> None:
    data = stored(smooth(2000, 1501), 8, "JPEG")
    judged = JudgedPhoto.make(data)
    assert (judged.width, judged.height) == (1501, 2000)
    picture = Image.open(io.BytesIO(judged.photo.data))
    assert picture.format == "JPEG"
    assert picture.size == (1201, LONG_SIDE)
    assert not picture.getexif()
    assert judged.photo.sha256 != Photo.decode(data).sha256
    assert judged.photo.rgb.shape == (1600, 1201, 3)


def test_the_judged_image_is_made_by_the_one_resize_at_quality_90() -> None:
    picture = smooth(1800, 2400)
    made = judged_image(Photo.decode(encode(picture, "PNG")))
    with Image.open(io.BytesIO(made)) as image:
        tables = image.quantization  # type: ignore[attr-defined]
        shown = np.asarray(image).astype(int)
    assert tables[0][0] == 3  # of the 16 in Annex K of the JPEG standard, at quality 90
    assert np.abs(shown - resize(picture, 1600, 1200)).mean() < 1.5


def test_the_judged_image_of_a_judged_image_sized_photo_keeps_its_pixels() -> None:
    photo = Photo.decode(encode(smooth(300, 400)))
    assert Image.open(io.BytesIO(judged_image(photo))).size == (400, 300)


def test_the_same_photo_gives_the_same_bytes() -> None:
    data = encode(smooth(1300, 1700))
    assert JudgedPhoto.make(data).photo.data == JudgedPhoto.make(data).photo.data


def test_reduced_decoding_gives_nearly_the_same_picture() -> None:
    data = encode(smooth(2400, 3200))
    quick, full = JudgedPhoto.make(data), JudgedPhoto.make(data, reduced=False)
    assert quick.photo.rgb.shape == full.photo.rgb.shape
    assert np.abs(quick.photo.rgb.astype(int) - full.photo.rgb).mean() < 1


def test_a_panorama_is_no_reason_to_fail() -> None:
    assert JudgedPhoto.make(encode(smooth(40, 4000))).photo.rgb.shape == (16, 1600, 3)


def test_limits_hold_for_what_is_sent() -> None:
    with pytest.raises(BadPhoto):
        JudgedPhoto.make(encode(smooth(100, 100)), PhotoLimits(max_bytes=100))
