"""Answers that are files: written whole before the first byte is sent, so that none ever arrives half."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from qc.errors import Unavailable

_AT_A_TIME = 1 << 16


def download(request: Request, write: Callable[[BinaryIO], None], name: str, media_type: str) -> Response:
    """The answer with a file that `write` writes; 304 when the asker has these very bytes.

    The file lies on disk without a name until it is sent: memory stays flat, and the database is let go before a slow
    reader takes its time.

    Raises:
        Unavailable: There is no room for it on disk.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `_chunks`, or below
    try:
        try:
            write(out)
        except OSError as error:
            raise Unavailable(
                f"the file could not be written ({type(error).__name__}): the disk may be full; ask again later",
                retry_after_s=60,
            ) from error
        length, tag = _measure(out)
    except BaseException:
        out.close()
        raise
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        out.close()
        return Response(status_code=304, headers=headers)
    headers |= {
        "Content-Length": str(length),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
    }
    return StreamingResponse(_chunks(out), media_type=media_type, headers=headers)


def _measure(out: BinaryIO) -> tuple[int, str]:
    out.seek(0)
    content = sha256()
    length = 0
    while chunk := out.read(_AT_A_TIME):
        content.update(chunk)
        length += len(chunk)
    out.seek(0)
    return length, content.hexdigest()


def _chunks(out: BinaryIO) -> Iterator[bytes]:
    with out:
        while chunk := out.read(_AT_A_TIME):
            yield chunk
