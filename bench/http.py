"""Inspections a second over HTTP against the grader alone in as many threads, and what other requests wait meanwhile.

Rounds of both take turns, so that whatever else the machine does hits them alike. The photo has 12 MP.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.inspect_photo import phone_photo
from bench.serve import processor_s
from qc.client import Client
from qc.inspection import PhotoSent, Station
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.photo import PhotoLimits
from qc.settings import Settings
from qc.standards.library import Library
from tests.parts.ports import free_ports

ROUNDS = int(os.environ.get("QC_BENCH_ROUNDS", "3"))
INSPECTIONS = int(os.environ.get("QC_BENCH_INSPECTIONS", "24"))
AT_LEAST, P95_MS = 0.9, 25.0
STANDARD = "woven-general"


def main() -> None:
    """Take turns: the grader alone, the service, the service with somebody who looks at lists."""
    settings, photo = Settings(), phone_photo()
    threads = settings.threads
    rates: dict[str, list[float]] = {"grader": [], "grader and marks": [], "http": []}
    spent: dict[str, list[float]] = {name: [] for name in rates}
    waits: list[float] = []
    with tempfile.TemporaryDirectory() as home, _serving(Path(home), threads) as (url, key, pid):
        bundle = Bundle.load(settings.bundle)
        grader = Grader(bundle, threads, PhotoLimits.of(settings))
        station = Station(
            Database(f"sqlite:///{home}/unused.db"),
            PhotoStore.open("memory://"),
            Library.load(),
            grader,
            bundle.spec.bands,
        )
        asked = station.ask([PhotoSent(photo)], standard=STANDARD)
        with Client(url, key) as client:
            tasks: dict[str, tuple[int, Callable[[], object]]] = {
                "grader": (threads, lambda: grader.examine_piece([(grader.judge(photo), None)])),
                "grader and marks": (threads, lambda: station.examine(asked)),
                # One more in hand than there are threads: while one is answered, the next is there.
                "http": (threads + 1, lambda: client.inspect([photo], standard=STANDARD)),
            }
            for at_once, task in tasks.values():
                _rate(at_once, at_once, task)
            for _ in range(ROUNDS):
                for name, (at_once, task) in tasks.items():
                    clock = partial(processor_s, pid) if name == "http" else time.process_time
                    with _looking_on(client, waits if name == "http" else None):
                        began = clock()
                        rates[name].append(_rate(at_once, INSPECTIONS, task))
                        spent[name].append(1000 * (clock() - began) / INSPECTIONS)
        station.close()
    alone, marked, http = (statistics.median(found) for found in rates.values())
    shares = [h / g for h, g in zip(rates["http"], rates["grader"], strict=True)]
    print(f"  {threads} threads, photo of {len(photo) / 1e6:.1f} MB: grader alone {alone:.2f}/s, "
          f"with verdict and marks {marked:.2f}/s, over HTTP {http:.2f}/s")  # fmt: skip
    print(f"  each round: {', '.join(f'{share:.2f}' for share in shares)}")
    graded, drawn, served = (statistics.median(found) for found in spent.values())
    print(f"  processor time an inspection: grader alone {graded:.0f} ms, with verdict and marks {drawn:.0f} ms, "
          f"the whole service {served:.0f} ms, other requests among it")  # fmt: skip
    _say("by processor time: grader / service", graded / served, graded / served >= AT_LEAST, f"at least {AT_LEAST}")
    _say("HTTP / grader alone", http / alone, http / alone >= AT_LEAST, f"at least {AT_LEAST}")
    _say("HTTP / grader with marks", http / marked, http / marked >= AT_LEAST, f"at least {AT_LEAST}")
    p95 = statistics.quantiles(waits, n=20)[-1]
    _say(f"p95 of {len(waits)} other requests, ms", p95, p95 < P95_MS, f"under {P95_MS:g}")


def _say(name: str, got: float, met: bool, target: str) -> None:
    print(f"  {name:36} {got:7.2f}  (target {target}: {'met' if met else 'MISSED'})")


def _rate(at_once: int, count: int, task: Callable[[], object]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(task) for _ in range(count)]:
            done.result()
    return count / (time.perf_counter() - began)


@contextmanager
def _looking_on(client: Client, waits: list[float] | None) -> Iterator[None]:
    """Ask for the list of batches twenty times a second while the block runs; milliseconds go into `waits`."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            began = time.perf_counter()
            list(client.batches())
            assert waits is not None
            waits.append(1000 * (time.perf_counter() - began))

    looking = threading.Thread(target=look)
    if waits is not None:
        looking.start()
    try:
        yield
    finally:
        over.set()
        if waits is not None:
            looking.join()


@contextmanager
def _serving(home: Path, threads: int) -> Iterator[tuple[str, str, int]]:
    """URL, key and process id of a service of its own, ready."""
    port = free_ports(1)[0]
    environment = {**os.environ, "QC_HOME": str(home), "QC_PORT": str(port), "QC_THREADS": str(threads)}
    qc = [sys.executable, "-m", "qc"]
    for arguments in (
        ["organisation", "create", "bench", "Bench"],
        ["organisation", "collection-point", "bench", "B-1", "Bench"],
        ["key", "create", "bench", "--organisation", "bench"],
    ):
        done = subprocess.run([*qc, *arguments], env=environment, check=True, capture_output=True, text=True)
    with (home / "log").open("wb") as log:
        server = subprocess.Popen([*qc, "serve"], env=environment, stdout=log, stderr=log)
    try:
        key = done.stdout.strip().splitlines()[-1]
        with Client(f"http://127.0.0.1:{port}", key) as client:
            list(client.batches())  # asked again until there is an answer
        yield f"http://127.0.0.1:{port}", key, server.pid
    finally:
        server.terminate()
        server.wait(60)


if __name__ == "__main__":
    main()
