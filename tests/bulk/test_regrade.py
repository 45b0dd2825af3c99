"""Rows in a file: a run that is killed goes on, and says in the end what one that was not says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qc.bulk.references import PhotoRef, listed_photos
from qc.bulk.regrade import regrade
from qc.bulk.shard import Grading, Row, grade_shard
from qc.bulk.stored import FromStore
from qc.errors import BadInput
from qc.ledger.photos import PhotoStore
from qc.model.bundle import Bundle


def here(photos: Sequence[PhotoRef], grading: Grading) -> Iterator[Row]:
    for photo in photos:
        yield from grade_shard([photo], grading)


def lines(place: Path) -> list[dict[str, Any]]:
    """Rows of a file, but for the milliseconds that each took."""
    rows = [json.loads(line) for line in place.read_text().splitlines()]
    for row in rows:
        row.get("evidence", {}).pop("ms", None)
    return rows


@pytest.mark.parametrize("torn", [0, 1, 40])
def test_a_run_goes_on_after_its_last_whole_row(
    torn: int, photos: list[PhotoRef], grading: Grading, tmp_path: Path
) -> None:
    whole, place = tmp_path / "whole.jsonl", tmp_path / "rows.jsonl"
    regrade(photos, grading, whole, here)
    written = whole.read_bytes().splitlines(keepends=True)
    place.write_bytes(b"".join(written[:7]) + written[7][:torn])
    done = regrade(photos, grading, place, here)
    assert (done.photos, done.kept, done.failed) == (12, 7, 0)
    assert lines(place) == lines(whole)
    assert place.read_bytes().startswith(b"".join(written[:7]))
    assert regrade(photos, grading, place, here).kept == 12


def test_rows_of_another_run_are_not_gone_on_from(photos: list[PhotoRef], grading: Grading, tmp_path: Path) -> None:
    place = tmp_path / "rows.jsonl"
    regrade(photos[:4], grading, place, here)
    before = place.read_bytes()
    for asked, by in ((photos[1:], grading), (photos[:3], grading), (photos, replace(grading, model="tiny-0.0.2"))):
        with pytest.raises(BadInput, match="rows of another run"):
            regrade(asked, by, place, here)
    place.write_text("no row\n")
    with pytest.raises(BadInput, match="rows of another run"):
        regrade(photos, grading, place, here)
    assert place.read_text() == "no row\n"
    assert before


def test_evidence_in_a_row_is_whole(photos: list[PhotoRef], grading: Grading, tmp_path: Path) -> None:
    from qc.standards.evidence import PhotoEvidence

    regrade(photos, grading, tmp_path / "rows.jsonl", here)
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    kept = [PhotoEvidence.model_validate(row["evidence"]) for row in rows if "evidence" in row]
    assert kept[0].detections[0].code == "STAIN"
    assert [row["grade"] for row in rows[:3]] == ["rework", "A", "A"]


def test_a_judged_image_is_seen_as_its_photo_was(grading: Grading, bundle: Bundle, folder: Path) -> None:
    """Stored judged images are graded in pixels of the photo that they were made from."""
    sent = replace(listed_photos(folder)[0], sent=(512, 384))
    plain, scaled = (grade_shard([photo], grading)[0].seen for photo in (replace(sent, sent=None), sent))
    assert plain is not None
    assert scaled is not None
    assert scaled.detections[0].box == tuple(2 * x for x in plain.detections[0].box)
    assert scaled.detections[0].area_share == plain.detections[0].area_share


def test_a_listing_names_files_and_stored_photos(folder: Path, grading: Grading, tmp_path: Path) -> None:
    store = PhotoStore.open(tmp_path / "store")
    stored = store.put((folder / "00.jpg").read_bytes(), "image/jpeg")
    (tmp_path / "one.jpg").write_bytes((folder / "01.jpg").read_bytes())
    listing = tmp_path / "photos.txt"
    listing.write_text(f"# two, and one that is gone\n\n{stored.sha256}\none.jpg\n{'0' * 64}\n")
    rows = grade_shard(listed_photos(listing), grading, FromStore(str(tmp_path / "store")))
    assert [row.verdict.grade if row.verdict else None for row in rows] == ["rework", "A", None]
    assert rows[2].failure is not None
    assert "not in the photo store" in rows[2].failure.detail


@pytest.mark.parametrize(("name", "text"), [("photos.txt", "# none\n"), ("photo.jpg", "x"), ("gone.txt", None)])
def test_a_place_without_photos_is_refused(name: str, text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(BadInput):
        listed_photos(tmp_path / name)


@pytest.mark.real
def test_a_command_killed_at_work_goes_on_and_ends_alike(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for k in range(600):
        (many / f"{k:03}.jpg").symlink_to(folder / f"{k % 12:02}.jpg")
    place = tmp_path / "rows.jsonl"
    command = [sys.executable, "-m", "qc", "regrade", str(many), "--out", str(place)]
    environment = os.environ | {"QC_MODEL_BUNDLE": str(bundle.path), "QC_THREADS": "1", "QC_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as running:
        while not place.exists() or place.stat().st_size < 20_000:
            assert running.poll() is None
            time.sleep(0.001)
        running.send_signal(signal.SIGKILL)
    kept = place.read_bytes()
    assert kept.count(b"\n") < 600, "it was done before it was killed"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr  # fifty of them are no photos
    assert "600 rows" in done.stdout
    assert place.read_bytes().startswith(kept[: kept.rfind(b"\n") + 1])
    names = [row["photo"] for row in lines(place)]
    assert names == [f"{k:03}.jpg" for k in range(600)]
