"""A snapshot of a ledger: every way of saying something becomes a label; people and the unwilling are left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from qc.errors import Unavailable
from qc.ledger.makers import erase_maker, maker_called
from qc.ledger.phone_verdicts import Said, keep_phone_verdict
from qc.ledger.states import LabelOccasion, Outcome
from qc.ledger.tables import Inspection, Maker
from tests.pictures import DOUBTFUL, GOOD, HOLED
from tests.training.feedback.scene import SLUG, Scene, opened
from training.feedback.rows import LabelRow, PhotoRow
from training.feedback.snapshot import Snapshot
from training.feedback.taking import Shares, take_snapshot, wanted_of

HOLE_AT = (60.0, 60.0, 120.0, 120.0)  # where the examiner of colours sees one on 240 px
STAIN = {"code": "STAIN", "present": True, "box": [10, 20, 100, 110], "severity": "minor"}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with opened(tmp_path) as made:
        yield made


def take(scene: Scene, into: Path, *, consent: tuple[str, ...] = ("2026-11",), **more: object) -> Snapshot:
    wanted = wanted_of(scene.database, SLUG, consent=frozenset(consent), **more)
    return take_snapshot(scene.database, scene.station.photos, SLUG, into, wanted, licence="CC-BY-4.0")


def said(snapshot: Snapshot, inspection: Inspection) -> tuple[PhotoRow, tuple[LabelRow, ...]]:
    wanted = inspection.photos[0].judged_sha256
    [found] = [(photo, labels) for _, photo, labels in snapshot.photos() if photo.photo == wanted]
    return found


def short(labels: tuple[LabelRow, ...]) -> list[tuple[object, ...]]:
    return [(x.code, x.present, x.box, x.source, x.weight) for x in labels]


def test_each_way_of_saying_something_becomes_a_label(scene: Scene, tmp_path: Path) -> None:
    accepted, doubted = scene.inspect(GOOD, 1), scene.inspect(DOUBTFUL, 2)
    returned, overruled = scene.inspect(HOLED, 3), scene.inspect(HOLED, 4)
    written, policy, differs = scene.inspect(HOLED, 5), scene.inspect(GOOD, 6, auto_accept=True), scene.inspect(GOOD, 7)
    scene.decide(accepted, Outcome.ACCEPT)
    scene.decide(doubted, Outcome.ACCEPT)
    scene.decide(returned, Outcome.REJECT, reason="a hole")
    scene.decide(overruled, Outcome.OVERRULE, grade="A", reason="a shadow, no hole")
    scene.decide(written, Outcome.REJECT, reason="a hole")
    scene.label(written, STAIN, {"code": "HOLE", "present": False, "box": [60, 60, 120, 120]}, complete=False)
    with scene.database.write() as session:
        keep_phone_verdict(session, scene.caller, differs, Said("0" * 64, "phone-1", "graded", "reject", 9))
    snapshot = take(scene, tmp_path / "snapshots")

    photo, labels = said(snapshot, accepted)
    assert (photo.good, photo.source, photo.grade, labels) == (True, "confirmed", "A", ())
    photo, labels = said(snapshot, doubted)
    assert photo.good is True
    assert short(labels) == [("HOLE", False, HOLE_AT, "confirmed", 0.5)]
    photo, labels = said(snapshot, returned)
    assert (photo.good, short(labels)) == (False, [("HOLE", True, HOLE_AT, "confirmed", 0.5)])
    photo, labels = said(snapshot, overruled)
    assert (photo.good, short(labels)) == (None, [("HOLE", False, HOLE_AT, "overrule", 0.25)])
    photo, labels = said(snapshot, written)
    assert photo.good is False
    assert short(labels) == [
        ("HOLE", False, HOLE_AT, "review", 1.0),
        ("STAIN", True, (10.0, 20.0, 100.0, 110.0), "review", 1.0),
    ]
    photo, labels = said(snapshot, differs)
    assert (photo.good, photo.source, labels) == (None, "disagreement", ())
    assert policy.photos[0].judged_sha256 not in {p.photo for _, p, _ in snapshot.photos()}
    assert snapshot.manifest.counts["left_out"] == {"nobody said anything of it": 1}
    assert snapshot.manifest.counts["contradictions"] == 1
    assert snapshot.read_photo(photo.photo)[:2] == b"\xff\xd8"


def test_blind_judgements_and_appeals_are_told_as_such(scene: Scene, tmp_path: Path) -> None:
    scene.judge_all_again()
    escaped, refused, appealed = scene.inspect(GOOD, 1), scene.inspect(HOLED, 2), scene.inspect(HOLED, 3)
    scene.decide(escaped, Outcome.ACCEPT)
    scene.decide(refused, Outcome.REJECT, reason="a hole")
    scene.decide(appealed, Outcome.REJECT, reason="a hole")
    scene.judge_again(escaped.piece_id, "STAIN", "MOISTURE_HIGH")
    scene.judge_again(refused.piece_id)
    again = scene.inspect(DOUBTFUL, 4, piece_id=appealed.piece_id, appeal=True)
    scene.decide(again, Outcome.ACCEPT, "citra")
    snapshot = take(scene, tmp_path / "snapshots")

    photo, labels = said(snapshot, escaped)
    assert (photo.good, photo.source) == (False, "reinspection")
    assert short(labels) == [("STAIN", True, None, "reinspection", 1.0)]  # no photo shows moisture
    photo, labels = said(snapshot, refused)
    assert (photo.good, short(labels)) == (True, [("HOLE", False, None, "reinspection", 1.0)])
    photo, labels = said(snapshot, again)
    assert (photo.good, short(labels)) == (True, [("HOLE", False, HOLE_AT, "appeal", 0.75)])
    judged = {
        record.photos[0][0].photo: [(x.judge, x.blind, x.source, x.meets, x.codes) for x in record.judgements]
        for record in snapshot.records()
    }
    assert judged[escaped.photos[0].judged_sha256] == [
        (1, False, "confirmed", True, None),
        (2, True, "reinspection", False, ("MOISTURE_HIGH", "STAIN")),
    ]
    assert [x[:4] for x in judged[appealed.photos[0].judged_sha256]] == [
        (1, False, "confirmed", False), (2, True, "appeal", True),
    ]  # fmt: skip


def test_who_looked_a_photo_over_whole_says_what_is_not_there(scene: Scene, tmp_path: Path) -> None:
    faultless, one = scene.inspect(GOOD, 1), scene.inspect(GOOD, 2)
    scene.label(faultless)
    scene.label(one, STAIN, occasion=LabelOccasion.RANDOM)
    snapshot = take(scene, tmp_path / "snapshots")
    assert said(snapshot, faultless)[0].good is True
    photo, labels = said(snapshot, one)
    assert (photo.good, photo.source) == (False, "random")
    assert {x.code for x in labels if x.present} == {"STAIN"}
    assert len({x.code for x in labels if not x.present}) == 11


def test_nobody_is_in_who_did_not_agree_or_was_erased(scene: Scene, tmp_path: Path) -> None:
    agreed = scene.inspect(GOOD, 1, maker="mk_1")
    others = [
        scene.inspect(GOOD, 2, maker="mk_2", consent_version="2025-01"),
        scene.inspect(GOOD, 3, maker="mk_3"),
        scene.inspect(GOOD, 4, maker=None),
    ]
    for inspection in (agreed, *others):
        scene.decide(inspection, Outcome.ACCEPT)
    with scene.database.write() as session:
        erase_maker(session, scene.caller, maker_called(session, scene.caller.organisation_id, "mk_3"))
    snapshot = take(scene, tmp_path / "snapshots")
    assert [photo.photo for _, photo, _ in snapshot.photos()] == [agreed.photos[0].judged_sha256]
    assert snapshot.manifest.counts["left_out"] == {
        "no maker is named": 1, "the consent does not cover training": 1, "the maker was erased": 1,
    }  # fmt: skip
    assert (snapshot.manifest.consent, snapshot.manifest.licence) == (("2026-11",), "CC-BY-4.0")
    assert len(list(take(scene, tmp_path / "all", unattributed=True).records())) == 2


def test_no_person_and_no_id_of_the_ledger_is_told(scene: Scene, tmp_path: Path) -> None:
    inspection = scene.inspect(HOLED, 1, maker="mk_secret", tag="T-1")
    scene.decide(inspection, Outcome.REJECT, "ayu-secret", reason="a hole")
    snapshot = take(scene, tmp_path / "snapshots")
    with scene.database.read() as session:
        maker = session.scalars(select(Maker)).one()
    told = (snapshot.folder / "snapshot.json").read_text()
    for table in snapshot.folder.glob("*.parquet"):
        told += str(pq.read_table(table).to_pylist())
    secrets = ["mk_secret", "ayu-secret", "T-1", "phone-1", SLUG, maker.commitment, str(maker.id), maker.id.hex]
    secrets += [str(inspection.piece_id), inspection.piece_id.hex, str(inspection.id)]
    assert [secret for secret in secrets if secret in told] == []


def test_a_weaver_is_in_one_split_and_stays_there(scene: Scene, tmp_path: Path) -> None:
    for number in range(8):
        scene.decide(scene.inspect(GOOD, number, maker=f"mk_{number % 4}"), Outcome.ACCEPT)
    first = take(scene, tmp_path / "snapshots")
    splits: dict[str | None, set[str]] = {}
    for record in first.records():
        splits.setdefault(record.piece.weaver_group, set()).add(record.piece.split)
    assert [len(of) for of in splits.values()] == [1] * 4
    before = {photo.photo: piece.split for piece, photo, _ in first.photos()}
    scene.decide(scene.inspect(GOOD, 20, maker="mk_9"), Outcome.ACCEPT)
    second = take(scene, tmp_path / "snapshots")
    assert second.folder != first.folder
    assert before.items() <= {photo.photo: piece.split for piece, photo, _ in second.photos()}.items()


def test_shares_of_weavers_are_as_asked() -> None:
    from qc.ledger.ids import uuid7

    drawn = [Shares(val=0.2, test=0.3, seed="x").split_of(uuid7()) for _ in range(2000)]
    assert (abs(drawn.count("val") - 400) < 80, abs(drawn.count("test") - 600) < 90) == (True, True)


def test_one_state_of_the_ledger_is_one_snapshot(scene: Scene, tmp_path: Path) -> None:
    scene.decide(scene.inspect(GOOD, 1), Outcome.ACCEPT)
    one, other = take(scene, tmp_path / "a"), take(scene, tmp_path / "b")
    assert one.folder.name == other.folder.name
    assert next(one.records()).piece.weaver_group != next(other.records()).piece.weaver_group
    assert take(scene, tmp_path / "c", sku="ANOTHER").folder.name != one.folder.name


def test_a_photo_of_two_pieces_shows_neither_for_sure(scene: Scene, tmp_path: Path) -> None:
    for inspection in (scene.inspect(GOOD, 1), scene.inspect(GOOD, 1, maker="mk_2"), scene.inspect(GOOD, 2)):
        scene.decide(inspection, Outcome.ACCEPT)
    snapshot = take(scene, tmp_path / "snapshots")
    assert snapshot.manifest.counts["photos"] == 1
    assert snapshot.manifest.counts["left_out"]["photos that another piece has too"] == 2


def test_a_missing_photo_leaves_no_snapshot(tmp_path: Path) -> None:
    with opened(tmp_path, str(tmp_path / "photos")) as scene:
        scene.decide(scene.inspect(GOOD, 1), Outcome.ACCEPT)
        last = scene.inspect(HOLED, 2)
        scene.decide(last, Outcome.REJECT, reason="a hole")
        Path(scene.station.photos.where(last.photos[0].judged_sha256)).unlink()
        with pytest.raises(Unavailable, match="not in the photo store"):
            take(scene, tmp_path / "snapshots")
    assert list((tmp_path / "snapshots").iterdir()) == []
