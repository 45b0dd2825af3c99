"""A real PostgreSQL for tests: one server a run, an empty ledger a test."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from qc.ledger.database import Database
from qc.ledger.migrations import migrate
from qc.ledger.tables import Base
from tests.parts.ports import free_port


def programs() -> Path | None:
    """The folder of the newest installed PostgreSQL's programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def program(name: str) -> Path:
    """A program of the newest installed PostgreSQL, such as pg_dump."""
    folder = programs()
    assert folder is not None
    return folder / name


class Postgres:
    """A running server.

    `emptied()` gives the URL of a migrated ledger with nothing in it, which all tests share; `cloned()` one of its own,
    for tests whose processes outlive them or that fill it.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self._clones = 0
        self._administer("postgres", "CREATE DATABASE migrated")
        database = Database(self.url("migrated"))
        migrate(database)
        database.close()
        self._administer("postgres", "CREATE DATABASE ledger TEMPLATE migrated")

    def url(self, name: str) -> str:
        return f"postgresql://qc@127.0.0.1:{self.port}/{name}"

    def emptied(self) -> str:
        """Cutting tables takes 45 ms; cloning a template database and dropping it 80."""
        self._administer("ledger", f"TRUNCATE {', '.join(Base.metadata.tables)}")
        return self.url("ledger")

    def cloned(self, template: str = "migrated") -> str:
        """A database of its own, as the template is: a migrated ledger with nothing in it. It goes with the server."""
        self._clones += 1
        self._administer("postgres", f"CREATE DATABASE clone_{self._clones} TEMPLATE {template}")
        return self.url(f"clone_{self._clones}")

    def _administer(self, name: str, statement: str) -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running() -> Iterator[Postgres]:
    """Start a server in a temporary folder, as the user `postgres` when root runs the tests."""
    binaries = programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: bash tests/real_parts.sh")
    folder = Path(tempfile.mkdtemp(prefix="qc-postgres-"))
    user: list[str] = []
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        user = ["runuser", "-u", "postgres", "--"]
    port, data, log = free_port(), folder / "data", folder / "log"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    initialise = ["initdb", "-D", str(data), "-U", "qc", "--auth=trust", "--no-locale", "-E", "UTF8", "--no-sync"]
    start = ["pg_ctl", "-D", str(data), "-l", str(log), "-o", options, "-w", "start"]
    stop = ["pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop"]
    try:
        for command in (initialise, start):
            subprocess.run(
                [*user, str(binaries / command[0]), *command[1:]], check=True, cwd=folder, stdout=subprocess.DEVNULL
            )
        yield Postgres(port)
    finally:
        subprocess.run([*user, str(binaries / stop[0]), *stop[1:]], cwd=folder, stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(folder, ignore_errors=True)
