"""`qc standard`: learning an approved sample makes a new version that names it, and grades by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc.bulk.references import PhotoRef
from qc.bulk.shard import Grading, grade_shard
from qc.commands.standard import keep, learnt_from
from qc.errors import BadRequest, Unavailable
from qc.model.approved_store import SampleStore
from qc.model.bundle import Bundle
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.library import Library
from tests.model.test_approved import RED, piece, write_suspicious


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    bundle = write_suspicious(tmp_path / "tiny").path
    (tmp_path / "home" / "standards").mkdir(parents=True)
    return Settings(home=tmp_path / "home", model_bundle=bundle, threads=1)


@pytest.fixture
def good(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "good"
    folder.mkdir()
    for k in range(5):
        (folder / f"{k}.jpg").write_bytes(piece(k))
    return sorted(folder.iterdir())


def test_learning_makes_the_next_version_and_leaves_the_used_one_alone(settings: Settings, good: list[Path]) -> None:
    before = Library.load(settings.own_standards).for_sku("WB-WH-01")
    assert settings.own_standards is not None
    changed, place = keep(before, learnt_from(good, settings), settings.own_standards)
    library = Library.load(settings.own_standards)
    after = library.for_sku("WB-WH-01")
    assert (after.version, after.fingerprint) == (before.version + 1, changed.fingerprint)
    assert library.named(before.name, before.version).fingerprint == before.fingerprint
    assert after.rules == before.rules
    assert after.grades == before.grades
    assert after.approved is not None
    assert after.approved.photos == 5
    assert SampleStore(settings.own_standards).of(after) is not None
    assert place.parent == settings.own_standards


def test_a_version_that_is_there_is_not_overwritten(settings: Settings, good: list[Path]) -> None:
    standard = Library.load().for_sku("WB-WH-01")
    sample = learnt_from(good, settings)
    assert settings.own_standards is not None
    keep(standard, sample, settings.own_standards)
    with pytest.raises(Unavailable, match="there already"):
        keep(standard, sample, settings.own_standards)


def test_four_photos_are_too_few(settings: Settings, good: list[Path]) -> None:
    with pytest.raises(BadRequest, match="5 to 30"):
        learnt_from(good[:4], settings)


def test_grading_under_the_standard_uses_its_sample(settings: Settings, good: list[Path], tmp_path: Path) -> None:
    assert settings.own_standards is not None
    standard, _ = keep(Library.load().for_sku("WB-WH-01"), learnt_from(good, settings), settings.own_standards)
    odd = tmp_path / "odd.jpg"
    odd.write_bytes(piece(9, RED))
    bundle, photo = Bundle.load(bundle_in_force(settings)), PhotoRef.of(odd)
    plain = grade_shard([photo], Grading.by(bundle, Library.load().for_sku("WB-WH-01"), settings))[0].seen
    compared = grade_shard([photo], Grading.by(bundle, standard, settings))[0].seen
    assert plain is not None
    assert compared is not None
    assert compared.defect_probability > plain.defect_probability
