"""Requests to one service: a connection a thread, kept open, and patience when it does not answer."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from qc.client.refusals import refusal
from qc.errors import BadInput, Unavailable

_COME_AGAIN = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE_S = 30.0
_MAX_ANSWER = 512_000_000


@dataclass(frozen=True)
class Answer:
    """What came back, if it was a success."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Connection:
    """A line to a service at an address.

    Args:
        url: Such as `https://qc.example.org`, with a path before `/v1` if there is one.
        key: The API key.
        timeout_s: Seconds to wait for one answer.
        patience_s: Seconds after which a request that finds no answer is given up.
    """

    def __init__(self, url: str, key: str, timeout_s: float, patience_s: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadInput(f"the service's address is {url!r}, wanted one such as https://qc.example.org")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._kind, self._host, self._port, self._timeout_s = kind, parts.hostname, parts.port, timeout_s
        self._before = parts.path.rstrip("/")
        self._key, self._patience_s = key, patience_s
        self._of_thread = threading.local()
        self._opened: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send until there is an answer. Only for requests that may come twice: reads, and writes under a key.

        Raises:
            QcError: The service refused, with the error that it was inside.
            Unavailable: No answer within the patience of this connection.
        """
        began, pause = time.monotonic(), 0.1
        while True:
            try:
                answer = self._send_once(method, path, body, headers or {})
            except (OSError, http.client.HTTPException) as error:
                reason: Exception = Unavailable(f"no answer from the service ({type(error).__name__}: {error})")
                wait = 0.0
            else:
                if answer.status < 400:
                    return answer
                reason = refusal(answer.status, answer.body)
                if answer.status not in _COME_AGAIN and getattr(reason, "code", "") != "still_running":
                    raise reason
                wait = _retry_after(answer.headers)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            wait = max(wait, random.uniform(pause / 2, pause))  # jitter: a thousand clients do not come back as one
            if time.monotonic() + wait > began + self._patience_s:
                raise reason
            time.sleep(wait)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for opened in self._opened:
                opened.close()
            self._opened.clear()

    def _send_once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        line = self._line()
        try:
            line.request(method, f"{self._before}{path}", body, {"Authorization": f"Bearer {self._key}", **headers})
            answer = line.getresponse()
            content = answer.read(_MAX_ANSWER + 1)
            if len(content) > _MAX_ANSWER:
                raise BadInput(
                    f"the answer to {path} is larger than {_MAX_ANSWER:,} bytes: fetch it with a download tool"
                )
        except BaseException:
            line.close()  # what is left of the answer belongs to nobody; the next request opens it again
            raise
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)

    def _line(self) -> http.client.HTTPConnection:
        line: http.client.HTTPConnection | None = getattr(self._of_thread, "line", None)
        if line is None:
            line = self._of_thread.line = self._kind(self._host, self._port, timeout=self._timeout_s)
            with self._lock:
                self._opened.append(line)
        return line


def _retry_after(headers: Mapping[str, str]) -> float:
    given = headers.get("retry-after", "")
    return float(given) if given.isdigit() else 0.0
