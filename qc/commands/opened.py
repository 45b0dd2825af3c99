"""The ledger, opened for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.orm import Session

from qc.ledger.accounts import Caller, Scope, organisation_called
from qc.ledger.database import Database
from qc.ledger.migrations import migrate, require_current
from qc.settings import Settings

DEMO = "anyaman-demo"
"""Slug of the organisation that `qc demo` enters; the default of every command."""


@contextmanager
def opened_database(settings: Settings, current: bool = True) -> Iterator[Database]:
    """The database of the settings.

    Args:
        settings: Which database.
        current: Whether its schema must be this version's. An embedded one is brought up to date by itself; a shared
            one is not, because other replicas may still need the old schema.
    """
    database = Database(settings.database)
    try:
        if current and database.embedded:
            migrate(database)
        elif current:
            require_current(database)
        yield database
    finally:
        database.close()


def on_command_line(session: Session, slug: str) -> Caller:
    """Whoever types commands may do everything for the organisation that they name."""
    return caller_for(organisation_called(session, slug).id)


def caller_for(organisation_id: UUID) -> Caller:
    """The command line, as the chain knows it."""
    return Caller(organisation_id, "cli", frozenset(Scope))
