"""A promotion changes the registry whole, with a record of every gate, or not at all; and one command takes it back."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from qc.cli import app
from qc.errors import BadInput, Conflict, NotPromoted, QcError
from qc.model.bundle import MODEL_FILE, Bundle
from qc.model.registry import Registry
from tests.model.tiny_bundle import write_tiny_bundle
from tests.serving.models import FIRST, SECOND, made_registry
from training.promotion import promote as promoting
from training.promotion.candidate import Candidate
from training.promotion.gates import Gate, Policy
from training.promotion.promote import Promotion, promote

NAMES = (
    "no code worse", "no code forgotten", "no code worse on its own snapshot", "labels believed", "escape bound",
    "ONNX decides as torch", "speed", "size",
)  # fmt: skip
SETS = [{"name": "made test+shift", "pictures": 12}]
THIRD = "tiny-0.0.3"
BACK = ["model", "rollback", "--by", "Budi", "--why"]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return made_registry(tmp_path)


@pytest.fixture
def candidate(tmp_path: Path) -> Candidate:
    return Candidate(write_tiny_bundle(tmp_path / "third", version="0.0.3"), None, {})


def found(monkeypatch: pytest.MonkeyPatch, *closed: str) -> None:
    """What the gates find: those that are named are closed."""
    gates = [Gate(name, name not in closed, f"{name} got", f"{name} wanted", {"n": 12}) for name in NAMES]
    monkeypatch.setattr(promoting, "judge", lambda asked, champion: (gates, SETS))


def asked(registry: Registry, candidate: Candidate, **more: Any) -> Promotion:
    return Promotion(candidate, registry, [], Policy(), "Sari", "the new weave", **more)


def content(folder: Path) -> dict[str, bytes | str]:
    """Everything in a folder, byte for byte; a link as where it leads."""
    files = (p for p in folder.rglob("*") if p.is_symlink() or p.is_file())
    return {str(p.relative_to(folder)): str(p.readlink()) if p.is_symlink() else p.read_bytes() for p in files}


@pytest.mark.parametrize("closed", NAMES)
def test_one_closed_gate_is_enough_and_the_registry_stays_as_it_is(
    registry: Registry, candidate: Candidate, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, closed)
    before, told = content(registry.folder), io.StringIO()
    with pytest.raises(NotPromoted) as refused:
        promote(asked(registry, candidate), Console(file=told, width=200))
    assert refused.value.extra["closed"] == [closed]
    assert f"{closed} is closed (got {closed} got; wanted {closed} wanted)" in refused.value.detail
    assert f"{FIRST} goes on serving" in refused.value.detail
    assert told.getvalue().count("open ") == len(NAMES) - 1
    assert content(registry.folder) == before


def test_open_gates_let_it_serve_with_a_record_of_who_why_and_every_figure(
    registry: Registry, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch)
    served = Bundle.load(registry.current())
    signed = asked(registry, candidate, unjudged=frozenset({"MOULD"}), labels=frozenset({"STAIN"}))
    assert promote(signed, Console(file=io.StringIO())) == THIRD
    assert registry.current() == registry.folder / THIRD
    change = registry.history()[-1]
    assert (change.action, change.before, change.to, change.by) == ("switch", FIRST, THIRD, "Sari")
    assert change.model == candidate.bundle.spec.files[MODEL_FILE]
    assert change.record is not None
    record = registry.record(change.record)
    assert (record["signed_off_by"], record["why"]) == ("Sari", "the new weave")
    assert record["signed_for"] == {"unjudged": ["MOULD"], "labels": ["STAIN"]}
    assert record["frozen_sets"] == SETS
    assert record["policy"]["escapes"] == 0.01
    assert [gate["name"] for gate in record["gates"]] == list(NAMES)
    assert {(gate["open"], gate["got"] != "", gate["wanted"] != "") for gate in record["gates"]} == {(True,) * 3}
    assert record["gates"][0]["figures"] == {"n": 12}
    assert record["bundle"]["model"] == change.model
    assert record["replaces"] == {
        "title": FIRST, "model": served.spec.files[MODEL_FILE], "bundle.json": record["replaces"]["bundle.json"]
    }  # fmt: skip


def test_a_record_that_is_changed_later_shows(
    registry: Registry, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch)
    promote(asked(registry, candidate), Console(file=io.StringIO()))
    digest = str(registry.history()[-1].record)
    path = registry.folder / "promotions" / f"{digest}.json"
    document = json.loads(path.read_text())
    document["gates"][4]["got"] = "0.1%"
    path.write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))
    with pytest.raises(QcError, match="altered after it was signed off"):
        registry.record(digest)


def test_rollback_is_one_command_and_takes_back_one_promotion(
    registry: Registry, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch)
    promote(asked(registry, candidate), Console(file=io.StringIO()))
    monkeypatch.setenv("QC_MODELS", str(registry.folder))
    back = CliRunner().invoke(
        app, ["model", "rollback", "--by", "Budi", "--why", "refers too much"], catch_exceptions=False
    )
    assert back.output == f"{FIRST} is in service again\n"
    assert registry.current() == registry.folder / FIRST
    change = registry.history()[-1]
    assert (change.action, change.before, change.to, change.why) == ("rollback", THIRD, FIRST, "refers too much")
    assert THIRD in registry.bundles(), "what was taken back is kept"
    with pytest.raises(Conflict, match="replaced no other bundle"):
        CliRunner().invoke(app, [*BACK, "again"], catch_exceptions=False)
    assert SECOND in CliRunner().invoke(app, [*BACK, "the stain", "--to", SECOND], catch_exceptions=False).output


@pytest.mark.parametrize(("by", "why"), [("", "a reason"), ("Sari", " "), ("S" * 201, "a reason")])
def test_nobody_and_no_reason_sign_for_nothing(registry: Registry, candidate: Candidate, by: str, why: str) -> None:
    before = content(registry.folder)
    with pytest.raises(BadInput, match="wanted 1 to"):
        Promotion(candidate, registry, [], Policy(), by, why)
    with pytest.raises(BadInput, match="wanted 1 to"):
        registry.roll_back(by=by, why=why, to=SECOND)
    assert content(registry.folder) == before


def test_only_a_code_that_the_bundle_looks_for_can_be_signed_for(registry: Registry, candidate: Candidate) -> None:
    for given in ({"unjudged": frozenset({"STAINS"})}, {"labels": frozenset({"STAINS"})}):
        with pytest.raises(BadInput, match="no defect code 'STAINS' to sign for; there are STRAND_BROKEN"):
            asked(registry, candidate, **given)
