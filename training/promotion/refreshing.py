"""Drawing pictures anew beside a run, in a process of its own that yields the processor to the run."""

from __future__ import annotations

import multiprocessing as mp
import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import torch

from qc.errors import Unavailable
from qc.model.bundle import Bundle
from training.promotion.config import RunConfig
from training.promotion.pool import Pool
from training.promotion.source import Slots, Source

Job = tuple[int, int, int]
"""Where a picture goes, and which it is: place in the pool, slot, version."""


class Drawing(Protocol):
    """Draws pictures into a pool."""

    def start(self, pool: str, jobs: Sequence[Job]) -> None:
        """Begin; `pool` is "pool" or "staging"."""

    def finish(self, told: Callable[[int], None] = ...) -> None:
        """Wait until all are drawn; `told` hears how many came since it was last told."""

    def close(self) -> None:
        """Let go of what it holds."""


class Here(Drawing):
    """Draws in this process, when asked to finish: for small runs and tests."""

    def __init__(self, config: RunConfig, bundle: Bundle, kept: Path) -> None:
        self._config, self._source = config, Source(config, bundle, kept)
        self._asked: tuple[str, Sequence[Job]] | None = None

    def start(self, pool: str, jobs: Sequence[Job]) -> None:
        """Remember what to draw."""
        self._asked = pool, jobs

    def finish(self, told: Callable[[int], None] = lambda count: None) -> None:
        """Draw it."""
        if self._asked is not None:
            pool, jobs = self._asked
            _draw(self._source, open_pool(self._config, pool), jobs, told)
            self._asked = None

    def close(self) -> None:
        """Nothing is held."""


class Beside(Drawing):
    """Draws in a process of its own, which ends with this one, however that ends.

    Raises:
        Unavailable: The process died; the sentence says what to do.
    """

    def __init__(self, config: RunConfig, bundle: Bundle, kept: Path) -> None:
        context = mp.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, config, bundle.path, kept), daemon=True)
        self._process.start()
        theirs.close()
        self._open = 0

    def start(self, pool: str, jobs: Sequence[Job]) -> None:
        """Send the work."""
        self._open = len(jobs)
        if jobs:
            self._ours.send((pool, list(jobs)))

    def finish(self, told: Callable[[int], None] = lambda count: None) -> None:
        """Wait for it."""
        while self._open:
            try:
                count = self._ours.recv()
            except EOFError:
                raise Unavailable(
                    "the process that draws pictures ended; see what it said above, then run the same command again"
                ) from None
            self._open -= count
            told(count)

    def close(self) -> None:
        """End the process."""
        self._ours.close()
        self._process.join(10)
        self._process.kill()


def open_pool(config: RunConfig, name: str) -> Pool:
    """The run's pool, or the staging place of what is drawn for its next epoch."""
    count = Slots.of(config).all
    return Pool(config.folder / name, count if name == "pool" else -(-count // every(config)), config.window)


def every(config: RunConfig) -> int:
    """Epochs after which a slot is drawn anew."""
    return max(1, round(1 / config.fresh))


def _serve(pipe: Connection, config: RunConfig, bundle: Path, kept: Path) -> None:
    os.nice(10)
    torch.set_num_threads(1)
    source = Source(config, Bundle.load(bundle), kept)
    while True:
        try:
            pool, jobs = pipe.recv()
            _draw(source, open_pool(config, pool), jobs, pipe.send)
        except (EOFError, BrokenPipeError):  # the run ended
            return


def _draw(source: Source, pool: Pool, jobs: Sequence[Job], told: Callable[[int], None]) -> None:
    for place, slot, version in jobs:
        features, wanted = source.draw(slot, version)
        pool.put(place, version, features, wanted)
        told(1)
