"""Photos of a labelled snapshot as pictures to learn from. People say little, and only that is learnt.

A label with a box says that the defect is in the box; one without, that it is somewhere on the photo; one that is not
`present` says that what the model claims is wrong, in its box or anywhere. On a photo that a person found good no code
is anywhere. Of everything else nothing is known, and nothing is learnt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qc.errors import BadInput
from qc.model.photo import Photo
from qc.model.preprocess import PreprocessSpec, fit, letterbox, prepare, resize
from training import augment
from training.feedback.rows import LabelRow, PhotoRow, PieceRow, Split
from training.feedback.snapshot import Snapshot
from training.labels import KINDS, MATERIALS, STRIDE, UNKNOWN
from training.promotion.drawn import Wanted, by_cell, of_photo
from training.sample import CHANNELS

EVERYWHERE = (1 << len(CHANNELS)) - 1
"""Every code."""

_LEAST_SEEN = 0.3
"""Share of a label's region that must be in the window for it to be learnt from there."""

_GENTLE = (0.8, 1.0)
"""Zoom of a photo with a label that has no place: all of it stays in the picture."""


@dataclass(frozen=True)
class FieldPhoto:
    """A photo at the network's scale with what people said.

    rgb uint8 [h, w, 3], the longer side the network's; shown, absent int32 [h, w], bit k for channel k; loose: bits of
    the codes that are somewhere on the photo.
    """

    photo: str
    rgb: NDArray[np.uint8]
    shown: NDArray[np.int32]
    absent: NDArray[np.int32]
    loose: int
    good: bool | None
    kind: int
    material: int

    @property
    def group(self) -> tuple[int, int, bool]:
        """What of it may be alike with others: codes shown, codes denied, nothing found."""
        shown = int(np.bitwise_or.reduce(self.shown, axis=None)) | self.loose
        absent = 0 if self.good else int(np.bitwise_or.reduce(self.absent, axis=None))
        return shown, absent, bool(self.good)


def field_photos(snapshots: Sequence[Snapshot], split: Split, spec: PreprocessSpec) -> list[FieldPhoto]:
    """Every photo of a split of which a person said anything.

    Raises:
        BadInput: A photo was changed, or cannot be decoded.
    """
    found = []
    for snapshot in snapshots:
        for piece, row, labels in snapshot.photos(split):
            if row.good is None and not labels:
                continue
            found.append(_read(snapshot, piece, row, labels, spec))
    return found


def fingerprint(photos: Sequence[FieldPhoto]) -> str:
    """SHA-256 over the photos' hashes and what is learnt of them, in order."""
    digest = hashlib.sha256()
    for each in photos:
        digest.update(f"{each.photo} {each.loose} {each.good} {each.kind} {each.material}".encode())
        digest.update(each.shown.tobytes() + each.absent.tobytes())
    return digest.hexdigest()


def _read(
    snapshot: Snapshot, piece: PieceRow, row: PhotoRow, labels: Sequence[LabelRow], spec: PreprocessSpec
) -> FieldPhoto:
    rgb = Photo.decode(snapshot.read_photo(row.photo)).rgb
    height, width = rgb.shape[:2]
    if (width, height) != (row.width, row.height):
        raise BadInput(f"photo {row.photo} is {width} x {height}, the snapshot says {row.width} x {row.height}")
    across, down = fit(width, height, spec.size)
    scale = across / width
    shown, absent = np.zeros((down, across), np.int32), np.zeros((down, across), np.int32)
    if row.good:
        absent[:] = EVERYWHERE
    loose = 0
    for label in labels:
        if label.code not in CHANNELS:
            continue  # a code that no photo shows
        bit = 1 << CHANNELS.index(label.code)
        where = slice(None), slice(None)
        if label.box is not None:
            x0, y0, x1, y1 = (edge * scale for edge in label.box)
            where = (
                slice(int(y0), max(int(np.ceil(y1)), int(y0) + 1)),
                slice(int(x0), max(int(np.ceil(x1)), int(x0) + 1)),
            )
        if label.present:
            shown[where] |= bit
            absent &= ~bit
            loose |= bit if label.box is None else 0
        else:
            absent[where] |= bit
    absent &= ~shown
    return FieldPhoto(
        row.photo, resize(rgb, across, down), shown, absent, loose, row.good,
        KINDS.index(piece.kind) if piece.kind in KINDS else UNKNOWN,
        MATERIALS.index(piece.material) if piece.material in MATERIALS else UNKNOWN,
    )  # fmt: skip


