"""What the manifest says of a batch as a whole: its manufacturer, and wood used in packing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from qc.errors import BadRequest
from qc.ledger.accounts import Caller
from qc.ledger.batch_contents import Correction
from qc.ledger.batches import see_that_packable
from qc.ledger.events import note, now
from qc.ledger.tables import Batch

PARTICULARS = ("manufacturer", "wood_packaging")


def describe_batch(
    session: Session, caller: Caller, batch: Batch, changes: Mapping[str, Any], why: Correction | None = None
) -> None:
    """Say more of a batch that `hold_batch` gave, or correct what was said.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        batch: Which; open or in sampling.
        changes: Of `PARTICULARS`, JSON-ready; others stay.
        why: Who corrects what stood there, and why. Needed where something said is replaced.

    Raises:
        BadRequest: Something is replaced without who and why, or there is no such particular.
        Conflict: It is sealed, shipped or rejected.
    """
    see_that_packable(batch)
    unknown = [name for name in changes if name not in PARTICULARS]
    if unknown:
        raise BadRequest(f"got {', '.join(unknown)} of a batch, wanted some of {', '.join(PARTICULARS)}")
    before = {
        name: batch.particulars[name]
        for name, value in changes.items()
        if batch.particulars.get(name) not in (None, value)
    }
    if before and why is None:
        raise BadRequest(
            f"{', '.join(before)} of batch {batch.number} stand already: a correction names `decided_by` and `reason`"
        )
    batch.particulars = {**batch.particulars, **changes}
    batch.version += 1
    session.flush()
    more = {"reason": why.reason, "decided_by": why.decided_by} if why else {}
    note(
        session, caller.organisation_id, "batch.described", batch.id, caller.name, now(),
        particulars=batch.particulars, before=before, **more,
    )  # fmt: skip
