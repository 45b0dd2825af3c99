"""The photo with the piece's outline and its sizes drawn on it."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from qc.measure.compare import SizeCheck
from qc.measure.measurement import Measurement, Size
from qc.measure.tolerance import SizeDecision
from qc.model.drawing import BLACK, WHITE, Canvas, Colour, Lettering, fill
from qc.standards.evidence import Box

LONG_SIDE = 1600
QUALITY = 88
_OUTLINE: Colour = (255, 225, 40)
_COLOURS: dict[SizeDecision, Colour] = {
    SizeDecision.PASS: (80, 220, 120),
    SizeDecision.FAIL: (255, 60, 60),
    SizeDecision.MEASURE_BY_TAPE: (90, 200, 255),
}


def mark_sizes(photo_rgb: NDArray[np.uint8], measurement: Measurement, checks: tuple[SizeCheck, ...] = ()) -> bytes:
    """A JPEG of the photo, 1600 px at most: outline, a line for each size, what it measures and what was decided."""
    scale = min(1.0, LONG_SIDE / max(photo_rgb.shape[:2]))
    canvas: Canvas = np.ascontiguousarray(
        cv2.resize(photo_rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else photo_rgb
    ).astype(np.uint8)
    stroke = max(2, round(max(canvas.shape) / 500))
    outline = np.round(np.array(measurement.outline_px) * scale).astype(np.int32)
    cv2.polylines(canvas, [outline], True, BLACK, 2 * stroke + 1, cv2.LINE_AA)
    cv2.polylines(canvas, [outline], True, _OUTLINE, stroke, cv2.LINE_AA)
    shown = [s for s in measurement.sizes if not s.name.startswith("feret")]
    decided = {c.value_mm: _COLOURS[c.decision] for c in checks}
    taken: list[Box] = []
    for size in shown:
        _line(canvas, size, scale, stroke, decided.get(size.value_mm, WHITE))
    for size in shown:
        taken.append(_tag(canvas, size, scale, decided.get(size.value_mm, WHITE), taken))
    _banner(canvas, measurement)
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(canvas), quality=QUALITY, colorspace="RGB"))


def _line(canvas: Canvas, size: Size, scale: float, stroke: int, colour: Colour) -> None:
    """A line with end strokes, where the size was taken."""
    start, end = np.array(size.line_px) * scale
    along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
    across = np.array([-along[1], along[0]]) * 5 * stroke
    strokes = [(start, end), (start - across, start + across), (end - across, end + across)]
    for width, ink in ((2 * stroke + 1, BLACK), (stroke, colour)):
        for a, b in strokes:
            cv2.line(canvas, _px(a), _px(b), ink, width, cv2.LINE_AA)


def _tag(canvas: Canvas, size: Size, scale: float, colour: Colour, taken: list[Box]) -> Box:
    """What the size measures, on its line or near it, where no other tag is. Returns the tag's box."""
    letters = Lettering(max(11, round(max(canvas.shape) / 75)))
    text = f"{size.name} {size.value_mm:.1f} +- {size.u_mm:.1f} mm"
    wide, high = letters.width(text) + letters.height, 2 * letters.height
    start, end = np.array(size.line_px) * scale
    box: Box = (0, 0, wide, high)
    for share, lower in product((0.5, 0.2, 0.8), (0, high, -high, 2 * high, -2 * high)):
        middle = start + share * (end - start) + [0, lower]
        left = int(np.clip(middle[0] - wide / 2, 0, max(0, canvas.shape[1] - wide)))
        top = int(np.clip(middle[1] - high / 2, 0, max(0, canvas.shape[0] - high)))
        box = (left, top, left + wide, top + high)
        if not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
            break
    fill(canvas, box, BLACK)
    letters.write(canvas, box[0] + letters.height // 2, box[1] + letters.height // 2, text, colour)
    return box


def _banner(canvas: Canvas, measurement: Measurement) -> None:
    letters = Lettering(max(9, round(max(canvas.shape) / 110)))
    text = (
        f"mat {measurement.board_id}  print scale {measurement.print_scale:g}  tilt {measurement.tilt_deg:.0f} deg  "
        f"RMS {measurement.reprojection_rms_px:.2f} px  {measurement.sizes[0].plane}"
    )
    fill(canvas, (0, 0, letters.width(text) + 2 * letters.height, 2 * letters.height), BLACK)
    letters.write(canvas, letters.height, letters.height // 2, text, WHITE)


def _px(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