class FieldDraws:
    """Photos as they are drawn: turned, cut and lit otherwise each time.

    Each group of photos alike is drawn by the root of its size: ten photos of a rare correction are not drowned by a
    thousand that were confirmed.
    """

    def __init__(self, photos: Sequence[FieldPhoto], spec: PreprocessSpec) -> None:
        if not photos:
            raise BadInput("the snapshots' train split holds no photo that anybody judged; take another snapshot")
        self._photos, self._spec = photos, spec
        self._photometric = augment.photometric(spec.size)
        groups: dict[tuple[int, int, bool], list[int]] = {}
        for k, photo in enumerate(photos):
            groups.setdefault(photo.group, []).append(k)
        self._groups = list(groups.values())
        weights = np.sqrt([len(g) for g in self._groups])
        self._weights = weights / weights.sum()

    def draw(self, rng: np.random.Generator) -> tuple[NDArray[np.float32], Wanted]:
        """The network's input [1, 3, S, S] and what is known of it."""
        group = self._groups[rng.choice(len(self._groups), p=self._weights)]
        photo = self._photos[group[rng.integers(len(group))]]
        picture, shown, absent = (_whole if photo.loose else _window)(rng, photo, self._spec)
        if rng.random() < 0.2:
            picture = augment.shadow(rng, picture)
        self._photometric.set_random_seed(int(rng.integers(2**31)))
        picture = augment.apply(self._photometric, picture)
        defect = UNKNOWN if photo.good is None else int(not photo.good)
        if defect == 1 and not shown.any():
            defect = UNKNOWN  # what the person found lies outside the window
        image, _ = prepare(picture, self._spec)
        cells = by_cell(shown, STRIDE), by_cell(absent, STRIDE)
        return image, of_photo(photo.kind, photo.material, defect, cells[0], cells[1] & ~cells[0], photo.loose)


_Cut = tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int32]]


def _window(rng: np.random.Generator, photo: FieldPhoto, spec: PreprocessSpec) -> _Cut:
    """A window at about the photo's own scale. A label that it shows too little of is forgotten, not denied."""
    opaque = np.full(photo.shown.shape, 255, np.int32)
    maps = np.stack([photo.shown, photo.absent, opaque], -1)
    rgba = np.dstack([photo.rgb, opaque.astype(np.uint8)])
    rgba, maps = augment.geometric(rng, rgba, maps, spec.size, max(photo.rgb.shape[:2]))
    inside = maps[..., 2] > 127
    picture = np.where(inside[..., None], rgba[..., :3], np.uint8(spec.pad))
    shown = maps[..., 0].copy()
    for k in range(len(CHANNELS)):
        whole = int((photo.shown >> k & 1).sum())
        if whole and int((shown >> k & 1).sum()) < _LEAST_SEEN * whole:
            shown &= ~(1 << k)
    return picture, shown, maps[..., 1]


def _whole(rng: np.random.Generator, photo: FieldPhoto, spec: PreprocessSpec) -> _Cut:
    """All of the photo, a little smaller, mirrored or not."""
    small = PreprocessSpec(size=spec.size, pad=spec.pad)
    side = int(rng.uniform(*_GENTLE) * spec.size)
    square, placement = letterbox(photo.rgb, small)
    maps = np.zeros((2, spec.size, spec.size), np.int32)
    (x, y), (width, height) = placement.offset, placement.inside
    rows = np.arange(height) * photo.shown.shape[0] // height
    columns = np.arange(width) * photo.shown.shape[1] // width
    for k, given in enumerate((photo.shown, photo.absent)):
        maps[k, y : y + height, x : x + width] = given[np.ix_(rows, columns)]
    index = np.arange(side) * spec.size // side
    top, left = (int(v) for v in rng.integers(0, spec.size - side + 1, 2))
    out = np.full_like(square, spec.pad)
    moved = np.zeros_like(maps)
    out[top : top + side, left : left + side] = resize(square, side, side)
    moved[:, top : top + side, left : left + side] = maps[:, index][:, :, index]
    if rng.random() < 0.5:
        out, moved = out[:, ::-1].copy(), moved[:, :, ::-1].copy()
    return out, moved[0], moved[1]
