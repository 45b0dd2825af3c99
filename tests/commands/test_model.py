"""`qc model`: what is kept, what serves, and back in one command."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from qc.cli import app
from qc.errors import BadRequest, Conflict, NotFound
from qc.model.registry import Registry
from tests.model.tiny_bundle import write_tiny_bundle


@pytest.fixture
def models(tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QC_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("QC_MODEL_BUNDLE", str(tiny_bundle))
    return tmp_path / "models"


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["model", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_a_promoted_model_is_shown_with_its_record_and_rolled_back(
    models: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    assert "in service  as shipped" in run("list")
    registry = Registry(models, shipped=tiny_bundle)
    name = registry.put(write_tiny_bundle(tmp_path / "next", version="0.0.2").path)
    record = registry.keep_record({"gates": {"escape bound": "held"}})
    registry.switch(name, by="Sari", why="finds the new stain", record=record)
    lines = run("list").splitlines()
    assert [line.split()[0] for line in lines] == ["tiny-0.0.1", "tiny-0.0.2"]
    assert "in service" in lines[1]
    shown = run("show")
    assert "escape bound" in shown
    assert "finds the new stain" in shown
    assert "tiny-0.0.1 is in service again" in run("rollback", "--by", "Budi", "--why", "it refers too much")
    assert registry.current().name == "tiny-0.0.1"
    assert "Budi: it refers too much" in run("history")
    with pytest.raises(Conflict, match=r"name one: tiny-0\.0\.1, tiny-0\.0\.2"):
        run("rollback", "--by", "Budi", "--why", "once more")


def test_a_challenger_is_named_and_sent_away(models: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    registry = Registry(models, shipped=tiny_bundle)
    name = registry.put(write_tiny_bundle(tmp_path / "next", version="0.0.2").path)
    assert "judges in the shadow" in run("shadow", name)
    assert registry.challenger() == registry.path_of(name).resolve()
    assert "nothing judges in the shadow" in run("shadow", "--off", "--by", "Sari")
    assert registry.challenger() is None
    assert [(change.to, change.by) for change in registry.history()] == [(name, "command line"), (None, "Sari")]
    for wrong in ((), (name, "--off")):
        with pytest.raises(BadRequest, match="name the bundle"):
            run("shadow", *wrong)
    with pytest.raises(NotFound):
        run("shadow", "tiny-9.9.9")


def test_a_broken_link_is_told_and_what_else_is_kept_is_listed(models: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    registry = Registry(models, shipped=tiny_bundle)
    registry.switch(registry.put(tiny_bundle), by="Sari", why="the first", record=None)
    (models / "current").unlink()
    (models / "current").symlink_to("tiny-9.9.9")
    done = CliRunner().invoke(app, ["model", "list"])
    assert done.exit_code == 1
    assert done.stdout.startswith("tiny-0.0.1 ")
    assert "in service" not in done.stdout
    assert "current points to tiny-9.9.9, which is not there" in done.stderr
    run("rollback", "--to", "tiny-0.0.1", "--by", "Budi", "--why", "the link was copied wrongly")
    assert "in service" in run("list")
