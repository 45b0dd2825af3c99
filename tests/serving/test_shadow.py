"""A challenger judges the same bytes when there is time, and costs nobody anything when there is none."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from qc.errors import Unavailable
from qc.inspection import PhotoSent, Station
from qc.ledger.accounts import organisation_called
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.ledger.tables import Inspection, ShadowVerdict
from qc.model.registry import Registry
from qc.serving import shadow as shadows
from qc.serving.loaded import LoadedModel
from qc.serving.shadow import Judged, Shadow
from qc.standards.library import Library
from qc.standards.standard import Approved
from tests.ledger.conftest import caller_of
from tests.model.pictures import encode
from tests.serving.models import FIRST, SECOND, good, load, stained


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end, f"not within two minutes: {what}"
        time.sleep(0.01)


class Stand:
    """A station with the first model, and a shadow for it."""

    def __init__(self, registry: Registry, database: Database) -> None:
        self.station = Station(database, PhotoStore.open("memory://"), Library.load(), load(registry.current()))
        self.told: Counter[str] = Counter()
        self.shadow = Shadow(self.station.serving, 1, database, lambda outcome: self.told.update([outcome]))
        self.database = database
        self.second = registry.path_of(SECOND)

    def inspect(self, *pictures: Any) -> Judged:
        with self.database.read() as session:
            caller = caller_of(organisation_called(session, "weavers").id)
        asked = self.station.ask([PhotoSent(encode(x)) for x in pictures], standard="woven-general", caller=caller)
        examined = self.station.examine(asked)
        kept = self.station.keep(examined)
        with self.database.write() as session:
            return examined.for_shadow(self.station.enter(session, caller, examined, kept))

    def kept(self) -> list[ShadowVerdict]:
        with self.database.read() as session:
            chosen = select(ShadowVerdict).options(undefer(ShadowVerdict.verdict)).order_by(ShadowVerdict.judged_at)
            return list(session.scalars(chosen))


@pytest.fixture(autouse=True)
def _of_its_full_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is busy with other things a thread of the lowest priority might not run for minutes."""
    monkeypatch.setattr(shadows, "take_lowest_priority", lambda: None)


@pytest.fixture
def stand(registry: Registry, database: Database) -> Iterator[Stand]:
    made = Stand(registry, database)
    with ExitStack() as over:
        over.callback(made.station.photos.close)
        over.callback(made.shadow.stop)
        yield made


def test_it_says_how_it_differs_and_changes_nothing(stand: Stand) -> None:
    stand.shadow.employ(load(stand.second))
    stand.shadow.start()
    fine, bad = stand.inspect(good()), stand.inspect(good(), stained())
    for judged in (fine, bad):
        stand.shadow.offer(judged)
    until(lambda: stand.told.total() == 2, "both judged")
    agreed, differs = stand.kept()
    assert stand.told == {"agrees": 1, "disagrees": 1}
    assert (agreed.inspection_id, agreed.disagrees) == (fine.inspection_id, False)
    assert (differs.inspection_id, differs.piece_id) == (bad.inspection_id, bad.piece_id)
    assert (differs.first_model, differs.model) == (FIRST, SECOND)
    assert (differs.first_status, differs.status) == ("graded", "referred")
    assert (differs.status_differs, differs.grade_differs, differs.codes_differ) == (True, True, True)
    assert (differs.missed, differs.added) == (["STAIN"], [])
    assert differs.verdict["model"] == SECOND
    with stand.database.read() as session:
        inspection = session.get_one(Inspection, bad.inspection_id)
        assert (inspection.model, inspection.status) == (FIRST, "graded")


def test_it_judges_the_very_pixels_that_the_first_model_judged(stand: Stand) -> None:
    """A photo over 1600 px is judged from the judged image, and evidence speaks of the photo as it was sent."""
    first = load(stand.second.parent / FIRST)
    stand.shadow.employ(LoadedModel(first.examiner, first.bands, sha256="0" * 64))
    stand.shadow.start()
    judged = stand.inspect(stained(1300, 1800))
    stand.shadow.offer(judged)
    until(lambda: stand.told.total() == 1, "judged")
    [row] = stand.kept()
    said = judged.verdict.model_dump(mode="json")
    assert (row.disagrees, row.verdict["reasons"]) == (False, said["reasons"])
    assert 820 < said["reasons"][0]["box"][2] < 1000, "in pixels of 1800, not of 1600"


def test_it_rests_while_every_core_is_taken(stand: Stand) -> None:
    stand.shadow.employ(load(stand.second))
    stand.shadow.start()
    judged = stand.inspect(good())
    with stand.station.serving.taken():
        stand.shadow.offer(judged)
        until(lambda: stand.shadow.waiting == 0, "it is in hand")
        time.sleep(10 * shadows.LOOK_AGAIN_S)  # nothing to wait for: that nothing happens is the promise
        assert stand.told.total() == 0
    until(lambda: stand.told["agrees"] == 1, "judged once a core is free")


def test_what_does_not_fit_is_dropped_and_counted_and_nobody_waits(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.shadow.employ(load(stand.second))
    judged = stand.inspect(good())
    for _ in range(shadows.MOST_WAITING + 3):
        stand.shadow.offer(judged)  # its thread has not begun: whoever offers never waits for it
    assert (stand.shadow.waiting, stand.told) == (shadows.MOST_WAITING, {"dropped": 3})
    stand.shadow.employ(None)
    assert (stand.shadow.waiting, stand.told["dropped"]) == (0, shadows.MOST_WAITING + 3)
    stand.shadow.offer(judged)
    assert stand.told.total() == shadows.MOST_WAITING + 3, "with no challenger nothing is offered"
    stand.shadow.employ(load(stand.second))
    monkeypatch.setattr(shadows, "MOST_BYTES", judged.size * 2)
    for _ in range(3):
        stand.shadow.offer(judged)
    assert stand.shadow.waiting == 2, "photos in memory are bounded too"


def test_stopping_drops_what_waits_and_ends(stand: Stand) -> None:
    stand.shadow.employ(load(stand.second))
    stand.shadow.start()
    judged = stand.inspect(good())
    with stand.station.serving.taken():
        for _ in range(4):
            stand.shadow.offer(judged)
        until(lambda: stand.shadow.waiting == 3, "one in hand")
        stand.shadow.stop()
    assert stand.told == {"dropped": 4}
    assert not [x for x in threading.enumerate() if x.name == "shadow"]
    assert stand.kept() == []


def test_a_fault_of_the_challenger_costs_its_own_verdict_alone(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = stand.inspect(good())
    challenger = load(stand.second)
    stand.shadow.employ(challenger)
    stand.shadow.start()
    for number, fault in enumerate((RuntimeError("burst"), Unavailable("away")), 1):
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(challenger.examiner, "examine", Mock(side_effect=fault))
            stand.shadow.offer(judged)
            until(partial(lambda wanted: stand.told["failed"] == wanted, number), "counted")
    stand.shadow.offer(judged)
    until(lambda: stand.told["agrees"] == 1, "the next is judged")


def test_a_standard_with_an_approved_sample_is_not_compared(stand: Stand) -> None:
    judged = stand.inspect(good())
    standard = judged.standard.model_copy(update={"approved": Approved(sha256="0" * 64, model=FIRST, photos=5)})
    stand.shadow.employ(load(stand.second))
    stand.shadow.offer(Judged(**(vars(judged) | {"standard": standard})))
    assert (stand.shadow.waiting, stand.told) == (0, {"not_comparable": 1})
