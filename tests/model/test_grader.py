"""Bytes to evidence: what lies where in the photo is said to lie there, however the photo was stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.errors import BadPhoto, BadRequest
from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.judged import JudgedPhoto
from tests.model.pictures import STORED_AS, encode, smooth, stored
from tests.model.tiny_bundle import BLUE, CHANNELS, DARK, GREEN, WHITE, fields, straw, write_tiny_bundle


def stained(scale: int = 1) -> NDArray[np.uint8]:
    """A dark place of 32 x 24 pixels, on cells' edges, in a frame of 128 x 96, all times `scale`."""
    picture = straw(96 * scale, 128 * scale)
    picture[32 * scale : 56 * scale, 40 * scale : 72 * scale] = DARK
    return picture


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", list(STORED_AS))
def test_the_box_is_where_the_stain_is(grader: Grader, orientation: int, format: str) -> None:
    evidence = grader.examine(stored(stained(2), orientation, format))
    assert [(d.code, d.box) for d in evidence.detections] == [("STAIN", (80, 64, 144, 112))]
    assert evidence.detections[0].probability > 0.99
    assert (evidence.width, evidence.height) == (256, 192)


@pytest.mark.parametrize("orientation", list(STORED_AS))
def test_boxes_of_a_large_photo_are_in_its_own_pixels(grader: Grader, orientation: int) -> None:
    """4096 px: judged at 1600, decoded at half scale."""
    evidence = grader.examine(stored(stained(32), orientation, "JPEG"))
    assert [d.box for d in evidence.detections] == [(1280, 1024, 2304, 1792)]
    assert (evidence.width, evidence.height) == (4096, 3072)


def test_shares_are_of_the_piece_and_not_of_the_frame(grader: Grader) -> None:
    picture = np.full((96, 128, 3), WHITE, np.uint8)
    picture[16:80, 16:112] = straw(64, 96)
    picture[32:48, 32:64] = DARK
    evidence = grader.examine(encode(picture, "PNG"))
    (stain,) = evidence.detections
    assert stain.box == (32, 32, 64, 48)
    assert stain.area_share == pytest.approx(16 * 32 / (64 * 96))
    assert stain.length_share == pytest.approx(32 / 96)
    assert evidence.quality.piece_found
    assert evidence.quality.piece_share == pytest.approx(64 * 96 / (96 * 128))


def test_a_defect_off_the_piece_is_clutter(grader: Grader, tmp_path: Path) -> None:
    picture = np.full((128, 128, 3), WHITE, np.uint8)
    picture[8:64, 8:64] = straw(56, 56)
    picture[24:32, 24:32] = BLUE
    picture[96:112, 96:120] = BLUE
    on_piece, clutter = (24, 24, 32, 32), (96, 96, 120, 112)
    assert [d.box for d in grader.examine(encode(picture, "PNG")).detections] == [on_piece]
    with Grader(write_tiny_bundle(tmp_path / "b", detection={"on_piece_only": False})) as everywhere:
        assert {d.box for d in everywhere.examine(encode(picture, "PNG")).detections} == {on_piece, clutter}


def test_loose_ends_just_off_the_piece_count(grader: Grader) -> None:
    picture = np.full((128, 128, 3), WHITE, np.uint8)
    picture[8:64, 8:64] = straw(56, 56)
    picture[32:40, 72:80] = BLUE  # one cell of background between them
    assert [d.box for d in grader.examine(encode(picture, "PNG")).detections] == [(72, 32, 80, 40)]


def test_several_pieces_are_counted(grader: Grader) -> None:
    picture = np.full((96, 128, 3), WHITE, np.uint8)
    for left in (8, 72):
        picture[16:80, left : left + 48] = straw(64, 48)
    assert grader.examine(encode(picture, "PNG")).quality.pieces == 2
    picture[16:80, 72:120] = WHITE
    picture[16:32, 72:80] = straw(16, 8)  # a scrap is no piece
    assert grader.examine(encode(picture, "PNG")).quality.pieces == 1


