"""A day's work that is on the server already, entered as a program enters it."""

from __future__ import annotations

import json
from itertools import cycle
from typing import Any

import cv2

from tests.web.built import ROOT
from tests.web.camera import on_a_table
from tests.web.service import COASTER, Service

CHECKS = {"moisture_pct": 11.5, "odour": "pass", "sharp_points": "pass", "mould": "pass", "insects": "pass"}
DECISIONS: tuple[dict[str, Any], ...] = (
    {"outcome": "overrule", "grade": "A", "reason": "tight and clean"},
    {"outcome": "overrule", "grade": "rework", "reason": "ends stick out"},
    {"outcome": "overrule", "grade": "A", "reason": "tight and clean"},
    {"outcome": "refer"},
)


def days_work(service: Service, pieces: int, sampled: bool = True) -> None:
    """Pieces of one weaver, photographed and decided on.

    `sampled`: the first batch is sampled as a lot, and another stands open.
    """
    pictures = [cv2.imread(str(ROOT / "qc" / "demo" / f"{name}.jpg")) for name in ("a", "rework")]
    photos = [
        cv2.imencode(".jpg", on_a_table(picture, 800, 600))[1].tobytes() for picture in pictures if picture is not None
    ]
    decisions = cycle(DECISIONS)
    with service.client() as client:
        for number in range(pieces):
            views = [commented(photos[number % 2], f"{number} {view}") for view in ("front", "back")]
            facts = {"sku": COASTER, "tag": f"D-{number:06d}", "maker_ref": "mk_7Q2F", "consent_version": "2026-1"}
            sent = client.post(
                "/v1/inspections",
                files=[("photos", ("photo.jpg", content, "image/jpeg")) for content in views],
                data={"views": ["front", "back"], "inspection": json.dumps(facts | {"checks": CHECKS})},
            )
            assert sent.status_code == 201, sent.text
            decided = client.post(
                f"/v1/inspections/{sent.json()['id']}/decision", json={"decided_by": "ibu-01"} | next(decisions)
            )
            assert decided.status_code == 200, decided.text
        if not sampled:
            return
        batch = client.get("/v1/batches").json()["items"][0]["id"]
        lots = client.post(f"/v1/batches/{batch}/sampling", json={"started_by": "pak-02"})
        assert lots.status_code == 201, lots.text
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in (("WB-WH-01", 200), (COASTER, 30))]
        opened = client.post("/v1/batches", json={"number": "2026-12-A", "lines": lines})
        assert opened.status_code == 201, opened.text


def commented(jpeg: bytes, text: str) -> bytes:
    """The same picture as other bytes: a JPEG comment after the start of the image."""
    comment = text.encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]
