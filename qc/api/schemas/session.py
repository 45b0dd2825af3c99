"""Who is signed in, and how a phone is enrolled."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from qc.api.schemas.words import Incoming, Pseudonym

Secret = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SignInBody(Incoming):
    """A password."""

    organisation: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    person: Pseudonym
    password: Secret


class RedeemBody(Incoming):
    """A one-time code and the PIN that was said with it."""

    code: Secret
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class SessionOut(BaseModel):
    """Who is signed in. The session itself is in the cookie."""

    person: str
    role: str
    organisation: str
    collection_point: str | None
    csrf_token: str = Field(description="Send it as X-CSRF-Token with every change.")


class EnrolmentBody(Incoming):
    """Whose phone."""

    person: Pseudonym


class EnrolmentOut(BaseModel):
    """Shown once, on the desk."""

    code: str | None = Field(description="For the QR code. Null when the request is answered again: ask for another.")
    pin: str | None = Field(description="Said in person. Null when the request is answered again.")
    minutes: int = Field(description="How long both last.")
