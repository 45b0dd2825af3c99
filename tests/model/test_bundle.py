"""A bundle that was altered, cut or mixed up is refused, and the sentence says which file."""

from __future__ import annotations

import hashlib
import json
import shutil
from errno import EACCES
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from qc.errors import BadBundle
from qc.model.bundle import Bundle, hash_files
from qc.model.golden import GoldenDefect, GoldenPhoto, compare, seal
from qc.model.grader import Grader
from qc.standards.evidence import Box
from tests.model.tiny_bundle import CHANNELS, fields, read_spec, write_graph


@pytest.fixture
def folder(tiny: Bundle, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(tiny.path, tmp_path / "copy"))


def refused(folder: Path, check: bool = False) -> BadBundle:
    with pytest.raises(BadBundle) as error:
        Bundle.load(folder, check=check)
    return error.value


def rewrite(folder: Path, **changes: Any) -> None:
    """Change bundle.json, with the hashes put right."""
    document = read_spec(folder) | changes | {"files": hash_files(folder)}
    (folder / "bundle.json").write_text(json.dumps(document))


def test_a_whole_bundle_loads_and_decides_its_golden_photos(folder: Path) -> None:
    bundle = Bundle.load(folder, check=True)
    assert bundle.spec.title == "tiny-0.0.1"
    assert bundle.centroids.shape == (1, 3)


def test_a_link_is_followed_when_the_bundle_is_loaded(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(folder)
    assert Bundle.load(tmp_path / "current").path == folder.resolve()


@pytest.mark.parametrize("name", ["model.onnx", "novelty.npy", "card.md", "golden/good.jpg", "golden/expected.json"])
def test_an_altered_file_is_named(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[-1] ^= 1
    (folder / name).write_bytes(data)
    error = refused(folder)
    assert error.extra["file"] == name
    assert name in error.detail
    assert "altered" in error.detail


@pytest.mark.parametrize("name", ["model.onnx", "golden/good.jpg"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{name} is missing" in refused(folder).detail


def test_a_stray_file_is_named(folder: Path) -> None:
    (folder / "golden" / "more.jpg").write_bytes(b"x")
    assert refused(folder).extra["file"] == "golden/more.jpg"


def test_what_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = Mock(side_effect=PermissionError(EACCES, "Permission denied"))  # root may read everything
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(hashlib, "file_digest", denied)
        assert "cannot be read: Permission denied; let this account read it" in refused(folder).detail
    (folder / "bundle.json").unlink()
    (folder / "bundle.json").symlink_to("bundle.json")
    error = refused(folder)
    assert (error.extra["file"], "cannot be read" in error.detail) == ("bundle.json", True)


def test_no_bundle_at_all_says_what_to_set(tmp_path: Path) -> None:
    assert "QC_MODEL_BUNDLE" in refused(tmp_path).detail


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "one"}, "version"),
        ({"format": 2}, "format"),
        ({"surprise": 1}, "surprise"),
        ({"calibration": {"channels": {}, "fitted_on": "none"}}, "calibration.channels"),
        ({"calibration": {"channels": {c: {} for c in CHANNELS}, "fitted_on": "elsewhere"}}, "elsewhere"),
        ({"preprocess": {"size": 100}}, "preprocess.size"),
        ({"novelty": {"reference": 0}}, "novelty.reference"),
        ({"detection": {"levels": [0.1, 0.5]}}, "descending"),
    ],
)
def test_a_document_that_breaks_the_schema_says_where(folder: Path, changes: dict[str, Any], said: str) -> None:
    rewrite(folder, **changes)
    assert said in refused(folder).detail


def test_thresholds_are_in_order(folder: Path) -> None:
    thresholds = fields()["thresholds"] | {"woven": {"refer": 0.9, "act": 0.1, "guarantee": "none"}}
    rewrite(folder, thresholds=thresholds)
    assert "refer is 0.9, above act 0.1" in refused(folder).detail


def test_a_path_out_of_the_folder_is_refused(folder: Path) -> None:
    document = read_spec(folder)
    document["files"]["../secret"] = "0" * 64
    (folder / "bundle.json").write_text(json.dumps(document))
    assert "../secret" in refused(folder).detail


@pytest.mark.parametrize(
    "centroids", [np.ones((2, 3), np.float32), np.zeros((0, 3), np.float32), np.eye(3), np.ones(3, np.float32)]
)
def test_centroids_that_are_none_are_refused(folder: Path, centroids: np.ndarray) -> None:
    np.save(folder / "novelty.npy", centroids)
    rewrite(folder)
    assert refused(folder).extra["file"] == "novelty.npy"


