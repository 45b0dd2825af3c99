"""The whole way of a photo with a real model: ONNX, standards, photo store and ledger."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import func, select

from qc.errors import BadBundle, BadPhoto, BadRequest, UnknownStandard
from qc.inspection import Asked, PhotoSent, Station
from qc.ledger.accounts import Caller, Scope, add_collection_point, create_organisation
from qc.ledger.batch_contents import batch_of_piece
from qc.ledger.batches import NewBatchLine, open_batch
from qc.ledger.ids import uuid7
from qc.ledger.inspections import inspection_of_id
from qc.ledger.rulings import Ordered
from qc.ledger.states import Outcome, PieceState
from qc.ledger.tables import Inspection, Photo
from qc.ledger.verify import verify
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from qc.standards.evidence import Evidence
from tests.model.pictures import encode
from tests.model.tiny_bundle import DARK, straw

SKU = "WB-WH-01"
CHECKS = {"moisture_pct": 11.0, **dict.fromkeys(("odour", "sharp_points", "mould", "insects", "base_flat"), "pass")}


@pytest.fixture
def station(tmp_path: Path, tiny_bundle: Path) -> Iterator[Station]:
    opened = Station.open(Settings(home=tmp_path, model_bundle=tiny_bundle, threads=2))
    yield opened
    opened.close()


@pytest.fixture
def caller(station: Station) -> Caller:
    with station.database.write() as session:
        organisation = create_organisation(session, "weavers", "Weavers")
        add_collection_point(session, organisation.id, "BTL-1", "Balai desa")
        caller = Caller(organisation.id, "key:test", frozenset(Scope))
        open_batch(session, caller, "B-1", [NewBatchLine(SKU, 5)])
        return caller


def noisy(picture: NDArray[np.uint8], seed: int = 1) -> bytes:
    noise = np.random.default_rng(seed).integers(-20, 20, picture.shape)
    return encode((picture.astype(int) + noise).clip(0, 255).astype(np.uint8))


def whole(height: int = 768, width: int = 1024) -> NDArray[np.uint8]:
    """A straw piece on white paper."""
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[height // 6 : -height // 6, width // 6 : -width // 6] = straw(1, 1)
    return picture


def stained(height: int = 768, width: int = 1024) -> NDArray[np.uint8]:
    picture = whole(height, width)
    picture[height // 3 : height // 2, width // 3 : width // 2] = DARK
    return picture


def asked(station: Station, picture: NDArray[np.uint8], **more: object) -> Asked:
    photo = PhotoSent(noisy(picture))
    return station.ask([photo], standard="woven-general", **more)  # type: ignore[arg-type]


def test_a_photo_becomes_a_verdict_in_the_ledger_with_three_pictures(station: Station, caller: Caller) -> None:
    request = asked(station, stained())
    entered = station.inspect(caller, request)
    with station.database.read() as session:
        inspection = inspection_of_id(session, caller.organisation_id, entered)
        assert inspection.model == "tiny-0.0.1"
        assert "STAIN" in {reason["code"] for reason in inspection.verdict["reasons"]}
        photo = inspection.photos[0]
        original = request.photos[0].data
        assert station.photos.get(photo.original_sha256) == original
        assert photo.judged_sha256 == inspection.evidence["photos"][0]["sha256"]
        with Image.open(BytesIO(station.photos.get(photo.marked_sha256))) as marked:
            assert marked.format == "JPEG"
        assert [report.faults for report in verify(session)] == [()]


def test_a_large_photo_is_judged_small_and_spoken_of_in_its_own_pixels(station: Station, caller: Caller) -> None:
    entered = station.inspect(caller, asked(station, stained(2400, 3200)))
    with station.database.read() as session:
        inspection = inspection_of_id(session, caller.organisation_id, entered)
        evidence = Evidence.model_validate(inspection.evidence)
        judged = station.photos.get(inspection.photos[0].judged_sha256)
        with Image.open(BytesIO(judged)) as picture:
            assert picture.size == (1600, 1200)
        assert (evidence.photos[0].width, evidence.photos[0].height) == (3200, 2400)
        assert sha256(judged).hexdigest() == evidence.photos[0].sha256
        box = next(x.box for x in evidence.photos[0].detections if x.code == "STAIN")
        assert box[0] == pytest.approx(3200 / 3, abs=80)
        assert box[3] == pytest.approx(1200, abs=80)


def test_what_was_inspected_is_kept_bit_for_bit_and_judged_again_alike(station: Station, caller: Caller) -> None:
    first = station.inspect(caller, asked(station, whole()))
    again = station.examine(asked(station, whole()))
    with station.database.read() as session:
        kept = inspection_of_id(session, caller.organisation_id, first)
        assert kept.verdict == again.verdict.model_dump(mode="json")


def test_the_same_request_is_one_inspection(station: Station, caller: Caller) -> None:
    request = asked(station, whole(), piece_id=uuid7())
    assert station.inspect(caller, request) == station.inspect(caller, request)
    examined = station.examine(request)
    kept = station.keep(examined)
    with station.database.write() as session:  # both looked, and found nothing, before either had entered
        station.enter(session, caller, examined, kept)
    with station.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Inspection)) == 1


def test_checks_recorded_later_complete_the_verdict_and_pack_the_piece(station: Station, caller: Caller) -> None:
    views = ("top", "inside", "side_1", "side_2", "base")
    photos = [PhotoSent(noisy(whole(), n), view) for n, view in enumerate(views)]  # type: ignore[arg-type]
    entered = station.inspect(caller, station.ask(photos, sku=SKU, auto_accept=True))
    with station.database.write() as session:
        inspection = inspection_of_id(session, caller.organisation_id, entered)
        assert (inspection.status, inspection.decisions) == ("referred", [])  # the tiny model doubts the material
        accept = Ordered(Outcome.ACCEPT, "insp-1", checks=CHECKS)
        decision = station.decide(session, caller, entered, accept)
        assert (decision.grade, decision.checks["moisture_pct"]) == ("A", {"value": 11.0})
        batch = batch_of_piece(session, inspection.piece_id)
        assert batch is not None
        assert inspection.piece.state is PieceState.IN_BATCH
    with station.database.read() as session:
        assert [report.faults for report in verify(session)] == [()]


def test_a_bad_photo_among_good_ones_leaves_nothing(station: Station, caller: Caller) -> None:
    photos = [PhotoSent(noisy(whole())), PhotoSent(b"GIF89a" + b"0" * 100)]
    with pytest.raises(BadPhoto):
        station.inspect(caller, station.ask(photos, standard="woven-general"))
    with station.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Photo)) == 0


def test_what_is_asked_must_make_sense(station: Station) -> None:
    photo = PhotoSent(b"x")
    with pytest.raises(BadRequest, match="wanted 1 to 12"):
        station.ask([], sku=SKU)
    with pytest.raises(BadRequest, match="wanted 1 to 12"):
        station.ask([photo] * 13, sku=SKU)
    with pytest.raises(BadRequest, match="`sku` or a `standard`"):
        station.ask([photo])
    with pytest.raises(BadRequest, match="not for WB-WH-01"):
        station.ask([photo], sku=SKU, standard="woven-general")
    with pytest.raises(UnknownStandard):
        station.ask([photo], sku="NONE")
    with pytest.raises(BadRequest, match="asks for"):
        station.ask([photo], sku=SKU, checks={"weight": 3})


def test_a_station_without_a_model_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(BadBundle):
        Station.open(Settings(home=tmp_path, model_bundle=tmp_path / "none"))


RELEASED = bundle_in_force(Settings())


def test_the_released_model_goes_the_whole_way(tmp_path: Path) -> None:
    station = Station.open(Settings(home=tmp_path, threads=1))
    with station.database.write() as session:
        organisation = create_organisation(session, "weavers", "Weavers")
        add_collection_point(session, organisation.id, "BTL-1", "Balai desa")
    caller = Caller(organisation.id, "key:test", frozenset(Scope))
    photos = sorted((RELEASED / "golden").glob("*.jpg"))
    assert photos
    for path in photos:
        entered = station.inspect(caller, station.ask([PhotoSent(path.read_bytes())], standard="woven-general"))
        with station.database.read() as session:
            inspection = inspection_of_id(session, caller.organisation_id, entered)
            assert inspection.model == station.model
            if path.name.startswith("not-woven"):
                assert (inspection.status, inspection.grade) in {("retake", None), ("referred", None)}
            marked = station.photos.get(inspection.photos[0].marked_sha256)
            assert marked.startswith(b"\xff\xd8\xff")
    with station.database.read() as session:
        assert [report.faults for report in verify(session)] == [()]
    station.close()
