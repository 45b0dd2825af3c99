"""How far apart photos look: of the same photo saved again, and of other pieces. `python -m bench.photo_repeats FOLDER`

Every picture of the folder counts as a photo of its own piece, but `NAME-d` (a rendered twin with a defect) goes with
`NAME`. Prints how often two pieces come within the distance that refers them, and how often an altered copy does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.model.likeness import distance, likeness
from qc.settings import Settings

Rgb = NDArray[np.uint8]
SUFFIXES = {".jpg", ".jpeg", ".webp"}


def saved(rgb: Rgb, quality: int) -> Rgb:
    """The photo after one more JPEG."""
    coded = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.ascontiguousarray(decoded[:, :, ::-1], np.uint8)


def scaled(rgb: Rgb, by: float) -> Rgb:
    """The photo in another size."""
    return np.asarray(cv2.resize(rgb, None, fx=by, fy=by, interpolation=cv2.INTER_AREA), np.uint8)


def trimmed(rgb: Rgb, share: float) -> Rgb:
    """The photo without a share of its left and upper edge."""
    height, width = rgb.shape[:2]
    return np.ascontiguousarray(rgb[int(height * share) :, int(width * share) :])


def turned(rgb: Rgb) -> Rgb:
    """The photo turned by one degree and enlarged so that no corner is empty."""
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 1, 1.03)
    return np.asarray(cv2.warpAffine(rgb, turn, (width, height)), np.uint8)


ALTERED: dict[str, Callable[[Rgb], Rgb]] = {
    "JPEG quality 90": lambda rgb: saved(rgb, 90),
    "JPEG quality 50": lambda rgb: saved(rgb, 50),
    "half the size, quality 85": lambda rgb: saved(scaled(rgb, 0.5), 85),
    "brighter by 15 %": lambda rgb: saved(np.clip(rgb * 1.15 + 8, 0, 255).astype(np.uint8), 85),
    "trimmed by 1 %": lambda rgb: saved(trimmed(rgb, 0.01), 85),
    "trimmed by 3 %": lambda rgb: saved(trimmed(rgb, 0.03), 85),
    "turned by 1 degree": lambda rgb: saved(turned(rgb), 85),
}


def photos(folder: Path) -> Iterator[tuple[str, Rgb]]:
    """Name of the piece, and the photo, upright RGB."""
    for path in sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES):
        read = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if read is not None:
            yield path.stem.removesuffix("-d"), np.ascontiguousarray(read[:, :, ::-1], np.uint8)


def main(folder: Path) -> None:
    """Measure one folder."""
    nearest = Settings().likeness_bits
    looks: list[tuple[str, int]] = []
    apart: dict[str, list[int]] = {name: [] for name in ALTERED}
    flat = 0
    for piece, rgb in photos(folder):
        look = likeness(rgb)
        if look is None:
            flat += 1
            continue
        looks.append((piece, look))
        for name, alter in ALTERED.items():
            other = likeness(alter(rgb))
            apart[name].append(120 if other is None else distance(look, other))
    pairs = [(distance(a, b), p == q) for (p, a), (q, b) in combinations(looks, 2)]
    others = [bits for bits, same in pairs if not same]
    twins = [bits for bits, same in pairs if same]
    print(f"{len(looks)} photos, {flat} without contrast; within {nearest} of 120 bits:")
    print(f"  other pieces     {sum(x <= nearest for x in others)} of {len(others)} pairs, the nearest {min(others)}")
    if twins:
        print(f"  twins            {np.mean([x <= nearest for x in twins]):.0%} of {len(twins)}")
    for name, bits in apart.items():
        print(f"  {name:26} {np.mean([x <= nearest for x in bits]):.0%}, median {np.median(bits):.0f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
