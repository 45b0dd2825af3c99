"""A manifest as JSON, written piece by piece; and the JSON Schema that every such document meets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from qc.manifest.manifest import Manifest, Part, Whole

SCHEMA_ID = "urn:anyaman-qc:manifest:1"
_TOGETHER = 32
"""Parts to a write: fewer calls, still little memory."""


def write_json(manifest: Manifest, out: BinaryIO) -> None:
    """Write the manifest as one JSON object, with `cartons` and `pieces` last."""
    out.write(manifest.head.model_dump_json().removesuffix("}").encode())
    _write_list(out, "cartons", manifest.cartons())
    _write_list(out, "pieces", manifest.pieces())
    out.write(b"}\n")


def manifest_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `write_json` writes."""
    schema = Whole.model_json_schema(mode="serialization")
    schema["title"] = "Manifest of a batch"
    schema.pop("description", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **schema}


def schema_text() -> str:
    """The schema as it is published and committed."""
    return json.dumps(manifest_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _write_list(out: BinaryIO, name: str, parts: Iterable[Part]) -> None:
    out.write(f',"{name}":['.encode())
    lines: list[str] = []
    between = b"\n"
    for part in parts:
        lines.append(part.model_dump_json())
        if len(lines) == _TOGETHER:
            out.write(between + ",\n".join(lines).encode())
            between, lines = b",\n", []
    if lines:
        out.write(between + ",\n".join(lines).encode())
    out.write(b"]")
