"""A check tells how people agree, finds a label that was flipped, and finds one photo in two splits."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.feedback.records import record
from training.feedback.agreement import Agreement, Agreements
from training.feedback.checking import check_snapshot
from training.feedback.rows import JudgementRow, LabelRow, Record
from training.feedback.snapshot import Snapshot
from training.feedback.writing import SnapshotWriter


def write(into: Path, made: list[tuple[Record, bytes]]) -> Snapshot:
    with SnapshotWriter(into, organisation="demo", filters={}, licence="CC0", consent=[]) as writer:
        for each, data in made:
            writer.add(each, lambda _, data=data: data)  # type: ignore[misc]
        return writer.finish()


def judged(first: bool, second: bool, *, blind: bool = True) -> list[JudgementRow]:
    return [
        JudgementRow("p", 1, 1, False, "confirmed", first, ("HOLE",) if not first else ()),
        JudgementRow("p", 1, 2, blind, "reinspection", second, ("HOLE",) if not second else ()),
    ]


def test_kappa_is_what_cohen_wrote() -> None:
    agreement = Agreement(both=20, first=5, second=10, neither=15)  # a worked example of many textbooks
    agreement.reckon()
    assert agreement.share == 0.7
    assert agreement.kappa == pytest.approx(0.4)
    assert agreement.kappa_low is not None
    assert agreement.kappa_high is not None
    assert agreement.low is not None
    assert agreement.kappa_low < 0.4 < agreement.kappa_high
    assert agreement.low < 0.7


def test_where_all_say_the_same_there_is_no_kappa() -> None:
    agreement = Agreement(both=20)
    agreement.reckon()
    assert (agreement.share, agreement.kappa) == (1.0, None)
    assert Agreement().pieces == 0


def test_people_are_compared_on_the_same_attempt_blind_apart_from_seeing() -> None:
    told = Agreements()
    for first, second in ((True, True), (True, False), (False, False)):
        told.count(judged(first, second))
    told.count(judged(True, True, blind=False))
    other_attempt = judged(True, False)
    told.count([other_attempt[0], replace(other_attempt[1], attempt=2)])
    told.reckon()
    assert (told.blind.both, told.blind.first, told.blind.neither, told.seeing.both) == (1, 1, 1, 1)
    hole = told.codes["HOLE"]
    assert (hole.both, hole.second, hole.neither) == (1, 1, 2)


def seen(number: int, probability: float, *, present: bool | None) -> tuple[Record, bytes]:
    """A photo on which the model gives a hole this probability; a person says present, absent, or that it is good."""
    made, data = record(number, labels=0)
    detections = [{"code": "HOLE", "probability": probability}] if probability else []
    row = replace(made.photos[0][0], good=present is None, evidence=json.dumps({"detections": detections}))
    labels = () if present is None else (LabelRow(row.photo, "HOLE", None, present, None, "review", 1.0),)
    return replace(made, photos=((row, labels),)), data


def test_a_flipped_label_is_found_and_told_why(tmp_path: Path) -> None:
    made = [seen(n, 0.9, present=True) for n in range(8)] + [seen(n, 0.0, present=False) for n in range(10, 18)]
    made += [seen(20, 0.98, present=None), seen(21, 0.0, present=True), seen(22, 0.95, present=False)]
    check = check_snapshot(write(tmp_path, made), 2)
    assert check.doubtful_in_all == 3
    assert len(check.doubtful) == 2
    check = check_snapshot(write(tmp_path, made), 10)
    wrong = {made[k][0].photos[0][0].photo for k in (-3, -2, -1)}
    assert {doubt.photo for doubt in check.doubtful} == wrong
    assert [doubt.margin for doubt in check.doubtful] == sorted((d.margin for d in check.doubtful), reverse=True)
    good = next(doubt for doubt in check.doubtful if doubt.photo == made[-3][0].photos[0][0].photo)
    assert good.reason.startswith("a person says that the photo shows nothing; the model gives HOLE 0.98")


def textured(seed: int, quality: int) -> bytes:
    rough = np.random.default_rng(seed).integers(0, 255, (12, 12, 3)).astype(np.uint8)
    smooth = cv2.resize(rough, (400, 400), interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".jpg", smooth, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def test_one_photo_in_two_splits_is_found(tmp_path: Path) -> None:
    made = []
    for number, data in enumerate(
        [textured(1, 95), textured(1, 40), textured(2, 90), textured(3, 90), textured(3, 60)]
    ):
        each, _ = record(number, labels=0)
        split = "train" if number >= 3 else each.piece.split  # the last two are alike within one split
        row = replace(each.photos[0][0], photo=sha256(data).hexdigest())
        made.append((replace(each, piece=replace(each.piece, split=split), photos=((row, ()),)), data))
    check = check_snapshot(write(tmp_path, made), 10)
    [pair] = check.alike
    assert {pair.photo, pair.other} == {made[k][0].photos[0][0].photo for k in (0, 1)}
    assert (pair.split, pair.other_split, check.alike_in_all) == ("train", "val", 1)
    assert pair.distance <= 6
