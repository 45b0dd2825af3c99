from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from qc.errors import Conflict, NotAuthenticated, NotFound
from qc.ledger.accounts import (
    Caller,
    Scope,
    add_collection_point,
    authenticate,
    create_key,
    create_organisation,
    keys_of,
    organisation_called,
    revoke_key,
)
from qc.ledger.database import Database
from qc.ledger.events import now
from qc.ledger.tables import ApiKey


def test_a_key_names_its_organisation_and_scopes(database: Database, caller: Caller) -> None:
    with database.write() as session:
        key, text = create_key(session, caller.organisation_id, "phone", [Scope.INSPECT, Scope.READ_PIECES])
    assert text.startswith(f"qc_{key.prefix}_")
    with database.read() as session:
        found = authenticate(session, text)
        assert found.organisation_id == caller.organisation_id
        assert found.scopes == {Scope.INSPECT, Scope.READ_PIECES}


def test_the_secret_is_kept_nowhere(database: Database, caller: Caller) -> None:
    with database.write() as session:
        _, text = create_key(session, caller.organisation_id, "phone", Scope)
    with database.read() as session:
        row = session.scalars(select(ApiKey)).one()
        assert text.rsplit("_", 1)[1] not in str(vars(row))


@pytest.mark.parametrize("text", ["", "qc", "qc_", "qc_00000000_x", "nonsense", "qc__", "_" * 100])
def test_an_unknown_key_is_nobody(database: Database, caller: Caller, text: str) -> None:
    with pytest.raises(NotAuthenticated), database.read() as session:
        authenticate(session, text)


def test_a_wrong_secret_a_revoked_and_an_expired_key_are_nobody(database: Database, caller: Caller) -> None:
    with database.write() as session:
        key, good = create_key(session, caller.organisation_id, "a", Scope)
        _, expired = create_key(session, caller.organisation_id, "b", Scope, expires_at=now() - timedelta(seconds=1))
    with database.write() as session:
        authenticate(session, good)
        for bad in (good + "x", good[:-1], expired):
            with pytest.raises(NotAuthenticated):
                authenticate(session, bad)
        revoke_key(session, key.prefix)
        revoke_key(session, key.prefix)
        with pytest.raises(NotAuthenticated):
            authenticate(session, good)
        assert len(keys_of(session, caller.organisation_id)) == 2
        with pytest.raises(NotFound):
            revoke_key(session, "ffffffff")


def test_slugs_and_codes_are_taken_once(database: Database, caller: Caller) -> None:
    with database.write() as session:
        with pytest.raises(Conflict):
            create_organisation(session, "weavers", "Weavers")
        with pytest.raises(Conflict):
            add_collection_point(session, caller.organisation_id, "BTL-1", "again")
        with pytest.raises(NotFound, match="there are: weavers"):
            organisation_called(session, "nobody")
