"""A pool of local processes that grade shards of photos: in order, in flat memory, and gone when their parent is.

Processes and not threads: a row's Python work does not wait for another's, a photo that takes a process down takes one
row with it, and what a run needed is given back whole. Each has one session of the network with one thread.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Self

from qc.bulk.references import PhotoRef, Read, read_file
from qc.bulk.shard import Failure, Grading, Row, grade_shard
from qc.errors import Unavailable

SHARD = 8
"""Photos that a process gets at a time: half a second's work, so that progress is seen and little is done twice."""
AHEAD = 2
"""Shards a process that are under way: one at work, one waiting."""
DEATHS = 5
"""Processes that may die one after the other before it is no photo's fault."""
FEW = 32
"""Photos up to which starting processes takes longer than it saves."""


def grade_each(photos: Sequence[PhotoRef], grading: Grading, cores: int, read: Read = read_file) -> Iterator[Row]:
    """A row for each photo, taken as a piece of its own, in their order: few in this process, many in a pool.

    Raises:
        BadBundle, BadStandard, Unavailable: As `grade_shard` and `Pool.rows`.
    """
    if len(photos) <= FEW or cores == 1:
        for photo in photos:
            yield from grade_shard([photo], grading, read)
        return
    with Pool(cores, read) as pool:
        yield from pool.rows(photos, grading)


class Pool:
    """Processes that grade, from `with` to its end.

    Args:
        processes: How many; as many as cores is best.
        read: Gives a photo's bytes.
        niceness: Added to theirs: work that can wait steps back behind a service on the same machine.
        shard: Photos that a process gets at a time.
    """

    def __init__(self, processes: int, read: Read = read_file, niceness: int = 0, shard: int = SHARD) -> None:
        self._processes = processes
        self._read = read
        self._niceness = niceness
        self._shard = shard
        self._executor = self._start()
        self._deaths = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the processes go; what they have begun is finished, what waits is dropped."""
        self._executor.shutdown(cancel_futures=True)

    def rows(self, photos: Iterable[PhotoRef], grading: Grading) -> Iterator[Row]:
        """A row for each photo, in their order; a few shards are worked on ahead, never all of them.

        Raises:
            BadBundle, BadStandard, Unavailable: As `grade_shard`; or processes die whatever they are given.
        """
        waiting: deque[tuple[list[PhotoRef], ProcessPoolExecutor, Future[list[Row]]]] = deque()
        left = iter(photos)
        try:
            while True:
                while len(waiting) < AHEAD * self._processes and (shard := list(islice(left, self._shard))):
                    waiting.append((shard, *self._submit(shard, grading)))
                if not waiting:
                    return
                shard, by, future = waiting.popleft()
                try:
                    made = future.result()
                    self._deaths = 0
                except BrokenProcessPool:
                    made = self._one_by_one(shard, by, grading)
                yield from made
        finally:
            for _, _, future in waiting:
                future.cancel()

    def _one_by_one(self, shard: list[PhotoRef], by: ProcessPoolExecutor, grading: Grading) -> list[Row]:
        """Rows of a shard that was lost when a process died: which photo it was shows when each is alone."""
        self._replace(by)
        made: list[Row] = []
        for photo in shard:
            by, future = self._submit([photo], grading)
            try:
                made += future.result()
                self._deaths = 0
            except BrokenProcessPool as wrong:
                self._replace(by)
                self._deaths += 1
                if self._deaths == DEATHS:
                    raise Unavailable(
                        f"{DEATHS} processes died one after the other: is there memory for {self._processes}? Run "
                        "again with fewer (QC_THREADS); what is written stays"
                    ) from wrong
                detail = f"{photo.name}: the process that graded it died; look at the photo, and at the memory"
                made.append(Row(photo.name, grading.model, failure=Failure("process_died", detail)))
        return made

    def _submit(self, shard: list[PhotoRef], grading: Grading) -> tuple[ProcessPoolExecutor, Future[list[Row]]]:
        try:
            return self._executor, self._executor.submit(grade_shard, shard, grading, self._read)
        except BrokenProcessPool:  # since the last look
            self._replace(self._executor)
            return self._executor, self._executor.submit(grade_shard, shard, grading, self._read)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        if self._executor is broken:  # else a shard that broke with it has seen to it
            broken.shutdown(cancel_futures=True)
            self._executor = self._start()

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
        return ProcessPoolExecutor(self._processes, context, _prepare, (self._niceness,))


def _prepare(niceness: int) -> None:
    """What a process does first: leave Ctrl-C to its parent, step back, and end when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if niceness and hasattr(os, "nice"):
        os.nice(niceness)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def outlive_nobody() -> None:
        parent.join()
        os._exit(1)  # killed without a word: nobody waits for what this process is doing

    threading.Thread(target=outlive_nobody, name="parent", daemon=True).start()
