"""A line between phone and service that can drop every third request, before the service hears of it or after."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_ENDS_HERE = {"connection", "keep-alive", "transfer-encoding"}


@dataclass
class Line:
    """The line as it is now, and what it carried and lost."""

    origin: str
    bad: bool = False
    seen: int = 0
    lost_questions: int = 0
    lost_answers: int = 0
    carried: int = 0  # bytes of answers, as they were encoded
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fate(self, path: str) -> str:
        """What becomes of a request: `whole`, `question lost` or `answer lost`."""
        with self.lock:
            if not self.bad or not path.startswith("/v1/"):
                return "whole"
            self.seen += 1
            if self.seen % 3:
                return "whole"
            if self.seen % 2:
                self.lost_questions += 1
                return "question lost"
            self.lost_answers += 1
            return "answer lost"


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser hangs up whenever it likes: that is no error of the line."""


@contextmanager
def line_to(service: str) -> Iterator[Line]:
    """A line to a service, on a port of its own; the phone knows no other address."""
    there = urlsplit(service)

    class Handler(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fate = line.fate(self.path)
            if fate == "question lost":
                self.close_connection = True
                return
            connection = http.client.HTTPConnection(there.hostname or "", there.port, timeout=60)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _ENDS_HERE}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if fate == "answer lost":
                self.close_connection = True
                return
            with line.lock:
                line.carried += len(content)
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {*_ENDS_HERE, "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    line = Line(f"http://localhost:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