def test_no_piece_is_said(grader: Grader) -> None:
    quality = grader.examine(encode(np.full((96, 128, 3), WHITE, np.uint8), "PNG")).quality
    assert (quality.piece_found, quality.pieces, quality.piece_share) == (False, 0, 0.0)


def test_places_of_two_codes_are_told_apart(grader: Grader) -> None:
    picture = straw()
    picture[8:24, 8:24] = GREEN
    picture[40:56, 64:96] = BLUE
    picture[72:80, 8:16] = DARK
    picture[72:80, 48:56] = DARK
    found = {(d.code, d.box) for d in grader.examine(encode(picture, "PNG")).detections}
    assert found == {
        ("MOULD", (8, 8, 24, 24)),
        ("FOREIGN_MATTER", (64, 40, 96, 56)),
        ("STAIN", (8, 72, 16, 80)),
        ("STAIN", (48, 72, 56, 80)),
    }


def test_the_most_probable_come_first_and_at_most_fifty(grader: Grader) -> None:
    picture = straw(128, 128)
    shade = 0
    for y in range(0, 128, 16):
        for x in range(0, 128, 16):
            picture[y : y + 8, x : x + 8] = shade
            shade += 1
    found = grader.examine(encode(picture, "PNG")).detections
    assert len(found) == 50
    assert [d.probability for d in found] == sorted((d.probability for d in found), reverse=True)
    assert found[0].box == (0, 0, 8, 8)


def test_everything_above_the_lowest_level_is_listed_and_nothing_below(grader: Grader) -> None:
    """STAIN's logit of grey g is -21 * (g / 127.5 - 1) - 10."""
    for grey, wanted in ((84, 1), (86, 0)):
        logit = -21 * (grey / 127.5 - 1) - 10
        picture = straw()
        picture[32:40, 32:40] = grey
        found = [d for d in grader.examine(encode(picture, "PNG")).detections if d.code == "STAIN"]
        assert len(found) == wanted, 1 / (1 + np.exp(-logit))
        if wanted:
            assert found[0].probability == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-3)


def test_gate_kind_and_material(grader: Grader) -> None:
    brown = grader.examine(encode(straw(128, 128), "PNG"))
    mean = np.array([190, 150, 100]) / 127.5 - 1
    assert brown.woven == pytest.approx(1 / (1 + np.exp(-8 * (mean[0] - mean[2]))), abs=1e-2)
    assert (brown.kind, brown.material) == ("basket", "rattan")
    assert brown.kind_probability > 0.6
    blue = grader.examine(encode(np.full((96, 128, 3), (90, 110, 230), np.uint8), "PNG"))
    assert blue.woven < 0.01
    assert blue.material == "bamboo"


def test_unsure_labels_are_null(grader: Grader) -> None:
    grey = grader.examine(encode(np.full((128, 128, 3), 128, np.uint8), "PNG"))
    assert (grey.kind, grey.material) == (None, None)
    assert grey.kind_probability == pytest.approx(0.5, abs=0.05)


def test_defect_probability_follows_the_photo_head(grader: Grader) -> None:
    assert grader.examine(encode(straw())).defect_probability < 0.01
    assert grader.examine(encode(stained())).defect_probability > 0.99


def test_calibration_moves_probabilities(tmp_path: Path) -> None:
    calibration = fields()["calibration"] | {
        "woven": {"a": 1, "b": -20},
        "defect": {"head": 0, "peak": 1, "bias": 0},
        "channels": {code: {"a": 0.1, "b": 0} for code in CHANNELS},
    }
    bundle = write_tiny_bundle(tmp_path / "b", calibration=calibration)
    with Grader(bundle) as grader:
        evidence = grader.examine(encode(stained(), "PNG"))
    assert evidence.woven < 0.01
    stain = next(d for d in evidence.detections if d.code == "STAIN")
    logit = -21 * (5 / 127.5 - 1) - 10
    assert stain.probability == pytest.approx(1 / (1 + np.exp(-0.1 * logit)), abs=1e-3)
    assert evidence.defect_probability == pytest.approx(evidence.detections[0].probability, abs=1e-6)


