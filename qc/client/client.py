"""The client: a method for each thing that a shipment system does all day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self, cast
from urllib.parse import quote, urlencode
from uuid import uuid4

from qc.client.answers import Batch, BatchPiece, Event, Inspection, Piece, PieceSummary, Preflight
from qc.client.connection import Answer, Connection
from qc.client.forms import SentPhoto, inspection_form

_PAGE = 200


class Client:
    """A service, for the holder of a key. Threads may share it.

    Every write carries an Idempotency-Key: `once`, or one that is made up. It is sent again with it until there is an
    answer. Give your own, such as the id of your own record, and even a program that was killed may ask again.

    Args:
        url: Such as `https://qc.example.org`.
        key: An API key with the scopes for what is done.
        timeout_s: Seconds to wait for one answer.
        patience_s: Seconds after which a request without an answer is given up with `Unavailable`.
    """

    def __init__(self, url: str, key: str, *, timeout_s: float = 30, patience_s: float = 120) -> None:
        self._connection = Connection(url, key, timeout_s, patience_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._connection.close()

    def inspect(
        self,
        photos: Sequence[SentPhoto],
        *,
        views: Sequence[str] | None = None,
        sku: str | None = None,
        standard: str | None = None,
        piece_id: str | None = None,
        checks: Mapping[str, Any] | None = None,
        auto_accept: bool = False,
        once: str | None = None,
        **known: Any,
    ) -> Inspection:
        """Inspect one piece by its photos.

        Args:
            photos: Paths or bytes, sent as they are.
            views: The view of each, where the standard asks for them.
            sku: The product, which chooses the standard; or
            standard: its own name.
            piece_id: A UUIDv7 of yours. The same piece again is its next attempt.
            checks: Hand checks by name, such as `{"moisture_pct": 11.5, "odour": "pass"}`.
            auto_accept: Whether the stated policy may accept a clear export grade at once.
            once: Idempotency-Key.
            known: Further facts: `tag`, `maker_ref`, `consent_version`, `consented_at`, `collection_point`.

        Raises:
            BadPhoto: A file is no photo, or over a limit.
            Conflict: The piece is past inspection.
        """
        described = {"sku": sku, "standard": standard, "piece_id": piece_id, **known}
        described = {name: value for name, value in described.items() if value is not None}
        described |= {"checks": dict(checks or {}), "auto_accept": auto_accept}
        body, kind = inspection_form(photos, views, described)
        headers = {"Content-Type": kind, "Idempotency-Key": once or str(uuid4())}
        return cast(Inspection, self._connection.send("POST", "/v1/inspections", body, headers).json())

    def decide(
        self,
        inspection_id: str,
        outcome: str,
        decided_by: str,
        *,
        reason: str | None = None,
        grade: str | None = None,
        checks: Mapping[str, Any] | None = None,
        once: str | None = None,
    ) -> Inspection:
        """Decide on an inspection: `accept`, `return`, `reject`, `refer` or `overrule`, in a named person's name.

        Raises:
            ChecksMissing: A required check is neither recorded nor waived.
            AlreadyDecided: It was decided, and differently.
        """
        body = {"outcome": outcome, "decided_by": decided_by, "reason": reason, "grade": grade, "checks": checks or {}}
        return cast(Inspection, self._write(f"/v1/inspections/{_id(inspection_id)}/decision", body, once).json())

    def inspection(self, inspection_id: str) -> Inspection:
        """An inspection."""
        return cast(Inspection, self._read(f"/v1/inspections/{_id(inspection_id)}"))

    def piece(self, piece_id: str) -> Piece:
        """A piece with all its inspections."""
        return cast(Piece, self._read(f"/v1/pieces/{_id(piece_id)}"))

    def pieces(self, *, state: str | None = None, sku: str | None = None) -> Iterator[PieceSummary]:
        """Pieces, newest first, a page at a time as they are asked for."""
        return cast(Iterator[PieceSummary], self._pages("/v1/pieces", "before", state=state, sku=sku))

    def photo(self, address: str) -> bytes:
        """The bytes of a photo by its address in an answer: `original`, `judged` or `marked`."""
        return self._connection.send("GET", address).body

    def open_batch(
        self,
        number: str,
        quantities: Mapping[str, int] | None = None,
        *,
        po_number: str | None = None,
        once: str | None = None,
    ) -> Batch:
        """Open a batch for so many of each SKU, or for all lines of an order."""
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in (quantities or {}).items()]
        return cast(
            Batch, self._write("/v1/batches", {"number": number, "po_number": po_number, "lines": lines}, once).json()
        )

    def batch(self, batch_id: str) -> Batch:
        """A batch: state, lines, how full."""
        return cast(Batch, self._read(f"/v1/batches/{_id(batch_id)}"))

    def batches(self, *, state: str | None = None) -> Iterator[Batch]:
        """Batches, newest first."""
        return cast(Iterator[Batch], self._pages("/v1/batches", "before", state=state))

    def pieces_in(self, batch_id: str) -> Iterator[BatchPiece]:
        """Pieces of a batch, in the order they came."""
        return cast(Iterator[BatchPiece], self._pages(f"/v1/batches/{_id(batch_id)}/pieces", "after"))

    def preflight(self, batch_id: str) -> Preflight:
        """What the batch lacks before it can be sealed."""
        return cast(Preflight, self._read(f"/v1/batches/{_id(batch_id)}/preflight"))

    def seal_batch(
        self, batch_id: str, decided_by: str, *, waived: Mapping[str, str] | None = None, once: str | None = None
    ) -> Batch:
        """Seal a batch for good, in a named person's name.

        Args:
            batch_id: Which.
            decided_by: The person, as a pseudonym.
            waived: What the preflight lists and this person seals without, by code: the reason.
            once: Idempotency-Key.

        Raises:
            BatchNotReady: Something is missing that is not waived.
            Conflict: It is sealed already.
        """
        body = {"decided_by": decided_by, "waived": [{"code": c, "reason": r} for c, r in (waived or {}).items()]}
        return cast(Batch, self._write(f"/v1/batches/{_id(batch_id)}/seal", body, once).json())

    def manifest(self, batch_id: str, form: str = "json") -> bytes:
        """The manifest of a batch as a file: `json`, `csv`, `xlsx`, `pdf` or `epcis`."""
        return self._connection.send("GET", f"/v1/batches/{_id(batch_id)}/manifest/{quote(form, safe='')}").body

    def events(self, after: int = 0) -> Iterator[Event]:
        """All that happened since an event, in order, up to now. Keep the last `sequence`, and ask on from there."""
        return cast(Iterator[Event], self._pages("/v1/events", "after", after=after))

    def _read(self, path: str) -> Any:
        return self._connection.send("GET", path).json()

    def _write(self, path: str, body: Mapping[str, Any], once: str | None) -> Answer:
        headers = {"Content-Type": "application/json", "Idempotency-Key": once or str(uuid4())}
        sent = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
        return self._connection.send("POST", path, sent, headers)

    def _pages(self, path: str, cursor: str, **query: object) -> Iterator[Any]:
        while True:
            asked = {name: value for name, value in query.items() if value is not None}
            page = self._read(f"{path}?{urlencode({'limit': _PAGE, **asked})}")
            yield from page["items"]
            if not page["items"] or page["next"] is None or page["next"] == query.get(cursor):
                return
            query[cursor] = page["next"]


def _id(given: str) -> str:
    return quote(given, safe="")
