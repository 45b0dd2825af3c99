"""Weavers: consent recorded, shown and erased, and statements of accepted pieces for pay.

A pseudonym travels in bodies and query strings, never in a path: paths stand in logs, which an erasure does not reach.
"""

from __future__ import annotations

from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.downloads import download
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.problems import BODY, answers
from qc.api.schemas.statements import ConsentIn, ConsentOut, ErasureIn, ErasureOut
from qc.api.schemas.words import Instant, Pseudonym
from qc.api.security import CanChangeMakers, CanReadMakers
from qc.ledger.blindness import see_that_all_shown
from qc.ledger.events import lock_chain
from qc.ledger.makers import erase_maker, maker_called, remember_maker
from qc.ledger.statements import statement, statement_csv

router = APIRouter(prefix="/v1", tags=["weavers"])

Weaver = Annotated[Pseudonym, Query(description="The weaver's pseudonym.")]


@router.post(
    "/makers",
    status_code=201,
    response_model=ConsentOut,
    responses=answers(errors.StillRunning, errors.KeyReused, framework=BODY),
)
def record_consent(request: Request, body: ConsentIn, caller: CanChangeMakers, key: KeyHeader = None) -> Response:
    """Record that a weaver gave a consent. The same version again changes nothing; a newer one is recorded."""

    def work(session: Session) -> tuple[int, ConsentOut, None]:
        lock_chain(session, caller.organisation_id)
        maker = remember_maker(session, caller, body.maker_ref, body.consent_version, body.consented_at)
        return 201, ConsentOut.of(maker), None

    return carry_out_once(request, caller, key, body, work)


@router.get("/makers", responses=answers(errors.NotFound))
def get_consent(maker_ref: Weaver, caller: CanReadMakers, station: StationDep) -> ConsentOut:
    """The consent of a weaver: which version, and when."""
    with station.database.read() as session:
        return ConsentOut.of(maker_called(session, caller.organisation_id, maker_ref))


@router.post("/makers/erasure", responses=answers(errors.NotFound, framework=BODY))
def erase(body: ErasureIn, caller: CanChangeMakers, station: StationDep) -> ErasureOut:
    """Forget a weaver, for good. Their pieces and the chain stay, and nobody can tell any more whose they were."""
    with station.database.write() as session:
        lock_chain(session, caller.organisation_id)
        maker = maker_called(session, caller.organisation_id, body.maker_ref)
        erase_maker(session, caller, maker)
        return ErasureOut.model_validate(maker, from_attributes=True)


@router.get(
    "/statement",
    response_class=Response,
    responses={
        200: {"description": "The statement.", "content": {"text/csv": {"schema": {"type": "string"}}}},
        304: {"description": "You have these very bytes."},
        **answers(errors.NotFound, errors.Blinded),
    },
)
def get_statement(
    request: Request,
    caller: CanReadMakers,
    station: StationDep,
    begin: Annotated[Instant, Query(description="First moment of the period.")],
    end: Annotated[Instant, Query(description="First moment after it, at most 400 days later.")],
    maker_ref: Annotated[Pseudonym | None, Query(description="One weaver; all when left out.")] = None,
) -> Response:
    """Accepted pieces of a period as CSV, for pay: of one weaver or of all.

    A piece is payable once, when it is first accepted; later changes are listed and take nothing back.
    """
    with station.database.snapshot() as session:
        see_that_all_shown(session, caller, "the statement")
        lines = statement(session, caller.organisation_id, begin, end, maker_ref)

        def write(out: BinaryIO) -> None:
            for chunk in statement_csv(lines):
                out.write(chunk)

        return download(request, write, f"statement-{begin:%Y-%m-%d}-{end:%Y-%m-%d}.csv", "text/csv; charset=utf-8")