def test_a_pickle_is_never_opened(folder: Path) -> None:
    np.save(folder / "novelty.npy", np.array([{"a": 1}]), allow_pickle=True)
    rewrite(folder)
    assert refused(folder).extra["file"] == "novelty.npy"


def test_a_golden_photo_that_is_decided_differently_is_named(folder: Path) -> None:
    calibration = fields()["calibration"]
    calibration["channels"]["STAIN"] = {"a": 1, "b": -30}
    rewrite(folder, calibration=calibration)
    Bundle.load(folder)
    error = refused(folder, check=True)
    assert error.extra["file"] == "golden/stained.jpg"
    assert "STAIN is missing" in error.detail


def test_a_probability_that_moved_too_far_is_noticed(folder: Path) -> None:
    rewrite(folder, calibration=fields()["calibration"] | {"woven": {"a": 0.8, "b": 0}})
    assert "woven is 0.9" in refused(folder, check=True).detail


def golden(probability: float, box: Box = (0, 0, 10, 10), woven: float = 0.9) -> GoldenPhoto:
    decision = "act" if probability >= 0.6 else "refer" if probability >= 0.3 else "none"
    return GoldenPhoto(
        woven=woven,
        woven_decision="act",
        kind="mat",
        material=None,
        defect_probability=0.5,
        defect_decision="refer",
        defects={"STAIN": GoldenDefect(probability=probability, decision=decision, box=box)},
    )


def test_a_last_digit_across_a_threshold_is_no_difference() -> None:
    assert compare(golden(0.601), golden(0.599), 0.02) == []
    nothing = golden(0.29).model_copy(update={"defects": {}})
    assert compare(golden(0.29), nothing, 0.02) == []
    assert compare(golden(0.31), nothing, 0.02) == ["STAIN is missing"]
    assert compare(nothing, golden(0.31), 0.02) == ["STAIN is found"]


def test_more_than_the_tolerance_is_a_difference() -> None:
    assert compare(golden(0.63), golden(0.59), 0.02) == ["STAIN is refer (0.590), wanted act (0.630)"]
    assert compare(golden(0.9), golden(0.9, box=(8, 8, 18, 18)), 0.02) == [
        "STAIN lies at (8, 8, 18, 18), wanted (0, 0, 10, 10)"
    ]
    assert compare(golden(0.9), golden(0.9, woven=0.85), 0.02) == ["woven is 0.850, wanted 0.900"]
    other = golden(0.9).model_copy(update={"kind": None})
    assert compare(golden(0.9), other, 0.02) == ["kind is None, wanted mat"]


def test_a_graph_that_lacks_an_output_is_refused(folder: Path) -> None:
    write_graph(folder / "model.onnx", omit="piece")
    rewrite(folder)
    with pytest.raises(BadBundle, match="piece"):
        Grader(Bundle.load(folder))


def test_a_graph_with_other_labels_is_refused(folder: Path) -> None:
    labels = fields()["labels"] | {"kinds": ["basket", "mat", "tray"]}
    rewrite(folder, labels=labels)
    with pytest.raises(BadBundle, match=r"gives kind of shape \[2\], bundle.json promises \[3\]"):
        Grader(Bundle.load(folder))


def test_a_file_that_is_no_graph_is_refused(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"not a graph")
    rewrite(folder)
    with pytest.raises(BadBundle, match=r"model\.onnx does not run"):
        Grader(Bundle.load(folder))


def test_a_graph_that_was_swapped_after_loading_is_not_run(folder: Path) -> None:
    bundle = Bundle.load(folder)
    write_graph(folder / "model.onnx", omit="piece")
    with pytest.raises(BadBundle, match="altered"):
        Grader(bundle)
    (folder / "model.onnx").unlink()
    with pytest.raises(BadBundle, match="cannot be read"):
        Grader(bundle)


def test_a_bundle_can_be_sealed_again_with_another_card(folder: Path) -> None:
    document = read_spec(folder)
    before = document.pop("files")
    (folder / "card.md").write_text("# Tiny, with a table\n")
    after = seal(folder, document).spec.files
    assert {name for name in after if after[name] != before[name]} == {"card.md"}


def test_a_bundle_without_golden_photos_is_not_sealed(folder: Path) -> None:
    for photo in (folder / "golden").glob("*.jpg"):
        photo.unlink()
    with pytest.raises(BadBundle, match="no photo"):
        seal(folder, fields())
