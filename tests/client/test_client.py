from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import qc.client
from qc import errors
from qc.api.app import create_app
from qc.client import Batch, Client, answers
from qc.errors import (
    AlreadyDecided,
    BadInput,
    ChecksMissing,
    Conflict,
    NotAuthenticated,
    NotFound,
    QcError,
    Unavailable,
)
from tests.client.conftest import CHECKS, SKU, Live
from tests.parts.line import line_to
from tests.pictures import GOOD, HOLED, jpeg

pytestmark = pytest.mark.real

SCHEMAS = {
    "Reason": "ReasonOut",
    "Verdict": "VerdictOut",
    "Photo": "PhotoOut",
    "Decision": "DecisionOut",
    "BatchRef": "BatchRef",
    "Inspection": "InspectionOut",
    "PieceSummary": "PieceSummary",
    "Piece": "PieceOut",
    "BatchLine": "BatchLineOut",
    "Batch": "BatchOut",
    "BatchPiece": "BatchPieceOut",
    "Missing": "MissingOut",
    "Preflight": "Preflight",
    "Event": "EventOut",
}
TYPES = {"str": "string", "int": "integer", "dict": "object", "list": "array"}


def test_every_name_is_public_and_sorted() -> None:
    assert qc.client.__all__ == sorted(qc.client.__all__)


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    found: dict[str, Any] = create_app().openapi()["components"]["schemas"]
    return found


@pytest.mark.parametrize(("ours", "theirs"), SCHEMAS.items())
def test_answers_have_the_members_and_types_of_the_services_own_document(
    ours: str, theirs: str, schemas: dict[str, Any]
) -> None:
    schema = schemas[theirs]
    hints = get_type_hints(getattr(answers, ours))
    assert hints
    for name, hint in hints.items():
        assert name in schema["required"], f"{theirs} does not promise {name}"
        described = schema["properties"][name]
        kinds = {option.get("type", "object") for option in described.get("anyOf", [described])}
        words = str(hint).replace("typing.", "")
        assert ("null" in kinds) == ("None" in words), f"{theirs}.{name} is {kinds}, not {hint}"
        for word, kind in TYPES.items():
            if words.split("[")[0].split(" |")[0] in {word, f"<class '{word}'>"}:
                assert kind in kinds or "$ref" in described, f"{theirs}.{name} is {kinds}, not {hint}"


def test_a_piece_goes_from_photo_to_batch(client: Client, tmp_path: Path) -> None:
    batch = client.open_batch("B-1", {SKU: 2})
    (tmp_path / "a.jpg").write_bytes(jpeg(GOOD, 1))
    one = client.inspect([tmp_path / "a.jpg"], views=["top"], sku=SKU, checks=CHECKS, auto_accept=True, tag="T-1")
    assert (one["verdict"]["grade"], one["piece_state"], one["batch"]) == (
        "A",
        "in_batch",
        {"id": batch["id"], "number": "B-1"},
    )
    assert client.photo(one["photos"][0]["original"]) == jpeg(GOOD, 1)
    two = client.inspect([jpeg(HOLED, 2)], sku=SKU, checks=CHECKS)
    decided = client.decide(two["id"], "return", "inspector-3", reason="a hole in the side")
    assert (decided["piece_state"], decided["decisions"][0]["outcome"]) == ("returned", "return")
    assert client.piece(one["piece_id"])["tag"] == "T-1"
    assert client.inspection(two["id"]) == decided
    assert [piece["piece_id"] for piece in client.pieces_in(batch["id"])] == [one["piece_id"]]
    assert client.batch(batch["id"])["lines"] == [{"sku": SKU, "quantity": 2, "filled": 1}]


def test_lists_go_on_page_by_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qc.client.client._PAGE", 2)
    numbers = [f"B-{n}" for n in range(5)]
    for number in numbers:
        client.open_batch(number, {SKU: 1})
    assert [batch["number"] for batch in client.batches()] == numbers[::-1]
    assert list(client.batches(state="sealed")) == []
    events = list(client.events())
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert len(events) > 5
    assert list(client.events(after=events[-1]["sequence"])) == []
    assert list(client.pieces(sku=SKU)) == []


