from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from qc.errors import BadRequest, Conflict, NotAllowed, NotAuthenticated, NotFound
from qc.ledger import keys, people
from qc.ledger.accounts import ROLES, Caller, Role, Scope
from qc.ledger.database import Database
from qc.ledger.events import after, now
from qc.ledger.keys import authenticate, create_key, end_key, key_called, key_of_id, keys_of, mark_used, rotate_key
from qc.ledger.tables import ApiKey
from tests.ledger.conftest import enter_organisation


def holds(database: Database, text: str) -> Caller | None:
    try:
        with database.read() as session:
            return authenticate(session, text)
    except NotAuthenticated:
        return None


def make(database: Database, caller: Caller, *scopes: Scope, role: Role | None = None) -> tuple[ApiKey, str]:
    with database.write() as session:
        return create_key(session, caller.organisation_id, "phone", scopes or (() if role else Scope), role=role)


def test_a_key_names_its_organisation_and_scopes(database: Database, caller: Caller) -> None:
    key, text = make(database, caller, Scope.INSPECT, Scope.READ_PIECES)
    assert text.startswith(f"qc_{key.prefix}_")
    found = holds(database, text)
    assert found is not None
    assert found.organisation_id == caller.organisation_id
    assert found.scopes == {Scope.INSPECT, Scope.READ_PIECES}


def test_the_secret_is_kept_nowhere(database: Database, caller: Caller) -> None:
    key, text = make(database, caller)
    with database.write() as session:
        rotated = rotate_key(session, key_called(session, key.prefix))
    with database.read() as session:
        row = str(vars(session.scalars(select(ApiKey)).one()))
        told = "".join(event.body for event in after(session, caller.organisation_id, 0, 100))
    for secret in (text.split("_", 2)[2], rotated.split("_", 2)[2]):
        assert secret not in row + told


@pytest.mark.parametrize("text", ["", "qc", "qc_", "qc_00000000_x", "nonsense", "qc__", "_" * 100])
def test_an_unknown_key_is_nobody(database: Database, caller: Caller, text: str) -> None:
    assert holds(database, text) is None


def test_a_wrong_secret_a_revoked_and_an_expired_key_are_nobody(database: Database, caller: Caller) -> None:
    key, good = make(database, caller)
    with database.write() as session:
        _, expired = create_key(session, caller.organisation_id, "b", Scope, expires_at=now() - timedelta(seconds=1))
    assert holds(database, good) is not None
    assert [holds(database, bad) for bad in (good + "x", good[:-1], expired)] == [None, None, None]
    with database.write() as session:
        rotate_key(session, key_called(session, key.prefix))
        end_key(session, key_called(session, key.prefix))
        end_key(session, key_called(session, key.prefix))
    assert holds(database, good) is None, "the replaced secret ends with the key"
    with database.read() as session:
        assert len(keys_of(session, caller.organisation_id)) == 2
        with pytest.raises(NotFound):
            key_called(session, "ffffffff")


def test_a_key_follows_its_role(database: Database, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    _, text = make(database, caller, Scope.DECIDE, role=Role.SHIPPER)
    found = holds(database, text)
    assert found is not None
    assert found.scopes == ROLES[Role.SHIPPER] | {Scope.DECIDE}
    monkeypatch.setitem(ROLES, Role.SHIPPER, frozenset({Scope.READ_EVENTS}))
    found = holds(database, text)
    assert found is not None
    assert found.scopes == {Scope.READ_EVENTS, Scope.DECIDE}


def test_a_key_that_can_do_nothing_is_not_made(database: Database, caller: Caller) -> None:
    with pytest.raises(BadRequest, match="neither"), database.write() as session:
        create_key(session, caller.organisation_id, "idle")


def test_a_rotated_key_has_two_secrets_for_a_while_and_stays_the_same_key(
    database: Database, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, first = make(database, caller)
    with database.write() as session:
        second = rotate_key(session, key_called(session, key.prefix), timedelta(days=2))
    both = [holds(database, first), holds(database, second)]
    assert [found.key_id if found else None for found in both] == [key.id, key.id]
    later = now() + timedelta(days=2)
    monkeypatch.setattr(keys, "now", lambda: later)
    assert (holds(database, first), holds(database, second) is None) == (None, False)


def test_a_second_rotation_ends_the_first_secret(database: Database, caller: Caller) -> None:
    key, first = make(database, caller)
    with database.write() as session:
        second = rotate_key(session, key_called(session, key.prefix))
        third = rotate_key(session, key_called(session, key.prefix))
    assert [holds(database, text) is None for text in (first, second, third)] == [True, False, False]


def test_a_leaked_secret_ends_at_once_without_an_overlap(database: Database, caller: Caller) -> None:
    key, first = make(database, caller)
    with database.write() as session:
        rotate_key(session, key_called(session, key.prefix), timedelta(0))
    assert holds(database, first) is None


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=91)])
def test_an_overlap_has_a_limit(database: Database, caller: Caller, overlap: timedelta) -> None:
    key, _ = make(database, caller)
    with pytest.raises(BadRequest, match="overlap"), database.write() as session:
        rotate_key(session, key_called(session, key.prefix), overlap)


def test_an_ended_key_is_not_rotated(database: Database, caller: Caller) -> None:
    key, _ = make(database, caller)
    with database.write() as session:
        end_key(session, key_called(session, key.prefix))
    with pytest.raises(Conflict, match="ended"), database.write() as session:
        rotate_key(session, key_called(session, key.prefix))


def test_the_last_use_never_goes_back(database: Database, caller: Caller) -> None:
    key, _ = make(database, caller)
    newer, older = now(), now() - timedelta(minutes=1)
    for at in (newer, older):
        with database.write() as session:
            mark_used(session, {key.id: at})
    with database.read() as session:
        assert key_called(session, key.prefix).last_used_at == newer


def test_another_organisations_key_and_a_browsers_are_not_found(database: Database, caller: Caller) -> None:
    key, _ = make(database, caller)
    stranger = enter_organisation(database, "strangers")
    with database.write() as session:
        people.add_person(session, caller, "ibu-01", Role.INSPECTOR)
        person = people.person_called(session, caller.organisation_id, "ibu-01")
        people.sign_in(session, person, enrolled=False)
    with database.read() as session:
        browser = session.scalars(select(ApiKey).where(ApiKey.id != key.id)).one()
        assert keys_of(session, caller.organisation_id) == [key_of_id(session, caller.organisation_id, key.id)]
        for organisation_id, key_id in ((stranger.organisation_id, key.id), (caller.organisation_id, browser.id)):
            with pytest.raises(NotFound):
                key_of_id(session, organisation_id, key_id)


def test_nobody_gives_away_what_they_lack(caller: Caller) -> None:
    shipper = replace(caller, scopes=ROLES[Role.SHIPPER] | {Scope.MANAGE_KEYS})
    keys.see_that_may_grant(shipper, [Scope.READ_EVENTS], Role.SHIPPER)
    with pytest.raises(NotAllowed, match="decisions:write"):
        keys.see_that_may_grant(shipper, [Scope.DECIDE], None)
    with pytest.raises(NotAllowed, match="people:enrol"):
        keys.see_that_may_grant(shipper, [], Role.ADMIN)
