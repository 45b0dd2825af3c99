"""A client that trusts nothing: it sends a piece until it is answered, often again after, sometimes twice at once."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx2 as httpx

from qc.ledger.ids import uuid7
from tests.chaos.pieces import CHECKS, SKU, photo

AGAIN = 0.15
"""Share of answered pieces that are sent once more."""

AT_ONCE = 0.05
"""Share of pieces whose request is sent to two replicas at the same time."""

WAIT_AND_RETRY = {409, 429, 503}
"""Answers that say: not now. A 502 or 504 would be a proxy's; there is none here."""


class Sender(threading.Thread):
    """Takes numbers of pieces from an iterator that all senders share, until it is empty.

    Attributes:
        answered: The first answer to each piece, by the piece's id.
        cut: Requests that ended without an answer.
        refused: Answers that no sender should ever get.
    """

    def __init__(self, name: int, urls: Sequence[str], key: str, numbers: Iterator[int], lock: threading.Lock) -> None:
        super().__init__(name=f"sender-{name}")
        self._urls, self._key, self._numbers, self._lock = urls, key, numbers, lock
        self._random = random.Random(name)
        self._client = httpx.Client(timeout=30)
        self.answered: dict[UUID, dict[str, Any]] = {}
        self.sent: dict[UUID, bytes] = {}
        self.cut = 0
        self.replayed = 0
        self.refused: list[str] = []

    def run(self) -> None:
        with self._client:
            self._send_all()

    def _send_all(self) -> None:
        while (number := self._next()) is not None:
            piece_id, content = uuid7(), photo(number)
            self.sent[piece_id] = content
            headers = {"Authorization": f"Bearer {self._key}"}
            if self._random.random() < 0.8:  # the others are told apart by the piece's id alone
                headers["Idempotency-Key"] = f'"{piece_id}"'
            request = (headers, piece_id, content)
            if self._random.random() < AT_ONCE:
                with ThreadPoolExecutor(2) as both:
                    answers = list(both.map(lambda _: self._until_answered(*request), range(2)))  # noqa: B023
            else:
                answers = [self._until_answered(*request)]
            if self._random.random() < AGAIN:
                answers.append(self._until_answered(*request))
            self._compare(piece_id, [answer for answer in answers if answer is not None])

    def _next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)

    def _compare(self, piece_id: UUID, answers: list[dict[str, Any]]) -> None:
        if answers:
            self.answered[piece_id] = answers[0]
        self.refused += [
            f"{piece_id} was answered twice, as {a['id']} too" for a in answers if a["id"] != answers[0]["id"]
        ]

    def _until_answered(self, headers: dict[str, str], piece_id: UUID, content: bytes) -> dict[str, Any] | None:
        described = {"piece_id": str(piece_id), "sku": SKU, "checks": CHECKS, "auto_accept": True}
        vain = 0
        while True:
            try:
                answer = self._client.post(
                    f"{self._random.choice(self._urls)}/v1/inspections",
                    files={"photos": ("p.jpg", content, "image/jpeg")},
                    data={"inspection": json.dumps(described)},
                    headers=headers,
                )
            except httpx.TransportError:
                self.cut += 1
                # Longer each time, as every client should: those who only knock keep a replica from coming up.
                time.sleep(self._random.uniform(0.02, 0.2) * min(2**vain, 16))
                vain += 1
                continue
            vain = 0
            if answer.status_code in {200, 201}:
                self.replayed += answer.headers.get("Idempotency-Replayed") == "true" or answer.status_code == 200
                found: dict[str, Any] = answer.json()
                return found
            if answer.status_code not in WAIT_AND_RETRY or answer.headers["content-type"] != "application/problem+json":
                self.refused.append(f"{answer.status_code} {answer.text}")
                return None
            time.sleep(self._random.uniform(0.05, 0.3))
