"""What lot acceptance still asks of a batch before it can be sealed. Nobody can waive it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from qc.ledger.lot_screening import escapes_inside, to_take_out
from qc.ledger.lots import STANDING, lots_of_batch
from qc.ledger.missing import Missing
from qc.ledger.sampling_policy import lots_required
from qc.ledger.states import LotState
from qc.ledger.tables import Batch


def lot_gaps(session: Session, batch: Batch) -> Iterator[Missing]:
    """Lots that are missing, undecided or rejected, and pieces found bad that are still inside.

    A lot is asked for where the order or the organisation does (`sampling_policy.py`). A lot that was begun counts even
    where none is asked for: nobody passes by a rejection by sealing.
    """
    lots = [lot for lot in lots_of_batch(session, batch) if lot.state in STANDING]
    if lots_required(session, batch):
        sampled = {lot.batch_line_id for lot in lots}
        bare = tuple(line.sku for line in batch.lines if line.filled and line.id not in sampled)
        if bare:
            yield Missing(
                "lot.not_sampled", f"no accepted lot of {', '.join(bare)}: start sampling", bare, waivable=False
            )
    if not lots and (escaped := escapes_inside(session, batch)):
        detail = f"{len(escaped)} pieces were found below standard when they were judged again: remove them"
        yield Missing("lot.defective", detail, tuple(str(piece.id) for piece in escaped), waivable=False)
    for lot in lots:
        if lot.state is LotState.SAMPLING:
            detail = f"lot {lot.number} of {lot.sku} is not decided: judge the rest of its sample"
            yield Missing("lot.undecided", detail, (lot.sku,), waivable=False)
        elif lot.state is not LotState.ACCEPTED:
            detail = f"lot {lot.number} of {lot.sku} was rejected and is {lot.state}: screen it and resubmit it"
            yield Missing("lot.rejected", detail, (lot.sku,), waivable=False)
        elif bad := to_take_out(session, lot):
            detail = f"{len(bad)} pieces of lot {lot.number} were found below standard: take them out of the batch"
            yield Missing("lot.defective", detail, tuple(str(piece.id) for piece in bad), waivable=False)
