"""Lot acceptance of a batch for its manifest: plans, what was drawn, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.ledger.states import Purpose
from qc.ledger.tables import Batch, Lot, Reinspection
from qc.manifest import manifest as written


def lots_of(session: Session, batch: Batch) -> tuple[written.Lot, ...]:
    """Every lot of the batch, first to last, those that a later one replaced included."""
    lots = session.scalars(select(Lot).where(Lot.batch_id == batch.id).order_by(Lot.number)).all()
    return tuple(_lot(session, lot) for lot in lots)


def _lot(session: Session, lot: Lot) -> written.Lot:
    drawn = session.scalars(
        select(Reinspection.piece_id)
        .where(Reinspection.lot_id == lot.id, Reinspection.purpose == Purpose.SAMPLE)
        .order_by(Reinspection.position)
    )
    results = {x["defect_class"]: x["d"] for x in (lot.decision or {}).get("classes", ())}
    return written.Lot(
        number=lot.number,
        sku=lot.sku,
        size=lot.size,
        standard=lot.plan["edition"],
        level=lot.plan["level"],
        classes=tuple(_class(x, results.get(x["defect_class"])) for x in lot.plan["classes"]),
        seed=lot.seed,
        content_sha256=lot.content_sha256,
        sampled_piece_ids=tuple(drawn),
        state=lot.state.value,
        decided_at=lot.decided_at,
    )


def _class(plan: Mapping[str, Any], found: int | None) -> written.AqlClass:
    return written.AqlClass(
        name=plan["defect_class"],
        aql=plan["aql"],
        severity=plan["inspection"],
        letter=plan["letter"],
        n=plan["n"],
        ac=plan["ac"],
        re=plan["re"],
        found=found,
    )
