"""A model looks at stored photos anew: the same one sees what it saw, another one what it sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from sqlalchemy import select

from qc.errors import Unavailable
from qc.inspection import PhotoSent, Station
from qc.ledger import rejudgements
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.ledger.rejudgements import Scope
from qc.ledger.states import RejudgementState
from qc.ledger.tables import Inspection, RejudgedPiece, Rejudgement
from qc.model.bundle import Bundle
from qc.model.grader import Grader
from qc.rejudging.slices import OtherModel
from qc.standards.library import Library
from tests.api.conftest import CHECKS, SKU, VIEWS
from tests.model.pictures import encode
from tests.model.tiny_bundle import CHANNELS, DARK, fields, straw, write_tiny_bundle
from tests.rejudging.conftest import worker
from tests.serving.models import BLIND_TO_STAINS, good, stained

pytestmark = [pytest.mark.real, pytest.mark.parametrize("url", ["sqlite"], indirect=True)]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny-0.0.1")


@pytest.fixture
def graded(database: Database, tmp_path: Path, bundle: Bundle) -> Iterator[Station]:
    photos = PhotoStore.open(tmp_path / "photos")
    with Grader(bundle) as grader:
        yield Station(database, photos, Library.load(), grader, bundle.spec.bands)
    photos.close()


def picture(number: int, spoilt: bool) -> bytes:
    """A photo larger than a judged image, so that evidence and judged image differ in their pixels."""
    rng = np.random.default_rng(number)
    rgb = straw(1800, 2400) + rng.integers(-40, 41, (1800, 2400, 1))
    if spoilt:
        rgb[600:900, 800:1200] = DARK
    return encode(np.clip(rgb, 0, 255).astype(np.uint8))


def judged_again(station: Station, caller: Caller, tmp_path: Path, bundle: Bundle, title: str) -> Rejudgement:
    with station.database.write() as session:
        job = rejudgements.request(session, caller, None, title, Scope(), "a new model")
    assert worker(station, tmp_path, models=lambda name: bundle.path).look()
    with station.database.read() as session:
        return session.scalars(select(Rejudgement).where(Rejudgement.id == job.id)).one()


def test_stored_photos_are_seen_as_they_were_and_a_lost_one_costs_its_piece(
    graded: Station, caller: Caller, tmp_path: Path, bundle: Bundle
) -> None:
    for n in range(3):
        sent = [PhotoSent(picture(10 * n + k, n == 1 and k == 0), view) for k, view in enumerate(VIEWS[:1])]  # type: ignore[arg-type]
        graded.inspect(caller, graded.ask(sent, sku=SKU, checks=CHECKS, caller=caller))
    same = judged_again(graded, caller, tmp_path, bundle, "tiny-0.0.1")
    assert (same.state, same.done, same.changed, same.failed) == (RejudgementState.FINISHED, 3, 0, 0)
    assert sum(pieces for _, _, pieces in same.counts) == 3

    with graded.database.read() as session:
        first = session.scalars(select(Inspection).order_by(Inspection.piece_id)).first()
        assert first is not None
        lost = first.photos[0].judged_sha256
    (tmp_path / "photos" / lost[:2] / lost).unlink()
    again = judged_again(graded, caller, tmp_path, bundle, "tiny-0.0.1")
    assert (again.done, again.failed) == (3, 1)
    with graded.database.read() as session:
        row = session.scalars(
            select(RejudgedPiece).where(RejudgedPiece.rejudgement_id == again.id, RejudgedPiece.after.is_(None))
        ).one()
    assert "not in the photo store" in str(row.failure)


BANDS = fields()["thresholds"]
CAUTIOUS = {"refer": 0.3, "act": 0.999999, "guarantee": "none: hardly anything is certain"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"calibration": BLIND_TO_STAINS}, id="blind to stains"),
        pytest.param(
            {"thresholds": fields()["thresholds"] | {"codes": dict.fromkeys(CHANNELS, CAUTIOUS)}}, id="unsure"
        ),
    ],
)
def test_another_model_sees_what_it_sees_by_its_own_thresholds(
    graded: Station, caller: Caller, tmp_path: Path, other: dict[str, Any]
) -> None:
    for picture in (good(), stained()):
        graded.inspect(caller, graded.ask([PhotoSent(encode(picture))], standard="woven-general", caller=caller))
    bundle = write_tiny_bundle(tmp_path / "other", version="0.0.2", **other)
    job = judged_again(graded, caller, tmp_path, bundle, "tiny-0.0.2")
    assert job.counts == [["A", "A", 1], ["rework", "referred", 1]]
    with graded.database.read() as session:
        row = session.scalars(select(RejudgedPiece).where(RejudgedPiece.differs)).one()
    assert row.verdict is not None
    assert row.evidence is not None
    assert row.verdict["model"] == row.evidence["model"] == "tiny-0.0.2"


def test_while_the_photo_store_is_away_a_job_is_handed_back_and_no_piece_pays_for_it(
    graded: Station, caller: Caller, tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded.inspect(caller, graded.ask([PhotoSent(encode(good()))], standard="woven-general", caller=caller))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(OtherModel, "rows", Mock(side_effect=Unavailable("away", retry_after_s=5)))
        with pytest.raises(Unavailable):
            judged_again(graded, caller, tmp_path, bundle, "tiny-0.0.1")
    with graded.database.read() as session:
        job = session.scalars(select(Rejudgement)).one()
        assert (job.state, job.done, job.failed, job.leased_until) == (RejudgementState.RUNNING, 0, 0, None)
    assert worker(graded, tmp_path, models=lambda name: bundle.path).look()
    with graded.database.read() as session:
        job = session.scalars(select(Rejudgement)).one()
        assert (job.state, job.done, job.failed) == (RejudgementState.FINISHED, 1, 0)
