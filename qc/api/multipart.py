"""Reads a multipart form as it arrives: after the caller is known, with a limit on each part, and nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException

from qc.errors import TooLarge

MAX_FIELD = 64_000
"""Bytes of a part that is no file."""


@dataclass
class Part:
    """One part of a form."""

    name: str = ""
    filename: str | None = None
    content: bytes = b""


async def read_form(request: Request, max_file: int, max_parts: int) -> list[Part]:
    """All parts of a multipart/form-data body, in order.

    Once a part has outgrown its limit, the rest is read and thrown away, so that the sender gets to see the answer.

    Args:
        request: The request; its body has not been read.
        max_file: Most bytes of a part with a file name.
        max_parts: Most parts.

    Raises:
        HTTPException: 415, it is no multipart form; 400, it is a broken one.
        TooLarge: A part or their number is over the limit.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise HTTPException(415, "send multipart/form-data: the photos as files, and a field `inspection` with JSON")
    boundary = options.get(b"boundary")
    if not boundary:
        raise HTTPException(400, "the Content-Type names no boundary; let your HTTP library set this header")
    reader = _Reader(max_file, max_parts)
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": reader.begin,
            "on_header_field": reader.header_field,
            "on_header_value": reader.header_value,
            "on_header_end": reader.header_end,
            "on_part_data": reader.data,
            "on_part_end": reader.part_end,
            "on_end": reader.end,
        },
    )
    try:
        async for chunk in request.stream():
            if reader.refusal is None:
                parser.write(chunk)
        if reader.refusal is None:
            parser.finalize()
    except MultipartParseError as error:
        raise HTTPException(400, f"the multipart body is broken ({error})") from error
    if reader.refusal is not None:
        raise reader.refusal
    if not reader.complete:
        raise HTTPException(400, "the multipart body ends before its last boundary: it was cut off on its way")
    return reader.parts


class _Reader:
    def __init__(self, max_file: int, max_parts: int) -> None:
        self.parts: list[Part] = []
        self.refusal: TooLarge | None = None
        self.complete = False
        self._max_file, self._max_parts = max_file, max_parts
        self._name, self._value = b"", b""
        self._chunks: list[bytes] = []  # joined once: a photo that grows piece by piece is copied again and again
        self._size = 0

    def begin(self) -> None:
        if len(self.parts) == self._max_parts:
            self.refuse(f"got more than {self._max_parts} parts in one form")
        if self.refusal is None:
            self.parts.append(Part())
            self._chunks, self._size = [], 0

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        if self._name.lower() == b"content-disposition" and self.refusal is None:
            _, options = parse_options_header(self._value)
            part = self.parts[-1]
            part.name = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in options:
                part.filename = options[b"filename"].decode("utf-8", "replace")
        self._name, self._value = b"", b""

    def data(self, data: bytes, start: int, end: int) -> None:
        if self.refusal is not None:
            return
        part = self.parts[-1]
        limit = self._max_file if part.filename is not None else MAX_FIELD
        self._size += end - start
        if self._size > limit:
            self.refuse(f"the part `{part.name}` is larger than {limit:,} bytes: send it smaller")
            return
        self._chunks.append(data[start:end])

    def part_end(self) -> None:
        if self.refusal is None:
            self.parts[-1].content = b"".join(self._chunks)
            self._chunks = []

    def end(self) -> None:
        self.complete = True

    def refuse(self, detail: str) -> None:
        self.refusal = TooLarge(detail)
        self.parts.clear()
        self._chunks = []
