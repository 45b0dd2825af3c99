"""Which bundle serves is one link, changed whole, with a history in which a later change shows."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

from qc.errors import BadBundle, BadInput, Conflict, NotFound
from qc.model.registry import CURRENT, HISTORY, Registry, bundle_in_force
from qc.settings import Settings
from tests.model.tiny_bundle import write_tiny_bundle

SAID = {"by": "Sari", "why": "for the test"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """tiny-0.0.1, tiny-0.0.2 and tiny-0.0.3."""
    folder = tmp_path_factory.mktemp("made")
    versions = [f"0.0.{k}" for k in (1, 2, 3)]
    return [write_tiny_bundle(folder / version, version=version).path for version in versions]


@pytest.fixture
def registry(tmp_path: Path, made: list[Path]) -> Registry:
    registry = Registry(tmp_path / "models", shipped=made[0])
    for folder in made[1:]:
        registry.put(folder)
    return registry


def test_the_shipped_bundle_serves_until_one_is_switched_to_and_again_after_a_rollback(registry: Registry) -> None:
    assert registry.current().name == "0.0.1"  # where it was shipped
    registry.switch("tiny-0.0.2", **SAID, record=None)
    registry.switch("tiny-0.0.3", **SAID, record=None)
    assert registry.current() == registry.folder / "tiny-0.0.3"
    assert registry.roll_back(**SAID) == "tiny-0.0.2"
    assert registry.roll_back(**SAID) == "tiny-0.0.1"
    assert registry.current() == registry.folder / "tiny-0.0.1"
    with pytest.raises(Conflict, match="replaced no other"):
        registry.roll_back(**SAID)
    assert [(c.action, c.before, c.to) for c in registry.history()] == [
        ("switch", "tiny-0.0.1", "tiny-0.0.2"),
        ("switch", "tiny-0.0.2", "tiny-0.0.3"),
        ("rollback", "tiny-0.0.3", "tiny-0.0.2"),
        ("rollback", "tiny-0.0.2", "tiny-0.0.1"),
    ]


def test_a_bundle_is_put_whole_once_and_never_changed(registry: Registry, made: list[Path], tmp_path: Path) -> None:
    assert registry.put(made[1]) == "tiny-0.0.2"
    other = write_tiny_bundle(tmp_path / "other", version="0.0.2", metrics={"other": 1}).path
    with pytest.raises(Conflict, match="raise the version"):
        registry.put(other)
    (other / "model.onnx").write_bytes(b"cut")
    with pytest.raises(BadBundle, match="sha256"):
        registry.put(other)
    assert registry.bundles() == ["tiny-0.0.2", "tiny-0.0.3"]
    with pytest.raises(NotFound, match=r"tiny-0\.0\.2"):
        registry.switch("../tiny-0.0.2", **SAID, record=None)


def test_an_altered_bundle_is_not_switched_to_and_nothing_changes(registry: Registry) -> None:
    registry.switch("tiny-0.0.2", **SAID, record=None)
    (registry.folder / "tiny-0.0.3" / "card.md").write_text("# Better than it is")
    with pytest.raises(BadBundle, match="altered"):
        registry.switch("tiny-0.0.3", **SAID, record=None)
    assert registry.current().name == "tiny-0.0.2"
    assert len(registry.history()) == 1


def test_a_later_change_of_history_or_record_shows(registry: Registry) -> None:
    record = registry.keep_record({"gates": ["all open"]})
    registry.switch("tiny-0.0.2", **SAID, record=record)
    registry.switch("tiny-0.0.3", **SAID, record=None)
    assert registry.record(record) == {"gates": ["all open"]}
    path = registry.folder / HISTORY
    lines = path.read_text().splitlines()
    for tampered in (
        [lines[0].replace("Sari", "Budi"), lines[1]],
        [lines[1]],
        [json.dumps(json.loads(lines[0]) | {"record": None}), lines[1]],
    ):
        path.write_text("\n".join(tampered) + "\n")
        with pytest.raises(BadBundle, match="altered"):
            registry.history()
    path.write_text("\n".join(lines) + "\n")
    kept = registry.folder / "promotions" / f"{record}.json"
    kept.write_text(kept.read_text().replace("open", "shut"))
    with pytest.raises(BadBundle, match="signed off"):
        registry.record(record)
    with pytest.raises(NotFound, match="no record"):
        registry.switch("tiny-0.0.2", **SAID, record="f" * 64)


def test_a_challenger_stands_beside_and_can_be_taken_away(registry: Registry) -> None:
    assert registry.challenger() is None
    registry.set_challenger("tiny-0.0.3", **SAID)
    assert registry.challenger() == registry.folder / "tiny-0.0.3"
    assert registry.current().name == "0.0.1"
    registry.set_challenger(None, **SAID)
    assert registry.challenger() is None
    assert [c.to for c in registry.history()] == ["tiny-0.0.3", None]


def test_whoever_reads_while_it_changes_sees_the_old_bundle_or_the_new(registry: Registry) -> None:
    registry.switch("tiny-0.0.2", **SAID, record=None)
    seen: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(registry.current().name)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(10):
            registry.switch("tiny-0.0.3", **SAID, record=None)
            registry.roll_back(**SAID)
    finally:
        done.set()
        reader.join()
    assert seen <= {"tiny-0.0.2", "tiny-0.0.3"}


def test_the_setting_names_the_folder_and_a_pinned_bundle_has_none(tmp_path: Path, made: list[Path]) -> None:
    pinned = Settings(model_bundle=made[0])
    assert bundle_in_force(pinned) == made[0]
    with pytest.raises(BadInput, match="QC_MODELS"):
        Registry.of(pinned)
    kept = Settings(model_bundle=made[0], models=tmp_path)
    assert bundle_in_force(kept) == made[0]
    registry = Registry.of(kept)
    registry.put(made[1])
    registry.switch("tiny-0.0.2", **SAID, record=None)
    assert bundle_in_force(kept) == registry.current() == tmp_path / "tiny-0.0.2"


@pytest.mark.parametrize("target", ["tiny-0.0.2", CURRENT, None])
def test_a_link_that_leads_nowhere_is_no_leave_to_serve_another_and_a_rollback_mends_it(
    registry: Registry, target: str | None
) -> None:
    registry.switch("tiny-0.0.3", **SAID, record=None)
    registry.switch("tiny-0.0.2", **SAID, record=None)
    link = registry.folder / CURRENT
    if target == "tiny-0.0.2":  # the bundle was removed
        shutil.rmtree(registry.folder / target)
    else:  # the link was copied wrongly, or not at all
        link.unlink()
        if target is not None:
            link.symlink_to(target)
    wrong = r"tiny-0\.0\.2 was to serve" if target is None else rf"{link} points to {target}, which is not there"
    with pytest.raises(BadBundle, match=rf"{wrong}; copy .* back whole, or .*`qc model rollback"):
        bundle_in_force(Settings(models=registry.folder, model_bundle=registry.folder / "tiny-0.0.3"))
    assert registry.roll_back(**SAID) == "tiny-0.0.3"
    assert registry.current() == registry.folder / "tiny-0.0.3"


def test_a_challenger_that_leads_nowhere_is_told(registry: Registry) -> None:
    registry.set_challenger("tiny-0.0.2", **SAID)
    shutil.rmtree(registry.folder / "tiny-0.0.2")
    with pytest.raises(BadBundle, match=r"challenger points to tiny-0\.0\.2, which is not there"):
        registry.challenger()
    registry.set_challenger(None, **SAID)
    assert registry.challenger() is None
