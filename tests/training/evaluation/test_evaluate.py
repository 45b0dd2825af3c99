"""The whole evaluation on a small folder: graded, scored, composited and drawn, with nothing of it left in the data."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from qc.model.bundle import Bundle
from qc.model.golden import seal
from qc.model.grader import Grader
from qc.standards.library import Library
from tests.model.pictures import encode
from tests.model.tiny_bundle import DARK, straw, write_tiny_bundle
from training.evaluate import evaluate, main
from training.evaluation.composites import as_record, pairs
from training.evaluation.labelled import only, photos_of, read_labels

SCORER = """
import argparse, json
parser = argparse.ArgumentParser()
parser.add_argument("graded"); parser.add_argument("--data"); parser.add_argument("--exclude")
parser.add_argument("--json", action="store_true")
args = parser.parse_args()
lines = [json.loads(line) for line in open(args.graded)]
print(json.dumps({"scores": {"photos/graded": {"value": 1.0, "n": len(lines), "ci95": [0.9, 1.0]}}}))
"""


def texture(seed: int, stained: bool = False) -> bytes:
    rng = np.random.default_rng(seed)
    rgb = np.clip(straw(128, 160).astype(int) + rng.normal(0, 14, (128, 160, 1)), 0, 255).astype(np.uint8)
    if stained:
        rgb[40:80, 50:90] = DARK
    return encode(rgb)


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "all" / "data"
    (folder / "products" / "images").mkdir(parents=True)
    (folder / "defects" / "cloth" / "images").mkdir(parents=True)
    products, cloth, boxes = [], [], []
    for k in range(4):
        name = f"shop_{k}.jpg"
        (folder / "products" / "images" / name).write_bytes(texture(k))
        facts = {"file": name, "source": "shop" if k else "other", "product_id": f"p{k}", "woven": "1", "notes": ""}
        products.append({**facts, "kind": "mat", "material": "rattan", "view": "top", "licence": "ours"})
    for k in range(6):
        name, bad = f"cloth_{k}.jpg", k % 2 == 1
        (folder / "defects" / "cloth" / "images" / name).write_bytes(texture(10 + k, bad))
        cloth.append({"file": name, "defective": str(int(bad)), "part": "patch", "group": f"g{k}", "notes": ""})
        if bad:
            boxes.append({"file": name, "label": "stain", "x0": "50", "y0": "40", "x1": "90", "y1": "80"})
    write_rows(folder / "products" / "labels.csv", products)
    write_rows(folder / "defects" / "cloth" / "images.csv", cloth)
    write_rows(folder / "defects" / "cloth" / "boxes.csv", boxes)
    tools = tmp_path / "all" / "tools"
    tools.mkdir()
    (tools / "score_photos.py").write_text(SCORER)
    return folder


@pytest.mark.real
def test_an_evaluation_makes_one_file_that_needs_no_other(data: Path, tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "tiny").path
    before = sorted(data.rglob("*"))
    out = tmp_path / "out"
    table = evaluate(data, data.parent / "tools" / "score_photos.py", out, bundle, per_code=2, seed=1)
    page = (out / "report.html").read_text()
    assert "photos/graded" in table
    assert "composites/auroc" in table
    assert "data:image/jpeg;base64," in page
    assert page.count("<svg") == 4
    for outside in ("http:", "https:", "src='/", str(data)):
        assert outside not in page.replace("http://www.w3.org", "")
    assert sorted(data.rglob("*")) == before
    assert sorted(p.name for p in out.iterdir()) == ["composites.jsonl", "graded.jsonl", "report.html"]


@pytest.mark.real
def test_a_whole_evaluation_goes_into_the_card_and_a_part_does_not(data: Path, tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "tiny").path
    (bundle / "card.md").write_text("# Tiny\n\n<!-- scores -->\nnothing\n<!-- /scores -->\n")
    common = [str(data), "--bundle", str(bundle), "--out", str(tmp_path / "out"), "--composites", "1"]
    spec = json.loads((bundle / "bundle.json").read_text())
    del spec["files"]
    seal(bundle, spec)
    assert main([*common, "--only", "cloth"]) == 0
    assert "nothing" in (bundle / "card.md").read_text()
    assert main(common) == 0
    assert "photos/graded" in (bundle / "card.md").read_text()
    Bundle.load(bundle, check=True)


def test_a_part_of_the_sets_is_linked_not_copied(data: Path, tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    part = only(data, ["shop", "cloth"], tmp_path / "part")
    assert len(photos_of(part)) == 3 + 6
    assert {label.path.name for label in read_labels(part)} == {p.name for p in photos_of(part)}
    assert all(p.resolve().is_relative_to(data) for p in photos_of(part))


def test_a_set_that_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'silk' is no set.*cloth, negatives, other, shop"):
        only(data, ["silk"], tmp_path)


def test_a_folder_without_photos_is_an_error_of_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scorer.py").write_text(SCORER)
    (tmp_path / "data").mkdir()
    assert main([str(tmp_path / "data"), "--scorer", str(tmp_path / "scorer.py")]) == 1
    assert "holds no photos" in capsys.readouterr().err


def test_composites_are_pairs_of_the_same_photo_and_the_same_every_time(data: Path, tmp_path: Path) -> None:
    standard = Library.load().named("woven-general")
    good = [(label.path, label.group) for label in read_labels(data) if label.population == "products"]
    with Grader(write_tiny_bundle(tmp_path / "tiny")) as grader:
        first, again = ([as_record(p) for p in pairs(good, grader, standard, 1, seed=5)] for _ in range(2))
    assert first == again
    assert len({record["code"] for record in first}) >= 8
    assert len([r for r in first if r["code"] == "STAIN"]) == 1
    assert all(r["box"][2] > r["box"][0] and r["size_px"] > 0 for r in first)
