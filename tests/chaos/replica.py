"""A replica of the service as a process, `qc serve` itself, that is killed and started again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx2 as httpx

from tests.parts.ports import free_ports

SECONDS_TO_START = 240


class Replica:
    """One process on one port; settings come as environment variables."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port = free_ports(1)[0]
        self.kills = 0
        self._log = log
        self._environment = {**os.environ, **environment, "QC_PORT": str(self.port)}
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "qc", "serve"], env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self, revive: bool = False) -> None:
        """Wait; with `revive`, start it again when it gave up because what it needs was away, as a supervisor would."""
        began = time.monotonic()
        while time.monotonic() - began < SECONDS_TO_START:
            if self._process.poll() is not None:
                if not revive:
                    break
                self._process = self._start()
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the replica did not come up:\n{self._log.read_text()[-3000:]}")

    def kill_and_restart(self) -> None:
        """Kill -9, as a machine that loses its power, and start again at once."""
        self.stop()
        self.kills += 1
        self._process = self._start()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
