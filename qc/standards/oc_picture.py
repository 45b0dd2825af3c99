"""The operating characteristic of a lot's plan as a picture: SVG, with the words that say how to read it.

Curves are exact for the very lot (hypergeometric): each point is a whole number of defective pieces in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from textwrap import wrap

from qc.standards.lot_words import class_word, nearest_share, number, promises, say
from qc.standards.operating_characteristic import acceptance_probability
from qc.standards.sampling import ClassPlan, DefectClass, Plan
from qc.standards.vocabulary import Language

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 760, 70, 730, 84, 404
"""Of the picture and of the plot in it, in px."""
LINE = 21
GAP = 8
"""Heights of a line of words, and between paragraphs."""
LETTERS = 86
"""Of a line of words under the plot."""
POINTS = 240
"""Of a curve, at most."""
FEW = 40
"""Points that are marked one by one: between them there is no lot."""
INK, GRID, PAPER = "#2b2118", "#e3dccf", "#fffdf8"
STROKES: dict[DefectClass, tuple[str, str]] = {
    "critical": ("#a3241c", ""),
    "major": ("#17527d", "9 4"),
    "minor": ("#4c6b17", "2 4"),
}
"""Colour and dashes: told apart without colours, too."""
NEVER = 0.005
"""The axis ends where every class accepts less often than this."""


def oc_svg(plan: Plan, language: Language) -> str:
    """The picture of a plan, for people: curves of its classes, their AQLs, and what they promise."""
    most = _axis_end(plan)
    words = [line for text in promises(plan, language) for line in (*wrap(text, LETTERS), "")]
    height = BOTTOM + 72 + round(sum(LINE if line else GAP for line in words))
    title = say("title", language)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="14" fill="{INK}">',
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(" ".join(promises(plan, language)))}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        f'<text x="{LEFT}" y="32" font-size="20" font-weight="600">{escape(title)}</text>',
        f'<text x="{LEFT}" y="56">{escape(_subtitle(plan, language))}</text>',
        *_grid(most, language),
        *(part for rule in plan.classes for part in _curve(rule, plan, most)),
        *_aqls(plan, most, language),
        *_legend(plan, language),
        *_words(words),
        "</svg>",
    ]
    return "\n".join(parts)


def curve_points(rule: ClassPlan, plan: Plan, most: float = 1.0) -> list[tuple[float, float]]:
    """Points of a class's curve: share defective, and probability that the class accepts the lot; both 0 to 1."""
    size = plan.lot_size
    last = max(1, round(most * size))
    step = max(1, last // POINTS)
    bad = [*range(0, last, step), last]
    return [(k / size, acceptance_probability(rule.n, rule.ac, k / size, size)) for k in bad]


def _axis_end(plan: Plan) -> float:
    """A round share from which on hardly any lot passes."""
    for percent in (12, 15, 20, 25, 30, 40, 50, 60, 80):
        share = percent / 100
        if all(acceptance_probability(r.n, r.ac, share, plan.lot_size) < NEVER for r in plan.classes):
            return share
    return 1.0


def _x(share: float, most: float) -> float:
    return LEFT + (RIGHT - LEFT) * share / most


def _y(probability: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * probability


def _grid(most: float, language: Language) -> Iterator[str]:
    for percent in range(0, 101, 20):
        y = _y(percent / 100)
        yield f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="{GRID}"/>'
        yield f'<text x="{LEFT - 10}" y="{y + 5:.1f}" text-anchor="end">{percent}</text>'
    step = next(s for s in (1, 2, 5, 10, 20) if 100 * most / s <= 13)
    for percent in range(0, round(100 * most) + 1, step):
        x = _x(percent / 100, most)
        yield f'<path d="M{x:.1f} {BOTTOM}v5" stroke="{INK}"/>'
        yield f'<text x="{x:.1f}" y="{BOTTOM + 21}" text-anchor="middle">{number(percent, language)}</text>'
    yield f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="{INK}"/>'
    across = (LEFT + RIGHT) / 2
    yield f'<text x="{across}" y="{BOTTOM + 43}" text-anchor="middle">{escape(say("horizontal", language))}</text>'
    middle = (TOP + BOTTOM) / 2
    yield (
        f'<text transform="translate(24 {middle}) rotate(-90)" text-anchor="middle">'
        f"{escape(say('vertical', language))}</text>"
    )


def _curve(rule: ClassPlan, plan: Plan, most: float) -> Iterator[str]:
    colour, dashes = STROKES[rule.defect_class]
    points = [(_x(share, most), _y(probability)) for share, probability in curve_points(rule, plan, most)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes or "none"}"/>'
    if len(points) <= FEW:
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points)


def _aqls(plan: Plan, most: float, language: Language) -> Iterator[str]:
    """Where each AQL lies, with the probability of acceptance there."""
    for index, rule in enumerate(plan.classes):
        share = nearest_share(rule.aql / 100, plan.lot_size)
        if rule.aql == 0 or share > most:
            continue
        colour, _ = STROKES[rule.defect_class]
        x, y = _x(share, most), _y(acceptance_probability(rule.n, rule.ac, share, plan.lot_size))
        label, height = number(rule.aql, language), BOTTOM - 8 - LINE * (len(plan.classes) - 1 - index)
        yield f'<path d="M{x:.1f} {BOTTOM}V{y:.1f}" stroke="{colour}" stroke-dasharray="1 3"/>'
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'
        yield f'<text x="{x + 5:.1f}" y="{height}" fill="{colour}" font-size="12">AQL {label}</text>'


def _legend(plan: Plan, language: Language) -> Iterator[str]:
    for index, rule in enumerate(plan.classes):
        colour, dashes = STROKES[rule.defect_class]
        y = TOP + 24 + LINE * index
        label = say("curve", language, defect_class=class_word(rule.defect_class, language), n=rule.n, ac=rule.ac)
        yield (
            f'<path d="M{RIGHT - 210} {y - 5}h36" stroke="{colour}" stroke-width="2.5" '
            f'stroke-dasharray="{dashes or "none"}"/>'
        )
        yield f'<text x="{RIGHT - 166}" y="{y}">{escape(label)}</text>'


def _words(lines: list[str]) -> Iterator[str]:
    y, weight = BOTTOM + 82, "600"  # the first paragraph says what an AQL is not
    for line in lines:
        if line:
            yield f'<text x="{LEFT}" y="{y}" font-weight="{weight}">{escape(line)}</text>'
        y, weight = y + (LINE if line else GAP), weight if line else "400"


def _subtitle(plan: Plan, language: Language) -> str:
    return say("subtitle", language, lot_size=plan.lot_size, n=plan.n, edition=plan.edition, level=plan.level)
