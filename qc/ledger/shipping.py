"""Shipping: a sealed batch leaves with its containers, and its pieces are `shipped`."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger.accounts import Caller
from qc.ledger.containers import containers_of_batch, depart
from qc.ledger.events import note, now
from qc.ledger.states import BatchState, ContainerState, PieceState
from qc.ledger.tables import Batch, BatchPiece, Carton, Piece


def ship_batch(session: Session, caller: Caller, batch: Batch, decided_by: str) -> None:
    """Let a sealed batch that `hold_batch` gave leave, with every container that its cartons are in.

    Raises:
        Conflict: It is not sealed; a carton is in no container; a container bears no seal, or holds cartons of a batch
            that is not sealed.
    """
    if batch.state is not BatchState.SEALED:
        raise Conflict(f"batch {batch.number} is {batch.state}: only a sealed batch is shipped", state=batch.state)
    ashore = session.scalars(
        select(Carton.number)
        .where(Carton.batch_id == batch.id, Carton.container_id.is_(None))
        .order_by(Carton.position)
    ).all()
    if ashore:
        raise Conflict(f"{len(ashore)} cartons are in no container: {', '.join(ashore[:5])}; load them first")
    containers = containers_of_batch(session, batch.id)
    for container in containers:
        if container.state is ContainerState.OPEN:
            raise Conflict(f"container {container.number} bears no seal yet: seal it before it departs")
    unsealed = session.scalars(
        select(Batch.number)
        .join(Carton, Carton.batch_id == Batch.id)
        .where(
            Carton.container_id.in_([container.id for container in containers]),
            Batch.state.not_in([BatchState.SEALED, BatchState.SHIPPED]),
        )
        .distinct()
        .order_by(Batch.number)
    ).all()
    if unsealed:
        raise Conflict(f"its containers hold cartons of batches that are not sealed: {', '.join(unsealed)}")
    for container in containers:
        depart(session, caller, container, decided_by)
    session.execute(
        update(Piece)
        .where(Piece.id.in_(select(BatchPiece.piece_id).where(BatchPiece.batch_id == batch.id)))
        .values(state=PieceState.SHIPPED)
        .execution_options(synchronize_session=False)
    )
    batch.state, batch.shipped_at = BatchState.SHIPPED, now()
    batch.version += 1
    session.flush()
    note(
        session, caller.organisation_id, "batch.shipped", batch.id, caller.name, batch.shipped_at,
        number=batch.number, decided_by=decided_by, containers=[container.number for container in containers],
    )  # fmt: skip
