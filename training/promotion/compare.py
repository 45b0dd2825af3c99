"""Two bundles on the same frozen sets, paired: by code, material, collection point and phone, each with an interval.

Both bundles judged the same things, so differences are taken thing by thing, and the interval comes from drawing whole
pieces with replacement (a cluster bootstrap): two photos of one piece are not two witnesses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from qc.errors import BadInput
from training.promotion.outcomes import ANY, Outcome
from training.promotion.ranking import DRAWS, Ranking, interval

LEAST = 12
"""Pieces below which a figure is shown and nothing is concluded from it.

The smallest number on which the loss of half of what there is can be told from chance. Of n pieces judged by both,
those speak that one found and the other did not; by the exact sign test (McNemar 1947) six of them, all one way, are
the first that chance gives less than once in twenty: 2 / 2^6 = 0.031, while five have 0.063. Six are half of twelve.
"""

AUROC = "AUROC"


@dataclass(frozen=True)
class Line:
    """One figure of both bundles.

    Attributes:
        group: code | material | collection point | phone.
        name: which.
        figure: recall (share of what is there that is found), false alarms (share of what is not there), or AUROC (how
            well pictures with the code are told from those without, whatever the thresholds; of codes only).
        n: things judged; pieces: how many pieces they are of, for AUROC those of the rarer kind.
        a, b: the figure of each.
        low, high: interval of 95 % of b - a.
    """

    group: str
    name: str
    figure: str
    n: int
    pieces: int
    a: float
    b: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """better or worse beyond the interval, else alike; "too few" to say."""
        if self.pieces < LEAST:
            return "too few"
        up, down = ("worse", "better") if self.figure == "false alarms" else ("better", "worse")
        return up if self.low > 0 else down if self.high < 0 else "alike"

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **{k: (round(v, 5) if isinstance(v, float) else v) for k, v in vars(self).items()},
            "verdict": self.verdict,
        }


_GROUPS: dict[str, Callable[[Outcome], str]] = {
    "code": lambda o: o.code,
    "material": lambda o: o.material if o.code == ANY else "",
    "collection point": lambda o: o.collection_point if o.code == ANY else "",
    "phone": lambda o: o.phone if o.code == ANY else "",
}


def compare(a: Sequence[Outcome], b: Sequence[Outcome], seed: int = 0) -> list[Line]:
    """Every figure of two bundles, with the interval of its difference.

    Raises:
        BadInput: They judged different things, or nothing.
    """
    if not a or [o.key for o in a] != [o.key for o in b]:
        raise BadInput(f"{len(a)} and {len(b)} things were judged, wanted the same ones; name a set with judged photos")
    found: dict[tuple[str, str, str], list[tuple[str, bool, bool]]] = {}
    ranked: dict[str, list[tuple[Outcome, Outcome]]] = {}
    for one, other in zip(a, b, strict=True):
        figure = "recall" if one.there else "false alarms"
        ranked.setdefault(one.code, []).append((one, other))
        for group, name_of in _GROUPS.items():
            if name := name_of(one):
                found.setdefault((group, name, figure), []).append((one.unit, one.found, other.found))
    lines = [_line(key, things, seed) for key, things in found.items()]
    lines += [_ranking(code, pairs, seed) for code, pairs in ranked.items() if len({o.there for o, _ in pairs}) == 2]
    groups, figures = list(_GROUPS), ["recall", "false alarms", AUROC]
    return sorted(lines, key=lambda x: (groups.index(x.group), x.name != ANY, x.name, figures.index(x.figure)))


def _line(key: tuple[str, str, str], things: list[tuple[str, bool, bool]], seed: int) -> Line:
    units = sorted({unit for unit, _, _ in things})
    place = {unit: k for k, unit in enumerate(units)}
    sums = np.zeros((len(units), 3))  # of each piece: things, found by a, found by b
    for unit, a, b in things:
        sums[place[unit]] += (1, a, b)
    total, a_found, b_found = sums.sum(0)
    drawn = np.random.default_rng(seed).multinomial(len(units), np.full(len(units), 1 / len(units)), DRAWS) @ sums
    differences = (drawn[:, 2] - drawn[:, 1]) / np.maximum(drawn[:, 0], 1)
    low, high = np.quantile(differences, [0.025, 0.975])
    return Line(*key, int(total), len(units), a_found / total, b_found / total, float(low), float(high))


def _ranking(code: str, pairs: Sequence[tuple[Outcome, Outcome]], seed: int) -> Line:
    a, b = (Ranking.of([pair[k] for pair in pairs]) for k in (0, 1))
    low, high = interval(b.drawn(seed) - a.drawn(seed))  # the same pieces drawn for both
    return Line("code", code, AUROC, len(pairs), a.fewest, a.auroc(), b.auroc(), low, high)


def show(lines: Sequence[Line], names: tuple[str, str], console: Console) -> None:
    """Print a table for a person."""
    table = Table("", "figure", "n", "pieces", *names, "difference, 95 %", "", title=f"{names[1]} against {names[0]}")
    for line in lines:
        colour = {"better": "green", "worse": "red"}.get(line.verdict, "")
        table.add_row(
            f"{line.group}: {line.name}", line.figure, str(line.n), str(line.pieces), f"{line.a:.3f}", f"{line.b:.3f}",
            f"{line.b - line.a:+.3f} ({line.low:+.3f} to {line.high:+.3f})", line.verdict, style=colour,
        )  # fmt: skip
    console.print(table)
