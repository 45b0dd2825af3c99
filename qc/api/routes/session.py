"""Signing in and out in a browser, and enrolling a phone."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.browser import clear_cookie, from_our_own_page, set_cookie
from qc.api.deps import StationDep
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.limits import sign_in_allowed
from qc.api.problems import BODY, answers
from qc.api.schemas.session import EnrolmentBody, EnrolmentOut, RedeemBody, SessionOut, SignInBody
from qc.api.security import CanEnrolPeople, CanReadPieces
from qc.errors import NotAuthenticated
from qc.ledger import enrolments, people

router = APIRouter(prefix="/v1", tags=["people"])

REFUSED = "organisation, pseudonym, password, code or PIN do not match, or were refused too often; ask your supervisor"
"""One sentence for every reason: it tells a guesser nothing."""


@router.post(
    "/session",
    status_code=201,
    dependencies=[Depends(sign_in_allowed)],
    responses=answers(errors.NotAuthenticated, framework=BODY),
)
def sign_in(request: Request, response: Response, body: SignInBody, station: StationDep) -> SessionOut:
    """Sign in with a password. The answer sets the session's cookie."""
    from_our_own_page(request)
    with station.database.write() as session:
        person = people.check_password(session, body.organisation, body.person, body.password)
        signed = None if person is None else people.sign_in(session, person, enrolled=False)
    return _answer(request, response, signed)


@router.post(
    "/session/enrolment",
    status_code=201,
    dependencies=[Depends(sign_in_allowed)],
    responses=answers(errors.NotAuthenticated, framework=BODY),
)
def redeem(request: Request, response: Response, body: RedeemBody, station: StationDep) -> SessionOut:
    """Enrol this phone with a one-time code and its PIN. The answer sets the session's cookie."""
    from_our_own_page(request)
    with station.database.write() as session:
        person = enrolments.redeem(session, body.code, body.pin)
        signed = None if person is None else people.sign_in(session, person, enrolled=True)
    return _answer(request, response, signed)


@router.delete("/session", status_code=204, responses=answers())
def sign_out(response: Response, caller: CanReadPieces, station: StationDep) -> None:
    """End this session, here and on the server."""
    with station.database.write() as session:
        people.sign_out(session, caller)
    clear_cookie(response)


@router.post(
    "/enrolments",
    status_code=201,
    response_model=EnrolmentOut,
    responses=answers(errors.NotFound, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def enrol(
    request: Request, body: EnrolmentBody, caller: CanEnrolPeople, station: StationDep, key: KeyHeader = None
) -> Response:
    """Make a one-time code for a person's phone. Asked for another, the first is worth nothing."""

    def work(session: Session) -> tuple[int, EnrolmentOut, None]:
        ticket = enrolments.enrol(session, caller, body.person)
        minutes = int(ticket.lasts.total_seconds()) // 60
        return 201, EnrolmentOut(code=ticket.code, pin=ticket.pin, minutes=minutes), None

    return carry_out_once(request, caller, key, body, work, forget=frozenset({"code", "pin"}))


def _answer(request: Request, response: Response, signed: people.SignedIn | None) -> SessionOut:
    if signed is None:
        raise NotAuthenticated(REFUSED)
    set_cookie(request, response, signed.cookie, signed.lasts)
    person = signed.person
    return SessionOut(
        person=person.pseudonym,
        role=person.role,
        organisation=person.organisation.slug,
        collection_point=person.collection_point.code if person.collection_point else None,
        csrf_token=signed.csrf,
    )
