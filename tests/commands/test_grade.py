"""`qc grade`: lines for a program, a table for a person, and one clear line for a file that is no photo."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qc.bulk.pool import FEW
from tests.model.pictures import encode, stored
from tests.model.tiny_bundle import DARK, straw

FIELDS = {
    "photo", "status", "grade", "woven", "kind", "kind_probability", "material", "material_probability",
    "defect_probability", "defects", "model", "ms",
}  # fmt: skip


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder: good, stained (stored sideways), one below, and a text."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    rng = np.random.default_rng(0)

    def textured(picture: np.ndarray) -> np.ndarray:
        return np.clip(picture + rng.integers(-12, 13, picture.shape[:2])[..., None], 0, 255).astype(np.uint8)

    stained = straw(192, 256)
    stained[64:112, 80:144] = DARK
    (folder / "a-good.jpg").write_bytes(encode(textured(straw(192, 256))))
    (folder / "b-stained.jpg").write_bytes(stored(textured(stained), 6, "JPEG"))
    (folder / "more" / "a-good.png").write_bytes(encode(textured(straw(192, 256)), "PNG"))
    (folder / "notes.txt").write_text("not a photo, and not called one")
    return folder


def qc(bundle: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qc", "grade", *map(str, arguments)],
        env={"QC_MODEL_BUNDLE": str(bundle), "QC_THREADS": "2", "PATH": "", "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_folder_is_graded_in_order_with_every_field(tiny_bundle: Path, photos: Path, tmp_path: Path) -> None:
    done = qc(tiny_bundle, photos, "--jsonl", tmp_path / "graded.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    good, stained, below = lines((tmp_path / "graded.jsonl").read_text())
    assert all(set(line) == FIELDS for line in (good, stained, below))
    assert [Path(line["photo"]).name for line in (good, stained, below)] == [
        "a-good.jpg",
        "b-stained.jpg",
        "a-good.png",
    ]
    assert (good["status"], good["grade"], good["defects"]) == ("graded", "A", [])
    assert stained["grade"] == "rework"
    assert [(d["code"], d["box"]) for d in stained["defects"]] == [("STAIN", [80, 64, 144, 112])]
    assert good["model"] == "tiny-0.0.1"
    for word in ("A, EXPORT", "REWORK", "stain, dirt", "sees from", "3: "):
        assert word in done.stdout


def test_a_file_that_is_no_photo_is_one_line_and_the_others_are_graded(tiny_bundle: Path, photos: Path) -> None:
    (photos / "a-broken.jpg").write_text("no photo, though named like one")
    missing = photos / "missing.jpg"
    done = qc(tiny_bundle, photos, missing, "--jsonl", "-")
    assert done.returncode == 2
    assert len(lines(done.stdout)) == 3
    broken, gone = done.stderr.splitlines()
    assert "a-broken.jpg: the file is no photo at all; wanted a JPEG, PNG or WebP photo" in broken
    assert gone == f"qc: {missing}: No such file or directory"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{empty}"], "holds no photo"),
        (["{photos}", "--standard", "nowhere"], "got standard 'nowhere'"),
        (["{photos}", "--jsonl", "{photos}"], "cannot be written"),
        (["{text}", "--piece"], "notes.txt: the file is no photo at all"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    tiny_bundle: Path, photos: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"empty": tmp_path / "empty", "photos": photos, "text": photos / "notes.txt"}
    done = qc(tiny_bundle, *[a.format(**places) for a in arguments])
    assert done.returncode == 2
    assert done.stderr.startswith("qc: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_a_broken_bundle_is_one_line_and_exit_code_1(photos: Path, tmp_path: Path) -> None:
    done = qc(tmp_path, photos)
    assert done.returncode == 1
    assert "holds no bundle.json" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_photos_of_one_piece_share_a_verdict(tiny_bundle: Path, photos: Path) -> None:
    done = qc(tiny_bundle, photos / "a-good.jpg", photos / "b-stained.jpg", "--piece", "--jsonl", "-")
    assert done.returncode == 0
    good, stained = lines(done.stdout)
    assert (good["grade"], stained["grade"]) == ("rework", "rework")
    assert good["defects"] == []
    alone = lines(qc(tiny_bundle, photos / "a-good.jpg", "--jsonl", "-").stdout)
    assert alone[0]["grade"] == "A"


def test_marked_photos_keep_their_place_and_their_names_apart(tiny_bundle: Path, photos: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked"
    done = qc(tiny_bundle, photos, photos / "a-good.jpg", "--marked", marked, "--language", "id")
    assert done.returncode == 0
    names = {p.relative_to(marked).as_posix() for p in marked.rglob("*.jpg")}
    assert names == {"a-good.jpg", "b-stained.jpg", "more/a-good.jpg", "a-good-2.jpg"}
    assert "PERBAIKAN" in done.stdout


def test_many_photos_go_through_processes_and_keep_their_order(tiny_bundle: Path, photos: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for k in range(FEW + 1):
        (many / f"{k:02}.jpg").symlink_to(photos / ("b-stained.jpg" if k % 3 else "a-good.jpg"))
    done = qc(tiny_bundle, many, "--jsonl", "-", "--marked", tmp_path / "marked")
    assert (done.returncode, done.stderr) == (0, "")
    told = lines(done.stdout)
    assert [Path(line["photo"]).name for line in told] == [f"{k:02}.jpg" for k in range(FEW + 1)]
    assert [line["grade"] for line in told] == ["rework" if k % 3 else "A" for k in range(FEW + 1)]
    assert len(list((tmp_path / "marked").iterdir())) == FEW + 1
