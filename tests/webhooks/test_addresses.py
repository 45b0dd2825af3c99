from __future__ import annotations

import socket
from typing import Any

import pytest

from qc.errors import BadRequest
from qc.webhooks.addresses import Gate

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "168.63.129.16",
    "192.88.99.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::808:808"]


def answer_with(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name be at these addresses; the list says which names were asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_inside_is_told_by_number_or_by_name(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(BadRequest, match="not open to the internet"):
        Gate().read(f"https://{host}/hook")
    answer_with(monkeypatch, address)
    with pytest.raises(BadRequest, match="not open to the internet"):
        Gate().resolve("https://innocent.example.org/hook")


@pytest.mark.parametrize("address", PUBLIC)
def test_an_open_address_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, address)
    assert Gate().resolve("https://example.org/hook").addresses == (address,)


def test_every_address_of_a_name_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(BadRequest, match=r"10\.0\.0\.1"):
        Gate().resolve("https://example.org/hook")


def test_a_name_is_asked_for_once_and_without_an_address_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_with(monkeypatch, "93.184.216.34")
    Gate().resolve("https://example.org/hook")
    assert asked == ["example.org"]

    def away(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", away)
    with pytest.raises(BadRequest, match="no address"):
        Gate().resolve("https://example.org/hook")


def test_networks_that_the_operator_names_are_told_also_without_tls() -> None:
    gate = Gate(["127.0.0.0/8", "fd00::/8"])
    assert gate.resolve("http://127.0.0.1:9000/a?b=c").addresses == ("127.0.0.1",)
    assert gate.read("https://[fd00::1]/").host == "fd00::1"
    with pytest.raises(BadRequest, match="not open"):
        gate.read("http://10.0.0.1/")
    with pytest.raises(BadRequest, match="use https"):
        gate.read("http://8.8.8.8/")


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "//example.org", "https://", "https:///x", "ftp://example.org", "file:///etc/passwd",
        "http://example.org/", "https://user@example.org/", "https://user:pass@example.org/", "https://example.org/#x",
        "https://example.org:0/", "https://example.org:99999/", "https://example.org:x/", "https://[::1",
        "https://a b/", "https://example.org/\r\nX: y", "https://exämple.org/", "https://example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_address_to_tell_is_refused(url: str) -> None:
    with pytest.raises(BadRequest):
        Gate().read(url)


@pytest.mark.parametrize(
    ("url", "header", "path"),
    [
        ("https://example.org", "example.org", "/"),
        ("https://example.org:443/a", "example.org", "/a"),
        ("https://example.org:8443/a/b?c=d", "example.org:8443", "/a/b?c=d"),
        ("https://[2606:2800:220:1:248:1893:25c8:1946]:8443/", "[2606:2800:220:1:248:1893:25c8:1946]:8443", "/"),
    ],
)
def test_the_request_names_the_host_that_was_meant(url: str, header: str, path: str) -> None:
    target = Gate().read(url)
    assert (target.host_header, target.path) == (header, path)
