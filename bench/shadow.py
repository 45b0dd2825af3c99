"""What a challenger in the shadow costs those who wait for an answer: p95 with and without it, and memory.

Rounds with and without it take turns in one run on one service. `steady` is one inspection after another with a breath
between; `full` keeps every core at work. The challenger is anyaman-0.1.0; at the end the model in service is changed to
and fro under that load.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.inspect_photo import phone_photo
from bench.service import STANDARD, Service, serving
from qc.client import Client
from qc.model.registry import Registry, bundle_in_force
from qc.settings import Settings

ROUNDS = int(os.environ.get("QC_BENCH_ROUNDS", "4"))
INSPECTIONS = int(os.environ.get("QC_BENCH_INSPECTIONS", "30"))
BREATH_S = 0.1
CHALLENGER = "anyaman-0.1.0"
POLL_S = 0.2
AT_MOST = 1.1
TOKEN = "measured-by-the-bench"


def main() -> None:
    """Take turns, then change the model to and fro."""
    threads, photo = Settings().threads, phone_photo()
    with _registry() as registry, _serving(registry, threads) as service, Client(service.url, service.key) as client:
        before = registry.current().name
        at_rest = service.memory_mb("VmRSS")
        waits: dict[tuple[str, bool], list[float]] = {}
        for shadowed in [False, True] * ROUNDS:
            registry.set_challenger(CHALLENGER if shadowed else None, by="bench", why="measure")
            _wait(service, "qc_models_loaded", 2 if shadowed else 1)
            for load, at_once, breath in (("steady", 1, BREATH_S), ("full", 2 * threads, 0.0)):
                waits.setdefault((load, shadowed), []).extend(_send(client, photo, at_once, breath))
        told = _figures(service)
        for load in ("steady", "full"):
            without, beside = (_p95(waits[load, shadowed]) for shadowed in (False, True))
            ratio = beside / without
            met = "met" if ratio <= AT_MOST else "MISSED"
            print(f"  {load:7} p95 of {len(waits[load, True])} inspections: {without:6.0f} ms alone, {beside:6.0f} ms "
                  f"with a challenger, ratio {ratio:.2f} (target at most {AT_MOST}: {met})")  # fmt: skip
        outcomes = {
            name: told.get(f'qc_shadow_total{{outcome="{name}"}}', 0) for name in ("agrees", "disagrees", "dropped")
        }
        print(f"  shadow: {', '.join(f'{count:.0f} {name}' for name, count in outcomes.items())}")
        registry.set_challenger(None, by="bench", why="measure")
        _wait(service, "qc_models_loaded", 1)
        one = service.memory_mb("VmRSS")
        named: Counter[str] = Counter()
        during: list[float] = []
        with ThreadPoolExecutor(1) as aside:
            changing = aside.submit(_change_to_and_fro, registry, service, before)
            while not changing.done():
                during += _send(client, photo, 2 * threads, 0.0, named)
            changing.result()
        print(f"  changed four times meanwhile: {len(during)} asked, {named.total()} answered by "
              f"{dict(named)}, p95 {_p95(during):.0f} ms")  # fmt: skip
        time.sleep(2 * POLL_S)  # the watch gives back what the old model's memory was at its next look
        now, most = service.memory_mb("VmRSS"), service.memory_mb("VmHWM")
        print(f"  memory: {at_rest:.0f} MB at rest, {one:.0f} MB after the load, {now:.0f} MB after four changes of "
              f"the model, {most:.0f} MB at most")  # fmt: skip


def _change_to_and_fro(registry: Registry, service: Service, before: str) -> None:
    for change in range(4):
        registry.switch(CHALLENGER if change % 2 == 0 else before, by="bench", why="measure", record=None)
        _wait(service, "qc_model_changes_total", change + 1)


def _send(client: Client, photo: bytes, at_once: int, breath: float, named: Counter[str] | None = None) -> list[float]:
    """Milliseconds of each inspection; one that is refused ends the measurement. `named` counts models."""

    def one(_: int) -> float:
        time.sleep(breath)
        began = time.perf_counter()
        answer = client.inspect([photo], standard=STANDARD)
        if named is not None:
            named[answer["verdict"]["model"]] += 1
        return 1000 * (time.perf_counter() - began)

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(one, range(INSPECTIONS)))


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


@contextmanager
def _registry() -> Iterator[Registry]:
    """A copy of the released models: nothing of the clone's own is changed."""
    shipped = bundle_in_force(Settings())
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder) / "models")
        for bundle in (shipped, shipped.resolve().parent / CHALLENGER):
            shutil.copytree(bundle.resolve(), registry.folder / bundle.resolve().name)
        registry.switch(shipped.resolve().name, by="bench", why="measure", record=None)
        yield registry


@contextmanager
def _serving(registry: Registry, threads: int) -> Iterator[Service]:
    with serving(
        QC_MODELS=str(registry.folder), QC_MODEL_POLL_S=str(POLL_S), QC_THREADS=str(threads), QC_METRICS_TOKEN=TOKEN
    ) as service:
        yield service


def _figures(service: Service) -> dict[str, float]:
    request = urllib.request.Request(f"{service.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        lines = re.findall(r"^(qc_\S+) (\S+)$", answer.read().decode(), re.M)
    return {name: float(value) for name, value in lines}


def _wait(service: Service, name: str, wanted: float) -> None:
    """Wait until a metric, summed over its labels for what was served, has a value."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        found = _figures(service)
        if wanted == sum(v for k, v in found.items() if k == name or k == f'{name}{{event="served"}}'):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{name} did not become {wanted:g} in two minutes")


if __name__ == "__main__":
    main()