def test_novelty_is_small_for_what_was_trained_on(grader: Grader) -> None:
    known = grader.examine(encode(straw(), "PNG")).novelty
    other = grader.examine(encode(np.full((96, 96, 3), (10, 60, 250), np.uint8), "PNG")).novelty
    assert 0 <= known < 1 < other


def test_sharpness_falls_with_blur(grader: Grader) -> None:
    noise = np.random.default_rng(0).integers(60, 200, (480, 640, 3), dtype=np.uint8)
    coarse = noise.reshape(60, 8, 80, 8, 3).mean((1, 3)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    sharp, blurred = (grader.examine(encode(p, "PNG")).quality.sharpness for p in (noise, coarse))
    assert sharp > 20 * blurred


def test_exposure_is_measured_on_the_piece(grader: Grader) -> None:
    picture = np.full((96, 128, 3), WHITE, np.uint8)
    picture[16:80, 16:112] = (100, 100, 100)
    quality = grader.examine(encode(picture, "PNG")).quality
    assert quality.exposure == pytest.approx(100 / 255, abs=0.01)
    assert quality.clipped_share == 0
    dark = grader.examine(encode(np.zeros((96, 128, 3), np.uint8), "PNG")).quality
    assert (dark.exposure, dark.clipped_share) == (0, 1)


@pytest.mark.parametrize("scale", [1, 4, 20])
def test_the_smallest_defect_that_is_promised_grows_with_the_photo(grader: Grader, scale: int) -> None:
    quality = grader.examine(encode(straw(96 * scale, 128 * scale))).quality
    assert quality.smallest_defect_px == pytest.approx(2 * 8 * scale)


def test_what_was_judged_is_named(grader: Grader) -> None:
    data = encode(smooth(1500, 2000))
    judged = grader.judge(data)
    evidence = grader.examine(judged, view="inside")
    assert evidence.sha256 == judged.photo.sha256
    assert evidence.view == "inside"
    assert evidence == grader.examine(data, view="inside").model_copy(update={"ms": evidence.ms})
    assert set(evidence.ms) == {"decode", "prepare", "network", "boxes", "quality"}


def test_a_piece_keeps_the_order_of_its_photos(grader: Grader) -> None:
    photos: list[tuple[bytes | JudgedPhoto, None]] = [(encode(straw(32 + i, 64)), None) for i in range(12)]
    evidence = grader.examine_piece(photos)
    assert [p.height for p in evidence.photos] == list(range(32, 44))
    assert evidence.model == "tiny-0.0.1"


def test_a_piece_has_one_to_twelve_photos(grader: Grader) -> None:
    for count in (0, 13):
        with pytest.raises(BadRequest, match=f"got {count} photos"):
            grader.examine_piece([(encode(straw()), None)] * count)


def test_one_bad_photo_refuses_the_piece(grader: Grader) -> None:
    with pytest.raises(BadPhoto):
        grader.examine_piece([(encode(straw()), None), (b"no photo", None)])


def test_threads_agree(grader: Grader) -> None:
    data = encode(stained())
    alone = grader.examine(data).model_copy(update={"ms": {}})
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(grader.examine, [data] * 40))
    assert all(one.model_copy(update={"ms": {}}) == alone for one in seen)


@pytest.mark.parametrize("shape", [(32, 32), (32, 3000), (3000, 32), (33, 1601), (129, 127)])
def test_any_shape_is_examined(grader: Grader, shape: tuple[int, int]) -> None:
    evidence = grader.examine(encode(smooth(*shape)))
    assert (evidence.height, evidence.width) == shape
    assert all(
        0 <= d.box[0] < d.box[2] <= shape[1] and 0 <= d.box[1] < d.box[3] <= shape[0] for d in evidence.detections
    )


def test_the_tiny_bundle_knows_the_taxonomys_channels(tiny: Bundle) -> None:
    assert tiny.spec.labels.channels == CHANNELS
