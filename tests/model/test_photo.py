"""Whatever a camera or an office writes comes out as the same upright red-green-blue picture."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from PIL import Image

from qc.model.exif import orientation_of
from qc.model.photo import Photo, PhotoLimits
from tests.model.pictures import STORED_AS, encode, smooth, stored

PICTURE = smooth(48, 80)


def difference(photo: Photo, wanted: np.ndarray) -> float:
    assert photo.rgb.shape == wanted.shape
    return float(np.abs(photo.rgb.astype(int) - wanted).mean())


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", list(STORED_AS))
def test_every_orientation_is_applied_once(orientation: int, format: str) -> None:
    data = stored(PICTURE, orientation, format)
    photo = Photo.decode(data)
    assert difference(photo, PICTURE) < 2
    assert (photo.width, photo.height, photo.orientation) == (80, 48, orientation)
    assert photo.rgb.flags.c_contiguous
    assert photo.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("orientation", list(STORED_AS))
def test_a_photo_decoded_at_reduced_scale_is_upright_too(orientation: int) -> None:
    picture = smooth(480, 640)
    photo = Photo.decode(stored(picture, orientation, "JPEG"), at_least=160)
    assert (photo.width, photo.height) == (640, 480)
    assert difference(photo, picture.reshape(120, 4, 160, 4, 3).mean((1, 3))) < 2


@pytest.mark.parametrize(("at_least", "wanted"), [(None, 640), (321, 640), (320, 320), (200, 320), (160, 160), (1, 80)])
def test_reduced_scale_keeps_the_pixels_that_are_needed(at_least: int | None, wanted: int) -> None:
    assert Photo.decode(encode(smooth(481, 640)), at_least=at_least).rgb.shape[1] == wanted


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0",  # orientation 9
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x04\0\x01\0\0\0\x06\0\0\0",  # a long, not a short
        b"Exif\0\0XX*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0",
    ],
)
def test_nonsense_beside_the_pixels_leaves_them_as_they_are(exif: bytes) -> None:
    assert orientation_of(exif) == 1
    if exif:
        assert difference(Photo.decode(encode(PICTURE, exif=exif)), PICTURE) < 2


def test_orientation_is_read_in_both_byte_orders() -> None:
    assert orientation_of(b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0") == 6
    assert orientation_of(b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0") == 8


@pytest.mark.parametrize("mode", ["L", "1", "P"])
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_grey_and_palette_become_colours(mode: str, format: str) -> None:
    image = Image.fromarray(PICTURE).convert(mode)
    if format == "JPEG":
        image = image.convert("L")
    assert difference(Photo.decode(encode(image, format)), np.asarray(image.convert("RGB"))) < 2


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(mode: str, format: str) -> None:
    image = Image.fromarray(PICTURE).convert("RGBA")
    image.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 80).astype(np.uint8), (48, 1))))
    image = image.convert(mode)
    options = {"lossless": True, "exact": True} if format == "WEBP" else {}
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    assert difference(Photo.decode(encode(image, format, **options)), np.asarray(white.convert("RGB"))) < 1


def test_a_transparent_palette_colour_becomes_white() -> None:
    image = Image.fromarray(np.tile(np.arange(40, dtype=np.uint8) // 10, (40, 1)), "L").convert("P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    photo = Photo.decode(encode(image, "PNG", transparency=1))
    assert photo.rgb[0, ::10].tolist() == [[255, 0, 0], [255, 255, 255], [0, 0, 255], [9, 9, 9]]


def test_a_progressive_photo_is_a_photo() -> None:
    assert difference(Photo.decode(encode(PICTURE, progressive=True)), PICTURE) < 2


def test_stray_bytes_that_some_cameras_write_are_forgiven() -> None:
    data = encode(PICTURE)
    assert difference(Photo.decode(data[:-2] + b"\0\0\0" + data[-2:]), PICTURE) < 2
    assert difference(Photo.decode(data + b"a motion photo's film" * 100), PICTURE) < 2


def test_limits_are_those_of_the_settings() -> None:
    from qc.settings import Settings

    limits = PhotoLimits.of(Settings(max_photo_mb=2.5, max_photo_megapixels=12))
    assert (limits.max_bytes, limits.max_pixels) == (2_500_000, 12_000_000)
