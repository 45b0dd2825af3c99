"""ETag and If-Match: nobody overwrites what somebody else has changed since they looked.

A row that can change keeps a `version`, which grows by one with every change of what its resource shows. The version is
the strong ETag of that resource. What has no version, because it never changes or changes only by events, is tagged by
its content.

    @router.get("/{batch_id}", response_model=BatchOut, responses=tagged_answers(errors.NotFound))
    def get_batch(request: Request, ...) -> Response:
        return tagged(request, BatchOut.of(batch), batch.version)

    @router.post("/{batch_id}/close", responses=answers(errors.ChangedMeanwhile, ...))
    def close(batch_id: UUID, wanted: IfMatch, ...) -> Response:
        def work(session: Session) -> ...:
            lock_chain(session, caller.organisation_id)  # before looking: nobody gets between the look and the change
            batch = batch_of_id(session, caller.organisation_id, batch_id)
            wanted.hold_against(batch.version)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from qc.api.problems import answers
from qc.errors import BadRequest, ChangedMeanwhile, QcError

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
_LIST = re.compile(rf"\s*{_TAG.pattern}\s*(,\s*{_TAG.pattern}\s*)*")


def etag(version: int) -> str:
    """The ETag of a version, quotes included, such as `"v7"`."""
    return f'"v{version}"'


@dataclass(frozen=True)
class Wanted:
    """What a caller believes to be the present state: the tags of If-Match, or None when it did not come."""

    tags: frozenset[str] | None
    any_state: bool = False

    def hold_against(self, version: int) -> None:
        """See that the state is one that the caller knows. Call it in the transaction that changes, under its lock.

        Raises:
            ChangedMeanwhile: It is not; the error carries the tag that would be right now.
        """
        current = etag(version)
        if self.tags is None or self.any_state or current in self.tags:
            return
        raise ChangedMeanwhile(
            f"got If-Match {', '.join(sorted(self.tags))}, the present state is {current}: read it again, see whether "
            "your change still makes sense, and send it with that tag",
            etag=current,
        )


async def read_if_match(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=1000,
            description="The `ETag` that you saw, or `*`. With another state the request is refused with 412 and "
            "changes nothing. Without the header the change is made whatever the state.",
        ),
    ] = None,
) -> Wanted:
    """The header as sets of tags. Weak tags match nothing, as RFC 9110 (section 13.1.1) has it.

    Raises:
        BadRequest: The header is no list of entity tags.
    """
    if if_match is None:
        return Wanted(None)
    if if_match.strip() == "*":
        return Wanted(frozenset(), any_state=True)
    if _LIST.fullmatch(if_match) is None:
        raise BadRequest(
            f'got If-Match {if_match!r}, wanted `*` or tags in quotes such as "v7": hand back the ETag as it came',
            pointer="/header/If-Match",
        )
    return Wanted(frozenset(f'"{tag}"' for weak, tag in _TAG.findall(if_match) if not weak))


IfMatch = Annotated[Wanted, Depends(read_if_match)]
"""What a route that changes takes: `wanted: IfMatch`."""


def tagged(request: Request, body: BaseModel, version: int | None = None) -> Response:
    """The answer to a GET of one resource, with its ETag; 304 without a body when the asker has that state already.

    Args:
        request: The request, for its If-None-Match.
        body: What is answered.
        version: The row's version; the tag is made from the content when there is none.
    """
    text = body.model_dump_json(by_alias=True)  # as the framework writes it
    tag = etag(version) if version is not None else f'"{sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    asked = request.headers.get("if-none-match", "")
    if asked.strip() == "*" or tag in {f'"{known}"' for _, known in _TAG.findall(asked)}:  # here weak tags count
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="application/json", headers=headers)


def tagged_answers(*kinds: type[QcError]) -> dict[int | str, dict[str, Any]]:
    """`problems.answers`, and what a GET with an ETag may answer besides."""
    header = {"ETag": {"description": "The state that this is.", "schema": {"type": "string"}}}
    return answers(*kinds) | {
        200: {"headers": header},
        304: {"description": "You have this state: it is the one of your If-None-Match.", "headers": header},
    }
