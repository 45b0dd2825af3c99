"""The phone sees and judges as the server does with the same network, through a real browser."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.model.judged import LONG_SIDE
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.evidence import Evidence
from qc.standards.library import Library
from qc.standards.verdict import apply

pytestmark = pytest.mark.real
TOLERANCE = 0.01
"""Largest difference of a probability: one-bit differences of two JPEG decoders and two builds of ONNX Runtime."""


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    folder = bundle_in_force(Settings())
    if not (folder / "bundle.json").is_file():
        pytest.skip(f"no released bundle at {folder}")
    return Bundle.load(folder)


def text(path: Path) -> str:
    return b64encode(path.read_bytes()).decode()


def test_phone_and_server_see_and_judge_alike(golden: Page, bundle: Bundle) -> None:
    with Grader(bundle, phone=True) as grader:
        judged = [grader.judge(path.read_bytes()) for path in sorted((bundle.path / "golden").glob("*.jpg"))]
        pictures = [each for each in judged if max(each.width, each.height) <= LONG_SIDE]
        assert pictures
        here = [grader.examine(picture) for picture in pictures]
    there = golden.evaluate(
        "([spec, model, centroids, photos]) => window.golden.examine(spec, model, centroids, photos)",
        [
            bundle.spec.model_dump(mode="json"),
            text(bundle.path / bundle.spec.phone_file),
            text(bundle.path / bundle.spec.novelty.file),
            [{"view": None, "jpeg": b64encode(picture.photo.data).decode()} for picture in pictures],
        ],
    )
    standard = Library.load().named("woven-general")
    document = standard.model_dump(mode="json")
    bands = bundle.spec.bands
    for server, phone in zip(here, there, strict=True):
        see_the_same(server.model_dump(mode="json"), phone)
        verdict = apply(standard, Evidence(photos=(server,), model=grader.model), {}, bands)
        said = golden.evaluate(
            "([s, e]) => window.golden.apply(s, e, {})",
            [
                document,
                {
                    "photos": [phone],
                    "model": grader.model,
                    "bands": {name: band.model_dump() for name, band in bands.items()},
                },
            ],
        )
        assert (said["status"], said["grade"]) == (verdict.status, verdict.grade)


def see_the_same(server: dict[str, Any], phone: dict[str, Any]) -> None:
    for name in ("sha256", "width", "height", "kind", "material"):
        assert phone[name] == server[name]
    for name in ("woven", "kind_probability", "material_probability", "defect_probability"):
        assert phone[name] == pytest.approx(server[name], abs=TOLERANCE), name
    for name in ("exposure", "clipped_share", "piece_share"):
        assert phone["quality"][name] == pytest.approx(server["quality"][name], abs=TOLERANCE), name
    assert phone["quality"]["sharpness"] == pytest.approx(server["quality"]["sharpness"], rel=0.02)
    assert phone["quality"]["pieces"] == server["quality"]["pieces"]
    sure = [d for d in server["detections"] if d["probability"] > 0.1]
    seen = [d for d in phone["detections"] if d["probability"] > 0.1 - TOLERANCE]
    for detection in sure:
        assert any(
            d["code"] == detection["code"]
            and d["box"] == detection["box"]
            and d["probability"] == pytest.approx(detection["probability"], abs=TOLERANCE)
            for d in seen
        ), detection
