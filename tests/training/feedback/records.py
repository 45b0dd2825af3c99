"""Small records with real JPEGs, so that a snapshot can be written without a ledger."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import simplejpeg

from training.feedback.rows import LabelRow, PhotoRow, PieceRow, Record, Split

SPLIT_OF: tuple[Split, ...] = ("train", "val", "test")


def jpeg(seed: int, side: int = 32) -> bytes:
    """A small photo of noise."""
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3)).astype(np.uint8)
    return bytes(simplejpeg.encode_jpeg(pixels))


def record(number: int, *, weaver: str | None = None, labels: int = 1, salt: str = "") -> tuple[Record, bytes]:
    """A piece with one photo and some labels, and the photo's bytes."""
    data = jpeg(number)
    photo = sha256(data).hexdigest()
    said = tuple(
        LabelRow(photo, "STAIN", (1.0, 2.0, 10.5 + k, 12.0), k % 2 == 0, "minor", "review", 1.0) for k in range(labels)
    )
    weaver_group = None if weaver is None else f"{salt}{weaver}"
    piece = PieceRow(
        f"{salt}piece-{number}", weaver_group, "BTL-01", f"{salt}phone", "2026-W48", "SKU-1", "s/1", "basket",
        "pandan", SPLIT_OF[number % 3],
    )  # fmt: skip
    row = PhotoRow(photo, piece.piece, "top", 32, 32, not said, "review", "A", "anyaman-0.2.0", "{}")
    return Record(piece, ((row, said),)), data
