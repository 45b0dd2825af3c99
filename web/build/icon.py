"""Draw the app's icon: an over-under weave with a tick. Run: python web/build/icon.py (needs opencv)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

GROUND, WARP, WEFT, TICK = "#0b4f36", "#e8d9ae", "#c7a866", "#ffffff"
PUBLIC = Path(__file__).resolve().parent.parent / "public"


def strands(margin: int) -> list[tuple[int, int, int, int, str]]:
    """Rectangles (x, y, width, height, colour) of a 4 x 4 plain weave in a 512 square."""
    step = (512 - 2 * margin) // 4
    wide = int(step * 0.78)
    inset = (step - wide) // 2
    weft = [(margin, margin + row * step + inset, 4 * step, wide, WEFT) for row in range(4)]
    warp = [
        (margin + column * step + inset, margin + row * step, wide, step, WARP)
        for column in range(4)
        for row in range(4)
        if (row + column) % 2 == 0  # the warp lies over the weft here
    ]
    return weft + warp


TICK_POINTS = [(150, 268), (228, 346), (372, 178)]


def svg() -> str:
    """The icon as SVG."""
    rects = "".join(
        f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="10" fill="{c}"/>' for x, y, w, h, c in strands(56)
    )
    points = " ".join(f"{x},{y}" for x, y in TICK_POINTS)
    line = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">'
        f'<rect width="512" height="512" rx="96" fill="{GROUND}"/>'
        f'{rects}<polyline points="{points}" {line} stroke="{GROUND}" stroke-width="84"/>'
        f'<polyline points="{points}" {line} stroke="{TICK}" stroke-width="48"/></svg>\n'
    )


def bgr(colour: str) -> tuple[int, int, int]:
    """OpenCV's order of a #rrggbb colour."""
    return int(colour[5:7], 16), int(colour[3:5], 16), int(colour[1:3], 16)


def png(size: int, margin: int) -> np.ndarray:
    """The icon as pixels, drawn at 1024 and reduced."""
    big = np.full((1024, 1024, 3), bgr(GROUND), np.uint8)
    for x, y, w, h, colour in strands(margin):
        cv2.rectangle(big, (2 * x, 2 * y), (2 * (x + w), 2 * (y + h)), bgr(colour), -1)
    line = (np.array(TICK_POINTS, np.int32) * 2).reshape(-1, 1, 2)
    cv2.polylines(big, [line], False, bgr(GROUND), 168, cv2.LINE_AA)
    cv2.polylines(big, [line], False, bgr(TICK), 96, cv2.LINE_AA)
    return cv2.resize(big, (size, size), interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    (PUBLIC / "icon.svg").write_text(svg(), encoding="utf-8")
    for name, size, margin in (("icon-192", 192, 56), ("icon-512", 512, 56), ("icon-maskable-512", 512, 104)):
        cv2.imwrite(str(PUBLIC / f"{name}.png"), png(size, margin))
