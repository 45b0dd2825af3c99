"""A manifest as an EPCIS 2.0 document in JSON-LD: what happened to each piece, carton and container, for partners.

Which event says what (CBV 2.0): a piece is tagged: commissioning; accepted: inspecting, conformant; packed: an
aggregation into its carton; loaded: an aggregation of cartons into the container; gone: shipping, in transit. Where a
time is not known there is no event: none is made up. Event ids are derived from what they tell of, so a document that
is sent twice is told apart from news.

Objects carry GS1 Digital Link addresses where there is a GTIN or SSCC, and `urn:uuid:` otherwise; a container carries
its BIC number (EPC Tag Data Standard, `urn:epc:id:bic`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timezone
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import UUID, uuid5

from qc.manifest.manifest import Carton, Head, Manifest, Packed, Piece

CONTEXT: list[Any] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"anyaman": "urn:anyaman-qc:epcis:"},
]
_CHILDREN = 500
"""Most children of one event: a container of thousands of cartons is told in several."""
_TOGETHER = 32
_SERIAL = re.compile(r"[!%-?A-Z_a-z\"]{1,20}")
"""What a serial number (AI 21) may be: 1 to 20 of GS1's characters."""


def write_epcis(manifest: Manifest, out: BinaryIO) -> None:
    """Write the document, event by event."""
    opening = {
        "@context": CONTEXT,
        "id": f"urn:uuid:{uuid5(manifest.head.batch_id, str(manifest.head.hash_chain.sequence))}",
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _time(_latest(manifest.head), timezone(manifest.offset)),
    }
    out.write(_text(opening).removesuffix("}").encode() + b',"epcisBody":{"eventList":[')
    lines: list[str] = []
    between = "\n"
    for event in events(manifest):
        lines.append(_text(event))
        if len(lines) == _TOGETHER:
            out.write((between + ",\n".join(lines)).encode())
            between, lines = ",\n", []
    if lines:
        out.write((between + ",\n".join(lines)).encode())
    out.write(b"]}}\n")


