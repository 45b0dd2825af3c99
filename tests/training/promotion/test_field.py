"""Of a photo only that is learnt which a person said of it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
import torch
from numpy.typing import NDArray

from qc.model.preprocess import PreprocessSpec
from training.feedback.rows import LabelRow, PhotoRow, PieceRow, Record
from training.feedback.snapshot import Snapshot
from training.feedback.writing import SnapshotWriter
from training.labels import UNKNOWN
from training.promotion.drawn import channels, photo_targets
from training.promotion.field import EVERYWHERE, FieldDraws, FieldPhoto, field_photos
from training.promotion.field_loss import absent, present
from training.sample import CHANNELS

SPEC = PreprocessSpec(size=160)
STAIN, HOLE = 1 << CHANNELS.index("STAIN"), 1 << CHANNELS.index("HOLE")
Said = list[tuple[str, tuple[float, float, float, float] | None, bool]]


def noise(number: int) -> NDArray[np.uint8]:
    return np.random.default_rng(number).integers(0, 255, (240, 320, 3)).astype(np.uint8)


def snapshot(
    into: Path, photos: list[tuple[bool | None, Said]], picture: Callable[[int], NDArray[np.uint8]] = noise
) -> Snapshot:
    with SnapshotWriter(into, organisation="o", filters={}, licence="CC0-1.0", consent=()) as out:
        for k, (good, said) in enumerate(photos):
            pixels = picture(k)
            data = bytes(simplejpeg.encode_jpeg(pixels))
            name = sha256(data).hexdigest()
            labels = tuple(LabelRow(name, code, box, there, None, "review", 1.0) for code, box, there in said)
            piece = PieceRow(f"piece-{k}", None, "BTL-01", "p", "2026-W47", None, "s/1", "basket", "pandan", "train")
            row = PhotoRow(
                name, piece.piece, None, pixels.shape[1], pixels.shape[0], good, "review", None, "b-0.0.1", "{}"
            )
            out.add(Record(piece, ((row, labels),)), {name: data}.__getitem__)
        return out.finish()


def read(into: Path, *photos: tuple[bool | None, Said]) -> list[FieldPhoto]:
    return field_photos([snapshot(into, list(photos))], "train", SPEC)


def test_boxes_denials_and_good_photos_become_regions(tmp_path: Path) -> None:
    boxed, somewhere, denied, good = read(
        tmp_path,
        (False, [("STAIN", (40.0, 20.0, 80.0, 60.0), True)]),
        (False, [("STAIN", None, True), ("HOLE", None, False)]),
        (None, [("STAIN", (0.0, 0.0, 100.0, 240.0), False)]),
        (True, []),
    )
    assert boxed.rgb.shape == (120, 160, 3)
    assert np.argwhere(boxed.shown == STAIN).min(0).tolist() == [10, 20]
    assert np.argwhere(boxed.shown == STAIN).max(0).tolist() == [29, 39]
    assert not boxed.absent.any()  # one stain is found; nobody said that there is no other, nor a hole
    assert (somewhere.loose, int(somewhere.shown.min()), int(somewhere.absent.min())) == (STAIN, STAIN, HOLE)
    assert not denied.shown.any()
    assert (denied.absent[:, :50] == STAIN).all()
    assert not denied.absent[:, 50:].any()
    assert (good.absent == EVERYWHERE).all()


def test_a_photo_of_which_nobody_said_anything_teaches_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, (None, [])) == []


def test_a_draw_keeps_what_was_said_where_it_shows(tmp_path: Path) -> None:
    photos = read(tmp_path, (False, [("STAIN", (4.0, 4.0, 44.0, 44.0), True)]), (False, [("HOLE", None, True)]))
    draws = FieldDraws(photos, PreprocessSpec(size=96))
    seen = [draws.draw(np.random.default_rng(k))[1] for k in range(60)]
    assert all(int(w.shown.max()) & ~(STAIN | HOLE) == 0 for w in seen)
    somewhere = [w for w in seen if w.loose]
    assert 0 < len(somewhere) < 60
    assert all((w.shown == HOLE).sum() > 40 for w in somewhere)  # all of the photo stays in the picture
    boxed = [w for w in seen if not w.loose]
    assert all(w.defect == (1 if w.shown.any() else UNKNOWN) for w in boxed)  # out of the window: unknown, not good
    assert any(not w.shown.any() for w in boxed)
    assert any(w.shown.any() for w in boxed)
    again = draws.draw(np.random.default_rng(7))
    np.testing.assert_array_equal(again[0], draws.draw(np.random.default_rng(7))[0])


@pytest.mark.parametrize("loose", [False, True])
def test_losses_push_where_a_person_pointed_and_nowhere_else(loose: bool) -> None:
    logits = torch.zeros(1, len(CHANNELS), 12, 12, requires_grad=True)
    shown = np.zeros((12, 12), np.uint16)
    shown[3:7, 3:7] = STAIN
    denied = np.zeros((12, 12), np.uint16)
    denied[8:, 8:] = HOLE
    stain, hole = torch.from_numpy(channels(shown))[None], torch.from_numpy(channels(denied))[None]
    flags = torch.full((1, len(CHANNELS)), loose)
    (present(logits, stain, flags) + absent(logits, hole)).backward()  # type: ignore[no-untyped-call]
    pushed = logits.grad
    assert pushed is not None
    up, down = pushed < 0, pushed > 0
    assert int(up.sum()) == 4  # a quarter of the box's cells, or four somewhere
    assert bool((stain.bool() | ~up).all())
    assert int(down.sum()) == 8
    assert bool((hole.bool() | ~down).all())


def test_targets_of_a_batch_have_the_shapes_that_the_losses_take(tmp_path: Path) -> None:
    draws = FieldDraws(read(tmp_path, (True, [])), PreprocessSpec(size=96))
    targets = photo_targets([draws.draw(np.random.default_rng(k))[1] for k in range(3)])
    assert targets["absent"].shape == targets["shown"].shape == (3, len(CHANNELS), 12, 12)
    assert targets["defect"].tolist() == [0, 0, 0]
