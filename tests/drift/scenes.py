"""Weeks of inspections in a ledger, entered as rows: evidence in the model's own form, photos that need not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import insert, select

from qc.drift.weeks import IsoWeek
from qc.ledger.accounts import Caller, add_collection_point
from qc.ledger.database import Database
from qc.ledger.ids import uuid7
from qc.ledger.standards_used import remember_standard
from qc.ledger.states import PieceState
from qc.ledger.tables import CollectionPoint, Inspection, Piece

MODEL = "scene-1.0.0"


@dataclass(frozen=True)
class Usual:
    """What pieces of a point are like. `photo` makes the judged photo's hash; without it, of no photo."""

    pieces: int = 60
    photos: int = 2
    exposure: float = 0.5
    novelty: float = 0.6
    hole: float = 0.05
    model: str = MODEL
    photo: Callable[[float], str] | None = None


def enter_weeks(
    database: Database,
    caller: Caller,
    weeks: Iterator[IsoWeek] | list[IsoWeek],
    usual: Usual,
    point: str = "BTL-1",
    seed: int = 1,
) -> None:
    """Enter pieces of these weeks at a collection point, spread over each week."""
    rng = np.random.default_rng([seed, *point.encode()])
    with database.write() as session:
        place = session.scalar(
            select(CollectionPoint.id).where(
                CollectionPoint.organisation_id == caller.organisation_id, CollectionPoint.code == point
            )
        )
        place = place or add_collection_point(session, caller.organisation_id, point, point).id
        standard = remember_standard(session, caller, "waste-basket", 1, "5" * 64, "{}").id
        session.flush()
        for week in weeks:
            rows = list(_week(caller.organisation_id, place, standard, week, _varied(usual, rng), rng))
            session.execute(insert(Piece), [piece for piece, _ in rows])
            session.execute(insert(Inspection), [inspection for _, inspection in rows])


def _varied(usual: Usual, rng: np.random.Generator) -> Usual:
    return replace(usual, exposure=usual.exposure + 0.01 * rng.normal(), novelty=usual.novelty + 0.03 * rng.normal())


def _week(
    organisation: UUID, place: UUID, standard: UUID, week: IsoWeek, usual: Usual, rng: np.random.Generator
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for number in range(usual.pieces):
        at = week.begins + timedelta(days=6) * number / usual.pieces
        holed = bool(rng.random() < usual.hole)
        evidence = {"model": usual.model, "photos": [_photo(usual, holed, rng) for _ in range(usual.photos)]}
        reasons = [{"rule": "defect.limit", "code": "HOLE"}] if holed else []
        grade = "rework" if holed else "A"
        piece = uuid7()
        mark = uuid7().hex.ljust(64, "f")
        yield (
            {
                "id": piece, "organisation_id": organisation, "collection_point_id": place, "maker_id": None,
                "tag": None, "sku": None, "state": PieceState.REGISTERED, "attempt": 1, "grade": None,
                "registered_at": at, "accepted_at": None, "receipt_code": None,
            },
            {
                "id": uuid7(), "organisation_id": organisation, "piece_id": piece, "number": 1, "attempt": 1,
                "standard_version_id": standard, "model": usual.model, "status": "graded", "grade": grade,
                "verdict": {"status": "graded", "grade": grade, "reasons": reasons}, "checks": {},
                "evidence": evidence, "fingerprint": mark, "actor": "key:test", "inspected_at": at,
            },
        )  # fmt: skip


def _photo(usual: Usual, holed: bool, rng: np.random.Generator) -> dict[str, Any]:
    exposure = float(np.clip(usual.exposure + 0.06 * rng.normal(), 0.02, 0.98))
    found = [
        {"code": "HOLE", "probability": 0.93, "box": [100, 100, 180, 170], "area_share": 0.004, "length_share": 0.1}
    ]
    return {
        "view": "top", "sha256": usual.photo(exposure) if usual.photo else sha256(rng.bytes(8)).hexdigest(),
        "width": 1600, "height": 1200, "woven": 0.99, "kind": "basket", "kind_probability": 0.91,
        "material": "water_hyacinth", "material_probability": 0.88, "defect_probability": 0.9 if holed else 0.1,
        "detections": found if holed else [],
        "quality": {
            "sharpness": float(np.exp(6 + 0.4 * rng.normal())), "exposure": exposure, "clipped_share": 0.01,
            "piece_found": True, "piece_share": 0.5, "pieces": 1, "smallest_defect_px": 5.0,
        },
        "novelty": float(max(0.0, usual.novelty + 0.2 * rng.normal())), "ms": {"network": 12.0},
    }  # fmt: skip
