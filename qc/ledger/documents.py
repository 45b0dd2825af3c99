"""Papers that go with a shipment: invoice, bill of lading, certificates. They may follow the sealing."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger.accounts import Caller
from qc.ledger.events import note, now
from qc.ledger.tables import Batch

MOST = 100
"""Documents of one batch."""


def documents_of(batch: Batch) -> list[dict[str, Any]]:
    """The batch's documents, in the order in which they were named."""
    return list(batch.particulars.get("documents") or ())


def name_document(session: Session, caller: Caller, batch: Batch, document: dict[str, Any], named_by: str) -> None:
    """Name a document of a batch that `batches.hold_batch` gave. The same document again changes nothing.

    Args:
        session: A session of `Database.write()`.
        caller: For whom.
        batch: Which, in any state: a bill of lading is younger than the seal.
        document: `type`, `number`, `date`, `uri` and `sha256`, as the manifest prints them.
        named_by: The person, as a pseudonym.

    Raises:
        Conflict: The batch has as many documents as it may, or one of that type and number that says otherwise.
    """
    known = documents_of(batch)
    if document in known:
        return
    same = [x for x in known if (x["type"], x["number"]) == (document["type"], document["number"])]
    if same:
        raise Conflict(
            f"batch {batch.number} has a {document['type']} {document['number']} with other particulars; "
            "name the corrected paper with a number of its own"
        )
    if len(known) == MOST:
        raise Conflict(f"batch {batch.number} has {MOST} documents, which is as many as a batch may have")
    batch.particulars = {**batch.particulars, "documents": [*known, document]}
    batch.version += 1
    session.flush()
    note(session, caller.organisation_id, "batch.document_named", batch.id, caller.name, now(),
         number=batch.number, document=document, named_by=named_by)  # fmt: skip
