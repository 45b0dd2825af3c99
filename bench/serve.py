"""The service as a process: start to ready, and memory at rest and after inspections of 12 MP photos.

Targets: ready in under 3 s, under 400 MB. Memory is the resident set of the one process that serves.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from uuid import uuid4

from bench.inspect_photo import phone_photo

INSPECTIONS = 12
READY_S, MEMORY_MB = 3.0, 400


def main() -> None:
    """Start a service on an empty home, measure, stop it."""
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as log, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {**os.environ, "QC_HOME": home, "QC_PORT": str(port)}
        qc = [sys.executable, "-m", "qc"]
        for arguments in (
            ["organisation", "create", "bench", "Bench"],
            ["organisation", "collection-point", "bench", "B-1", "Bench"],
            ["key", "create", "bench", "--organisation", "bench"],
        ):
            done = subprocess.run([*qc, *arguments], env=environment, check=True, capture_output=True, text=True)
        key = done.stdout.strip().splitlines()[-1]

        began = time.perf_counter()
        server = subprocess.Popen([*qc, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=log)
        try:
            base = f"http://127.0.0.1:{port}"
            ready = _wait_until_ready(base, server, began)
            worked = processor_s(server.pid)
            rest = _memory_mb(server.pid, "VmRSS")
            photo = phone_photo()
            times = [_inspect(base, key, photo) for _ in range(INSPECTIONS)]
            after, peak = _memory_mb(server.pid, "VmRSS"), _memory_mb(server.pid, "VmHWM")
        finally:
            server.terminate()
            server.wait(30)
    _say("start to ready", ready, "s", READY_S)
    print(f"  {'of it processor time':34} {worked:7.1f} s    (what it takes on an idle machine)")
    _say("memory at rest", rest, "MB", MEMORY_MB)
    _say(f"memory after {INSPECTIONS} inspections", after, "MB", MEMORY_MB)
    _say("memory at most", peak, "MB", MEMORY_MB)
    print(f"  {'an inspection over HTTP, 12 MP':34} {1000 * statistics.median(times):7.0f} ms  (median)")


def _wait_until_ready(base: str, server: subprocess.Popen[bytes], began: float) -> float:
    while time.perf_counter() - began < 60:
        if server.poll() is not None:
            raise RuntimeError(f"the service ended with exit code {server.returncode} before it was ready")
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=5):
                return time.perf_counter() - began
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise RuntimeError("the service was not ready within 60 s")


def _inspect(base: str, key: str, photo: bytes) -> float:
    """Send one photo as a piece of its own; seconds until the answer."""
    edge = uuid4().hex
    asked = json.dumps({"standard": "woven-general"}).encode()
    body = b"".join(
        [
            f'--{edge}\r\nContent-Disposition: form-data; name="inspection"\r\n\r\n'.encode(), asked,
            f'\r\n--{edge}\r\nContent-Disposition: form-data; name="photos"; filename="photo.jpg"\r\n'.encode(),
            b"Content-Type: image/jpeg\r\n\r\n", photo, f"\r\n--{edge}--\r\n".encode(),
        ]
    )  # fmt: skip
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": f"multipart/form-data; boundary={edge}",
        "Idempotency-Key": uuid4().hex,
    }
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{base}/v1/inspections", body, headers), timeout=60
        ) as answer:
            answer.read()
    except urllib.error.HTTPError as refused:
        raise RuntimeError(f"the inspection was refused: {refused.read().decode()}") from refused
    return time.perf_counter() - began


def _memory_mb(pid: int, field: str) -> float:
    """VmRSS (now) or VmHWM (at most) of a process, in MB of 10^6 bytes; Linux."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"/proc/{pid}/status has no {field}")


def processor_s(pid: int) -> float:
    """Seconds of processor time of a process so far, user and system; Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _say(name: str, got: float, unit: str, target: float) -> None:
    print(f"  {name:34} {got:7.1f} {unit:3} (target under {target:g} {unit}: {'met' if got < target else 'MISSED'})")


if __name__ == "__main__":
    main()
