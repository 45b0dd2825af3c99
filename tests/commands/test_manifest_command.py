from __future__ import annotations

import json
from pathlib import Path

from qc.errors import BadInput, NotFound
from tests.commands.conftest import Run


def test_a_manifest_is_written_and_what_is_missing_is_listed(run: Run, tmp_path: Path) -> None:
    run("organisation", "create", "weavers", "Weavers of Bantul")
    run("batch", "open", "B/1", "--line", "WB-WH-01=10", "--organisation", "weavers")
    for form in ("json", "csv", "xlsx", "pdf", "epcis"):
        path = tmp_path / f"out.{form}"
        told = run("manifest", "B/1", "--format", form, "--to", str(path), "--organisation", "weavers")
        assert told.exit_code == 0, told.output
        assert "0 pieces in 0 cartons" in told.output
        assert "(batch.manufacturer)" in told.stderr
        assert path.stat().st_size > 50
    assert json.loads((tmp_path / "out.json").read_text())["number"] == "B/1"
    assert sorted(x.name for x in tmp_path.glob(".*")) == []


def test_a_wrong_batch_or_folder_is_told(run: Run, tmp_path: Path) -> None:
    run("organisation", "create", "weavers", "Weavers of Bantul")
    assert isinstance(run("manifest", "B-9", "--organisation", "weavers").exception, NotFound)
    run("batch", "open", "B-1", "--line", "WB-WH-01=10", "--organisation", "weavers")
    nowhere = str(tmp_path / "none" / "x.json")
    assert isinstance(run("manifest", "B-1", "--to", nowhere, "--organisation", "weavers").exception, BadInput)
