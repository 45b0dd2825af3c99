"""Inspections a second over HTTP against the grader alone in as many threads, and what other requests wait meanwhile.

Rounds of all take turns, so that whatever else the machine does hits them alike. The photo has 12 MP. The service
examines in as many threads as the grader has; twice as many clients keep it at work, and share its cores. Once with a
core left for all that is no grading (taking the photo in, hashing, marks, disk, ledger, clients), once with none: what
is left of the rate is then at most what is left of the processor, which is told too and does not depend on what else
the machine does.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from multiprocessing import Manager, get_context
from threading import Event

from bench.inspect_photo import phone_photo
from bench.service import STANDARD, serving
from qc.client import Client
from qc.inspection import PhotoSent, Station
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.photo import PhotoLimits
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.library import Library

ROUNDS = int(os.environ.get("QC_BENCH_ROUNDS", "3"))
INSPECTIONS = int(os.environ.get("QC_BENCH_INSPECTIONS", "24"))
SECONDS_BETWEEN_LOOKS = 0.05
AT_LEAST, P95_MS = 0.9, 25.0


def main() -> None:
    """With a core left for the rest, and with none."""
    settings, photo = Settings(), phone_photo()
    for threads in sorted({max(1, settings.threads - 1), settings.threads}):
        measure(settings, photo, threads)


def measure(settings: Settings, photo: bytes, threads: int) -> None:
    """Take turns: the grader alone, verdict and marks too, the service, the service while somebody looks at lists."""
    waits: list[float] = []
    with (
        tempfile.TemporaryDirectory() as home,
        serving(QC_THREADS=str(threads)) as service,
        Client(service.url, service.key) as client,
    ):
        bundle = Bundle.load(bundle_in_force(settings))
        grader = Grader(bundle, threads, PhotoLimits.of(settings))
        database = Database(f"sqlite:///{home}/unused.db")
        station = Station(database, PhotoStore.open("memory://"), Library.load(), grader, bundle.spec.bands)
        asked = station.ask([PhotoSent(photo)], standard=STANDARD)
        send = lambda: client.inspect([photo], standard=STANDARD)  # noqa: E731
        own, its = time.process_time, lambda: service.processor_s
        tasks: dict[str, tuple[int, Callable[[], object], Callable[[], float]]] = {
            "grader": (threads, lambda: grader.examine_piece([(grader.judge(photo), None)]), own),
            "marks": (threads, lambda: station.examine(asked).marked, own),
            "http": (2 * threads, send, its),
            "busy": (2 * threads, send, its),
        }
        rates: dict[str, list[float]] = {name: [] for name in tasks}
        spent: dict[str, list[float]] = {name: [] for name in tasks}
        for at_once, task, _ in tasks.values():
            _rate(at_once, at_once, task)
        for _ in range(ROUNDS):
            for name, (at_once, task, clock) in tasks.items():
                with looking_on(service.url, service.key, waits) if name == "busy" else nullcontext():
                    began = clock()
                    rates[name].append(_rate(at_once, INSPECTIONS, task))
                    spent[name].append(1000 * (clock() - began) / INSPECTIONS)
        station.close()
    alone, marked, http, busy = (statistics.median(rates[name]) for name in tasks)
    shares = [h / g for h, g in zip(rates["http"], rates["grader"], strict=True)]
    print(f"  {threads} of {os.cpu_count()} cores grade, photo of {len(photo) / 1e6:.1f} MB, inspections a second: "
          f"grader alone {alone:.2f}, with verdict and marks {marked:.2f}, over HTTP {http:.2f}, "
          f"with {1 / SECONDS_BETWEEN_LOOKS:.0f} other requests a second {busy:.2f}")  # fmt: skip
    print(f"  each round: {', '.join(f'{share:.2f}' for share in shares)}")
    graded, drawn, served = (statistics.median(spent[name]) for name in ("grader", "marks", "http"))
    print(f"  processor time an inspection: grader alone {graded:.0f} ms, with verdict and marks {drawn:.0f} ms, "
          f"the whole service {served:.0f} ms")  # fmt: skip
    _say("HTTP / grader alone", http / alone, http / alone >= AT_LEAST, f"at least {AT_LEAST}")
    _say("by processor time: grader / service", graded / served, graded / served >= AT_LEAST, f"at least {AT_LEAST}")
    p50, p95 = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
    _say(f"p95 of {len(waits)} other requests, ms", p95, p95 < P95_MS, f"under {P95_MS:g}; median {p50:.1f}")


def _say(name: str, got: float, met: bool, target: str) -> None:
    print(f"  {name:36} {got:7.2f}  (target {target}: {'met' if met else 'MISSED'})")


def _rate(at_once: int, count: int, task: Callable[[], object]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(task) for _ in range(count)]:
            done.result()
    return count / (time.perf_counter() - began)


@contextmanager
def looking_on(url: str, key: str, waits: list[float]) -> Iterator[None]:
    """Ask for the list of batches again and again while the block runs; milliseconds go into `waits`.

    In a process of its own, so that it does not wait for the clients that send photos.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart, Manager() as manager:
        begun, over = manager.Event(), manager.Event()
        looking = apart.submit(_look, url, key, begun, over)
        begun.wait()
        try:
            yield
        finally:
            over.set()
            waits += looking.result()


def _look(url: str, key: str, begun: Event, over: Event) -> list[float]:
    waits = []
    with Client(url, key) as client:
        list(client.batches())
        begun.set()
        while not over.is_set():
            time.sleep(SECONDS_BETWEEN_LOOKS)
            began = time.perf_counter()
            list(client.batches())
            waits.append(1000 * (time.perf_counter() - began))
    return waits


if __name__ == "__main__":
    main()
