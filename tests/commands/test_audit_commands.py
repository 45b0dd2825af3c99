from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from qc.errors import NotFound
from tests.commands.conftest import Run


def test_an_export_is_written_and_checks_itself(run: Run, tmp_path: Path) -> None:
    run("organisation", "create", "weavers", "Weavers of Bantul")
    told = run("ledger", "export", str(tmp_path / "out.zip"), "--organisation", "weavers")
    assert "1 events" in told.output
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archive.extract("check_chain.py", tmp_path)
    checker = [sys.executable, "-I", str(tmp_path / "check_chain.py"), str(tmp_path / "out.zip")]
    assert subprocess.run(checker, check=True, capture_output=True, text=True).stdout.startswith("no faults")


def test_a_statement_is_printed_or_written(run: Run, tmp_path: Path) -> None:
    run("organisation", "create", "weavers", "Weavers of Bantul")
    period = ("2026-11-01", "2026-12-01", "--organisation", "weavers")
    printed = run("ledger", "statement", *period)
    assert printed.output.startswith("maker_ref,at,entry,payable_pieces")
    run("ledger", "statement", *period, "--to", str(tmp_path / "s.csv"))
    assert (tmp_path / "s.csv").read_bytes().decode().splitlines() == printed.output.splitlines()
    assert isinstance(run("ledger", "statement", *period, "--maker", "mk_9").exception, NotFound)
    assert isinstance(run("ledger", "erase-maker", "mk_9", "--organisation", "weavers").exception, NotFound)
