"""A thread beside the requests goes on whatever goes wrong, ends when it is told to, and holds no stop up for good."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from qc.background import BackgroundWorker
from qc.errors import Unavailable


class Looks(BackgroundWorker):
    """Does what each look of it is given to do, and then nothing more."""

    def __init__(self, *each: Callable[[], bool], look_every: float = 0.001) -> None:
        super().__init__("looks", look_every)
        self._each = list(each)
        self.order: list[str] = []
        self.done = threading.Event()

    def look(self) -> bool:
        if not self._each:
            self.done.set()
            return False
        self.order.append("look")
        return self._each.pop(0)()

    def _begin(self) -> None:
        self.order.append("begin")

    def _rest(self) -> None:
        self.order.append("rest")
        super()._rest()

    def _end(self) -> None:
        self.order.append("end")


def fail(error: Exception) -> Callable[[], bool]:
    def look() -> bool:
        raise error

    return look


@contextmanager
def through(worker: Looks) -> Iterator[list[Any]]:
    with capture_logs() as lines:
        worker.start()
        assert worker.done.wait(60)
        worker.stop()
        yield [(line["event"], line["log_level"]) for line in lines]


def test_it_rests_only_where_there_is_nothing_more_to_do() -> None:
    worker = Looks(lambda: True, lambda: False, lambda: True)
    with through(worker) as said:
        assert worker.order[:5] == ["begin", "look", "look", "rest", "look"]
        assert worker.order[-1] == "end"
        assert said == []


def test_a_fault_is_logged_and_the_next_look_comes_after_a_rest() -> None:
    worker = Looks(fail(Unavailable("away")), fail(ZeroDivisionError()), lambda: True)
    with through(worker) as said:
        assert worker.order[:6] == ["begin", "look", "rest", "look", "rest", "look"]
        assert said == [("looks_unavailable", "warning"), ("looks_failed", "error")]


def test_a_stop_cuts_a_rest_short_and_the_end_may_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Looks(look_every=3600)
    monkeypatch.setattr(worker, "_end", fail(Unavailable("away")))
    with through(worker) as said:
        assert said == [("looks_unavailable", "warning")]
    assert "looks" not in {thread.name for thread in threading.enumerate()}


def test_a_stop_leaves_a_thread_that_hangs_and_says_so() -> None:
    let_go = threading.Event()
    worker = Looks(lambda: let_go.wait(60))
    with capture_logs() as said:
        worker.start()
        began = time.monotonic()
        worker.stop(within=0.05)
        assert time.monotonic() - began < 2
        assert [line["event"] for line in said] == ["looks_does_not_end"]
    let_go.set()
    worker.stop()
    assert "end" in worker.order


def test_what_was_never_started_stops_at_once() -> None:
    worker = Looks()
    worker.stop()
    assert worker.order == []
