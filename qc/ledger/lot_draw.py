"""The draw of a lot: its content is written down, then a seed is made, then the sample follows from both.

How an auditor repeats it: take the piece ids of the lot (`content_sha256` proves the list), order them by sha256 of
seed, a line feed and id, and take the first n. `draw_is_genuine` does just that.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Uuid, func, insert, literal, select
from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger.accounts import Caller
from qc.ledger.events import digest, note, now, rfc3339
from qc.ledger.ids import uuid7
from qc.ledger.reinspection_orders import order_for_lot
from qc.ledger.standards_used import remember_standard
from qc.ledger.states import LotState, Purpose
from qc.ledger.tables import Batch, BatchLine, BatchPiece, Lot, LotPiece, Reinspection
from qc.standards.aql_tables import Inspection
from qc.standards.sampling import DefectClass, Plan, draw, plan_lot
from qc.standards.standard import Acceptance, ExportStandard


def acceptance_of(standard: ExportStandard) -> Acceptance:
    """The AQLs that a standard states.

    Raises:
        Conflict: It states none.
    """
    if standard.sampling is None:
        raise Conflict(
            f"standard {standard.name} {standard.version} states no AQLs, so its lots cannot be sampled; "
            "write a new version of it with `sampling`"
        )
    return standard.sampling


def draw_lot(
    session: Session,
    caller: Caller,
    batch: Batch,
    line: BatchLine,
    standard: ExportStandard,
    started_by: str,
    inspections: Mapping[DefectClass, Inspection],
    *,
    previous: Lot | None = None,
    reduced_allowed: bool = False,
) -> Lot:
    """Make a lot of what a batch's line holds, and draw its sample. Whoever calls holds the chain.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        batch: Frozen.
        line: Its line of the lot's SKU.
        standard: States level, AQLs and edition.
        started_by: The person who begins.
        inspections: Normal, tightened or reduced, by class of defects.
        previous: The rejected lot that this one resubmits.
        reduced_allowed: The setting of reduced inspection.
    """
    version = remember_standard(
        session, caller, standard.name, standard.version, standard.fingerprint, standard.model_dump_json()
    )
    content = session.scalars(
        select(BatchPiece.piece_id).where(BatchPiece.batch_id == batch.id, BatchPiece.batch_line_id == line.id)
    ).all()
    plan = plan_lot(len(content), acceptance_of(standard), inspections, reduced_allowed=reduced_allowed)
    last = session.scalar(select(func.max(Lot.number)).where(Lot.organisation_id == caller.organisation_id))
    lot = Lot(
        id=uuid7(),
        organisation_id=caller.organisation_id,
        number=(last or 0) + 1,
        batch=batch,
        batch_line_id=line.id,
        previous_lot_id=previous.id if previous else None,
        sku=line.sku,
        standard=version,
        state=LotState.SAMPLING,
        size=len(content),
        plan=plan.model_dump(mode="json"),
        seed=secrets.token_hex(16),  # made now, when the content can no longer be chosen to suit it
        content_sha256=content_digest(content),
        sampled_at=now(),
        started_by=started_by,
    )
    session.add(lot)
    session.flush()
    session.execute(
        insert(LotPiece).from_select(
            ["lot_id", "piece_id", "position"],
            select(literal(lot.id, Uuid()), BatchPiece.piece_id, BatchPiece.position).where(
                BatchPiece.batch_id == batch.id, BatchPiece.batch_line_id == line.id
            ),
        )
    )
    drawn = [UUID(piece) for piece in draw(map(str, content), plan.n, lot.seed)]
    order_for_lot(session, lot, Purpose.SAMPLE, drawn)
    note(
        session, caller.organisation_id, "lot.sampled", lot.id, caller.name, lot.sampled_at,
        sha256=fingerprint_of_row(lot), number=lot.number, batch=str(batch.id), batch_number=batch.number, sku=lot.sku,
        size=lot.size, content_sha256=lot.content_sha256, seed=lot.seed, n=plan.n, plan=lot.plan,
        sample_sha256=sample_digest(drawn), started_by=started_by,
        previous=str(previous.id) if previous else None,
    )  # fmt: skip
    return lot


def fingerprint_of_row(lot: Lot) -> str:
    """What the chain remembers of a lot: the hash of everything that was fixed when sampling began."""
    return digest(
        {
            "id": str(lot.id),
            "number": lot.number,
            "batch": str(lot.batch_id),
            "line": str(lot.batch_line_id),
            "previous": str(lot.previous_lot_id) if lot.previous_lot_id else None,
            "sku": lot.sku,
            "standard": str(lot.standard_version_id),
            "size": lot.size,
            "plan": lot.plan,
            "seed": lot.seed,
            "content": lot.content_sha256,
            "at": rfc3339(lot.sampled_at),
            "started_by": lot.started_by,
        }
    )


def content_digest(pieces: Iterable[UUID]) -> str:
    """SHA-256 of a lot's piece ids, sorted, a line feed between them."""
    return sha256("\n".join(sorted(map(str, pieces))).encode()).hexdigest()


def sample_digest(pieces: Sequence[UUID]) -> str:
    """SHA-256 of the drawn piece ids in the order of the draw, a line feed between them."""
    return sha256("\n".join(map(str, pieces)).encode()).hexdigest()


def sample_of(session: Session, lot: Lot, purpose: Purpose = Purpose.SAMPLE) -> Sequence[Reinspection]:
    """The re-inspections of a lot's sample in the order of the draw, or those of its screening."""
    return (
        session.scalars(
            select(Reinspection)
            .where(Reinspection.lot_id == lot.id, Reinspection.purpose == purpose)
            .order_by(Reinspection.position)
        )
        .unique()
        .all()
    )


def draw_is_genuine(session: Session, lot: Lot) -> bool:
    """Whether content and sample are those that digest, seed and plan say: the draw is made again and compared."""
    content = session.scalars(select(LotPiece.piece_id).where(LotPiece.lot_id == lot.id)).all()
    if len(content) != lot.size or content_digest(content) != lot.content_sha256:
        return False
    again = draw(map(str, content), Plan.model_validate(lot.plan).n, lot.seed)
    return [str(row.piece_id) for row in sample_of(session, lot)] == list(again)


def pieces_of_lot(session: Session, lot: Lot, limit: int, after: int = 0) -> Sequence[LotPiece]:
    """A lot's pieces as they were when sampling began, by position in the batch, after a position."""
    return session.scalars(
        select(LotPiece)
        .where(LotPiece.lot_id == lot.id, LotPiece.position > after)
        .order_by(LotPiece.position)
        .limit(limit)
    ).all()
