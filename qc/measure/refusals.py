"""Why no size can be read from a photo: one error class, one reason each, for programs and for people."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from qc.errors import NotMeasurable


class Refusal(StrEnum):
    """The stable reason of a `NotMeasurable`, found in its `extra["reason"]`."""

    NO_MAT = "no_mat"
    TOO_FEW_MARKERS = "too_few_markers"
    SEVERAL_MATS = "several_mats"
    MAT_NOT_FLAT = "mat_not_flat"
    TILTED = "tilted"
    NO_PIECE = "no_piece"
    SEVERAL_PIECES = "several_pieces"
    CUT_OFF = "cut_off"
    OUTSIDE_HULL = "outside_hull"
    TOUCHES_MARKER = "touches_marker"
    OUTLINE_UNCLEAR = "outline_unclear"
    HEIGHT_UNKNOWN = "height_unknown"
    NOT_ABOVE = "not_above"
    TOO_CLOSE = "too_close"
    PRINT_SCALE = "print_scale"


def refuse(reason: Refusal, detail: str, **extra: Any) -> NotMeasurable:
    """The error to raise: `detail` says what was got, what was wanted and what to do."""
    return NotMeasurable(detail, reason=reason.value, **extra)
