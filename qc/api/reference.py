"""The API's reference as one HTML page, drawn from the OpenAPI document. It works without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from qc.api.problems import known_codes

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#222}
pre,code{font:14px/1.4 ui-monospace,monospace;background:#f4f1ea}pre{padding:.75rem;overflow:auto}
h1{color:#5b3a1e}h2{margin-top:2.5rem;border-bottom:1px solid #ccc}h3{margin-top:2rem}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.15rem .8rem .15rem 0}
a{color:#7a4b17}summary{cursor:pointer}"""


def reference(document: dict[str, Any]) -> str:
    """The page.

    Args:
        document: An OpenAPI 3.1 document.
    """
    schemas = document["components"]["schemas"]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(document['info']['title'])}: API</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(document['info']['title'])} {escape(document['info']['version'])}</h1>",
        f"<p>{_words(document['info']['description'])}</p>",
        '<p><a href="/openapi.json">OpenAPI document</a> · <a href="#problems">Errors</a> · ',
        '<a href="#schemas">Schemas</a></p>',
        *_operations(document),
        '<h2 id="problems">Errors</h2><table>',
        *(
            f'<tr id="problem-{code}"><td>{status}</td><td><code>{code}</code></td><td>{escape(title)}</td></tr>'
            for code, (status, title) in known_codes().items()
        ),
        '</table><h2 id="schemas">Schemas</h2>',
        *(
            f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
            f"<pre>{escape(json.dumps(schema, indent=1, ensure_ascii=False))}</pre></details>"
            for name, schema in sorted(schemas.items())
        ),
        "</body></html>",
    ]
    return "\n".join(parts)


def _operations(document: dict[str, Any]) -> Iterator[str]:
    tag = None
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("tags", [""])[0] != tag:
                tag = operation.get("tags", [""])[0]
                yield f"<h2>{escape(tag)}</h2>"
            yield f"<h3><code>{method.upper()} {escape(path)}</code></h3>"
            yield f"<p>{_words(operation.get('description', ''))}</p>"
            yield from _parameters(operation)
            for media, body in operation.get("requestBody", {}).get("content", {}).items():
                yield f"<p>Body <code>{escape(media)}</code>: {_schema(body['schema'])}</p>"
            yield "<table>"
            for status, answer in operation["responses"].items():
                content: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
                shape = _schema(content["schema"]) if "schema" in content else ""
                yield f"<tr><td>{status}</td><td>{_words(answer['description'])}</td><td>{shape}</td></tr>"
            yield "</table>"


def _parameters(operation: dict[str, Any]) -> Iterator[str]:
    given = operation.get("parameters", [])
    if not given:
        return
    yield "<table><tr><th>parameter</th><th>in</th><th></th></tr>"
    for parameter in given:
        name = escape(parameter["name"]) + ("" if parameter["required"] else " (optional)")
        yield (
            f"<tr><td><code>{name}</code></td><td>{parameter['in']}</td>"
            f"<td>{_words(parameter.get('description', ''))}</td></tr>"
        )
    yield "</table>"


def _schema(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#schema-{name}">{name}</a>'
    return f"<pre>{escape(json.dumps(schema, indent=1, ensure_ascii=False))}</pre>" if schema else ""


def _words(text: str) -> str:
    """Text with `code` marked."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))
