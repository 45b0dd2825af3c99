"""The least valid JSON for a schema of the OpenAPI document: for tests that must get past the form of a body."""

from __future__ import annotations

import re
from typing import Any

from tests.pictures import GOOD, jpeg

TEXTS = ("A1", "a", "a.b", "123456", "0" * 64, "1", "+07:00", "MSKU3054383", "https://example.org/", "USD")


def made_up(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """An instance with what is required and nothing else."""
    if "$ref" in schema:
        return made_up(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return made_up(next(x for x in schema[choice] if x.get("type") != "null"), document)
    for given in ("const", "default"):
        if given in schema:
            return schema[given]
    if "enum" in schema:
        return schema["enum"][0]
    return _of_type(schema, document)


def _of_type(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    kind = schema.get("type", "object")
    if kind == "object":
        known = schema.get("properties", {})
        return {name: made_up(known.get(name, {}), document) for name in schema.get("required", [])}
    if kind == "array":
        return [made_up(schema["items"], document) for _ in range(schema.get("minItems", 0))]
    if kind == "string":
        return _text(schema)
    if kind in {"integer", "number"}:
        return max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
    return False


def _text(schema: dict[str, Any]) -> str:
    of_format = {
        "uuid": "0199a1d0-0000-7000-8000-000000000000",
        "date-time": "2026-11-24T03:10:00Z",
        "date": "2026-11-24",
    }
    if schema.get("format") in of_format:
        return of_format[schema["format"]]
    fitting = (
        text
        for text in (*TEXTS, "A" * schema.get("minLength", 1))
        if schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10**6)
        and re.search(schema.get("pattern", ""), text)
    )
    return next(fitting)


def request_of(document: dict[str, Any], method: str, template: str) -> dict[str, Any]:
    """A body that the route cannot refuse for its form."""
    described = document["paths"][template][method.lower()].get("requestBody", {}).get("content", {})
    if "application/json" in described:
        return {"json": made_up(described["application/json"]["schema"], document)}
    if method == "POST" and template.endswith(("/originals", "/photos")):
        return {"files": {"photos" if "photos" in template else "0" * 64: ("p.jpg", jpeg(GOOD, 1), "image/jpeg")}}
    return {}
