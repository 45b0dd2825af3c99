"""The one error tree.

QcError
+-- BadInput                what was given cannot be used as it is
|   +-- BadPhoto            bytes that are no photo we judge, or a photo over a limit
|   |   +-- NotMeasurable   a photo from which no size can be read (`extra["reason"]` says why)
|   +-- BadStandard         a standard or the taxonomy breaks its own rules (names file and line)
|   +-- BadRequest          a request that contradicts itself
|   +-- TooLarge            more bytes than the service takes
|   +-- KeyReused           an Idempotency-Key sent again with another payload
|   +-- UnknownStandard     no standard of that name
+-- NotFound                nothing of that id (or it belongs to another organisation)
+-- Conflict                the state of a thing does not allow this step
|   +-- ChecksMissing       a required hand check is neither recorded nor waived
|   +-- AlreadyDecided      the decision was made, and differently
|   +-- BatchNotReady       something is missing before the batch can be sealed (`extra["missing"]` lists all)
|   +-- TagUsed             the tag is bound to another piece
|   +-- StillRunning        the first request with this Idempotency-Key is not answered yet
|   +-- ChangedMeanwhile    If-Match names a state that is no longer the present one
|   +-- NotPromoted         a gate of the promotion is closed (`extra["closed"]` names it)
+-- NotAllowed              the caller lacks the scope
|   +-- NotAuthenticated    the caller is nobody we know
|   +-- Blinded             a first verdict, hidden from whoever may judge the piece again
+-- TooOften                more requests than the caller may send
+-- BadBundle               a released model that fails its own hashes or golden photos
+-- Unavailable             database, photo store or model is away: try again later

Every error carries a stable `code` for programs and a sentence for people that says what was got, what was wanted and
what to do. The API turns them into problem+json; the command line prints the sentence.
"""

from __future__ import annotations

from typing import Any, ClassVar


class QcError(Exception):
    """Base of every error that this project raises on purpose."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class BadInput(QcError):
    """What was given cannot be used as it is."""

    code = "bad_input"
    status = 422
    title = "The input cannot be used"


class BadPhoto(BadInput):
    """Bytes that are no photo we judge, or a photo over a limit."""

    code = "bad_photo"
    title = "The file is not a photo that can be judged"


class NotMeasurable(BadPhoto):
    """A photo from which no size can be read; `extra["reason"]` is one of `qc.measure.Refusal`."""

    code = "not_measurable"
    title = "No size can be read from this photo"


class BadStandard(BadInput):
    """A standard or the taxonomy breaks its own rules; the sentence names file and line."""

    code = "bad_standard"
    title = "The standard is not valid"


class BadRequest(BadInput):
    """A request that contradicts itself."""

    code = "bad_request"
    title = "The request contradicts itself"


class TooLarge(BadInput):
    """More bytes than the service takes."""

    code = "too_large"
    status = 413
    title = "Too large"


class KeyReused(BadInput):
    """An Idempotency-Key sent again with another payload."""

    code = "idempotency_key_reused"
    title = "The Idempotency-Key belongs to another request"


class UnknownStandard(BadInput):
    """No standard of that name."""

    code = "unknown_standard"
    title = "No such standard"


class NotFound(QcError):
    """Nothing of that id, or it belongs to another organisation."""

    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(QcError):
    """The state of a thing does not allow this step."""

    code = "conflict"
    status = 409
    title = "The state does not allow this"


class BatchNotReady(Conflict):
    """Something is missing before the batch can be sealed; `extra["missing"]` lists all of it."""

    code = "batch_not_ready"
    title = "The batch cannot be sealed yet"


class TagUsed(Conflict):
    """The tag is bound to another piece."""

    code = "tag_used"
    title = "The tag belongs to another piece"


class ChecksMissing(Conflict):
    """A required hand check is neither recorded nor waived."""

    code = "checks_missing"
    title = "Hand checks are missing"


class AlreadyDecided(Conflict):
    """The decision was made, and differently."""

    code = "already_decided"
    title = "Already decided"


class StillRunning(Conflict):
    """The first request with this Idempotency-Key is not answered yet."""

    code = "still_running"
    title = "The same request is being answered"


class ChangedMeanwhile(Conflict):
    """If-Match names a state that is no longer the present one."""

    code = "changed_meanwhile"
    status = 412
    title = "It was changed meanwhile"


class NotPromoted(Conflict):
    """A gate of the promotion is closed; `extra["closed"]` lists which."""

    code = "not_promoted"
    title = "The model stays out of service"


class NotAllowed(QcError):
    """The caller lacks the scope."""

    code = "not_allowed"
    status = 403
    title = "Not allowed"


class NotAuthenticated(NotAllowed):
    """The caller is nobody we know."""

    code = "not_authenticated"
    status = 401
    title = "Who is calling?"


class TooOften(QcError):
    """More requests than the caller may send; `extra["retry_after_s"]` says when the next is welcome."""

    code = "too_often"
    status = 429
    title = "Too many requests"


class Blinded(NotAllowed):
    """A first verdict, hidden from whoever may judge the piece again."""

    code = "blinded"
    title = "Hidden until the piece has been judged again"


class BadBundle(QcError):
    """A released model that fails its own hashes or golden photos."""

    code = "bad_bundle"
    status = 503
    title = "The model cannot be served"


class Unavailable(QcError):
    """Database, photo store or model is away: try again later."""

    code = "unavailable"
    status = 503
    title = "Try again later"
