"""promotions.jsonl: which bundle served from when to when, who said so and why. Append-only, each line chained by hash.

A line carries the SHA-256 of the line before it and of itself, so that a line altered, removed or put in between shows
when the file is read.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from qc.errors import BadBundle, BadInput
from qc.model.bundle_spec import Part, Sha256

FIRST = "0" * 64
"""What the first line names as the line before it."""

NAME, REASON = 200, 2000
"""Most characters of who says so, and of why."""

Action = Literal["switch", "rollback", "challenger"]


class Change(Part):
    """One line: a bundle took over, or became the challenger."""

    number: int = Field(ge=1)
    at: datetime
    action: Action
    before: str | None = Field(description="Bundle that held the place until then.")
    to: str | None = Field(description="Bundle that holds it from then on; null: no challenger any more.")
    by: str = Field(min_length=1, max_length=NAME)
    why: str = Field(min_length=1, max_length=REASON)
    model: Sha256 | None = Field(description="Of the model.onnx of `to`.")
    record: Sha256 | None = Field(default=None, description="Of the signed-off record, promotions/<hash>.json.")
    previous: Sha256
    sha256: Sha256 = Field(default=FIRST, description="Of this line without this field.")

    def digest(self) -> str:
        """SHA-256 of the line as it is, without its own."""
        document = self.model_dump(mode="json", exclude={"sha256"})
        return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def hold_to_words(by: str, why: str) -> None:
    """See that somebody says so and gives a reason, neither of them too long.

    Raises:
        BadInput: One is empty or too long; the sentence says which.
    """
    for option, said, most in (("--by", by, NAME), ("--why", why, REASON)):
        if not said.strip() or len(said) > most:
            raise BadInput(f"{option} has {len(said.strip())} characters, wanted 1 to {most}; it is kept for good")


def read_changes(path: Path) -> list[Change]:
    """All lines, oldest first; none where the file is missing.

    Raises:
        BadBundle: A line was altered, removed or put in; the sentence says which.
    """
    changes: list[Change] = []
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    previous = FIRST
    for number, line in enumerate(lines, 1):
        try:
            change = Change.model_validate_json(line)
        except ValidationError as wrong:
            raise BadBundle(f"{path}, line {number} is no change: {wrong.errors()[0]['msg']}", file=path.name) from None
        if (change.number, change.previous, change.sha256) != (number, previous, change.digest()):
            raise BadBundle(
                f"{path}, line {number} or the one before it was altered; compare with a copy from before",
                file=path.name,
            )
        changes.append(change)
        previous = change.sha256
    return changes


def append_change(
    path: Path,
    *,
    action: Action,
    before: str | None,
    to: str | None,
    by: str,
    why: str,
    model: str | None,
    record: str | None,
) -> Change:
    """Write one more line, on disk before this returns. The caller holds the registry's lock.

    Raises:
        BadInput: Nobody says so, or without a reason.
        BadBundle: The history was altered.
    """
    hold_to_words(by, why)
    changes = read_changes(path)
    change = Change(
        number=len(changes) + 1,
        at=datetime.now(UTC).replace(microsecond=0),
        action=action,
        before=before,
        to=to,
        by=by,
        why=why,
        model=model,
        record=record,
        previous=changes[-1].sha256 if changes else FIRST,
    )
    change = change.model_copy(update={"sha256": change.digest()})
    with path.open("a", encoding="utf-8") as log:
        log.write(change.model_dump_json() + "\n")
        log.flush()
        os.fsync(log.fileno())
    return change


def bundle_before(changes: list[Change]) -> str | None:
    """What a rollback goes back to: the bundle that the one in service replaced. None where there is none.

    A rollback takes back one switch; the next one takes back the switch before that, not the rollback.
    """
    replaced: list[str | None] = []
    for change in changes:
        if change.action == "switch":
            replaced.append(change.before)
        elif change.action == "rollback" and replaced:
            replaced.pop()
    return replaced[-1] if replaced else None
