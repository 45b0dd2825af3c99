from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from uuid import UUID

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from qc.errors import BadRequest, Conflict, NotAllowed, NotAuthenticated, NotFound
from qc.ledger import enrolments, people
from qc.ledger.accounts import ROLES, Caller, Role, Scope, organisation_called
from qc.ledger.database import Database
from qc.ledger.events import now
from qc.ledger.tables import ApiKey, BrowserSession, Enrolment
from tests.ledger.conftest import enter_organisation

PASSWORD = "anyaman rapi 12"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with little work: what is tested is when it is asked, not how long it takes."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(people, "_hasher", quick)
    monkeypatch.setattr(enrolments, "_hasher", quick)


@pytest.fixture
def inspector(database: Database, caller: Caller) -> str:
    with database.write() as session:
        people.add_person(session, caller, "ibu-01", Role.INSPECTOR, password=PASSWORD)
    return "ibu-01"


def try_password(database: Database, password: str) -> bool:
    with database.write() as session:
        return people.check_password(session, "weavers", "ibu-01", password) is not None


@pytest.mark.parametrize("room", [people, enrolments])
def test_passwords_and_pins_are_hashed_as_rfc_9106_recommends(
    room: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the work is what is tested here
    assert extract_parameters(room._hasher.hash(PASSWORD)) == RFC_9106_LOW_MEMORY  # argon2id, 64 MiB, three passes


def test_a_password_opens_only_its_own_account(database: Database, inspector: str) -> None:
    assert try_password(database, PASSWORD)
    assert not try_password(database, "anyaman rapi 13")
    with database.write() as session:
        assert people.check_password(session, "weavers", "nobody", PASSWORD) is None
        assert people.check_password(session, "elsewhere", inspector, PASSWORD) is None


def test_five_wrong_passwords_lock_even_the_right_one_out_for_a_while(database: Database, inspector: str) -> None:
    for _ in range(people.FAILURES):
        assert not try_password(database, "wrong wrong wrong")
    assert not try_password(database, PASSWORD)
    with database.write() as session:
        person = people.person_called(session, _owner(database), inspector)
        person.locked_until = now() - timedelta(seconds=1)
    assert try_password(database, PASSWORD)


def test_a_short_password_is_refused(database: Database, caller: Caller) -> None:
    with pytest.raises(BadRequest, match="at least 10"), database.write() as session:
        people.add_person(session, caller, "pak-02", Role.SUPERVISOR, password="short")


def test_a_pseudonym_is_taken_once(database: Database, caller: Caller, inspector: str) -> None:
    with pytest.raises(Conflict, match="ibu-01"), database.write() as session:
        people.add_person(session, caller, inspector, Role.SUPERVISOR)


def test_a_session_speaks_as_its_person_with_the_scopes_of_the_role(database: Database, inspector: str) -> None:
    signed = _sign_in(database, inspector)
    with database.read() as session:
        caller = people.caller_in_browser(session, signed.cookie, None, changes=False)
    assert caller.name == "person:ibu-01"
    assert caller.scopes == ROLES[Role.INSPECTOR]
    assert Scope.ENROL_PEOPLE not in caller.scopes


def test_a_change_needs_the_sessions_own_csrf_token(database: Database, inspector: str) -> None:
    signed, other = _sign_in(database, inspector), _sign_in(database, inspector)
    for token in (None, "", other.csrf):
        with database.read() as session, pytest.raises(NotAuthenticated, match="CSRF"):
            people.caller_in_browser(session, signed.cookie, token, changes=True)
    with database.read() as session:
        assert people.caller_in_browser(session, signed.cookie, signed.csrf, changes=True).name == "person:ibu-01"


def test_a_signed_out_session_is_over_and_others_go_on(database: Database, inspector: str) -> None:
    signed, other = _sign_in(database, inspector), _sign_in(database, inspector)
    with database.write() as session:
        people.sign_out(session, people.caller_in_browser(session, signed.cookie, None, changes=False))
    with database.read() as session:
        people.caller_in_browser(session, other.cookie, None, changes=False)
        with pytest.raises(NotAuthenticated):
            people.caller_in_browser(session, signed.cookie, None, changes=False)


def test_a_session_ends_with_its_time_and_with_its_person(database: Database, inspector: str) -> None:
    signed = _sign_in(database, inspector)
    with database.write() as session:
        person = people.person_called(session, _owner(database), inspector)
        person.ended_at = now()
    with database.read() as session, pytest.raises(NotAuthenticated):
        people.caller_in_browser(session, signed.cookie, None, changes=False)
    with database.write() as session:
        person = session.get_one(type(person), person.id)
        person.ended_at = None
        for key in session.query(ApiKey):
            key.expires_at = now() - timedelta(seconds=1)
    with database.read() as session, pytest.raises(NotAuthenticated):
        people.caller_in_browser(session, signed.cookie, None, changes=False)


def test_neither_cookie_nor_token_is_kept(database: Database, inspector: str) -> None:
    signed = _sign_in(database, inspector)
    with database.read() as session:
        rows = [*session.query(ApiKey), *session.query(BrowserSession)]
        kept = " ".join(str(value) for row in rows for value in vars(row).values())
    assert signed.cookie not in kept
    assert signed.cookie.split("_", 2)[2] not in kept
    assert signed.csrf not in kept


def test_a_phone_is_enrolled_once_with_code_and_pin(database: Database, caller: Caller, inspector: str) -> None:
    with database.write() as session:
        ticket = enrolments.enrol(session, caller, inspector)
    assert _redeem(database, "not the code", ticket.pin) is None
    assert _redeem(database, ticket.code, _other(ticket.pin)) is None
    assert _redeem(database, ticket.code, ticket.pin) == inspector
    assert _redeem(database, ticket.code, ticket.pin) is None


def test_a_code_is_worth_nothing_after_five_wrong_pins(database: Database, caller: Caller, inspector: str) -> None:
    with database.write() as session:
        ticket = enrolments.enrol(session, caller, inspector)
    for _ in range(enrolments.TRIES):
        assert _redeem(database, ticket.code, _other(ticket.pin)) is None
    assert _redeem(database, ticket.code, ticket.pin) is None


def test_a_code_ends_with_its_time_and_with_the_next_one(database: Database, caller: Caller, inspector: str) -> None:
    with database.write() as session:
        first = enrolments.enrol(session, caller, inspector)
        second = enrolments.enrol(session, caller, inspector)
    assert _redeem(database, first.code, first.pin) is None
    with database.write() as session:
        for row in session.query(Enrolment):
            row.expires_at = now() - timedelta(seconds=1)
    assert _redeem(database, second.code, second.pin) is None


def test_nobody_is_enrolled_across_organisations(database: Database, inspector: str) -> None:
    stranger = enter_organisation(database, "strangers")
    with pytest.raises(NotFound), database.write() as session:
        enrolments.enrol(session, stranger, inspector)


def test_a_supervisor_cannot_become_an_administrator(database: Database, caller: Caller) -> None:
    with database.write() as session:
        people.add_person(session, caller, "admin-1", Role.ADMIN)
    supervisor = replace(caller, scopes=ROLES[Role.SUPERVISOR])
    with pytest.raises(NotAllowed, match="keys:write"), database.write() as session:
        enrolments.enrol(session, supervisor, "admin-1")


def _owner(database: Database) -> UUID:
    with database.read() as session:
        return organisation_called(session, "weavers").id


def _sign_in(database: Database, pseudonym: str) -> people.SignedIn:
    with database.write() as session:
        return people.sign_in(session, people.person_called(session, _owner(database), pseudonym), enrolled=False)


def _redeem(database: Database, code: str, pin: str) -> str | None:
    with database.write() as session:
        person = enrolments.redeem(session, code, pin)
        return None if person is None else person.pseudonym


def _other(pin: str) -> str:
    return f"{(int(pin) + 1) % 1_000_000:06d}"
