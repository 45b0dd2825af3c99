"""What a phone said of its photos without a signal. It decides nothing; it tells how well phone and server agree."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger.accounts import Caller
from qc.ledger.events import lock_chain, note, now
from qc.ledger.tables import Inspection, PhoneVerdict


@dataclass(frozen=True)
class Said:
    """A phone's provisional verdict, from the photos alone.

    `bundle_sha256` is that of bundle.json on the phone: it names the model, its thresholds and the network it ran.
    """

    bundle_sha256: str
    model: str
    status: str
    grade: str | None
    ms: int


def keep_phone_verdict(session: Session, caller: Caller, inspection: Inspection, said: Said) -> PhoneVerdict:
    """Keep what the phone said beside what the server says of the same photos. The same again changes nothing.

    Raises:
        Conflict: Something else was kept before.
    """
    lock_chain(session, caller.organisation_id)
    standing = session.get(PhoneVerdict, inspection.id)
    if standing is not None:
        if Said(standing.bundle_sha256, standing.model, standing.status, standing.grade, standing.ms) != said:
            raise Conflict(
                f"the phone said {standing.grade or standing.status} of inspection {inspection.id} already; "
                "a provisional verdict is not changed afterwards"
            )
        return standing
    kept = PhoneVerdict(
        inspection_id=inspection.id,
        bundle_sha256=said.bundle_sha256,
        model=said.model,
        status=said.status,
        grade=said.grade,
        agrees=(said.status, said.grade) == (inspection.status, inspection.grade),
        ms=said.ms,
        received_at=now(),
    )
    session.add(kept)
    session.flush()
    note(session, caller.organisation_id, "inspection.phone_verdict", inspection.piece_id, caller.name,
         kept.received_at, inspection=str(inspection.id), bundle=kept.bundle_sha256, model=kept.model,
         status=kept.status, grade=kept.grade, agrees=kept.agrees)  # fmt: skip
    return kept
