"""docs/openapi.json is what the service says of itself, and what it once promised it still has."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

from qc.api.document import written

FILE = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def test_the_committed_document_is_that_of_the_running_service() -> None:
    committed, now = FILE.read_text(encoding="utf-8"), written()
    changes = list(difflib.unified_diff(committed.splitlines(), now.splitlines(), "docs/openapi.json", "now", n=1))
    assert not changes, "\n".join(["run `make openapi`, read the difference, and commit it:", *changes[:60]])


def test_every_operation_has_an_id_of_its_own_and_says_what_it_does() -> None:
    document = json.loads(FILE.read_text(encoding="utf-8"))
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert [operation["operationId"] for operation in operations if not operation.get("description")] == []
