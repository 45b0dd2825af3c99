"""Changing a resource over HTTP, the same way everywhere: once for a key, in somebody's own name, and only against the
state that the caller saw.

    @router.post("/{carton_id}/close", response_model=CartonOut, responses=_ANSWERS)
    def close(carton_id: UUID, body: Nothing, caller: CanOpenBatches, change: Changing) -> Response:
        def act(session: Session, carton: Carton) -> None:
            cartons.close_carton(session, caller, carton)

        return change.carry_out(caller, body, hold_carton, carton_id, act, CartonOut.of)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from qc.api.etags import IfMatch, Wanted
from qc.api.idempotency import KeyHeader, carry_out_once
from qc.api.security import speaks_for
from qc.ledger.accounts import Caller


class _Versioned(Protocol):
    @property
    def version(self) -> int:
        """Grows by one with every change of what its resource shows."""


Row = TypeVar("Row", bound=_Versioned)


@dataclass(frozen=True)
class Change:
    """What comes with every changing request beside its body: its key, and the state that it is to change."""

    request: Request
    wanted: Wanted
    key: str | None

    def carry_out(
        self,
        caller: Caller,
        body: BaseModel,
        hold: Callable[[Session, Caller, UUID], Row],
        key: UUID,
        act: Callable[[Session, Row], None],
        show: Callable[[Row], BaseModel],
        *,
        by: str | None = None,
        status: int = 200,
    ) -> Response:
        """Hold the row, see that it is as the caller saw it, change it, and answer what it is now.

        Args:
            caller: For whom.
            body: What was asked; the same body under the same key is the same request.
            hold: Gives the row of an id as it is now, held until the transaction ends.
            key: The id.
            act: Changes it.
            show: The answer, made of the changed row.
            by: The person in whose name it happens, where the body names one.
            status: Of the answer.

        Raises:
            ChangedMeanwhile: The row is not as the caller saw it.
            NotAllowed: Somebody who is signed in names somebody else.
        """
        if by is not None:
            speaks_for(caller, by)

        def work(session: Session) -> tuple[int, BaseModel, None]:
            row = hold(session, caller, key)
            self.wanted.hold_against(row.version)
            act(session, row)
            return status, show(row), None

        return carry_out_once(self.request, caller, self.key, body, work)


async def _read(request: Request, wanted: IfMatch, key: KeyHeader = None) -> Change:
    return Change(request, wanted, key)


Changing = Annotated[Change, Depends(_read)]
"""What a route takes that changes a resource with a version."""
