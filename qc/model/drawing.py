"""Drawing that can be read in sunlight on a cheap screen: thick lines with a dark edge, dark tags, large letters.

Letters are OpenCV's Hershey strokes, which hold ASCII alone: enough for Bahasa Indonesia and English.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.standards.evidence import Box

Colour = tuple[int, int, int]
"""Red, green, blue."""
Canvas = NDArray[np.uint8]
"""uint8 [H, W, 3], red first; drawn upon in place."""

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)

_FONT = cv2.FONT_HERSHEY_DUPLEX
_CAP = 22  # height of a capital letter of that font at scale 1, in pixels


@dataclass(frozen=True)
class Lettering:
    """Letters of one size: `height` of a capital, in pixels."""

    height: int

    @property
    def scale(self) -> float:
        """OpenCV's font scale."""
        return self.height / _CAP

    @property
    def thickness(self) -> int:
        """Of the strokes, in pixels."""
        return max(1, round(self.height / 11))

    @property
    def line(self) -> int:
        """From one line to the next, in pixels."""
        return round(self.height * 1.9)

    def width(self, text: str) -> int:
        """Of a text, in pixels."""
        return int(cv2.getTextSize(ascii_of(text), _FONT, self.scale, self.thickness)[0][0])

    def write(self, canvas: Canvas, x: int, y: int, text: str, colour: Colour) -> None:
        """Write one line; x, y is the upper left corner of its capitals."""
        at = (x, y + self.height)
        cv2.putText(canvas, ascii_of(text), at, _FONT, self.scale, colour, self.thickness, cv2.LINE_AA)

    def wrap(self, text: str, width: int) -> list[str]:
        """Break a text into lines at spaces; a longer word is left to stick out."""
        lines: list[str] = []
        for word in text.split():
            if lines and self.width(f"{lines[-1]} {word}") <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines


def ascii_of(text: str) -> str:
    """The text in the letters that can be drawn; an accent is dropped, anything else becomes a question mark."""
    plain = (
        text.replace("\N{MULTIPLICATION SIGN}", "x").replace("\N{EN DASH}", "-").replace("\N{PLUS-MINUS SIGN}", "+-")
    )
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return plain.encode("ascii", "replace").decode("ascii")


def frame(canvas: Canvas, box: Box, colour: Colour, thickness: int) -> None:
    """A box in a colour between two dark lines, so that it stands out on straw as on shadow."""
    x0, y0, x1, y1 = box
    edge = max(1, thickness // 2)
    cv2.rectangle(canvas, (x0, y0), (x1 - 1, y1 - 1), BLACK, thickness + 2 * edge, cv2.LINE_AA)
    cv2.rectangle(canvas, (x0, y0), (x1 - 1, y1 - 1), colour, thickness, cv2.LINE_AA)


def fill(canvas: Canvas, box: Box, colour: Colour) -> None:
    """A filled box."""
    x0, y0, x1, y1 = box
    cv2.rectangle(canvas, (x0, y0), (x1 - 1, y1 - 1), colour, cv2.FILLED)


def free_place(size: tuple[int, int], beside: Box, within: tuple[int, int], taken: list[Box]) -> Box | None:
    """Where a tag of a size (width, height) goes: at the box it names, inside the canvas, on no other tag.

    Tried above the box, below it, to its right, to its left and, at last, on it; None where every place is taken.
    """
    width, height = size
    x0, y0, x1, y1 = beside
    corners = [(x0, y0 - height), (x0, y1), (x1, y0), (x0 - width, y0), (x0, y0)]
    for tried, (x, y) in enumerate(corners, 1):
        left = min(max(x, 0), max(within[0] - width, 0))
        top = min(max(y, 0), max(within[1] - height, 0))
        place = (left, top, left + width, top + height)
        shut = taken if tried == len(corners) else [*taken, beside]
        if not any(_meet(place, other) for other in shut):
            return place
    return None


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
