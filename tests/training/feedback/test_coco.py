"""Labels go out as COCO and come back as they were; what is no COCO of ours to read is refused whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qc.errors import BadInput
from tests.training.feedback.records import jpeg, record
from tests.training.feedback.test_checking import write
from training.feedback.coco import export_coco, import_coco
from training.feedback.rows import LabelRow
from training.feedback.snapshot import Snapshot


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    made = []
    for number in range(6):
        each, data = record(number, weaver=f"w{number // 2}", labels=0)
        photo = each.photos[0][0]
        labels = (
            LabelRow(photo.photo, "HOLE", None, False, None, "overrule", 0.25),
            LabelRow(photo.photo, "MOULD", None, True, "critical", "reinspection", 0.5),
            LabelRow(photo.photo, "STAIN", (1.5, 2.0, 20.0, 30.0), True, "minor", "review", 1.0),
        )[: number % 4]
        row = replace(photo, good=not labels, source="review")
        made.append((replace(each, photos=((row, labels),)), data))
    return write(tmp_path / "snapshots", made)


def test_what_goes_out_comes_back(snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    assert export_coco(snapshot, file) == 6
    back = import_coco(file, snapshot.folder, tmp_path / "back", licence="CC0")
    for (piece, photo, labels), (piece_2, photo_2, labels_2) in zip(snapshot.photos(), back.photos(), strict=True):
        assert (piece_2, labels_2) == (piece, labels)
        assert photo_2 == replace(photo, bundle="coco", evidence="{}")
        assert back.read_photo(photo.photo) == snapshot.read_photo(photo.photo)


def test_the_file_is_coco(snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    export_coco(snapshot, file)
    told = json.loads(file.read_text())
    names = {category["id"]: category["name"] for category in told["categories"]}
    [box, *_] = told["annotations"]
    assert (names[box["category_id"]], box["bbox"], box["area"], box["iscrowd"]) == (
        "STAIN",
        [1.5, 2, 18.5, 28],
        518,
        0,
    )
    image = next(image for image in told["images"] if image["id"] == box["image_id"])
    assert (snapshot.folder / image["file_name"]).is_file()
    assert [path.name for path in tmp_path.glob(".*")] == []


def coco(**changes: Any) -> dict[str, Any]:
    told = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 32, "height": 32}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 2, 10, 10], "segmentation": []}],
        "categories": [{"id": 7, "name": "STAIN"}],
    }
    return told | changes


def test_a_file_from_elsewhere_is_a_piece_an_image(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    (tmp_path / "b.jpg").write_bytes(jpeg(2))
    told = coco()
    told["images"].append({"id": 2, "file_name": "b.jpg", "width": 32, "height": 32})
    (tmp_path / "coco.json").write_text(json.dumps(told))
    for complete, good in ((False, [None, None]), (True, [False, True])):
        taken = import_coco(tmp_path / "coco.json", tmp_path, tmp_path / "s", licence="CC0", complete=complete)
        assert [photo.good for _, photo, _ in taken.photos()] == good
    _, _, labels = next(taken.photos())
    assert [(x.code, x.box, x.source) for x in labels] == [("STAIN", (1.0, 2.0, 11.0, 12.0), "review")]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"categories": [{"id": 7, "name": "dirt"}]}, "no defect codes"),
        ({"annotations": [{"id": 1, "image_id": 1, "category_id": 8, "bbox": [1, 2, 3, 4]}]}, "which is none"),
        ({"annotations": [{"id": 1, "image_id": 9, "category_id": 7, "bbox": [1, 2, 3, 4]}]}, "does not list"),
        ({"annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [30, 2, 9, 4]}]}, "leaves image 1"),
        ({"images": [{"id": 1, "file_name": "../a.jpg", "width": 32, "height": 32}]}, "leaves"),
        ({"images": [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 32}]}, "boxes would lie elsewhere"),
        ({"images": [{"id": 1, "file_name": "missing.jpg", "width": 32, "height": 32}]}, "cannot be read"),
        ({"images": "none"}, "no COCO file"),
        ({"images": [{"id": n, "file_name": "a.jpg", "width": 32, "height": 32} for n in (1, 2)]}, "again"),
    ],
)
def test_what_cannot_be_right_is_refused_whole(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(jpeg(1))
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    (tmp_path / "coco.json").write_text(json.dumps(coco(**changes)))
    with pytest.raises(BadInput, match=why):
        import_coco(tmp_path / "coco.json", photos, tmp_path / "s", licence="CC0")
    assert not (tmp_path / "s").exists() or list((tmp_path / "s").iterdir()) == []
