"""The preflight: everything that is missing before a batch can be sealed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from qc.ledger.batch_gaps import batch_gaps, line_gaps
from qc.ledger.lot_gaps import lot_gaps
from qc.ledger.missing import Check, Missing
from qc.ledger.packing_gaps import carton_gaps, container_gaps
from qc.ledger.tables import Batch

CHECKS: tuple[Check, ...] = (batch_gaps, line_gaps, carton_gaps, container_gaps, lot_gaps)
"""The checks of the ledger's own rooms, in the order in which their findings are listed. Add yours here."""


def what_is_missing(session: Session, batch: Batch, further: Sequence[Check] = ()) -> list[Missing]:
    """Everything that a batch lacks; empty where it can be sealed as it is.

    Args:
        session: A session; under the organisation's lock where the answer decides on sealing.
        batch: Which.
        further: Checks of rooms above the ledger.
    """
    return [missing for check in (*CHECKS, *further) for missing in check(session, batch)]
