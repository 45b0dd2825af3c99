"""How well two persons who judged one piece agree: in percent, and by Cohen's kappa, each with an interval.

kappa = (observed - expected) / (1 - expected), where `expected` is how often they would agree by chance, each keeping
to how often they say yes (Cohen, Educational and Psychological Measurement 20, 1960). 1 is always, 0 is chance. Its
interval is the percentile bootstrap over pieces, seeded. The first person is who judged first, the second who judged
next; where the second was blind, the second was no copy of the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from qc.standards.estimates import estimate
from training.feedback.rows import JudgementRow

DRAWS = 2000
CONFIDENCE = 0.95


@dataclass
class Agreement:
    """Agreement on one question over pieces judged twice.

    Attributes:
        both: both say yes; `first` and `second`: that one alone does; `neither`.
        share: of pieces on which they agree, with its Clopper-Pearson interval `low` to `high`.
        kappa: None where chance alone explains everything: all said the same. With `kappa_low` to `kappa_high`.
    """

    both: int = 0
    first: int = 0
    second: int = 0
    neither: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    kappa: float | None = None
    kappa_low: float | None = None
    kappa_high: float | None = None

    @property
    def pieces(self) -> int:
        """How many were judged twice."""
        return self.both + self.first + self.second + self.neither

    def count(self, first: bool, second: bool) -> None:
        """Count a piece in."""
        name = {(True, True): "both", (True, False): "first", (False, True): "second", (False, False): "neither"}
        setattr(self, name[first, second], getattr(self, name[first, second]) + 1)

    def reckon(self) -> None:
        """Work out share, kappa and their intervals from the counts."""
        if not self.pieces:
            return
        found = estimate(self.both + self.neither, self.pieces, CONFIDENCE)
        self.share, self.low, self.high = found.rate, found.low, found.high
        counts = np.array([[self.both, self.first, self.second, self.neither]], float)
        self.kappa = _kappas(counts)[0] if np.isfinite(_kappas(counts)[0]) else None
        if self.kappa is not None:
            drawn = np.random.default_rng(1).multinomial(self.pieces, counts[0] / self.pieces, DRAWS)
            kappas = _kappas(drawn.astype(float))
            kappas = kappas[np.isfinite(kappas)]
            tail = (1 - CONFIDENCE) / 2 * 100
            self.kappa_low, self.kappa_high = (float(x) for x in np.percentile(kappas, [tail, 100 - tail]))


@dataclass
class Agreements:
    """Agreement on whether a piece meets its standard, and on each code that somebody named."""

    blind: Agreement = field(default_factory=Agreement)  # the second had not seen the first verdict
    seeing: Agreement = field(default_factory=Agreement)  # the second had
    codes: dict[str, Agreement] = field(default_factory=dict)  # where both were asked for codes

    def count(self, judgements: Iterable[JudgementRow]) -> None:
        """Count the judgements of one piece in."""
        for first, second in _pairs(judgements):
            (self.blind if second.blind else self.seeing).count(first.meets, second.meets)
            if first.codes is not None and second.codes is not None:
                for code in {*first.codes, *second.codes} | self.codes.keys():
                    known = self.codes.setdefault(code, Agreement(neither=self._asked))
                    known.count(code in first.codes, code in second.codes)
                self._asked += 1

    _asked: int = 0

    def reckon(self) -> None:
        """Work out all figures."""
        for agreement in (self.blind, self.seeing, *self.codes.values()):
            agreement.reckon()


def _pairs(judgements: Iterable[JudgementRow]) -> Iterator[tuple[JudgementRow, JudgementRow]]:
    """The first two persons who judged each attempt."""
    by_attempt: dict[int, list[JudgementRow]] = {}
    for row in judgements:
        by_attempt.setdefault(row.attempt, []).append(row)
    for rows in by_attempt.values():
        if len(rows) >= 2:
            yield rows[0], rows[1]


def _kappas(counts: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Kappa of each row of counts [N, 4]: both, first, second, neither; NaN where chance explains everything."""
    total = counts.sum(1)
    both, first, second, neither = counts.T
    observed = (both + neither) / total
    says_1, says_2 = (both + first) / total, (both + second) / total
    expected = says_1 * says_2 + (1 - says_1) * (1 - says_2)
    with np.errstate(invalid="ignore", divide="ignore"):
        kappas: np.ndarray[tuple[int], np.dtype[np.float64]] = (observed - expected) / (1 - expected)
    return kappas
