from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from qc.api.metrics import Metrics
from qc.api.middleware import HUNG_UP, Envelope


def test_a_caller_who_hangs_up_while_sending_is_no_fault_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Message] = []
    counted: list[Any] = []
    metrics = Metrics()
    monkeypatch.setattr(metrics, "answered", lambda *given: counted.append(given[2]))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/inspections", "headers": []}
    with capture_logs() as logged:
        asyncio.run(Envelope(app, metrics)(scope, receive, send))
    assert (sent, counted) == ([], [HUNG_UP])
    assert [(entry["event"], entry["log_level"], entry["status"]) for entry in logged] == [("request", "info", HUNG_UP)]
