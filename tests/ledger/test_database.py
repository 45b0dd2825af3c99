from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect as look_at
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from qc.errors import Unavailable
from qc.ledger import migrations
from qc.ledger.accounts import Caller, create_organisation, find_organisation
from qc.ledger.batches import NewBatchLine, open_batch
from qc.ledger.database import Database
from qc.ledger.ids import is_uuid7, uuid7
from qc.ledger.migrations import downgrade, migrate, require_current
from qc.ledger.orders import NewOrderLine, create_order, order_called
from qc.ledger.tables import Base, Organisation
from tests.ledger.scenes import SKU, accept_new, faults, inspect

MIGRATIONS = Path(migrations.__file__).parent / "versions"


def test_migrations_give_exactly_the_tables_that_the_code_knows(database: Database) -> None:
    with database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_down_to_nothing_and_up_again(database: Database) -> None:
    downgrade(database, "base")
    with database.connection() as connection:
        assert look_at(connection).get_table_names() == ["alembic_version"]
    with pytest.raises(Unavailable, match="qc ledger migrate"):
        require_current(database)
    migrate(database)
    require_current(database)


def test_migrations_go_down_and_up_again_step_by_step_with_a_ledger_in_it(database: Database, caller: Caller) -> None:
    with database.write() as session:
        open_batch(session, caller, "B-1", [NewBatchLine(SKU, 2)])
        for _ in range(3):
            accept_new(session, caller)
            session.flush()
        inspect(session, caller, maker_ref="mk_1", consent_version="2026-11", tag="GK-1")

    def rows() -> dict[str, int]:
        with database.connection() as connection:
            named = ("organisations", "pieces", "inspections", "decisions", "batches", "batch_pieces", "events")
            return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in named}

    full = rows()
    assert full["batch_pieces"] == 2
    steps = [migration.stem[:4] for migration in sorted(MIGRATIONS.glob("[0-9]*.py"))]
    for step in reversed(steps[:-1]):
        downgrade(database, step)
        assert rows() == full, step
    for step in steps[1:]:
        migrate(database, step)
        assert rows() == full, step
    require_current(database)
    assert faults(database) == []
    with database.write() as session:
        accept_new(session, caller)


def test_a_migration_that_finds_rows_without_what_they_point_to_changes_nothing(
    tmp_path: Path, migrated_file: Path
) -> None:
    shutil.copy(migrated_file, tmp_path / "ledger.db")
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    with database.connection() as connection:  # which does not look at foreign keys
        connection.exec_driver_sql(
            "INSERT INTO collection_points (id, organisation_id, code, name, created_at) VALUES ('1', '2', 'x', 'x', 0)"
        )
    with pytest.raises(Unavailable, match=r"rows of collection_points .* nothing was changed"):
        downgrade(database, "0011")
    require_current(database)
    database.close()


def test_a_second_migration_changes_nothing(database: Database, caller: Caller) -> None:
    migrate(database)
    with database.read() as session:
        assert find_organisation(session, "weavers") is not None


def test_nothing_of_a_failed_transaction_remains(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            create_organisation(session, "gone", "Gone")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as session:
        assert find_organisation(session, "gone") is None


def test_times_come_back_in_utc(database: Database) -> None:
    jakarta = datetime(2026, 11, 24, 10, 2, 11, 123000, tzinfo=timezone(timedelta(hours=7)))
    with database.write() as session:
        session.add(Organisation(id=uuid7(), slug="x", name="X", created_at=jakarta))
    with database.read() as session:
        found = find_organisation(session, "x")
        assert found is not None
        assert found.created_at == jakarta
        assert found.created_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.write() as session:
        session.add(Organisation(id=uuid7(), slug="x", name="X", created_at=datetime(2026, 1, 1)))


@pytest.mark.parametrize("price", ["5.73", "0.10", "1234567890123.123456789", "5"])
def test_money_keeps_every_digit(database: Database, caller: Caller, price: str) -> None:
    with database.write() as session:
        create_order(session, caller, "PO-1", "Buyer", "USD", [NewOrderLine("S", 1, Decimal(price))])
    with database.read() as session:
        order = order_called(session, caller.organisation_id, "PO-1")
        assert str(order.lines[0].unit_price) == price


def test_a_database_that_is_away_is_unavailable_not_a_crash(tmp_path: Path) -> None:
    broken = tmp_path / "folder.db"
    broken.mkdir()
    with pytest.raises(Unavailable, match="did not answer"):
        Database(f"sqlite:///{broken}").ping()
    with pytest.raises(Unavailable, match="did not answer"):
        Database("postgresql://qc@127.0.0.1:1/none?connect_timeout=1").ping()


def test_sqlite_is_set_up_as_decided(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.read() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 5000}
    database.close()


def test_ids_are_uuid7_and_sort_by_time() -> None:
    ids = [uuid7() for _ in range(200)]
    assert all(is_uuid7(x) and str(x.variant) == "specified in RFC 4122" for x in ids)
    assert len(set(ids)) == 200
    assert [x.int >> 80 for x in ids] == sorted(x.int >> 80 for x in ids)
