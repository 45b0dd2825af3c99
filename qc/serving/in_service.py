"""Which model judges, changed without waiting for anybody and without anybody waiting for it.

Whoever judges takes the model for as long as one piece takes, and ends with the one that they began with. A swap is one
assignment; the old model leaves the memory when the last piece that was begun with it is judged.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from qc.serving.loaded import LoadedModel


@dataclass(frozen=True)
class Refusal:
    """A bundle that was to serve and does not. `why` names files relative to its folder, as callers may read it."""

    name: str
    why: str
    at: datetime


class ModelInService:
    """The model that judges here.

    Args:
        model: The first one.
    """

    def __init__(self, model: LoadedModel) -> None:
        self._lock = threading.Lock()
        self._present = model
        self._pieces: Counter[LoadedModel] = Counter()  # being judged, by the model that they began with
        self.refused: Refusal | None = None
        """What the registry names as current and this process could not take."""

    @property
    def present(self) -> LoadedModel:
        """The model that the next piece will be judged by."""
        return self._present

    @property
    def busy(self) -> int:
        """Pieces that are being judged at this moment."""
        with self._lock:
            return self._pieces.total()

    @property
    def in_memory(self) -> int:
        """Models in memory: the present one, and old ones that pieces in flight still need."""
        with self._lock:
            return len({self._present, *self._pieces})

    @contextmanager
    def taken(self) -> Iterator[LoadedModel]:
        """The model for one piece: it stays the same, and loaded, until the block ends."""
        with self._lock:
            model = self._present
            self._pieces[model] += 1
        try:
            yield model
        finally:
            with self._lock:
                self._pieces[model] -= 1
                if not self._pieces[model]:
                    del self._pieces[model]
                over = model is not self._present and model not in self._pieces
            if over:
                model.examiner.close()

    def swap(self, model: LoadedModel) -> None:
        """Judge with another model from the next piece on."""
        with self._lock:
            old, self._present = self._present, model
            self.refused = None
            over = old is not model and old not in self._pieces
        if over:
            old.examiner.close()

    def close(self) -> None:
        """Let go of the model; nobody may be judging any more."""
        self._present.examiner.close()
