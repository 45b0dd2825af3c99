"""One request to one checked address: no redirects, no proxy, no cookies, and an end to it whatever the receiver does.

The standard library's client does, because it makes no connection that we do not make ourselves.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from qc.errors import BadRequest
from qc.webhooks.addresses import Gate, Target

TIMEOUT = 15.0
"""Seconds for the whole of a try, from connecting to the answer's first bytes."""
KEPT_OF_ANSWER = 500
"""Bytes of the answer that the log keeps."""
LONGEST_RETRY_AFTER = timedelta(hours=1)
_ASKS_FOR_TIME = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Answer:
    """How a request went; `status` is None when there was no answer, and `error` says why."""

    ms: int
    status: int | None = None
    error: str | None = None
    first_bytes: str = ""
    retry_after: timedelta | None = None


class Sender:
    """Sends messages.

    Args:
        gate: Says where to.
        timeout: Seconds for the whole of a try.
        tls: Whom to trust; the system's authorities when not given.
    """

    def __init__(self, gate: Gate, timeout: float = TIMEOUT, tls: ssl.SSLContext | None = None) -> None:
        self._gate = gate
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send one message. Whatever goes wrong is in the answer; nothing is raised for it."""
        began = time.monotonic()
        try:
            status, first, wait = self._exchange(self._gate.resolve(url), headers, body, began + self._timeout)
        except BadRequest as refused:
            return Answer(_since(began), error=refused.detail)
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = time.monotonic() - began >= self._timeout
            why = f"no answer within {self._timeout:g} s" if late else f"{type(error).__name__}: {error}"
            return Answer(_since(began), error=why[:300])
        failure = None if 200 <= status < 300 else _what_is_wrong(status)
        return Answer(_since(began), status, failure, first.decode("utf-8", "replace").replace("\0", "?"), wait)

    def _exchange(
        self, target: Target, headers: dict[str, str], body: bytes, until: float
    ) -> tuple[int, bytes, timedelta | None]:
        connection = _Connection(target, self._tls, until)
        # A receiver that sends a byte now and then would outlast any timeout of single reads.
        cut = threading.Timer(max(0.0, until - time.monotonic()), connection.cut)
        cut.start()
        try:
            connection.connect()
            connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", target.host_header)
            for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            with connection.getresponse() as response:
                return response.status, response.read(KEPT_OF_ANSWER), _retry_after(response)
        finally:
            cut.cancel()
            connection.close()


class _Connection(http.client.HTTPConnection):
    """A connection to the first checked address that takes it; over TLS the certificate is held to the name."""

    def __init__(self, target: Target, tls: ssl.SSLContext, until: float) -> None:
        super().__init__(target.host, target.port)
        self._target, self._context, self._until = target, tls, until
        self._open: socket.socket | None = None  # also after the client has let go of it and only the answer is read

    def connect(self) -> None:
        """Connect, without asking for a name again."""
        failure: OSError | None = None
        for address in self._target.addresses:
            try:
                plain = socket.create_connection((address, self._target.port), self._left())
            except OSError as error:
                failure = error
                continue
            plain.settimeout(self._left())
            self.sock = self._open = plain
            if self._target.secure:
                # In two steps, so that a handshake that never ends can be cut off too.
                secured = self._context.wrap_socket(
                    plain, server_hostname=self._target.host, do_handshake_on_connect=False
                )
                self.sock = self._open = secured
                secured.do_handshake()
            return
        raise failure or OSError("no address")

    def cut(self) -> None:
        """End it from another thread: whoever waits for a byte stops waiting."""
        if self._open is not None:
            with suppress(OSError):  # it may have ended by itself
                # Of the socket, not of its TLS layer, whose state belongs to the thread that reads.
                socket.socket.shutdown(self._open, socket.SHUT_RDWR)

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _what_is_wrong(status: int) -> str:
    if 300 <= status < 400:
        return f"answered {status}: redirects are not followed, give the endpoint its final URL"
    return f"answered {status}, wanted 2xx"


def _retry_after(response: http.client.HTTPResponse) -> timedelta | None:
    text = response.getheader("Retry-After", "").strip()
    if response.status not in _ASKS_FOR_TIME or not text:
        return None
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), 10**6))
    else:
        try:
            wait = parsedate_to_datetime(text) - datetime.now(UTC)
        except (ValueError, TypeError):
            return None
    return min(max(wait, timedelta(0)), LONGEST_RETRY_AFTER)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
