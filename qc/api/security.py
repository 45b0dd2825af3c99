"""Who calls, and what they may: a scope is a type, so that a route reads `caller: CanInspect`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from qc.errors import NotAllowed, NotAuthenticated
from qc.ledger.accounts import Caller, Scope, authenticate

_bearer = HTTPBearer(
    auto_error=False, scheme_name="API key", description="`Authorization: Bearer qc_<prefix>_<secret>`"
)


class Needs:
    """A dependency that lets callers through whose key has a scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
    ) -> Caller:
        """The caller.

        Raises:
            NotAuthenticated: No key, or none that we know.
            NotAllowed: The key lacks the scope.
        """
        if credentials is None:
            raise NotAuthenticated("no API key came with the request; send `Authorization: Bearer qc_...`")
        with request.app.state.station.database.read() as session:
            caller = authenticate(session, credentials.credentials)
        require(caller, self.scope)
        return caller


def require(caller: Caller, scope: Scope) -> None:
    """See that a caller has a scope.

    Raises:
        NotAllowed: They do not.
    """
    if scope not in caller.scopes:
        raise NotAllowed(f"this key lacks the scope {scope}; ask your administrator for a key with it", scope=scope)


CanInspect = Annotated[Caller, Depends(Needs(Scope.INSPECT))]
CanDecide = Annotated[Caller, Depends(Needs(Scope.DECIDE))]
CanReadPieces = Annotated[Caller, Depends(Needs(Scope.READ_PIECES))]
CanReadOrders = Annotated[Caller, Depends(Needs(Scope.READ_ORDERS))]
CanReadBatches = Annotated[Caller, Depends(Needs(Scope.READ_BATCHES))]
CanOpenBatches = Annotated[Caller, Depends(Needs(Scope.OPEN_BATCHES))]
CanReadStandards = Annotated[Caller, Depends(Needs(Scope.READ_STANDARDS))]
CanReadEvents = Annotated[Caller, Depends(Needs(Scope.READ_EVENTS))]
