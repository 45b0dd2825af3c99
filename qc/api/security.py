"""Who calls, and what they may: a scope is a type, so that a route reads `caller: CanInspect`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from qc.api.browser import COOKIE, CSRF_HEADER, SAFE, from_our_own_page
from qc.api.middleware import CALLER
from qc.errors import NotAllowed, NotAuthenticated
from qc.ledger.accounts import Caller, Scope
from qc.ledger.people import caller_in_browser, caller_with_key

_bearer = HTTPBearer(
    auto_error=False, scheme_name="API key", description="`Authorization: Bearer qc_<prefix>_<secret>`"
)


class Needs:
    """A dependency that lets callers through who have a scope: programs by key, people by their browser's session."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
    ) -> Caller:
        """The caller.

        Raises:
            NotAuthenticated: No key or session, or none that we know; a change without the session's CSRF token.
            NotAllowed: The key or role lacks the scope.
            TooOften: The key has sent too many requests.
        """
        cookie = request.cookies.get(COOKIE)
        if credentials is None and cookie is None:
            raise NotAuthenticated("no API key came with the request; send `Authorization: Bearer qc_...`, or sign in")
        with request.app.state.station.database.read() as session:
            if credentials is not None:
                caller = caller_with_key(session, credentials.credentials)
            else:
                changes = request.method not in SAFE
                if changes:
                    from_our_own_page(request)
                caller = caller_in_browser(session, cookie or "", request.headers.get(CSRF_HEADER), changes=changes)
        request.scope[CALLER] = caller.name
        if caller.key_id is not None:
            request.app.state.limits.key(request, caller.key_id)
            request.app.state.last_used.saw(caller.key_id)
        require(caller, self.scope)
        return caller


def require(caller: Caller, scope: Scope) -> None:
    """See that a caller has a scope.

    Raises:
        NotAllowed: They do not.
    """
    if scope not in caller.scopes:
        raise NotAllowed(f"this needs the scope {scope}; ask your administrator for it", scope=scope)


def speaks_for(caller: Caller, person: str) -> None:
    """See that a signed-in person decides in their own name only; a program names the person who decided.

    Raises:
        NotAllowed: Somebody else is named.
    """
    if caller.name.startswith("person:") and caller.name != f"person:{person}":
        raise NotAllowed(
            f"you are signed in as {caller.name.removeprefix('person:')!r} and cannot decide as {person!r}"
        )


CanInspect = Annotated[Caller, Depends(Needs(Scope.INSPECT))]
CanDecide = Annotated[Caller, Depends(Needs(Scope.DECIDE))]
CanReadPieces = Annotated[Caller, Depends(Needs(Scope.READ_PIECES))]
CanReadOrders = Annotated[Caller, Depends(Needs(Scope.READ_ORDERS))]
CanWriteOrders = Annotated[Caller, Depends(Needs(Scope.WRITE_ORDERS))]
CanReadBatches = Annotated[Caller, Depends(Needs(Scope.READ_BATCHES))]
CanOpenBatches = Annotated[Caller, Depends(Needs(Scope.OPEN_BATCHES))]
CanSealBatches = Annotated[Caller, Depends(Needs(Scope.SEAL_BATCHES))]
CanReadStandards = Annotated[Caller, Depends(Needs(Scope.READ_STANDARDS))]
CanWriteStandards = Annotated[Caller, Depends(Needs(Scope.WRITE_STANDARDS))]
CanExportLedger = Annotated[Caller, Depends(Needs(Scope.EXPORT_LEDGER))]
CanReadMakers = Annotated[Caller, Depends(Needs(Scope.READ_MAKERS))]
CanChangeMakers = Annotated[Caller, Depends(Needs(Scope.CHANGE_MAKERS))]
CanReadModels = Annotated[Caller, Depends(Needs(Scope.READ_MODELS))]
CanReadDrift = Annotated[Caller, Depends(Needs(Scope.READ_DRIFT))]
CanReadEvents = Annotated[Caller, Depends(Needs(Scope.READ_EVENTS))]
CanDecideLots = Annotated[Caller, Depends(Needs(Scope.DECIDE_LOTS))]
CanReinspect = Annotated[Caller, Depends(Needs(Scope.REINSPECT))]
CanRejudge = Annotated[Caller, Depends(Needs(Scope.REJUDGE))]
CanLabel = Annotated[Caller, Depends(Needs(Scope.LABEL))]
CanEnrolPeople = Annotated[Caller, Depends(Needs(Scope.ENROL_PEOPLE))]
CanReadWebhooks = Annotated[Caller, Depends(Needs(Scope.READ_WEBHOOKS))]
CanChangeWebhooks = Annotated[Caller, Depends(Needs(Scope.CHANGE_WEBHOOKS))]
CanManageKeys = Annotated[Caller, Depends(Needs(Scope.MANAGE_KEYS))]
