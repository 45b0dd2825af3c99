"""Photos of two splits that look like one: what is learnt by heart in one would be praised in the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qc.model.likeness import BITS, likeness
from qc.model.photo import Photo, PhotoLimits
from training.feedback.rows import SPLITS
from training.feedback.snapshot import Snapshot

NEAREST = 6
"""Bits of 120 up to which two photos are taken for one, as `likeness_bits` does in service."""
_BANDS = 8
_BAND_BITS = BITS // _BANDS
_LEAST_SIDE = 352  # eight times what a likeness is made from: decoding may leave the rest out
_MOST_IN_A_BAND = 200


@dataclass(frozen=True)
class AlikePhotos:
    """Two photos of different splits, and in how many of 120 bits they differ."""

    photo: str
    split: str
    other: str
    other_split: str
    distance: int


def alike_across_splits(snapshot: Snapshot, most: int, nearest: int = NEAREST) -> tuple[list[AlikePhotos], int]:
    """The nearest pairs across splits, nearest first, and how many there are.

    Likenesses of all photos are held, 16 bytes each. Two that differ in at most seven bits agree in one of eight bands.

    Args:
        snapshot: Whose photos are decoded and compared.
        most: Pairs listed.
        nearest: Bits of difference up to which two photos are alike; at most 7.
    """
    names: list[bytes] = []
    splits: list[int] = []
    halves: list[tuple[int, int]] = []
    for piece, photo, _ in snapshot.photos():
        bits = likeness(_decoded(snapshot.read_photo(photo.photo)))
        if bits is not None:  # a photo without contrast looks like every other
            names.append(bytes.fromhex(photo.photo))
            splits.append(SPLITS.index(piece.split))
            halves.append((bits >> 60, bits & ((1 << 60) - 1)))
    bits_of = np.array(halves, np.uint64).reshape(-1, 2)  # [N, 2], 60 bits each
    found = sorted(set(_pairs(bits_of, np.array(splits, np.int8), min(nearest, _BANDS - 1))))
    told = [
        AlikePhotos(names[one].hex(), SPLITS[splits[one]], names[other].hex(), SPLITS[splits[other]], apart)
        for apart, one, other in found[:most]
    ]
    return told, len(found)


def _decoded(data: bytes) -> NDArray[np.uint8]:
    return Photo.decode(data, PhotoLimits(max_bytes=len(data), min_side=1), at_least=_LEAST_SIDE).rgb


def _pairs(bits: NDArray[np.uint64], splits: NDArray[np.int8], nearest: int) -> Iterator[tuple[int, int, int]]:
    """Distance and places of each pair across splits; a pair may come once a band."""
    for band in range(_BANDS):
        values = (bits[:, band // 4] >> np.uint64(_BAND_BITS * (band % 4))) & np.uint64((1 << _BAND_BITS) - 1)
        order = np.argsort(values, kind="stable")
        begins = np.flatnonzero(np.diff(values[order], prepend=values[order][:1] + np.uint64(1)))
        for group in np.split(order, begins[1:]) if len(order) else ():
            # A band that very many share tells nothing; others of the eight will.
            for place, one in enumerate(group[:_MOST_IN_A_BAND]):
                rest = group[place + 1 : _MOST_IN_A_BAND]
                rest = rest[splits[rest] != splits[one]]
                apart = np.bitwise_count(bits[rest] ^ bits[one]).sum(1)
                for other, distance in zip(rest, apart, strict=True):
                    if distance <= nearest:
                        yield int(distance), min(int(one), int(other)), max(int(one), int(other))
