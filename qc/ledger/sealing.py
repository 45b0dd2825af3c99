"""Sealing: after the preflight a batch is frozen for good. What comes later is appended, never written over.

Whoever seals holds the organisation's chain, so of two who seal at once one wins and the other finds it sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import BatchNotReady, Conflict
from qc.ledger.accounts import Caller
from qc.ledger.batch_particulars import PARTICULARS
from qc.ledger.cartons import carton_facts
from qc.ledger.events import canonical, note, now
from qc.ledger.missing import Check
from qc.ledger.preflight import what_is_missing
from qc.ledger.states import BatchState
from qc.ledger.tables import Batch, BatchPiece, Carton, CartonPiece

_AT_A_TIME = 2000


def seal_batch(
    session: Session,
    caller: Caller,
    batch: Batch,
    decided_by: str,
    waived: Mapping[str, str] | None = None,
    further: Sequence[Check] = (),
) -> None:
    """Seal a batch that `hold_batch` gave, if nothing is missing but what a named person waives.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        batch: Which; open or in sampling.
        decided_by: The person, as a pseudonym.
        waived: Codes of missing things to seal without, and why each.
        further: Checks of rooms above the ledger.

    Raises:
        BatchNotReady: Something is missing that is not waived, or that nobody can waive.
        Conflict: It is sealed already, shipped or rejected.
    """
    if batch.state not in {BatchState.OPEN, BatchState.SAMPLING}:
        raise Conflict(
            f"batch {batch.number} is {batch.state} already: it is sealed once", batch=str(batch.id), state=batch.state
        )
    given = waived or {}
    missing = what_is_missing(session, batch, further)
    standing = [gap for gap in missing if not gap.waivable or gap.code not in given]
    if standing:
        codes = ", ".join(gap.code for gap in standing)
        raise BatchNotReady(
            f"{len(standing)} things are missing before batch {batch.number} can be sealed: {codes}. Supply them, or "
            "waive each with a reason where it may be waived",
            missing=[asdict(gap) for gap in standing],
        )
    batch.state, batch.sealed_at = BatchState.SEALED, now()
    batch.version += 1
    session.flush()
    note(
        session, caller.organisation_id, "batch.sealed", batch.id, caller.name, batch.sealed_at,
        number=batch.number, decided_by=decided_by, contents_sha256=contents_sha256(session, batch),
        lines=[{"sku": line.sku, "target": line.target, "filled": line.filled} for line in batch.lines],
        waived=[{"code": gap.code, "subjects": len(gap.subjects), "reason": given[gap.code]} for gap in missing],
    )  # fmt: skip


def contents_sha256(session: Session, batch: Batch) -> str:
    """One hash over everything in a batch: its particulars, each piece with its places, and each carton.

    Read in order and a part at a time, so that a million pieces need no more memory than ten thousand. Containers and
    documents are left out: they may follow the sealing.
    """
    particulars = {name: batch.particulars.get(name) for name in PARTICULARS}
    whole = sha256(canonical({"batch": str(batch.id), "particulars": particulars}).encode())
    pieces = session.execute(
        select(BatchPiece.position, BatchPiece.piece_id, CartonPiece.carton_id, CartonPiece.position)
        .outerjoin(CartonPiece, CartonPiece.piece_id == BatchPiece.piece_id)
        .where(BatchPiece.batch_id == batch.id)
        .order_by(BatchPiece.position)
        .execution_options(yield_per=_AT_A_TIME)
    )
    for position, piece, carton, place in pieces:
        whole.update(f"\n{position} {piece} {carton} {place}".encode())
    cartons = session.scalars(
        select(Carton)
        .where(Carton.batch_id == batch.id)
        .order_by(Carton.position)
        .execution_options(yield_per=_AT_A_TIME)
    )
    for row in cartons:
        whole.update(f"\n{canonical({**carton_facts(row), 'container': None})}".encode())
    return whole.hexdigest()
