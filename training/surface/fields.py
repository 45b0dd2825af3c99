"""What the weaving gives each pixel, and the edits that a defect makes to it. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.surface.noise import F32, TABLE, WRAP

Bool = NDArray[np.bool_]
I32 = NDArray[np.int32]

GAP = -1
"""Strand id where no strand covers the pixel."""
BEYOND = -2
"""Strand id beyond the edge of the piece."""
RIM_ID = 3 * TABLE
"""Strand ids from here on belong to the rim: the sets of a weave are three at most."""
RIM = 8
"""Group of the rim's core; its lobes are RIM + 1."""


@dataclass
class Fields:
    """The woven surface, a value a pixel.

    height   float32 [H, W], in strand pitches
    strand   int32 [H, W], id of the strand on top (set * TABLE + index mod TABLE), or GAP
    across   float32 [H, W], -1 .. 1 from one side of that strand to the other
    along    float32 [H, W], place along that strand, in pitches
    cells    int32 [2, H, W], column and row of the crossing that the pixel belongs to
    """

    height: F32
    strand: I32
    across: F32
    along: F32
    cells: I32


@dataclass(frozen=True)
class Cut:
    """Strand `index` of set `group` is absent from `start` to `stop` along it (pitches); ends slant by `slant`."""

    group: int
    index: int
    start: float
    stop: float
    slant: float = 0.0


@dataclass(frozen=True)
class Spread:
    """Strands of `group` pushed apart at boundary `boundary`: a lens-shaped gap of half width `open` (pitches)."""

    group: int
    boundary: int
    centre: float
    length: float
    open: float
    reach: float


@dataclass(frozen=True)
class Torn:
    """A hole: strands are absent where `level` < 1, each strand's end a little further in or out (`ragged`).

    `groups` names the strand sets it reaches (None: all but the rim's).
    """

    level: F32
    ragged: float
    salt: int
    groups: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Tube:
    """A strand, stick, hair or yarn end lying on or leaving the surface.

    points  float32 [N, 2] x, y in px;  radius and lift float32 [N] in px;  colour linear RGB
    """

    points: F32
    radius: F32
    lift: F32
    colour: tuple[float, float, float]
    gloss: float = 0.0
    flat: bool = False
    streaks: float = 0.25


@dataclass
class Edit:
    """Everything one defect changes; `region` bounds where its mask may lie."""

    code: str
    recipe: str
    region: Bool
    cuts: list[Cut] = field(default_factory=list)
    spreads: list[Spread] = field(default_factory=list)
    torn: list[Torn] = field(default_factory=list)
    tubes: list[Tube] = field(default_factory=list)
    paint: F32 | None = None  # [H, W, 3], times the albedo
    cover: tuple[F32, F32] | None = None  # alpha [H, W], linear RGB [H, W, 3] laid over the albedo
    relief: F32 | None = None  # [H, W], px added to the height
    warp: F32 | None = None  # [2, H, W], px added to the place that is looked up


class Edits:
    """All edits of one picture, asked by the weaving for what is absent or pushed apart.

    opened  the gaps [H, W] that the weaving found between strands pushed apart, one for each set that has any
    """

    def __init__(self, edits: list[Edit] | None = None) -> None:
        self.each = edits or []
        self.opened: list[Bool] = []

    def absent(self, group: int, index: I32, along: F32, across: F32) -> Bool | None:
        """Where the strands of a set are absent, or None where none is."""
        gone: Bool | None = None
        for edit in self.each:
            for cut in edit.cuts:
                if cut.group == group:
                    place = along if cut.slant == 0 else along + np.float32(cut.slant) * across
                    here = (index & WRAP == cut.index & WRAP) & (place > cut.start) & (place < cut.stop)
                    gone = here if gone is None else gone | here
            for torn in edit.torn:
                if group >= RIM or (torn.groups is not None and group not in torn.groups):
                    continue  # the rim is laid over the weave later: see edge.bound
                ends = np.random.default_rng(torn.salt + group).uniform(-1, 1, TABLE).astype(np.float32) * np.float32(
                    torn.ragged
                )
                here = torn.level < 1 + ends.take(index & WRAP)
                gone = here if gone is None else gone | here
        return gone

    def spread(self, group: int, cross: F32, along: F32) -> tuple[F32, Bool | None]:
        """The cross coordinate with strands pushed apart, and where a gap has opened (None where none has)."""
        gap: Bool | None = None
        for edit in self.each:
            for s in edit.spreads:
                if s.group != group:
                    continue
                width = np.float32(s.open) * np.exp(-(((along - np.float32(s.centre)) / np.float32(s.length)) ** 2))
                width = np.maximum(width - np.float32(0.05 * s.open), 0)
                off = cross - np.float32(s.boundary)
                far = np.maximum(np.abs(off) - width, 0)
                push = width * np.exp(-far / np.float32(s.reach))
                here = (np.abs(off) < width) & (width > 0.02)
                cross = np.where(here, np.float32(s.boundary), cross - np.sign(off) * push).astype(np.float32)
                gap = here if gap is None else gap | here
        if gap is not None:
            self.opened.append(gap)
        return cross, gap
