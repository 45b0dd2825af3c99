"""The marked photo that a person looks at: verdict on top, numbered boxes on the piece, what each is below.

Made for a cheap screen in the sun and for a weaver who was not there when it was taken: few words, large letters, and
the number on the photo is the number in the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import simplejpeg

from qc.model.drawing import BLACK, WHITE, Canvas, Colour, Lettering, fill, frame, free_place
from qc.model.judged import JudgedPhoto
from qc.model.overlay_words import headline, line, probability_of, tag
from qc.model.preprocess import Rgb, resize
from qc.standards.evidence import Box, PhotoEvidence
from qc.standards.reasons import Reason
from qc.standards.verdict import Verdict
from qc.standards.vocabulary import Language

READABLE = 800
"""A photo whose longer side is shorter than this is enlarged by a whole factor, so that letters fit on it."""
MOST_LINES = 12
QUALITY = 88

_SEVERITY: dict[str | None, Colour] = {
    "critical": (255, 60, 60),
    "major": (255, 140, 0),
    "minor": (255, 225, 40),
    "hold": (215, 130, 255),
}
_DOUBT: Colour = (90, 200, 255)
_PLAIN: Colour = (225, 225, 225)
_BANNER: dict[str, Colour] = {
    "A": (0, 110, 50),
    "B": (120, 90, 0),
    "rework": (175, 75, 0),
    "reject": (165, 15, 15),
    "retake": (45, 75, 150),
    "referred": (90, 45, 140),
    "awaiting_checks": (45, 75, 150),
}


@dataclass(frozen=True)
class _Entry:
    """One line of the list, with the boxes that bear its number: all places of one kind and severity."""

    number: int | None  # None where there is no box to point at
    text: str
    tag: str
    colour: Colour
    boxes: tuple[Box, ...] = ()


def mark(photo: JudgedPhoto, seen: PhotoEvidence, verdict: Verdict, language: Language = "id") -> bytes:
    """Draw the verdict on one photo of a piece.

    Args:
        photo: the judged photo; at most 1600 px, whatever was sent.
        seen: what was seen in it.
        verdict: on the whole piece; reasons that lie in other photos are left out here.
        language: of the words.

    Returns:
        A JPEG. It is as wide as the judged photo, or wider by a whole factor where that is small.
    """
    here = [r for r in verdict.reasons if r.photo in (None, seen.sha256)]
    entries = _entries(here, language)
    plain = _enlarged(photo.photo.rgb)
    height, width = plain.shape[:2]
    letters = Lettering(max(11, round(max(height, width) / 62)))
    banner = _banner(width, verdict, language, letters)
    below = _list(width, entries, f"{verdict.standard} {verdict.standard_version} - {verdict.model}", letters)
    canvas = np.concatenate([banner, plain, below])
    _draw_boxes(canvas[len(banner) : len(banner) + height], entries, width / seen.width, letters)
    jpeg: bytes = simplejpeg.encode_jpeg(canvas, quality=QUALITY, colorspace="RGB", colorsubsampling="420")
    return jpeg


def _enlarged(rgb: Rgb) -> Rgb:
    """The photo itself where it is large enough."""
    height, width = rgb.shape[:2]
    factor = max(1, -(-READABLE // max(height, width)))
    return rgb if factor == 1 else resize(rgb, width * factor, height * factor)


def _entries(reasons: Sequence[Reason], language: Language) -> list[_Entry]:
    """Reasons as lines: places first, certain before doubtful, worst first; places of one kind share a line."""
    groups: dict[tuple[object, ...], list[list[Reason]]] = {}
    for place in _places(sorted(reasons, key=lambda r: r.rule.startswith("doubt."))):
        first = place[0]
        groups.setdefault((first.code, first.severity, first.rule.startswith("doubt.")), []).append(place)
    entries: list[_Entry] = []
    for number, places in enumerate(groups.values(), 1):
        worst = max((place[0] for place in places), key=probability_of)
        others = {r.code: tag(r, language) for place in places for r in place[1:] if r.code != worst.code}
        text = " + ".join([line(worst, len(places), language), *([", ".join(others.values())] if others else [])])
        boxes = tuple(place[0].box for place in places if place[0].box is not None)
        entries.append(_Entry(number, text, tag(worst, language), _colour(worst), boxes))
    entries += [_Entry(None, line(r, 1, language), "", _colour(r)) for r in reasons if r.box is None]
    return entries


def _places(reasons: Sequence[Reason]) -> list[list[Reason]]:
    """Reasons that lie on each other, together: what could be several defects is one place to look at."""
    places: list[list[Reason]] = []
    for reason in reasons:
        if reason.box is None:
            continue
        for place in places:
            if (
                place[0].box is not None
                and all(r.code != reason.code for r in place)
                and _same(place[0].box, reason.box)
            ):
                place.append(reason)
                break
        else:
            places.append([reason])
    return places


def _same(one: Box, other: Box) -> bool:
    """Whether two boxes share more than half of the smaller one."""
    width = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return 2 * width * height > smaller


def _colour(reason: Reason) -> Colour:
    return _DOUBT if reason.rule.startswith("doubt.") else _SEVERITY.get(reason.severity, _PLAIN)


def _draw_boxes(picture: Canvas, entries: Sequence[_Entry], scale: float, letters: Lettering) -> None:
    height, width = picture.shape[:2]
    thickness = max(2, letters.height // 7)
    places = [(entry, _scaled(box, scale, width, height)) for entry in entries for box in entry.boxes]
    for entry, box in reversed(places):  # the worst on top
        frame(picture, box, entry.colour, thickness)
    pad = letters.height // 2
    taken: list[Box] = []
    for entry, box in places:
        for text in (
            f"{entry.number} {entry.tag}",
            str(entry.number),
        ):  # where many crowd, the number alone, or nothing
            size = (letters.width(text) + 2 * pad, letters.height + 2 * pad)
            place = free_place(size, box, (width, height), taken)
            if place is not None:
                taken.append(place)
                fill(picture, place, BLACK)
                letters.write(picture, place[0] + pad, place[1] + pad, text, entry.colour)
                break


def _scaled(box: Box, scale: float, width: int, height: int) -> Box:
    x0, y0, x1, y1 = (round(v * scale) for v in box)
    return x0, y0, min(max(x1, x0 + 1), width), min(max(y1, y0 + 1), height)


def _banner(width: int, verdict: Verdict, language: Language, letters: Lettering) -> Canvas:
    text = headline(verdict, language)
    large = Lettering(round(letters.height * 1.8))
    while large.width(text) > width - 2 * large.height and large.height > 8:
        large = Lettering(large.height - 1)
    band = _blank(width, large.height * 5 // 2, _BANNER[verdict.grade or verdict.status])
    large.write(band, large.height, large.height * 3 // 4, text, WHITE)
    return band


def _list(width: int, entries: Sequence[_Entry], source: str, letters: Lettering) -> Canvas:
    margin, indent = letters.height, letters.width("00  ")
    lines: list[tuple[int | None, str, Colour]] = []
    for entry in entries:
        for i, text in enumerate(letters.wrap(entry.text, width - 2 * margin - indent)):
            lines.append((entry.number if i == 0 else None, text, entry.colour))
    lines = lines[:MOST_LINES]
    small = Lettering(max(9, letters.height * 2 // 3))
    panel = _blank(width, margin + letters.line * len(lines) + small.line + margin // 2, (24, 24, 24))
    y = margin
    for number, text, colour in lines:
        if number is not None:
            letters.write(panel, margin, y, str(number), colour)
        letters.write(panel, margin + indent, y, text, colour)
        y += letters.line
    small.write(panel, margin, y, source, (150, 150, 150))
    return panel


def _blank(width: int, height: int, colour: Colour) -> Canvas:
    return np.full((height, width, 3), colour, np.uint8)