def events(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Every event of the batch: pieces, then cartons, then containers, then the departure."""
    zone, head = timezone(manifest.offset), manifest.head
    gtins = {line.sku: line.gtin for line in head.lines if line.gtin is not None}
    for piece in manifest.pieces():
        yield from _of_piece(head, piece, _piece_epc(piece, gtins), zone)
    yield from _of_cartons(manifest, gtins, zone)


def _of_piece(head: Head, piece: Piece, epc: str, zone: timezone) -> Iterator[dict[str, Any]]:
    where = {"id": f"urn:uuid:{piece.collection_point_id}"}
    yield {
        "type": "ObjectEvent",
        "eventID": _event_id(piece.piece_id, "commissioning"),
        **_when(piece.registered_at, zone),
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": [epc],
        "readPoint": where,
        "bizLocation": where,
        "ilmd": {"anyaman:sku": piece.sku, "anyaman:tag": piece.tag, "anyaman:collectionPoint": piece.collection_point},
    }
    if piece.accepted_at is None:
        return
    event: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventID": _event_id(piece.inspection_id or piece.piece_id, "inspecting"),
        **_when(piece.accepted_at, zone),
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "disposition": "conformant",
        "persistentDisposition": {"set": ["conformant"]},
        "epcList": [epc],
        "readPoint": where,
        "anyaman:grade": piece.grade,
        "anyaman:standard": piece.standard,
        "anyaman:model": piece.model,
    }
    if piece.inspection_id is not None:
        event["bizTransactionList"] = [
            {"type": "testres", "bizTransaction": f"urn:uuid:{piece.inspection_id}"},
            *_order(head),
        ]
    yield event


def _of_cartons(manifest: Manifest, gtins: Mapping[str, str], zone: timezone) -> Iterator[dict[str, Any]]:
    head = manifest.head
    stuffed = {x.number: x.stuffing_time for x in head.containers if x.number and x.stuffing_time}
    loaded: dict[str, list[str]] = {number: [] for number in stuffed}
    parts: dict[str, int] = dict.fromkeys(stuffed, 0)
    for carton in manifest.cartons():
        if carton.packed_at is not None and carton.contents:
            children = [_piece_epc(piece, gtins) for piece in carton.contents]
            name = f"packing {carton.packed_at.isoformat()}"
            yield _aggregation(
                _event_id(carton.carton_id, name),
                carton.packed_at,
                zone,
                "packing",
                _carton_epc(carton),
                children,
                head,
            )
        if carton.container in loaded:
            waiting = loaded[carton.container]
            waiting.append(_carton_epc(carton))
            if len(waiting) == _CHILDREN:
                yield _loading(head, carton.container, stuffed[carton.container], parts, waiting, zone)
                loaded[carton.container] = []
    for number, waiting in loaded.items():
        if waiting:
            yield _loading(head, number, stuffed[number], parts, waiting, zone)
    if head.shipped_at is not None:
        yield from _departure(manifest, zone)


def _loading(
    head: Head, number: str, at: datetime, parts: dict[str, int], children: Sequence[str], zone: timezone
) -> dict[str, Any]:
    parts[number] += 1
    event_id = _event_id(head.batch_id, f"loading {number} {at.isoformat()} {parts[number]}")
    return _aggregation(event_id, at, zone, "loading", _container_epc(number), children, head)


def _departure(manifest: Manifest, zone: timezone) -> Iterator[dict[str, Any]]:
    """The containers leave; where the batch has none, its cartons do."""
    head = manifest.head
    assert head.shipped_at is not None
    numbers = [x.number for x in head.containers if x.number]
    gone: Iterator[str] = (
        (_container_epc(number) for number in numbers)
        if numbers
        else (_carton_epc(carton) for carton in manifest.cartons())
    )
    for part, epcs in enumerate(_chunks(gone), start=1):
        yield {
            "type": "ObjectEvent",
            "eventID": _event_id(head.batch_id, f"shipping {part}"),
            **_when(head.shipped_at, zone),
            "action": "OBSERVE",
            "bizStep": "shipping",
            "disposition": "in_transit",
            "epcList": epcs,
            **_with_order(head),
        }


def _aggregation(
    event_id: str, at: datetime, zone: timezone, step: str, parent: str, children: Sequence[str], head: Head
) -> dict[str, Any]:
    return {
        "type": "AggregationEvent",
        "eventID": event_id,
        **_when(at, zone),
        "action": "ADD",
        "bizStep": step,
        "disposition": "in_progress",
        "parentID": parent,
        "childEPCs": list(children),
        **_with_order(head),
    }


def _with_order(head: Head) -> dict[str, Any]:
    order = _order(head)
    return {"bizTransactionList": order, "anyaman:poNumber": head.po_number} if order else {}


def _order(head: Head) -> list[dict[str, str]]:
    return [] if head.order_id is None else [{"type": "po", "bizTransaction": f"urn:uuid:{head.order_id}"}]


def _when(at: datetime, zone: timezone) -> dict[str, str]:
    text = _time(at, zone)
    return {"eventTime": text, "eventTimeZoneOffset": text[-6:]}


def _time(at: datetime, zone: timezone) -> str:
    return at.astimezone(zone).isoformat(timespec="milliseconds")


def _latest(head: Head) -> datetime:
    """The last time that the head knows: the same batch gives the same document, byte for byte."""
    return max(filter(None, (head.opened_at, head.sealed_at, head.shipped_at))).astimezone(UTC)


def _piece_epc(piece: Piece | Packed, gtins: Mapping[str, str]) -> str:
    gtin = gtins.get(piece.sku or "")
    if gtin is None or piece.tag is None or not _SERIAL.fullmatch(piece.tag):
        return f"urn:uuid:{piece.piece_id}"
    return f"https://id.gs1.org/01/{gtin.zfill(14)}/21/{quote(piece.tag, safe='')}"


def _carton_epc(carton: Carton) -> str:
    return f"urn:uuid:{carton.carton_id}" if carton.sscc is None else f"https://id.gs1.org/00/{carton.sscc}"


def _container_epc(number: str) -> str:
    return f"urn:epc:id:bic:{number}"


def _event_id(subject: UUID, name: str) -> str:
    return f"urn:uuid:{uuid5(subject, name)}"


def _chunks(items: Iterator[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == _CHILDREN:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _text(event: Mapping[str, Any]) -> str:
    return json.dumps({k: v for k, v in event.items() if v is not None}, separators=(",", ":"), ensure_ascii=False)
