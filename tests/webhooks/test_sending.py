from __future__ import annotations

import socket
import ssl
import subprocess
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from qc.webhooks.addresses import Gate
from qc.webhooks.sending import KEPT_OF_ANSWER, Sender
from tests.parts.ports import free_port
from tests.webhooks.receiver import receiving

HERE = Gate(["127.0.0.0/8"])


def test_a_message_arrives_as_it_was_sent() -> None:
    with receiving() as receiver:
        answer = Sender(HERE).post(receiver.url("/hook?a=b"), {"webhook-id": "msg_1"}, b'{"x":1}')
        (got,) = receiver.received
    assert (answer.status, answer.error) == (204, None)
    assert (got.path, got.body, got.headers["webhook-id"]) == ("/hook?a=b", b'{"x":1}', "msg_1")
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with receiving() as inside, receiving() as receiver:
        receiver.status, receiver.headers = status, {"Location": inside.url()}
        answer = Sender(HERE).post(receiver.url(), {}, b"{}")
        assert (answer.status, inside.received) == (status, [])
        assert answer.error is not None
        assert "not followed" in answer.error


def test_the_log_keeps_the_first_bytes_of_an_answer_and_reads_no_more() -> None:
    with receiving() as receiver:
        receiver.status, receiver.answer = 500, b"\0\xff" + b"x" * 5_000_000
        answer = Sender(HERE).post(receiver.url(), {}, b"{}")
    assert (answer.status, answer.error) == (500, "answered 500, wanted 2xx")
    assert answer.first_bytes == "?\N{REPLACEMENT CHARACTER}" + "x" * (KEPT_OF_ANSWER - 2)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for ever."""
    for _ in range(600):
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.05)


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    drip(handler)


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (drip, (None, "no answer within 0.5 s")),
        (lambda _: time.sleep(3), (None, "no answer within 0.5 s")),
        (drip_body, (200, None)),  # it has said that it took the message; nobody waits for the rest
    ],
)
def test_a_try_ends_in_time_whatever_the_receiver_does(way: Any, told: tuple[int | None, str | None]) -> None:
    with receiving() as receiver:
        receiver.handle = way
        began = time.monotonic()
        answer = Sender(HERE, timeout=0.5).post(receiver.url(), {}, b"{}")
        took = time.monotonic() - began
    assert took < 2.5
    assert (answer.status, answer.error) == told


def test_nobody_listening_is_an_answer_not_a_crash() -> None:
    answer = Sender(HERE).post(f"http://127.0.0.1:{free_port()}/", {}, b"{}")
    assert answer.status is None
    assert answer.error is not None
    assert "ConnectionRefusedError" in answer.error


def test_a_private_address_is_refused_without_a_connection() -> None:
    with receiving() as receiver:
        answer = Sender(Gate()).post(f"https://127.0.0.1:{receiver.port}/", {}, b"{}")
        assert (answer.status, receiver.received) == (None, [])
    assert answer.error is not None
    assert "not open to the internet" in answer.error


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "30", timedelta(seconds=30)),
        (503, "99999999999", timedelta(hours=1)),
        (503, "Fri, 01 Jan 2010 00:00:00 GMT", timedelta(0)),
        (503, "soon", None),
        (503, "-5", None),
        (500, "30", None),
        (200, "30", None),
    ],
)
def test_the_receivers_wish_for_time_is_heard_within_reason(status: int, header: str, wait: timedelta | None) -> None:
    with receiving() as receiver:
        receiver.status, receiver.headers = status, {"Retry-After": header}
        assert Sender(HERE).post(receiver.url(), {}, b"{}").retry_after == wait


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the name hook.example.org alone, with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    made = folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=hook.example.org", "-addext", "subjectAltName=DNS:hook.example.org",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    made.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return made


@pytest.mark.real
def test_tls_is_held_to_the_name_while_the_connection_goes_to_the_checked_address(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, asked, names = socket.getaddrinfo, list[str](), list[str | None]()
    served, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(certificate))
    served.load_cert_chain(certificate)
    served.sni_callback = lambda _, name, __: names.append(name)

    def resolve(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return here("127.0.0.1" if host.endswith("example.org") else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with receiving(served) as receiver:
        right = Sender(HERE, tls=trusting).post(f"https://hook.example.org:{receiver.port}/", {}, b"{}")
        wrong = Sender(HERE, tls=trusting).post(f"https://other.example.org:{receiver.port}/", {}, b"{}")
        unknown = Sender(HERE).post(f"https://hook.example.org:{receiver.port}/", {}, b"{}")
        (got,) = receiver.received
    assert (right.status, got.headers["host"]) == (204, f"hook.example.org:{receiver.port}")
    assert names[0] == "hook.example.org"
    assert asked.count("hook.example.org") == 2, "once a try: connecting does not ask for the name again"
    for refused in (wrong, unknown):
        assert refused.status is None
        assert refused.error is not None
        assert "CERTIFICATE_VERIFY_FAILED" in refused.error


@pytest.mark.real
def test_a_handshake_that_never_ends_is_cut_off(certificate: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        answer = Sender(HERE, timeout=0.5).post(f"https://127.0.0.1:{silent.getsockname()[1]}/", {}, b"{}")
        assert time.monotonic() - began < 2.5
    assert answer.error == "no answer within 0.5 s"
