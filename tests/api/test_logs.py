from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from qc.api import logs
from tests.api.conftest import Service, make_key

SECRETS = {
    "key": "qc_0a1b2c3d_Zm9vYmFyYmF6cXV4-planted_1",
    "signing": "whsec_cGxhbnRlZC1zZWNyZXQtMg==",
    "bearer": "planted-token-3",
    "password": "planted-password-4",
    "session": "planted-session-5",
}


@pytest.fixture
def own_logging() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers, root.level
    yield
    root.handlers, root.level = before


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_line_a_request_names_it_its_route_and_its_key(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    text = make_key(service.station.database, "weavers")
    capsys.readouterr()
    piece = "0199a1d0-0000-7000-8000-000000000000"
    service.client.get(
        f"/v1/pieces/{piece}", headers={"Authorization": f"Bearer {text}", "X-Request-ID": "shipment-0001"}
    )
    (line,) = lines(capsys.readouterr().err)
    assert (line["event"], line["method"], line["status"]) == ("request", "GET", 404)
    assert (line["route"], line["path"]) == ("/v1/pieces/{piece_id}", f"/v1/pieces/{piece}")
    assert (line["request_id"], line["caller"]) == ("shipment-0001", "key:" + text.split("_")[1])
    assert line["ms"] > 0


def test_no_planted_secret_reaches_the_log(
    service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(
            f"could not connect to postgresql://qc:{SECRETS['password']}@db/qc with {SECRETS['key']} "
            f"and {SECRETS['signing']}, Authorization: Bearer {SECRETS['bearer']}, qc_session={SECRETS['session']}"
        )

    monkeypatch.setattr("qc.ledger.pieces.list_pieces", fail)
    headers = {"Cookie": f"qc_session={SECRETS['session']}", "X-Request-ID": "planted-0001"}
    answer = service.client.get("/v1/pieces", headers=headers)
    assert answer.status_code == 500
    service.client.get(f"/v1/pieces?before={SECRETS['key']}", headers=headers)
    service.client.get(f"/r/{SECRETS['bearer']}", headers=headers)
    service.client.post("/v1/session", json={"organisation": "w", "person": "p", "password": SECRETS["password"]})
    written = capsys.readouterr().err
    assert "could not connect" in written, "the error itself is there"
    for name, secret in SECRETS.items():
        assert secret not in written, name
        assert secret not in answer.text, name
    assert service.client.headers["Authorization"].split("_", 2)[2] not in written


@pytest.mark.usefixtures("own_logging")
def test_lines_of_libraries_take_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.take_over_libraries()
    try:
        raise ValueError(SECRETS["signing"])
    except ValueError:
        logging.getLogger("uvicorn.error").exception("failed with %s", SECRETS["key"])
    logging.getLogger("chatty").info("not worth a line")
    written = capsys.readouterr().err
    (line,) = lines(written)
    assert (line["logger"], line["level"]) == ("uvicorn.error", "error")
    assert "ValueError" in line["exception"]
    assert SECRETS["key"] not in written
    assert SECRETS["signing"] not in written


@pytest.mark.parametrize(
    "field", ["password", "Authorization", "cookie", "pin", "secret", "token", "csrf_token", "X-CSRF-Token"]
)
def test_fields_that_are_secrets_by_name_are_struck_out_wherever_they_stand(field: str) -> None:
    line = logs.strike_out(None, "info", {"event": "x", field: "open sesame", "deep": {field: ["open sesame"]}})
    assert "open sesame" not in json.dumps(line)


def test_what_is_no_secret_stays_as_it_is() -> None:
    line = {"event": "request", "status": 200, "ms": 1.5, "caller": "key:0a1b2c3d", "path": "/v1/pieces", "none": None}
    assert logs.strike_out(None, "info", dict(line)) == line
