"""Control limits for a week's figure, right for small counts, with what weeks differ by anyway counted in.

Weeks differ by more than chance within a week explains: another bundle of reed, a cloudy Monday. `between` estimates by
how much. It is the p' chart of Laney with the extra variation added instead of multiplied, so that it holds for weeks
of any size. The variance between weeks is reckoned in a unit in which points are alike: for a measure the variance of
one piece within a week, for a share (p * (1 - p))^2, which is a variance of log odds: weeks differ by a factor.

* **Measures**: a Shewhart chart of weekly means. The centre is the median of the baseline's weeks and the variation
  between weeks a robust estimate, so one odd week in the baseline does little harm.
* **Shares**: exact tails of a distribution of counts: beta-binomial, because the baseline's share is an estimate from
  so many pieces, around log odds that differ from week to week. Where weeks do not differ and the baseline is long
  these are exact binomial limits, so they hold for small counts.

Limits stand where a week of the baseline's kind would fall outside with the given probability; that the variation
between weeks is itself an estimate is counted by Student's t.

Sources: Laney, Quality Engineering 14 (2002) 531; Paule and Mandel, J. Res. NBS 87 (1982) 377 for the moment equation;
Huber, Robust Statistics (1981) 5.5, proposal 2, for its robust form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import erfc, exp, pi, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from qc.standards.estimates import beta_quantile

CUT = 2.5
"""Standardised residuals beyond this many count as this many: an odd week moves the estimate, and not far."""
_DENSITY = exp(-CUT * CUT / 2) / sqrt(2 * pi)
_BEYOND = erfc(CUT / sqrt(2))
KEPT = (1 - _BEYOND) - 2 * CUT * _DENSITY + CUT * CUT * _BEYOND
"""What a squared standard normal is worth on average once it is cut so."""
_LEAST, _LARGEST, _EXACT = 1e-5, 1e4, 1.01
_REACH, _NODES, _NONE = 3.2, 33, 1e-12

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """How weeks differ beyond chance within a week.

    Attributes:
        variance: in the chart's unit.
        error: its standard error, which is large where chance within a week is.
        freedom: degrees of freedom behind the two together.
    """

    variance: float
    error: float
    freedom: float


def between(weeks: Sequence[tuple[float, float]], lost: int) -> Spread:
    """Variation between weeks, from baseline weeks.

    Args:
        weeks: of each its figure less the centre, and the variance that chance within the week gives it; both in the
            chart's unit.
        lost: how many centres were estimated from these very weeks.

    Returns:
        The variance V with sum(min(r^2 / (V + within), CUT^2)) = KEPT * freedom, to a hundredth; 0 where weeks differ
        by chance alone.
    """
    freedom = len(weeks) - lost
    if freedom < 1:
        return Spread(0.0, 0.0, 0.0)
    residuals, chance = np.array(weeks, dtype=float).T
    squares = np.square(residuals)

    def excess(variance: float) -> float:
        return float(np.minimum(squares / (variance + chance), CUT * CUT).sum()) - KEPT * freedom

    def spread(variance: float) -> Spread:
        return Spread(variance, sqrt(2 / freedom) * (variance + float(np.median(chance))), freedom)

    if excess(0.0) <= 0:
        return spread(0.0)
    low, high = 0.0, _LEAST
    while excess(high) > 0 and high < _LARGEST:
        low, high = high, 4 * high
    while low and high / low > _EXACT:
        middle = sqrt(low * high)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return spread(high)


def of_measure(
    centre: float, sd: float, of_window: float, of_centre: float, freedom: float, alarm: float
) -> tuple[float, float]:
    """Shewhart limits of a mean: a figure below the first or above the second is out of control.

    Args:
        centre: of the baseline.
        sd: of one piece within a week.
        of_window: variance of the judged mean, in units of sd squared.
        of_centre: variance of the centre, in the same unit.
        freedom: degrees of freedom of the variation between weeks.
        alarm: probability of a false alarm, both sides together.
    """
    reach = student(alarm / 2, freedom) * sd * sqrt(of_window + of_centre)
    return centre - reach, centre + reach


def of_share(
    found: int, of: int, pieces: int, between_weeks: float, freedom: float, alarm: float
) -> tuple[float, int, int]:
    """Limits of a count.

    Args:
        found: counted in the baseline.
        of: among so many pieces.
        pieces: judged now.
        between_weeks: variance of log odds that weeks give the judged share and the baseline's together.
        freedom: degrees of freedom of that variance.
        alarm: probability of a false alarm, both sides together.

    Returns:
        The baseline's share (Jeffreys' estimate, never 0 or 1), and the least and the largest count in control.
    """
    share = (found + 0.5) / (of + 1)
    shifts, weights = _shifts(round(freedom)) if between_weeks > _NONE else (np.zeros(1), np.ones(1))
    shares = 1 / (1 + (1 / share - 1) * np.exp(-sqrt(between_weeks) * shifts))
    shares = np.clip(shares, _NONE, 1 - _NONE)  # [shifts]
    chances = weights @ beta_binomial(pieces, shares * (of + 1), (1 - shares) * (of + 1))  # [pieces + 1]
    least = int(np.searchsorted(np.cumsum(chances), alarm / 2, side="right"))
    most = pieces - int(np.searchsorted(np.cumsum(chances[::-1]), alarm / 2, side="right"))
    return share, min(least, pieces), max(most, 0)


def beta_binomial(pieces: int, a: Numbers, b: Numbers) -> Numbers:
    """Probabilities of 0 to `pieces` counts where the share follows a beta distribution.

    Args:
        pieces: how many.
        a: first parameters. [rows]
        b: second parameters. [rows]

    Returns:
        [rows, pieces + 1]; each row sums to 1.
    """
    k = np.arange(pieces, dtype=float)
    ratios = np.log((pieces - k) / (k + 1)) + np.log((k + a[:, None]) / (pieces - k - 1 + b[:, None]))
    logs = np.concatenate([np.zeros((len(a), 1)), np.cumsum(ratios, axis=1)], axis=1)
    chances = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


@lru_cache(256)
def _shifts(freedom: int) -> tuple[Numbers, Numbers]:
    """Values of Student's t, close together in the middle and reaching far out, and the probability of each."""
    steps = np.linspace(-_REACH, _REACH, _NODES)
    values = np.sinh(steps)
    weights = (1 + values**2 / freedom) ** (-(freedom + 1) / 2) * np.cosh(steps)
    return values, weights / weights.sum()


@lru_cache(4096)
def student(upper: float, freedom: float) -> float:
    """The value that Student's t exceeds with probability `upper`.

    >>> round(student(0.025, 7), 3)
    2.365
    """
    if freedom > 1e5:
        return NormalDist().inv_cdf(1 - upper)
    x = beta_quantile(2 * upper, freedom / 2, 0.5)
    return sqrt(freedom * (1 / x - 1))
