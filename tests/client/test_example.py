"""docs/examples/grade_and_seal.py does what it says, and may be run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qc.client import Client
from tests.client.conftest import SKU, Live
from tests.pictures import GOOD, HOLED, jpeg

pytestmark = pytest.mark.real

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "grade_and_seal.py"


def run(live: Live, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLE), str(folder), "--sku", SKU, "--batch", "B-1", "--by", "supervisor-2", *more],
        env={**os.environ, "QC_URL": live.url, "QC_KEY": live.key, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_folder_is_graded_and_its_batch_sealed(live: Live, client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for n, colour in enumerate((GOOD, GOOD, HOLED)):
        (folder / f"piece-{n}.jpg").write_bytes(jpeg(colour, n * 1000))
    (folder / "notes.txt").write_text("not a photo")

    looked = run(live, folder)
    assert looked.returncode == 1
    assert "missing: batch.order" in looked.stdout
    assert [batch["state"] for batch in client.batches()] == ["open"]

    done = run(live, folder, "--waive", "first shipment, papers follow")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(":")[1].split()[0] for line in lines[:2]] == ["A", "A"]
    assert "HOLE" in lines[2]
    (batch,) = client.batches()
    assert (batch["state"], batch["lines"][0]["filled"]) == ("sealed", 2)
    assert json.loads((folder / "B-1.json").read_bytes())
    assert len(list(client.pieces())) == 3, "what was done before was not done again"


def test_a_refusal_is_one_line(live: Live, tmp_path: Path) -> None:
    told = run(Live(live.url, live.port, "qc_wrong", live.station), tmp_path)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (1, "", 1)
