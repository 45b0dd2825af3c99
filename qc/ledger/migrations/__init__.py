"""Alembic's migrations, the same for SQLite and PostgreSQL, and the two things a program does with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from qc.errors import Unavailable
from qc.ledger.database import Database


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the schema up to a revision; a second call does nothing.

    Raises:
        Unavailable: Rows would point to what is not there; nothing was changed.
    """
    _change(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to an earlier revision; `base` is the empty database.

    Raises:
        Unavailable: As `migrate`.
    """
    _change(database, command.downgrade, revision)


def _change(database: Database, change: Callable[[Config, str], None], revision: str) -> None:
    with database.connection() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        config = _config()
        config.attributes["connection"] = connection
        change(config, revision)
        changed = MigrationContext.configure(connection).get_current_revision() != before
        if changed and database.embedded:  # a server looks by itself
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if lost is not None:
                raise Unavailable(
                    f"rows of {lost[0]} would point to rows of {lost[2]} that are not there; nothing was changed: "
                    "restore the ledger from a backup and see `qc ledger verify`"
                )


def require_current(database: Database) -> None:
    """See that the schema is the one this code was written for.

    Raises:
        Unavailable: It is not; the sentence says which command brings it there.
    """
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    with database.read() as session:
        found = MigrationContext.configure(session.connection()).get_current_revision()
    if found != wanted:
        raise Unavailable(f"the database is at revision {found}, this version needs {wanted}: run `qc ledger migrate`")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
