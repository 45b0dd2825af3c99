"""The phone's verdict is the server's: the same rules in both languages, on drawn evidence, through a real browser."""

from __future__ import annotations

import random
from typing import Any

import pytest
from playwright.sync_api import Page

from qc.standards.checks import read_checks
from qc.standards.evidence import Evidence
from qc.standards.library import Library
from qc.standards.standard import ExportStandard
from qc.standards.taxonomy import taxonomy
from qc.standards.verdict import Verdict, apply
from qc.standards.words import LANGUAGES, sentence

pytestmark = pytest.mark.real
CASES = 60


def drawn_photo(draw: random.Random, view: str, number: int) -> dict[str, Any]:
    """Mostly fit, sometimes not; probabilities gather around where bands begin and end."""
    fit = draw.random() < 0.95

    def probability() -> float:
        return draw.choice([draw.random(), 0.3, 0.7, 0.31, 0.69, 0.05])

    return {
        "view": view,
        "sha256": f"{number:064x}",
        "width": 1600 if fit else 600,
        "height": 1200,
        "woven": 0.98 if fit else draw.random(),
        "kind": draw.choice([None, "basket", "placemat", "basket"]),
        "kind_probability": draw.random(),
        "material": draw.choice([None, None, "water_hyacinth", "pandan"]),
        "material_probability": draw.random(),
        "defect_probability": draw.choice([0.1, 0.2, 0.59, 0.6, 0.9]),
        "detections": [
            {
                "code": draw.choice(taxonomy().model_codes()),
                "probability": probability(),
                "box": [10, 20, 300, 200],
                "area_share": draw.choice([0.0005, 0.01, 0.021, 0.2]),
                "length_share": draw.choice([0.01, 0.02, 0.05, 0.2]),
            }
            for _ in range(draw.choice([0, 0, 0, 1, 2, 6]))
        ],
        "quality": {
            "sharpness": 200.0 if fit else draw.choice([5.0, 200.0]),
            "exposure": 0.5 if fit else draw.random(),
            "clipped_share": 0.01,
            "piece_found": fit or draw.random() < 0.5,
            "piece_share": 0.5 if fit else draw.random(),
            "pieces": 1 if fit else draw.choice([1, 2]),
            "smallest_defect_px": 20.0,
        },
        "novelty": draw.choice([0.3, 0.8, 1.9, 2.1]) if draw.random() < 0.3 else 0.4,
        "ms": {},
    }


def drawn_checks(draw: random.Random, standard: ExportStandard) -> dict[str, Any]:
    """A record for most checks, of the right form."""
    records: dict[str, Any] = {}
    for name, rule in standard.checks.items():
        if draw.random() < 0.75:
            low, high = standard.check_limits(name)
            near = [x for x in (low, high, rule.warn) if x is not None]
            measured = [x + d for x in near for d in (-0.5, 0.0, 0.5)]
            records[name] = draw.choice(measured) if rule.unit else draw.choice(["pass", "pass", "pass", "fail"])
            if draw.random() < 0.05:
                records[name] = {"waived": "no meter here"}
    return records


def in_words(verdict: dict[str, Any]) -> dict[str, Any]:
    """What both must agree in."""
    fields = ("rule", "code", "severity", "view", "photo")
    reasons = [
        (*(reason.get(field) for field in fields), sorted(reason.get("params", {}))) for reason in verdict["reasons"]
    ]
    return {"status": verdict["status"], "grade": verdict["grade"], "reasons": reasons}


@pytest.mark.parametrize("name", ["waste-basket-water-hyacinth", "placemat-pandan", "woven-general"])
def test_phone_and_server_judge_drawn_evidence_alike(golden: Page, name: str) -> None:
    standard = Library.load().named(name)
    document = standard.model_dump(mode="json")
    draw = random.Random(name)
    seen = set()
    for _ in range(CASES):
        views = list(standard.views.required) or ["closeup"]
        photos = [
            drawn_photo(draw, view, i + 1) for i, view in enumerate([*views, *draw.choice([[], [], ["closeup"]])])
        ]
        if draw.random() < 0.03:
            photos.pop()
        evidence = {"photos": photos or [drawn_photo(draw, "top", 99)], "model": "drawn-1.0.0"}
        checks = drawn_checks(draw, standard)
        here: Verdict = apply(standard, Evidence.model_validate(evidence), read_checks(checks, standard.checks))
        there = golden.evaluate(
            "([s, e, c]) => window.golden.apply(s, e, c)", [document, evidence | {"bands": {}}, checks]
        )
        assert in_words(there) == in_words(here.model_dump(mode="json"))
        assert there["notAssessable"] == [each.code for each in here.not_assessable]
        assert there["checksMissing"] == list(here.checks_missing)
        for reason in here.reasons[:2]:
            for language in LANGUAGES:
                said = golden.evaluate(
                    "([l, r]) => window.golden.words(l, r)", [language, reason.model_dump(mode="json")]
                )
                assert said == sentence(reason, language)
        seen.add((here.status, here.grade))
    assert len(seen) >= 4, f"the drawn evidence reaches only {seen}"
