"""API keys of programs: make, look at, rotate, end."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.paging import Cursor, Limit, write_cursor
from qc.api.problems import BODY, answers
from qc.api.schemas.keys import KeyIn, KeyList, KeyMade, KeyOut, RotationIn
from qc.api.security import CanManageKeys
from qc.errors import BadRequest
from qc.ledger import keys
from qc.ledger.accounts import find_collection_point
from qc.ledger.events import now

router = APIRouter(prefix="/v1/keys", tags=["keys"])

TOLD_ONCE = frozenset({"key"})


@router.post(
    "",
    status_code=201,
    response_model=KeyMade,
    responses=answers(errors.StillRunning, errors.KeyReused, framework=BODY),
)
def create_key(
    request: Request, body: KeyIn, caller: CanManageKeys, station: StationDep, key: KeyHeader = None
) -> Response:
    """Make a key. Its text is in this answer and nowhere else. You can give what you have yourself, and no more."""

    def work(session: Session) -> tuple[int, KeyMade, str]:
        keys.see_that_may_grant(caller, body.scopes, body.role)
        point = None
        if body.collection_point is not None:
            point = find_collection_point(session, caller.organisation_id, body.collection_point)
            if point is None:
                raise BadRequest(f"no collection point {body.collection_point!r}; use a code of your organisation")
        made, text = keys.create_key(
            session,
            caller.organisation_id,
            body.name,
            body.scopes,
            role=body.role,
            collection_point_id=point.id if point else None,
            expires_at=now() + timedelta(days=body.days) if body.days else None,
            actor=caller.name,
        )
        return 201, KeyMade.made(made, text), f"/v1/keys/{made.id}"

    return carry_out_once(request, caller, key, body, work, forget=TOLD_ONCE)


@router.get("", responses=answers())
def list_keys(caller: CanManageKeys, station: StationDep, before: Cursor, limit: Limit = 50) -> KeyList:
    """Keys of programs, newest first, with those that have ended. Browsers' sessions are not among them."""
    with station.database.read() as session:
        page = keys.list_keys(session, caller.organisation_id, limit, before)
        return KeyList(items=[KeyOut.of(key) for key in page.rows], next=write_cursor(page.next))


@router.get("/{key_id}", response_model=KeyOut, responses=tagged_answers(errors.NotFound))
def get_key(request: Request, key_id: UUID, caller: CanManageKeys, station: StationDep) -> Response:
    """A key, without its secret."""
    with station.database.read() as session:
        return tagged(request, KeyOut.of(keys.key_of_id(session, caller.organisation_id, key_id)))


@router.post(
    "/{key_id}/rotate",
    response_model=KeyMade,
    responses=answers(errors.NotFound, errors.Conflict, errors.StillRunning, errors.KeyReused, framework=BODY),
)
def rotate_key(
    request: Request,
    key_id: UUID,
    body: RotationIn,
    caller: CanManageKeys,
    station: StationDep,
    key: KeyHeader = None,
) -> Response:
    """Give a key a new secret. The one before works until the overlap ends; an older one ends at once."""

    def work(session: Session) -> tuple[int, KeyMade, None]:
        rotated = keys.key_of_id(session, caller.organisation_id, key_id, change=True)
        keys.see_that_may_grant(caller, keys.scopes_of(rotated), None)
        text = keys.rotate_key(session, rotated, timedelta(days=body.overlap_days), caller.name)
        return 200, KeyMade.made(rotated, text), None

    return carry_out_once(request, caller, key, body, work, forget=TOLD_ONCE)


@router.delete("/{key_id}", status_code=204, responses=answers(errors.NotFound))
def revoke_key(key_id: UUID, caller: CanManageKeys, station: StationDep) -> None:
    """End a key at once, with every secret of it. A second time does nothing."""
    with station.database.write() as session:
        keys.end_key(session, keys.key_of_id(session, caller.organisation_id, key_id, change=True), caller.name)
