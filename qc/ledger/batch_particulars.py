"""What the manifest says of a batch as a whole: its manufacturer, and wood used in packing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from qc.errors import BadRequest
from qc.ledger.accounts import Caller
from qc.ledger.batches import see_that_packable
from qc.ledger.corrections import Correction, see_that_explained, told
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
    see_that_explained(f"batch {batch.number}", list(before), why)
    batch.particulars = {**batch.particulars, **changes}
    batch.version += 1
    session.flush()
    note(
        session, caller.organisation_id, "batch.described", batch.id, caller.name, now(),
        particulars=batch.particulars, before=before, **told(why),
    )  # fmt: skip
