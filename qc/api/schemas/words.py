"""Texts and numbers as they may come in: no control characters, no lengths that the ledger cannot keep."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
)

from qc.ledger.events import rfc3339

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*$")]
"""A number or code that people write on paper: SKU, batch, tag, collection point."""

Pseudonym = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""A person, without their name."""

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=_NO_CONTROL)]
"""What a person writes to say why."""

Amount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}(\.[0-9]{1,4})?$")]
"""An exact decimal that came in, as plain digits: money, kilograms, centimetres."""


def _of_our_time(at: datetime) -> datetime:
    if not 1970 <= at.year < 2200:
        raise ValueError(f"got the year {at.year}, wanted one from 1970 to 2199")
    return at


def _written_out(given: object) -> object:
    """A bare number would be taken for seconds since 1970, which nobody means."""
    if isinstance(given, int | float) or (isinstance(given, str) and given[4:5] != "-"):
        raise ValueError("wanted a time such as 2026-11-24T03:10:00Z")
    return given


Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_of_our_time)]
"""A moment that came in, with its zone; of a year that calendars and databases can reckon with."""

Time = Annotated[datetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]
"""UTC, RFC 3339, with milliseconds."""


class Incoming(BaseModel):
    """A body that callers send: a field that we do not know is an error, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)
