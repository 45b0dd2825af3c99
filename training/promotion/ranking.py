"""How well a bundle tells pictures that show a code from those that do not, whatever its thresholds: the AUROC.

Recall at a threshold hides what a network has forgotten: of a code that is found on one picture in four, only that
fourth can be lost. The area under the ROC is the chance that a picture with the code is scored above one without
(Hanley and McNeil 1982), so it falls as far for a code that the thresholds hardly let through as for any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.promotion.outcomes import Outcome

DRAWS = 2000
"""Bootstrap samples behind an interval of 95 %."""

_AT_ONCE = 100  # samples in memory at a time

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Ranking:
    """Scores of one code's pictures by one bundle: of those that show it [P], and of those that do not [N].

    there_of, absent_of: the piece of each, as its place among `pieces`.
    """

    there: Floats
    absent: Floats
    there_of: Whole
    absent_of: Whole
    pieces: int

    @classmethod
    def of(cls, things: Sequence[Outcome]) -> Ranking:
        """The scores behind outcomes of one code; both kinds must be among them."""
        place = {unit: k for k, unit in enumerate(sorted({o.unit for o in things}))}
        there, absent = [o for o in things if o.there], [o for o in things if not o.there]
        scores = [np.array([o.score for o in kind]) for kind in (there, absent)]
        units = [np.array([place[o.unit] for o in kind], np.int64) for kind in (there, absent)]
        return cls(scores[0], scores[1], units[0], units[1], len(place))

    @property
    def fewest(self) -> int:
        """Pieces of the kind of which there are fewer: an AUROC is as sure as those let it be."""
        return min(len(np.unique(self.there_of)), len(np.unique(self.absent_of)))

    def auroc(self) -> float:
        """The chance that a picture with the code is scored above one without; half of it where they are alike."""
        return float(self._weighted(np.ones((1, self.pieces), np.int64))[0])

    def drawn(self, seed: int) -> Floats:
        """The AUROC of each bootstrap sample of whole pieces [DRAWS]; NaN where it has pictures of one kind only."""
        rng, even = np.random.default_rng(seed), np.full(self.pieces, 1 / self.pieces)
        return np.concatenate(
            [self._weighted(rng.multinomial(self.pieces, even, _AT_ONCE)) for _ in range(DRAWS // _AT_ONCE)]
        )

    def _weighted(self, times: Whole) -> Floats:
        """[D], each piece counted as often as `times` [D, pieces] says."""
        order = np.argsort(self.absent)
        lower, upper = (np.searchsorted(self.absent[order], self.there, side) for side in ("left", "right"))
        absent = times[:, self.absent_of[order]].cumsum(1)
        below = np.concatenate([np.zeros((len(times), 1), np.int64), absent], 1)  # below[:, k]: of the k lowest
        there = times[:, self.there_of]
        pairs = there.sum(1) * below[:, -1]
        above = (there * (below[:, lower] + below[:, upper])).sum(1) / 2
        drawn: Floats = np.divide(above, pairs, out=np.full(len(times), np.nan), where=pairs > 0)
        return drawn


def interval(drawn: Floats) -> tuple[float, float]:
    """The middle 95 % of what was drawn."""
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)
