"""The service as a process: start to ready, and memory at rest and after inspections of 12 MP photos.

Targets: ready in under 3 s, under 400 MB. Memory is the resident set of the one process that serves.
"""

from __future__ import annotations

import statistics
import time

from bench.inspect_photo import phone_photo
from bench.service import STANDARD, serving
from qc.client import Client

INSPECTIONS = 12
READY_S, MEMORY_MB = 3.0, 400


def main() -> None:
    """Start a service on an empty home, measure, stop it."""
    photo = phone_photo()
    with serving() as service, Client(service.url, service.key) as client:
        worked, rest = service.processor_s, service.memory_mb("VmRSS")
        times = []
        for _ in range(INSPECTIONS):
            began = time.perf_counter()
            client.inspect([photo], standard=STANDARD)
            times.append(time.perf_counter() - began)
        after, peak = service.memory_mb("VmRSS"), service.memory_mb("VmHWM")
    _say("start to ready", service.ready_s, "s", READY_S)
    print(f"  {'of it processor time':34} {worked:7.1f} s    (what it takes on an idle machine)")
    _say("memory at rest", rest, "MB", MEMORY_MB)
    _say(f"memory after {INSPECTIONS} inspections", after, "MB", MEMORY_MB)
    _say("memory at most", peak, "MB", MEMORY_MB)
    print(f"  {'an inspection over HTTP, 12 MP':34} {1000 * statistics.median(times):7.0f} ms  (median)")


def _say(name: str, got: float, unit: str, target: float) -> None:
    print(f"  {name:34} {got:7.1f} {unit:3} (target under {target:g} {unit}: {'met' if got < target else 'MISSED'})")


if __name__ == "__main__":
    main()
