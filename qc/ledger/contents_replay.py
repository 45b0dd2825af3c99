"""What batches, cartons and containers hold by the chain alone: its events are followed from the first to the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

Place = tuple[str, int]
"""In which batch or carton, by its id as text, and at which position."""


@dataclass
class Told:
    """What the chain tells of one organisation's orders, batches, cartons and containers.

    A piece takes about 300 bytes here while it is in a batch, so a million of them need some hundred megabytes.
    """

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    order_lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    batched: dict[UUID, Place] = field(default_factory=dict)
    packed: dict[UUID, Place] = field(default_factory=dict)
    cartons: dict[str, dict[str, Any]] = field(default_factory=dict)
    containers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def follow(self, kind: str, subject: UUID, data: dict[str, Any]) -> None:
        """Follow one event; those that touch none of this pass by.

        Raises:
            KeyError, TypeError, ValueError: The event lacks what events of its kind say.
        """
        step = _STEPS.get(kind)
        if step is not None:
            step(self, subject, data)
        elif "carton" in data and kind.startswith("carton."):
            self.cartons[str(subject)] = dict(data["carton"])
        elif "container" in data and kind.startswith("container."):
            self.containers[str(subject)] = dict(data["container"])


def _order_created(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.orders[str(subject)] = {name: data[name] for name in ("po_number", "buyer", "currency")}
    for line in data["lines"]:
        told.order_lines[line["id"]] = line


def _line_corrected(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.order_lines[data["line"]["id"]] = data["line"]


def _batch_opened(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.batches[str(subject)] = {
        "number": data["number"],
        "order": data["order"],
        "lines": {line["sku"]: line["target"] for line in data["lines"]},
        "particulars": {},
        "documents": [],
        "sealed": None,
        "shipped": False,
    }


def _batch_described(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.batches[str(subject)]["particulars"] = data["particulars"]


def _document_named(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.batches[str(subject)]["documents"].append(data["document"])


def _batch_sealed(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.batches[str(subject)]["sealed"] = data["contents_sha256"]


def _batch_shipped(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.batches[str(subject)]["shipped"] = True


def _placed(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.batched[subject] = data["batch"], int(data["position"])


def _removed(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.batched.pop(subject, None)


def _packed(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.packed[subject] = data["carton"], int(data["position"])


def _unpacked(told: Told, subject: UUID, data: dict[str, Any]) -> None:
    told.packed.pop(subject, None)


_STEPS: dict[str, Callable[[Told, UUID, dict[str, Any]], None]] = {
    "order.created": _order_created,
    "order.line_corrected": _line_corrected,
    "batch.opened": _batch_opened,
    "batch.described": _batch_described,
    "batch.document_named": _document_named,
    "batch.sealed": _batch_sealed,
    "batch.shipped": _batch_shipped,
    "piece.batched": _placed,
    "piece.moved": _placed,
    "piece.removed": _removed,
    "piece.packed": _packed,
    "piece.unpacked": _unpacked,
}
