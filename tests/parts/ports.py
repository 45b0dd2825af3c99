"""Free ports, one or several at a time, clear of those that clients are given and of other test processes'."""

from __future__ import annotations

import os
import re
import socket
from contextlib import ExitStack

SHARES = 8
"""Processes of one run that never look at the same port: each takes one in eight."""
_given: set[int] = set()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    return free_ports(1)[0]


def free_ports(count: int, below: int = 22_000, apart: int = 0) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on, and that were not given before.

    Args:
        count: How many.
        below: All are under this one, so that with 10,000 added they stay clear of the ports that clients are given.
        apart: Where not 0, the port so far above each is free too: SeaweedFS puts gRPC 10,000 above HTTP.
    """
    found: list[int] = []
    with ExitStack() as held:
        for port in range(_beginning(), below, SHARES):
            if len(found) == count:
                break
            if port not in _given and all(_take(held, wanted) for wanted in {port, port + apart}):
                found.append(port)
    _given.update(found)
    if len(found) < count:
        raise RuntimeError(f"wanted {count} free ports under {below}, found {len(found)}")
    return found


def _take(held: ExitStack, port: int) -> bool:
    probe = held.enter_context(socket.socket())
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def _beginning() -> int:
    """Another place to begin in each process, so that two runs on one machine do not race for the same port.

    Workers of one run, which start their servers in the same moment, keep to shares of their own.
    """
    worker = re.search(r"\d+$", os.environ.get("PYTEST_XDIST_WORKER", ""))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        anywhere = int(probe.getsockname()[1]) % 10_000
    return 10_000 + anywhere // SHARES * SHARES + (int(worker[0]) if worker else 0) % SHARES
