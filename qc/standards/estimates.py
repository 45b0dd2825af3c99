"""Escape and false-reject rates, estimated from blind re-inspection of random pieces, with intervals.

A random share of accepted *and* of rejected pieces is judged again by a person who does not see the first verdict.
Without the rejected ones nobody would ever see a false reject.

Intervals are Clopper-Pearson: exact, they cover the true rate with at least the stated probability, so they are rather
too wide than too narrow. Source: Clopper and Pearson, Biometrika 26 (1934); bounds are quantiles of the beta
distribution, computed here by bisection of its distribution function (continued fraction, Numerical Recipes 6.4).
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p
from typing import Literal

from pydantic import Field

from qc.errors import BadInput
from qc.standards.evidence import Frozen


class Estimate(Frozen):
    """A rate with its interval."""

    found: int = Field(ge=0)
    inspected: int = Field(ge=1)
    rate: float
    low: float
    high: float
    confidence: float
    method: Literal["Clopper-Pearson"] = "Clopper-Pearson"


def estimate(found: int, inspected: int, confidence: float = 0.95) -> Estimate:
    """A rate and its two-sided Clopper-Pearson interval.

    >>> e = estimate(2, 200)
    >>> round(e.low, 4), round(e.high, 4)
    (0.0012, 0.0357)
    """
    if not (0 <= found <= inspected and inspected >= 1 and 0 < confidence < 1):
        raise BadInput(
            f"got {found} of {inspected} at confidence {confidence}; wanted 0 <= found <= inspected, inspected >= 1, "
            "and a confidence between 0 and 1"
        )
    tail = (1 - confidence) / 2
    low = 0.0 if found == 0 else beta_quantile(tail, found, inspected - found + 1)
    high = 1.0 if found == inspected else beta_quantile(1 - tail, found + 1, inspected - found)
    return Estimate(found=found, inspected=inspected, rate=found / inspected, low=low, high=high, confidence=confidence)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x at which the beta distribution's distribution function is `probability`, to the last bit or so."""
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if _beta_cdf(middle, a, b) < probability:
            low = middle
        else:
            high = middle


def _beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for 0 < x < 1."""
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):  # where the fraction converges quickly; beyond, by symmetry
        return front * _beta_fraction(x, a, b) / a
    return 1 - front * _beta_fraction(1 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of I_x(a, b), by Lentz's method."""
    tiny = 1e-300
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + term * d, tiny)
            c = _not_zero(1 + term / c, tiny)
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _not_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
