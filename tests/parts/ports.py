"""Free ports, several at a time."""

from __future__ import annotations

import socket
from contextlib import ExitStack


def free_ports(count: int, below: int = 22_000, apart: int = 0) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on.

    Args:
        count: How many.
        below: All are under this one, so that with 10,000 added they stay clear of the ports that clients are given.
        apart: Where not 0, the port so far above each is free too: SeaweedFS puts gRPC 10,000 above HTTP.
    """
    found: list[int] = []
    with ExitStack() as held:
        for port in range(10_000 + _seed() % 10_000, below):
            if len(found) == count:
                break
            if all(_take(held, wanted) for wanted in {port, port + apart}):
                found.append(port)
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


def _seed() -> int:
    """Another place to begin in each process, so that two runs on one machine do not race for the same port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
