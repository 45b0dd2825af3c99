"""How many defective pieces would slip through, and at what price in doubtful ones: conformal risk control.

After Angelopoulos et al., "Conformal Risk Control" (2022): with n held-out defective pieces exchangeable with those to
come, the expected share that slips under the chosen threshold is at most alpha if (misses + 1) / (n + 1) <= alpha. The
promise holds for pieces made as the held-out ones were, and for no photo from the field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float32]

LEAST = 300
"""Held-out defective pieces without which no threshold is chosen."""


class TooFewError(ValueError):
    """There are not enough held-out defective pieces to choose a threshold by."""


@dataclass(frozen=True)
class Promise:
    """A referral threshold and what it holds.

    alpha      share of defective pieces that may be accepted unseen
    n          held-out defective pieces it was chosen on
    threshold  pieces at or above it are referred or called defective
    referred   share of held-out good pieces at or above it
    cap        share of good pieces that may be referred
    capped     the threshold that refers no more than that
    escapes    share of held-out defective pieces below `capped`
    """

    alpha: float
    n: int
    threshold: float
    referred: float
    cap: float
    capped: float
    escapes: float

    @property
    def kept(self) -> bool:
        """Whether both can be had: few escapes and few referrals."""
        return self.referred <= self.cap

    def __str__(self) -> str:
        if self.kept:
            return (
                f"at most {self.alpha:.0%} of made pieces with a critical or major defect accepted (conformal risk "
                f"control, n = {self.n}), with {self.referred:.0%} of good ones referred"
            )
        return (
            f"none: {self.alpha:.0%} of escapes (conformal risk control, n = {self.n} held-out made pieces with a "
            f"critical or major defect) would take the referral of {self.referred:.0%} of good ones; with at most "
            f"{self.cap:.0%} of made good pieces referred, {self.escapes:.0%} of those defective ones would be accepted"
        )


def promise(defective: Probabilities, good: Probabilities, alpha: float = 0.01, cap: float = 0.15) -> Promise:
    """Choose the highest threshold that keeps escapes at `alpha`, and say what a cap on referrals would cost.

    Args:
        defective: Probability of a defect on each held-out defective piece [n].
        good: The same on good ones [m].

    Raises:
        TooFewError: Fewer than 300 defective pieces, or no good one.
    """
    n = len(defective)
    if n < LEAST or not len(good):
        raise TooFewError(
            f"{n} defective and {len(good)} good held-out pieces; wanted at least {LEAST} and 1 to choose by"
        )
    ordered = np.sort(defective)
    missed = int(np.floor(alpha * (n + 1) - 1 + 1e-9))  # so many may lie below the threshold
    threshold = float(ordered[missed]) if missed >= 0 else 0.0
    capped = float(np.quantile(good, 1 - cap, method="higher"))
    return Promise(
        alpha=alpha,
        n=n,
        threshold=threshold,
        referred=float((good >= threshold).mean()),
        cap=cap,
        capped=capped,
        escapes=float((defective < capped).mean()),
    )


def what_if(defective: Probabilities, good: Probabilities, act: float) -> list[dict[str, float]]:
    """For referral thresholds from cautious to bold: escapes, false rejects (good ones from `act` on), referrals."""
    lines = []
    for refer in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        upper = max(refer, act)
        lines.append(
            {
                "refer": refer,
                "escapes": float((defective < refer).mean()),
                "false_rejects": float((good >= upper).mean()),
                "good_referred": float(((good >= refer) & (good < upper)).mean()),
            }
        )
    return lines
