"""A line to a server of this machine that can be cut, be dead for a while, or bring nothing but errors."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65_536
RESET = struct.pack("ii", 1, 0)  # SO_LINGER for no time: closing sends RST, as a cable does that is pulled out
ERROR_500 = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Line:
    """Carries bytes between `port` and a server's port, while it may.

    `cut()` ends what is under way; `dead` refuses everything; `failing` answers every HTTP request with 500.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.cuts = 0
        self.dead = False
        self.failing = False
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Cut every connection there is; new ones may come."""
        with self._lock:
            ends, self._ends = self._ends, set()
        self.cuts += len(ends) // 2
        for end in ends:
            _reset(end)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Nobody gets through while the block runs, and who was through is cut."""
        self.dead = True
        self.cut()
        try:
            yield
        finally:
            self.dead = False

    @contextmanager
    def erring(self) -> Iterator[None]:
        """Every HTTP request is answered with 500 while the block runs."""
        self.failing = True
        self.cut()
        try:
            yield
        finally:
            self.failing = False

    def close(self) -> None:
        """End the line for good."""
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        if self.dead:
            _reset(near)
            return
        if self.failing:
            with suppress(OSError):
                near.recv(CHUNK)
                near.sendall(ERROR_500)
                near.shutdown(socket.SHUT_WR)
                while near.recv(CHUNK):
                    pass
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            _reset(near)
            return
        far.settimeout(None)
        with self._lock:
            self._ends |= {near, far}
        back = threading.Thread(target=_carry, args=(far, near), daemon=True)
        back.start()
        _carry(near, far)
        back.join()
        with self._lock:
            self._ends -= {near, far}
        near.close()
        far.close()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    try:
        while chunk := source.recv(CHUNK):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        _reset(source)
        _reset(sink)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
    end.close()


@contextmanager
def line_to(target: int) -> Iterator[Line]:
    """A line to a port of 127.0.0.1, for the time of a block."""
    line = Line(target)
    try:
        yield line
    finally:
        line.close()
