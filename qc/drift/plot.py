"""A chart as SVG: a dot for each week, the band of its limits, the baseline's weeks in grey."""

from __future__ import annotations

from html import escape
from itertools import groupby

from qc.drift.charts import Measure
from qc.drift.judge import Judged, PointChart
from qc.drift.words import figure
from qc.standards.vocabulary import Language

LEFT, RIGHT, TOP, BOTTOM = 58, 10, 10, 24
INK, LINE, BAND, GREY, RED = "#3c2a1a", "#8a6a48", "#dcead9", "#f0ece6", "#b3261e"


def plot(line: PointChart, weeks: int, size: tuple[int, int], alt: str, language: Language = "id") -> str:
    """An SVG element.

    Args:
        line: what to draw.
        weeks: how many of its last weeks.
        size: width and height in pixels.
        alt: the same in words, for those who do not see it.
        language: of the numbers on the scale.
    """
    shown = line.weeks[-weeks:]
    width, height = size
    low, high = _range(line, shown)
    step = (width - LEFT - RIGHT) / len(shown)

    def x(n: float) -> float:
        return LEFT + step * (n + 0.5)

    def y(value: float) -> float:
        return TOP + (height - TOP - BOTTOM) * (1 - (min(max(value, low), high) - low) / (high - low))

    parts = [
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(alt)}">',
        *(
            f'<rect x="{x(n - 0.5):.1f}" y="{TOP}" width="{step:.1f}" height="{height - TOP - BOTTOM}" fill="{GREY}"/>'
            for n, week in enumerate(shown)
            if week.week in line.baseline
        ),
    ]
    for banded, run in groupby(enumerate(shown), key=lambda entry: entry[1].band is not None):
        bands = [(n, week.band) for n, week in run if banded and week.band is not None]
        if bands:
            upper = " ".join(f"{x(n + d):.1f},{y(b.high):.1f}" for n, b in bands for d in (-0.5, 0.5))
            lower = " ".join(f"{x(n + d):.1f},{y(b.low):.1f}" for n, b in reversed(bands) for d in (0.5, -0.5))
            middle = " ".join(f"{x(n + d):.1f},{y(b.centre):.1f}" for n, b in bands for d in (-0.5, 0.5))
            parts.append(f'<polygon points="{upper} {lower}" fill="{BAND}" fill-opacity=".85" stroke="#a9c5a3"/>')
            parts.append(f'<polyline points="{middle}" fill="none" stroke="{LINE}" stroke-dasharray="4 3"/>')
    known = [(n, week.value, week.signal) for n, week in enumerate(shown) if week.value is not None]
    path = " ".join(f"{x(n):.1f},{y(value):.1f}" for n, value, _ in known)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{INK}" stroke-opacity=".35"/>')
    parts += [
        f'<circle cx="{x(n):.1f}" cy="{y(value):.1f}" r="{5 if signal else 3}" fill="{RED if signal else INK}"/>'
        for n, value, signal in known
    ]
    parts += [
        f'<line x1="{LEFT - 4}" x2="{LEFT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="{INK}"/>'
        f'<text x="{LEFT - 7}" y="{y(value) + 4:.1f}" text-anchor="end">{figure(line.chart, value, language)}</text>'
        for value in _ticks(low, high)
    ]
    every = -(-len(shown) // max(1, round((width - LEFT) / 64)))
    parts += [
        f'<text x="{x(n):.1f}" y="{height - 7}" text-anchor="middle">{str(week.week)[5:]}</text>'
        for n, week in enumerate(shown)
        if (len(shown) - 1 - n) % every == 0
    ]
    return "".join([*parts, "</svg>"])


def _range(line: PointChart, shown: tuple[Judged, ...]) -> tuple[float, float]:
    """What the scale reaches over: all figures, and the limits of the last week that has any."""
    values = [week.value for week in shown if week.value is not None]
    band = next((week.band for week in reversed(shown) if week.band is not None), None)
    if band is not None:
        values += [band.low, band.high]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if not isinstance(line.chart, Measure):
        low, high = (0.0 if low < 0.2 else low), (1.0 if high > 0.9 else high)
    room = 0.06 * (high - low) or 0.05
    least = 0.0 if low >= 0 else low - room
    return max(least, low - room), high + room


def _ticks(low: float, high: float) -> tuple[float, float, float]:
    room = 0.08 * (high - low)
    return low + room, (low + high) / 2, high - room
