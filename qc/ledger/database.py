"""The one way to get a session: `Database(url)`, then `with database.write()` or `with database.read()`.

Sessions are synchronous and run in threads. A write is one transaction: it begins as a write (on SQLite it takes the
write lock at once, so that it never has to be thrown away half-way), seals its events into the chain, and commits.
What belongs to one organisation is changed by one writer at a time: see `events.lock_chain`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from qc.errors import Unavailable
from qc.ledger import events

_AWAY = (OperationalError, InterfaceError, TimeoutError)

_SERVER_WAITS = {
    "connect_timeout": "5",
    "tcp_user_timeout": "15000",  # ms until a connection whose other end is silent counts as cut
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
}
"""How long a database server is waited for, unless its URL says otherwise: as `busy_timeout` does for SQLite, so that a
request is answered with 503 while its sender still listens, and a replica that hangs lets go of the chain's lock."""


class Database:
    """A database by URL: SQLite in a file, or PostgreSQL.

    Args:
        url: SQLAlchemy URL, such as `sqlite:////var/lib/qc/ledger.db` or `postgresql://qc@db/qc`.
        connections: Most connections held at a time; threads beyond that wait for one.
    """

    def __init__(self, url: str, connections: int = 16) -> None:
        self.url = make_url(url)
        if self.url.drivername in {"postgres", "postgresql"}:
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.embedded = self.url.get_backend_name() == "sqlite"
        if not self.embedded:
            self.url = self.url.update_query_dict({k: v for k, v in _SERVER_WAITS.items() if k not in self.url.query})
        elif self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(
            self.url, pool_size=connections, max_overflow=0, pool_timeout=10, pool_pre_ping=not self.embedded
        )
        self._writing = self._engine
        if self.embedded:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
            self._writing = self._engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        # SQLite's readers see one moment anyway; a server must be asked to let them.
        self._still = (
            self._engine
            if self.embedded
            else self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may change things; committed at the end of the block, undone on any exception.

        Raises:
            Unavailable: The database is away, or busy for longer than it may be.
        """
        with _available(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session
            events.seal(session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that only looks.

        Raises:
            Unavailable: The database is away.
        """
        with self._looking(self._engine) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """One transaction that only looks and sees one moment, however many statements it takes.

        Raises:
            Unavailable: The database is away.
        """
        with self._looking(self._still) as session:
            yield session

    @contextmanager
    def _looking(self, engine: Engine) -> Iterator[Session]:
        with _available(), Session(engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection in a write transaction, for migrations.

        An embedded database does not look at foreign keys meanwhile: to change a table it is made anew, and dropping
        the old one would take away, or be refused for, what points to it. Whoever changes tables looks afterwards.
        """
        with _available(), self._writing.connect() as connection:
            if self.embedded:
                _look_at_foreign_keys(connection, "OFF")
            try:
                with connection.begin():
                    yield connection
            finally:
                if self.embedded:
                    _look_at_foreign_keys(connection, "ON")

    def ping(self) -> None:
        """Ask for an answer.

        Raises:
            Unavailable: None came.
        """
        with self.read() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Let all connections go."""
        self._engine.dispose()


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        # The reason may name hosts and files: it stays in the chain of causes, for the log, and out of answers. Whether
        # a commit arrived whose answer was lost, nobody here knows: the same key or id again finds out.
        raise Unavailable(
            f"the database did not answer ({type(error).__name__}); nothing is half-written: send the same again "
            "shortly, under the same Idempotency-Key",
            retry_after_s=2,
        ) from error


def _prepare_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    # The driver's own way of opening transactions comes too late; `_begin_sqlite` opens them where SQLAlchemy says so.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _look_at_foreign_keys(connection: Connection, whether: str) -> None:
    """Between transactions: within one, SQLite passes over it in silence."""
    bare = connection.connection.driver_connection
    assert isinstance(bare, sqlite3.Connection)
    bare.execute(f"PRAGMA foreign_keys={whether}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
