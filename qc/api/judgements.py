"""Judgements of weeks that are over, kept for those who ask again: a desk asks every quarter of a minute."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from qc.api.schemas.drift import DriftOut

MOST = 64


class Judgements:
    """The last so many answers, by what was asked. What is judged of a week that is over never changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, DriftOut] = OrderedDict()

    def of(self, asked: Hashable, judge: Callable[[], DriftOut]) -> DriftOut:
        """The answer that is known, or a new one; of two who ask at once for a new one, both work it out."""
        with self._lock:
            if (known := self._known.get(asked)) is not None:
                self._known.move_to_end(asked)
                return known
        answer = judge()
        with self._lock:
            self._known[asked] = answer
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return answer
