"""The standard that a rejudgement names."""

from __future__ import annotations

from sqlalchemy.orm import Session

from qc.ledger.accounts import Caller
from qc.ledger.standards_edited import library_in_force, version_of
from qc.standards.library import Library
from qc.standards.standard import ExportStandard


def standard_asked_for(
    session: Session, caller: Caller, files: Library, name: str | None, version: int | None
) -> ExportStandard | None:
    """The standard of a name (or of an SKU), in the version named or the one in force; None where none is named.

    Raises:
        UnknownStandard: There is none.
    """
    if name is None:
        return None
    in_force = library_in_force(session, caller.organisation_id, files)
    called = next((standard.name for standard in in_force if standard.product.sku == name), name)
    if version is None:
        return in_force.named(called)
    return version_of(session, caller.organisation_id, called, version, files)
