"""A service as a process of its own, for measurements from outside: on an empty home, with a key, ready.

>>> with serving() as service, Client(service.url, service.key) as client:      # doctest: +SKIP
...     client.inspect([photo], standard="woven-general")
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.parts.ports import free_ports

STANDARD = "woven-general"
"""What the measurements judge under: any photo will do, and nothing is logged to a batch."""
SECONDS_TO_START, SECONDS_TO_STOP = 60, 60


@dataclass(frozen=True)
class Service:
    """A running service.

    Attributes:
        url: Where it answers.
        key: An API key with every scope.
        pid: Its process.
        ready_s: Seconds from start to the first answer of /readyz.
    """

    url: str
    key: str
    pid: int
    ready_s: float

    @property
    def processor_s(self) -> float:
        """Seconds of processor time of the process so far, user and system; Linux."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self, field: str) -> float:
        """VmRSS (now) or VmHWM (at most) of the process, in MB of 10^6 bytes; Linux."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise RuntimeError(f"/proc/{self.pid}/status has no {field}")


@contextmanager
def serving(**settings: str) -> Iterator[Service]:
    """`qc serve` on an empty home; stopped at the end.

    Args:
        settings: Further environment variables, such as QC_THREADS.

    Raises:
        RuntimeError: It did not come up.
    """
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as log:
        port = free_ports(1)[0]
        environment = {**os.environ, "QC_HOME": home, "QC_PORT": str(port), **settings}
        qc = [sys.executable, "-m", "qc"]
        for arguments in (
            ["organisation", "create", "bench", "Bench"],
            ["organisation", "collection-point", "bench", "B-1", "Bench"],
            ["key", "create", "bench", "--organisation", "bench"],
        ):
            told = subprocess.run([*qc, *arguments], env=environment, check=True, capture_output=True, text=True)
        began, url = time.perf_counter(), f"http://127.0.0.1:{port}"
        process = subprocess.Popen([*qc, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=log)
        try:
            _wait_until_ready(url, process, began)
            key = told.stdout.strip().splitlines()[-1]
            yield Service(url, key, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait(SECONDS_TO_STOP)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], began: float) -> None:
    while time.perf_counter() - began < SECONDS_TO_START:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with exit code {process.returncode} before it was ready")
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"the service was not ready within {SECONDS_TO_START} s")
