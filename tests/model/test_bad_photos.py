"""What is no photo, or too much of one, is refused by name before it costs anything."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from qc.errors import BadPhoto
from qc.model.photo import Photo, PhotoLimits
from tests.model.pictures import chunk, encode, png_of, smooth, stored

PICTURE = smooth(60, 90)
FRAMES = [Image.fromarray(smooth(60, 90, seed)) for seed in (1, 2)]
ANIMATED = {"save_all": True, "append_images": FRAMES[1:]}
WHOLE = {
    "jpeg": encode(PICTURE),
    "progressive": encode(PICTURE, progressive=True),
    "png": encode(PICTURE, "PNG"),
    "webp": encode(PICTURE, "WEBP"),
    "lossless webp": encode(PICTURE, "WEBP", lossless=True),
}


def reason(data: bytes, limits: PhotoLimits = PhotoLimits()) -> str:
    with pytest.raises(BadPhoto) as refused:
        Photo.decode(data, limits)
    assert refused.value.code == "bad_photo"
    assert len(refused.value.detail) > 20
    return str(refused.value.extra["reason"])


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", "photo_empty"),
        (b"not a photo, though named basket.jpg", "photo_format"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "photo_format"),
        (encode(PICTURE, "GIF"), "photo_format"),
        (encode(PICTURE, "BMP"), "photo_format"),
        (encode(PICTURE, "TIFF"), "photo_format"),
        (encode(Image.fromarray(PICTURE).convert("CMYK")), "photo_format"),
        (encode(np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64), "PNG"), "photo_format"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "photo_format"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "photo_format"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "photo_format"),
        (b"\0" * 5000, "photo_format"),
        (b"PK\x03\x04", "photo_format"),
        (encode(FRAMES[0], "WEBP", **ANIMATED), "photo_animated"),
        (encode(FRAMES[0], "PNG", **ANIMATED), "photo_animated"),
        (png_of(20_000, 20_000, b""), "photo_too_many_pixels"),
        (png_of(0, 10, b""), "photo_damaged"),
        (encode(smooth(20, 400)), "photo_too_small"),
        (b"\xff\xd8\xff\xd9", "photo_truncated"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "photo_truncated"),
        (b"\xff\xd8garbage that goes on", "photo_damaged"),
        (b"RIFF\x04\0\0\0WEBP", "photo_truncated"),
    ],
)
def test_refused_by_name(data: bytes, wanted: str) -> None:
    assert reason(data) == wanted


def test_the_sentence_names_what_was_got() -> None:
    with pytest.raises(BadPhoto, match="is a GIF; wanted a JPEG, PNG or WebP"):
        Photo.decode(encode(PICTURE, "GIF"))


@pytest.mark.parametrize("name", list(WHOLE))
@pytest.mark.parametrize("kept", [0.05, 0.3, 0.5, 0.9, 0.99, -12, -2, -1])
def test_a_cut_file_is_never_filled_with_grey(name: str, kept: float) -> None:
    data = WHOLE[name]
    cut = data[: int(len(data) * kept)] if kept > 0 else data[: int(kept)]
    assert reason(cut) == "photo_truncated"


def test_a_cut_jpeg_with_an_end_put_on_is_refused_too() -> None:
    data = encode(np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8))
    assert reason(data[: len(data) // 2] + b"\xff\xd9") == "photo_truncated"
    assert reason(data[: len(data) // 2]) == "photo_truncated"


def test_a_png_that_holds_fewer_pixels_than_it_says_is_refused() -> None:
    half = zlib.compress((b"\0" + bytes(64)) * 32)
    assert reason(png_of(64, 64, half)) == "photo_damaged"


def test_a_changed_byte_in_a_png_is_noticed() -> None:
    data = bytearray(WHOLE["png"])
    data[len(data) // 2] ^= 0xFF
    assert reason(bytes(data)) == "photo_damaged"


def test_sixty_megabytes_are_refused_unread() -> None:
    assert reason(b"\xff\xd8" + bytes(60_000_000)) == "photo_too_large"


def test_a_bomb_is_refused_from_its_header() -> None:
    """20,000 x 20,000 pixels in a file of some hundred kilobytes: 1.2 GB were it decoded."""
    bomb = png_of(20_000, 20_000, zlib.compress(bytes(20_001 * 20_000), 1))
    tracemalloc.start()
    began = time.process_time()
    assert reason(bomb) == "photo_too_many_pixels"
    assert time.process_time() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_size_is_bounded_in_every_format() -> None:
    for name, data in WHOLE.items():
        assert reason(data, PhotoLimits(max_pixels=60 * 90 - 1)) == "photo_too_many_pixels", name
        assert Photo.decode(data, PhotoLimits(max_pixels=60 * 90)).width == 90


def test_a_file_of_endless_parts_is_given_up() -> None:
    png = WHOLE["png"]
    began = time.process_time()
    assert reason(png[:33] + chunk(b"tEXt", b"a\0b") * 1_000_000 + png[33:]) == "photo_damaged"
    assert reason(b"\xff\xd8" + b"\xff\xfe\0\x02" * 1_000_000 + WHOLE["jpeg"][2:]) == "photo_damaged"
    parts = b"JUNK\0\0\0\0" * 1_000_000
    assert reason(b"RIFF" + struct.pack("<I", len(parts) + 4) + b"WEBP" + parts) == "photo_damaged"
    assert Photo.decode(b"\xff\xd8" + b"\xff" * 10_000_000 + WHOLE["jpeg"][2:]).width == 90
    assert time.process_time() - began < 5


def test_endless_scans_are_given_up() -> None:
    data = WHOLE["progressive"]
    start = data.rindex(b"\xff\xda")
    assert reason(data[:start] + data[start:-2] * 200 + data[-2:]) == "photo_damaged"


def test_a_webp_whose_canvas_hides_its_size_is_refused() -> None:
    data = bytearray(stored(PICTURE, 6, "WEBP"))
    assert data[12:16] == b"VP8X"
    data[24:27] = (31).to_bytes(3, "little")
    assert reason(bytes(data)) == "photo_damaged"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_whatever_is_altered_the_answer_is_a_photo_or_a_refusal(name: str, draw: st.DataObject) -> None:
    data = bytearray(WHOLE[name])
    for _ in range(draw.draw(st.integers(1, 8))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    refused, photo = None, None
    try:
        photo = Photo.decode(bytes(data), PhotoLimits(max_pixels=100_000))
    except BadPhoto as error:
        refused = error
    assert refused is None or str(refused.extra["reason"]).startswith("photo_")
    assert photo is None or photo.rgb.shape == (photo.height, photo.width, 3)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x64\0\0\0WEBP"]), st.binary(max_size=200))
def test_noise_is_refused(magic: bytes, noise: bytes) -> None:
    assert reason(magic + noise).startswith("photo_")
