"""Idempotency-Key: a creating request that comes twice is carried out once and answered alike.

The answer is stored in the transaction that it answers for, so there is never one without the other: a server that
dies in between has done nothing. Two requests with one key at the same time: in one process the second gets 409; in
two replicas both run, the unique key lets one commit, and the other gives the answer of the first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Annotated

from fastapi import Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qc.errors import BadRequest, KeyReused, QcError, StillRunning, Unavailable
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.events import now
from qc.ledger.retention import ANSWERS_KEPT
from qc.ledger.tables import IdempotencyRecord

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Your own id of this request (printable ASCII, at most 200). Sent again with it, the request is "
        "carried out once and answered alike for 30 days.",
    ),
]

REPLAYED = "Idempotency-Replayed"
"""Header of an answer that was given before."""


class InFlight:
    """Keys whose requests this process is answering."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[tuple[str, ...]] = set()

    @contextmanager
    def hold(self, key: tuple[str, ...]) -> Iterator[None]:
        """Hold a key for the time of a block.

        Raises:
            StillRunning: Another request holds it.
        """
        with self._lock:
            if key in self._keys:
                raise StillRunning("the first request with this Idempotency-Key is still running; ask again shortly",
                                   retry_after_s=1)  # fmt: skip
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


class Once:
    """One request that shall be carried out once.

    Args:
        request: The request.
        caller: Whose it is; keys of different callers never meet.
        key: The header's value, quoted as a structured field or bare; None: no promise was asked for.
        payload: What was asked, as bytes that are the same when the same is asked.
    """

    def __init__(self, request: Request, caller: Caller, key: str | None, payload: bytes) -> None:
        self._database: Database = request.app.state.station.database
        self._in_flight: InFlight = request.app.state.in_flight
        self._caller = caller
        self._method, self._path = request.method, request.url.path
        self._key = _bare(key)
        self._fingerprint = sha256(payload).hexdigest()
        self._overdue = False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else is answering this key while the block runs.

        Raises:
            StillRunning: Somebody is.
        """
        if self._key is None:
            yield
            return
        with self._in_flight.hold((str(self._caller.key_id), self._method, self._path, self._key)):
            yield

    def earlier(self) -> Response | None:
        """The answer that was given before.

        Raises:
            KeyReused: The key was used for another payload.
        """
        if self._key is None:
            return None
        with self._database.read() as session:
            record = session.get(IdempotencyRecord, (self._caller.key_id, self._method, self._path, self._key))
        self._overdue = record is not None and record.created_at < now() - ANSWERS_KEPT
        if record is None or self._overdue:
            return None
        if record.fingerprint != self._fingerprint:
            raise KeyReused("this Idempotency-Key was used for another request; make a new key for each new request")
        return _response(record.status, record.body, record.location, replayed=True)

    def carry_out(
        self, work: Callable[[Session], tuple[int, BaseModel, str | None]], forget: frozenset[str] = frozenset()
    ) -> Response:
        """Do the work and store its answer, in one transaction.

        Args:
            work: Gets the session; returns status, body and the Location of what was made.
            forget: Fields of the body that are told this once: the stored answer has null instead, so that no secret
                is kept.
        """
        try:
            with self._database.write() as session:
                status, body, location = work(session)
                text = body.model_dump_json()
                if self._key is not None:
                    kept = body.model_copy(update=dict.fromkeys(forget)).model_dump_json() if forget else text
                    self._keep(session, status, kept, location)
        except Unavailable:
            raise
        except (IntegrityError, QcError):
            # Another replica may have committed this very key first, and what it made be in the way now. If it has
            # not, the error goes its way.
            earlier = self.earlier()
            if earlier is None:
                raise
            return earlier
        return _response(status, text, location, replayed=False)

    def _keep(self, session: Session, status: int, text: str, location: str | None) -> None:
        if self._overdue:  # the rest of what is over its time is removed beside the requests: see `retention.py`
            session.execute(
                delete(IdempotencyRecord).where(
                    IdempotencyRecord.api_key_id == self._caller.key_id,
                    IdempotencyRecord.method == self._method,
                    IdempotencyRecord.path == self._path,
                    IdempotencyRecord.key == self._key,
                    IdempotencyRecord.created_at < now() - ANSWERS_KEPT,
                )
            )
        session.add(
            IdempotencyRecord(
                api_key_id=self._caller.key_id,
                method=self._method,
                path=self._path,
                key=self._key,
                fingerprint=self._fingerprint,
                status=status,
                location=location,
                body=text,
                created_at=now(),
            )
        )
        session.flush()


def carry_out_once(
    request: Request,
    caller: Caller,
    key: str | None,
    body: BaseModel,
    work: Callable[[Session], tuple[int, BaseModel, str | None]],
    forget: frozenset[str] = frozenset(),
) -> Response:
    """The whole of it for a request with a JSON body: see `Once`."""
    once = Once(request, caller, key, body.model_dump_json().encode())
    with once.alone():
        return once.earlier() or once.carry_out(work, forget)


def _bare(key: str | None) -> str | None:
    if key is None:
        return None
    bare = key[1:-1] if len(key) >= 2 and key[0] == key[-1] == '"' else key
    if not 1 <= len(bare) <= 200 or not all(" " <= letter <= "~" for letter in bare):
        raise BadRequest(
            "the Idempotency-Key must be 1 to 200 printable ASCII letters", pointer="/header/Idempotency-Key"
        )
    return bare


def _response(status: int, text: str, location: str | None, replayed: bool) -> Response:
    response = Response(text, status, media_type="application/json")
    if location is not None:
        response.headers["Location"] = location
    if replayed:
        response.headers[REPLAYED] = "true"
    return response
