from __future__ import annotations

import pytest

from qc.errors import Conflict, NotFound
from qc.ledger.accounts import (
    ROLES,
    Caller,
    Role,
    Scope,
    add_collection_point,
    create_organisation,
    organisation_called,
)
from qc.ledger.database import Database


def test_slugs_and_codes_are_taken_once(database: Database, caller: Caller) -> None:
    with database.write() as session:
        with pytest.raises(Conflict):
            create_organisation(session, "weavers", "Weavers")
        with pytest.raises(Conflict):
            add_collection_point(session, caller.organisation_id, "BTL-1", "again")
        with pytest.raises(NotFound, match="there are: weavers"):
            organisation_called(session, "nobody")


def test_every_role_may_something_and_only_the_administrator_all() -> None:
    assert set(ROLES) == set(Role)
    assert [role for role, scopes in ROLES.items() if scopes == frozenset(Scope)] == [Role.ADMIN]
    assert [role for role, scopes in ROLES.items() if Scope.MANAGE_KEYS in scopes] == [Role.ADMIN]
    assert ROLES[Role.INSPECTOR] - {Scope.REINSPECT} < ROLES[Role.SUPERVISOR]
    assert Scope.REINSPECT not in ROLES[Role.SUPERVISOR], "who judges blind does not see first verdicts"
    changing = {scope for scope in Scope if scope.endswith((":write", ":enrol"))}
    own = {Scope.LABEL, Scope.REJUDGE}  # neither touches what was decided
    assert ROLES[Role.ML_ENGINEER] & changing == own, "who trains models decides nothing"
    assert not ROLES[Role.SHIPPER] & {Scope.INSPECT, Scope.DECIDE}, "who ships does not judge"
