from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from qc.manifest.as_json import manifest_schema, schema_text, write_json
from tests.manifest.made import made

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "manifest.schema.json"


def written(*arguments: Any, **more: Any) -> Any:
    out = io.BytesIO()
    write_json(made(*arguments, **more), out)
    return json.loads(out.getvalue())


def test_the_published_schema_is_the_committed_one() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: python -c 'from qc.manifest.as_json import schema_text as s; print(s(), end=\"\")' > FILE"
    )


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 1000])
def test_what_is_written_meets_the_schema(count: int) -> None:
    document = written(count)
    validator = jsonschema_rs.Draft202012Validator(manifest_schema(), validate_formats=True)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert [piece["position"] for piece in document["pieces"]] == list(range(1, count + 1))
    assert sum(len(carton["piece_ids"]) for carton in document["cartons"]) == count


def test_the_schema_refuses_what_is_no_manifest() -> None:
    validator = jsonschema_rs.Draft202012Validator(manifest_schema(), validate_formats=True)
    for path, wrong in (("sealed_at", "yesterday"), ("lines", None), ("weaver", "Siti"), ("batch_id", "B-1")):
        assert not validator.is_valid(written(1) | {path: wrong}), path


def test_money_and_weights_are_exact_decimal_strings() -> None:
    document = written(3)
    assert document["lines"][0]["unit_price"] == "5.73"
    assert document["lines"][0]["amount"] == "17.19"
    assert document["totals"]["gross_kg"] == "21.5"
    assert document["cartons"][0]["l_cm"] == "120"


def test_nobody_is_named() -> None:
    assert not {"maker_ref", "maker", "decided_by", "inspector"} & {
        key for piece in written(5)["pieces"] for key in piece
    }
