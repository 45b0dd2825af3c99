"""States of pieces and batches, and which step may follow which."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Enum


class PieceState(StrEnum):
    """Where a piece stands."""

    REGISTERED = "registered"  # photographed, not yet decided
    AWAITING_CHECKS = "awaiting_checks"  # a hand check is missing
    REFERRED = "referred"  # a person must look
    RETURNED = "returned"  # with its weaver, to be mended; comes back as the next attempt
    ACCEPTED = "accepted"  # good, and waiting for a batch that needs it
    IN_BATCH = "in_batch"
    SHIPPED = "shipped"
    REJECTED = "rejected"
    VOIDED = "voided"  # registered by mistake


class BatchState(StrEnum):
    """Where a batch stands."""

    OPEN = "open"
    SAMPLING = "sampling"
    SEALED = "sealed"
    SHIPPED = "shipped"
    REJECTED = "rejected"


class CartonState(StrEnum):
    """Where a carton stands."""

    OPEN = "open"  # pieces go in and out
    CLOSED = "closed"


class ContainerState(StrEnum):
    """Where a container stands."""

    OPEN = "open"  # being stuffed
    SEALED = "sealed"  # its seal number is on it
    DEPARTED = "departed"


class LotState(StrEnum):
    """Where a lot under acceptance sampling stands."""

    SAMPLING = "sampling"  # drawn; its sample is being judged
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SCREENING = "screening"  # rejected; every piece is being looked at
    SCREENED = "screened"  # what was found bad is taken out; it may be resubmitted
    RESUBMITTED = "resubmitted"  # a new lot has taken its place
    WITHDRAWN = "withdrawn"  # begun by mistake; nothing of its sample had been judged


class Purpose(StrEnum):
    """Why a piece is judged again."""

    SAMPLE = "sample"  # drawn from a lot
    SCREENING = "screening"  # of a rejected lot, every piece
    ACCEPTED = "accepted"  # chosen by chance when it was accepted
    REFUSED = "refused"  # chosen by chance when it was returned or rejected


class ReinspectionState(StrEnum):
    """Where a re-inspection stands."""

    OPEN = "open"
    RECORDED = "recorded"
    MISSED = "missed"  # the piece was gone before anybody could judge it again
    WITHDRAWN = "withdrawn"  # with its lot


class LabelOccasion(StrEnum):
    """On which occasion a photo was labelled."""

    REVIEW = "review"  # by who looked at the piece
    QUEUE = "queue"  # chosen because a label is worth most there
    RANDOM = "random"  # chosen by chance: what estimates may rest on


class RejudgementState(StrEnum):
    """Where a job that judges past evidence again stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"  # as a whole: its model or standard cannot be used
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What a named person, or a stated policy, decides about an inspected piece."""

    ACCEPT = "accept"
    RETURN = "return"
    REJECT = "reject"
    REFER = "refer"
    OVERRULE = "overrule"  # give another grade than the rules did, with a reason


UNDECIDED = frozenset({PieceState.REGISTERED, PieceState.AWAITING_CHECKS, PieceState.REFERRED})

INSPECTABLE = UNDECIDED | {PieceState.RETURNED}
"""States in which new photos may be judged. A returned piece comes back as its next attempt."""

APPEALABLE = frozenset({PieceState.RETURNED, PieceState.REJECTED})
"""States that a weaver may appeal against: a second person judges, without seeing the first verdict."""

DECIDABLE: dict[Outcome, frozenset[PieceState]] = {
    Outcome.ACCEPT: UNDECIDED,
    Outcome.RETURN: UNDECIDED,
    Outcome.REJECT: UNDECIDED,
    Outcome.REFER: UNDECIDED,
    # A wrong return or rejection costs a household a day's income, so a person may still correct it.
    Outcome.OVERRULE: UNDECIDED | {PieceState.RETURNED, PieceState.REJECTED, PieceState.ACCEPTED, PieceState.IN_BATCH},
}
"""From which states each outcome may be decided. A piece in a batch follows its new grade while the batch is open."""


def stored(kind: type[StrEnum]) -> Enum:
    """The column type of a state: its word, as plain text on every database, so that a new state needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )
