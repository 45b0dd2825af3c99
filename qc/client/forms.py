"""The multipart form of an inspection."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from qc.errors import BadInput

SentPhoto = str | Path | bytes
"""A photo to send: a path, or the file's bytes."""


def inspection_form(
    photos: Sequence[SentPhoto], views: Sequence[str] | None, described: Mapping[str, Any]
) -> tuple[bytes, str]:
    """Body and Content-Type. Photos are sent bit for bit as they are.

    Raises:
        BadInput: There are not as many views as photos.
    """
    if views is not None and len(views) != len(photos):
        raise BadInput(f"got {len(photos)} photos and {len(views)} views, wanted a view for each photo, or none")
    edge = uuid4().hex
    parts = [_part(edge, "inspection", json.dumps(described).encode())]
    for n, photo in enumerate(photos):
        content = photo if isinstance(photo, bytes) else Path(photo).read_bytes()
        parts.append(_part(edge, "photos", content, f"photo-{n}"))
        if views is not None:
            parts.append(_part(edge, "views", views[n].encode()))
    return b"".join([*parts, f"--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"


def _part(edge: str, name: str, content: bytes, filename: str | None = None) -> bytes:
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"\r\nContent-Type: application/octet-stream'
    return head.encode() + b"\r\n\r\n" + content + b"\r\n"