def test_the_same_once_is_carried_out_once(client: Client) -> None:
    first, second = (client.open_batch("B-1", {SKU: 1}, once="open-1") for _ in range(2))
    assert first == second
    with pytest.raises(errors.KeyReused):
        client.open_batch("B-2", {SKU: 1}, once="open-1")


def test_refusals_are_the_errors_that_they_were_inside(client: Client, live: Live) -> None:
    with pytest.raises(NotFound) as missing:
        client.batch("0198f3a0-0000-7000-8000-0000000000ff")
    assert {"code", "request_id", "status", "title"} <= missing.value.extra.keys()
    waiting = client.inspect([jpeg(GOOD, 1)], sku=SKU)
    with pytest.raises(ChecksMissing) as lacking:
        client.decide(waiting["id"], "accept", "inspector-3")
    assert "moisture_pct" in lacking.value.extra["missing"]
    client.decide(waiting["id"], "reject", "inspector-3", reason="mould")
    with pytest.raises(AlreadyDecided):
        client.decide(waiting["id"], "return", "inspector-3", reason="no")
    with pytest.raises(errors.BadPhoto):
        client.inspect([b"no photo"], sku=SKU)
    with Client(live.url, "qc_wrong") as stranger, pytest.raises(NotAuthenticated):
        next(stranger.events())


def test_what_makes_no_sense_is_refused_before_it_is_sent() -> None:
    with pytest.raises(BadInput, match="wanted one such as"):
        Client("qc.example.org", "k")
    with Client("http://127.0.0.1:1", "k") as client, pytest.raises(BadInput, match="a view for each"):
        client.inspect([b"x"], views=["top", "side_1"], sku=SKU)


def test_cut_connections_do_not_show(live: Live) -> None:
    with line_to(live.port) as line, Client(f"http://127.0.0.1:{line.port}", live.key) as client:
        over = threading.Event()

        def cut() -> None:
            while line.cuts < 6 and not over.wait(0.3):
                line.cut()

        cutting = threading.Thread(target=cut)
        cutting.start()
        try:
            made: list[Batch] = []
            while line.cuts < 6:
                made.append(client.open_batch(f"B-{len(made)}", {SKU: 1}))
        finally:
            over.set()
            cutting.join()
        assert [batch["number"] for batch in client.batches()] == [batch["number"] for batch in made][::-1]


def test_who_never_answers_is_given_up() -> None:
    with Client("http://127.0.0.1:1", "k", patience_s=0.5) as client:
        began = time.monotonic()
        with pytest.raises(Unavailable, match="no answer"):
            client.batch("b")
        assert time.monotonic() - began < 30  # half a second's patience, on however busy a machine


@contextmanager
def answering(*given: tuple[int, dict[str, str], bytes]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that gives these answers in turn, and the headers of what it was asked."""
    left, asked = list(given), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(dict(self.headers))
            self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, body = left.pop(0)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def problem(status: int, code: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, headers, json.dumps({"code": code, "status": status, "detail": code}).encode()


def test_busy_services_are_asked_again_under_the_same_key_when_they_said() -> None:
    made = json.dumps({"id": "b"}).encode()
    busy = [
        problem(429, "too_many", **{"Retry-After": "1"}),
        problem(503, "unavailable"),
        problem(409, "still_running"),
    ]
    with answering(*busy, (502, {}, b"<html>"), (201, {}, made)) as (url, asked), Client(url, "k") as client:
        began = time.monotonic()
        assert client.open_batch("B-1", {SKU: 1})["id"] == "b"
        assert time.monotonic() - began >= 1
    assert len(asked) == 5
    assert len({headers["Idempotency-Key"] for headers in asked}) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(409, "a_code_of_tomorrow"), Conflict),
        (problem(418, "teapot"), BadInput),
        ((500, {}, b"<html>broken"), QcError),
        ((404, {}, b"[1]"), NotFound),
    ],
)
def test_an_error_of_tomorrow_or_of_a_proxy_is_what_its_status_says(answer: Any, kind: type[QcError]) -> None:
    with answering(answer) as (url, _), Client(url, "k") as client, pytest.raises(kind) as refused:
        client.open_batch("B-1", {SKU: 1})
    assert refused.value.extra["status"] == answer[0]
