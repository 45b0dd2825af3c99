"""What a sampling plan really promises: the probability that a lot of given quality is accepted.

AQL 2.5 does not mean that 2.5 % are allowed. With n = 315 and Ac = 14 a lot with 4 % defectives is still accepted with
probability 0.72.
"""

from __future__ import annotations

from math import exp, fsum, lgamma, log, log1p

from qc.errors import BadInput


def acceptance_probability(n: int, ac: int, defective: float, lot_size: int | None = None) -> float:
    """Probability that at most `ac` of `n` sampled pieces are defective.

    Args:
        n: Sample size.
        ac: Acceptance number.
        defective: Share of defective pieces, 0 to 1.
        lot_size: Of a lot that is small against the sample: exact (hypergeometric), with the share rounded to whole
            pieces. Without it the lots come from a running process (binomial), which is what curves usually show.

    >>> round(acceptance_probability(315, 14, 0.04), 2)
    0.72
    """
    if not (0 <= defective <= 1 and n >= 1 and ac >= 0 and (lot_size is None or lot_size >= n)):
        got = f"n {n}, ac {ac}, share {defective}, lot {lot_size}"
        raise BadInput(f"got {got}; wanted n >= 1, ac >= 0, a share from 0 to 1 and a lot of at least n")
    if ac >= n:
        return 1.0
    if lot_size is not None:
        bad = round(defective * lot_size)
        least = max(0, n - (lot_size - bad))
        of_all = _log_choose(lot_size, n)
        terms = (
            _log_choose(bad, d) + _log_choose(lot_size - bad, n - d) - of_all for d in range(least, min(ac, bad) + 1)
        )
    elif defective in (0.0, 1.0):
        return 1.0 - defective
    else:
        hit, miss = log(defective), log1p(-defective)
        terms = (_log_choose(n, d) + d * hit + (n - d) * miss for d in range(ac + 1))
    return min(1.0, fsum(exp(term) for term in terms))


def share_accepted_with(n: int, ac: int, probability: float, lot_size: int) -> float:
    """The smallest share of defective pieces at which a lot is accepted with at most that probability.

    Args:
        n: Sample size.
        ac: Acceptance number.
        probability: Such as 0.1, the consumer's risk.
        lot_size: Shares are whole pieces of it; acceptance grows rarer with each, so halving finds the first.

    Returns:
        The share, 0 to 1; 1 where even a lot without a good piece is accepted oftener.
    """
    low, high = 0, lot_size
    while low < high:
        middle = (low + high) // 2
        if acceptance_probability(n, ac, middle / lot_size, lot_size) <= probability:
            high = middle
        else:
            low = middle + 1
    return low / lot_size


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
