"""What the registry says is taken up while pieces are judged; what does not hold is refused, and nothing changes."""

from __future__ import annotations

import gc
import shutil
import time
import weakref
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from qc.errors import BadBundle, Unavailable
from qc.ledger import promotions
from qc.ledger.accounts import create_organisation, organisation_called
from qc.ledger.database import Database
from qc.ledger.tables import Event
from qc.ledger.verify import verify
from qc.model.approved import ApprovedSample
from qc.model.approved_store import SampleStore
from qc.model.registry import Registry
from qc.serving import watching
from qc.serving.fitting import see_that_samples_fit
from qc.serving.in_service import ModelInService
from qc.serving.loaded import LoadedModel
from qc.serving.shadow import Shadow
from qc.serving.watching import RegistryWatch
from qc.standards.library import Library
from qc.standards.standard import Approved
from tests.model.pictures import encode
from tests.model.tiny_bundle import straw
from tests.serving.models import FIRST, SECOND, load

STRAW = encode(straw())


class Watched:
    """A watch whose looks are taken by hand, with what it tells."""

    def __init__(
        self,
        registry: Registry,
        database: Database,
        fits: Callable[[LoadedModel], None] = lambda model: None,
        load: Callable[[Path], LoadedModel] = load,
    ) -> None:
        self.told: Counter[str] = Counter()
        self.serving = ModelInService(load(registry.current()))
        self.shadow = Shadow(self.serving, 1, database)
        count: Callable[[str], None] = lambda event: self.told.update([event])  # noqa: E731
        self.watch = RegistryWatch(registry, self.serving, self.shadow, load, fits, database, 1, count)
        self.watch.look()

    def judged_by(self) -> str:
        with self.serving.taken() as model:
            return model.examiner.examine_piece([(STRAW, None)]).model


@pytest.fixture
def watched(registry: Registry, database: Database) -> Watched:
    return Watched(registry, database)


def promoted(database: Database, slug: str = "weavers") -> list[Event]:
    with database.read() as session:
        organisation = organisation_called(session, slug)
        wanted = select(Event).where(Event.organisation_id == organisation.id, Event.type == "model.promoted")
        return list(session.scalars(wanted.order_by(Event.sequence)))


def test_the_next_piece_is_judged_by_what_was_promoted_and_back_again(watched: Watched, registry: Registry) -> None:
    assert watched.judged_by() == FIRST
    registry.switch(SECOND, by="tester", why="better", record=None)
    watched.watch.look()
    assert watched.judged_by() == SECOND
    registry.roll_back(by="tester", why="worse")
    watched.watch.look()
    assert (watched.judged_by(), watched.told["served"]) == (FIRST, 2)


def test_a_piece_that_was_begun_ends_with_its_model_which_then_leaves_the_memory(
    watched: Watched, registry: Registry
) -> None:
    with watched.serving.taken() as begun:
        old = weakref.ref(begun.examiner)
        registry.switch(SECOND, by="tester", why="better", record=None)
        watched.watch.look()
        assert watched.judged_by() == SECOND
        assert watched.serving.in_memory == 2
        assert begun.examiner.examine_piece([(STRAW, None)]).model == FIRST, "its threads work to the end"
    assert watched.serving.in_memory == 1
    del begun
    gc.collect()
    assert old() is None, "nothing holds the old network any more"


def test_a_link_that_leads_nowhere_is_refused_and_what_serves_goes_on(registry: Registry, database: Database) -> None:
    elsewhere = registry.folder.parent / "shipped"
    shutil.copytree(registry.path_of(FIRST), elsewhere)
    registry = Registry(registry.folder, shipped=elsewhere)
    registry.set_challenger(SECOND, by="tester", why="to be compared")
    watched = Watched(registry, database)
    for link in ("current", "challenger"):
        (registry.folder / link).unlink()
        (registry.folder / link).symlink_to("tiny-9.9.9")
    watched.watch.look()
    assert (watched.serving.present.folder, watched.judged_by()) == (registry.path_of(FIRST), FIRST)
    for refused, link in ((watched.serving.refused, "current"), (watched.shadow.refused, "challenger")):
        assert refused is not None
        assert (refused.name, refused.why.split(";")[0]) == (link, f"{link} points to tiny-9.9.9, which is not there")
    assert watched.told == {"challenges": 1, "refused": 1, "challenger_refused": 1}
    watched.shadow.stop()


def test_a_broken_bundle_is_refused_and_tried_again_once_it_is_whole(
    watched: Watched, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.switch(SECOND, by="tester", why="better", record=None)
    network = registry.path_of(SECOND) / "model.onnx"
    whole = network.read_bytes()
    network.write_bytes(whole[:-1])
    for _ in range(3):
        watched.watch.look()
    refused = watched.serving.refused
    assert refused is not None
    assert (refused.name, watched.judged_by(), watched.told) == (SECOND, FIRST, Counter(refused=1))
    assert f"{SECOND}/model.onnx has sha256" in refused.why
    assert str(registry.folder) not in refused.why
    network.write_bytes(whole)
    watched.watch.look()
    assert watched.judged_by() == FIRST, "it is not read again at every look"
    monkeypatch.setattr(watching, "TRY_AGAIN_S", 0)
    watched.watch.look()
    assert (watched.judged_by(), watched.serving.refused) == (SECOND, None)


def test_a_bundle_that_decides_its_golden_photos_otherwise_is_refused(
    registry: Registry, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(registry, database)
    registry.switch(SECOND, by="tester", why="better", record=None)
    monkeypatch.setattr("qc.model.golden.compare", lambda *_: ["woven is 0.1, wanted 0.9"])
    watched.watch.look()
    assert watched.judged_by() == FIRST
    assert watched.serving.refused is not None
    assert "differently on this machine" in watched.serving.refused.why


def test_whatever_a_bundle_does_wrong_what_serves_goes_on(registry: Registry, database: Database) -> None:
    def bursting(folder: Path) -> LoadedModel:
        if folder.name == SECOND:
            raise MemoryError("out of it")
        return load(folder)

    watched = Watched(registry, database, load=bursting)
    registry.set_challenger(SECOND, by="tester", why="compare")
    watched.watch.look()
    assert watched.shadow.challenger is None
    assert watched.shadow.refused is not None
    registry.switch(SECOND, by="tester", why="better", record=None)
    watched.watch.look()
    assert (watched.judged_by(), watched.told["refused"]) == (FIRST, 1)


def test_a_promotion_is_told_to_each_organisation_once_by_whichever_replica(
    watched: Watched, registry: Registry, database: Database
) -> None:
    other = Watched(registry, database)
    registry.switch(SECOND, by="ana@example.org", why="better", record=None)
    for replica in (watched, other, watched):
        replica.watch.look()
    Watched(registry, database)  # a replica that starts later
    for slug in ("weavers", "others"):
        [event] = promoted(database, slug)
        assert f'"model":"{SECOND}"' in event.body
        assert f'"before":"{FIRST}"' in event.body
        assert '"rolled_back":false' in event.body
        assert "ana@example.org" not in event.body, "names stay out of a chain that is never changed"
    registry.roll_back(by="tester", why="worse")
    watched.watch.look()
    assert ['"rolled_back":true' in event.body for event in promoted(database)] == [False, True]
    with database.read() as session:
        assert {fault for report in verify(session) for fault in report.faults} == set()


def test_who_comes_later_is_not_told_of_what_was_before(
    watched: Watched, registry: Registry, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.switch(SECOND, by="tester", why="better", record=None)
    watched.watch.look()
    later = registry.history()[-1].at.timestamp() + 2
    while time.time() < later:
        time.sleep(0.05)
    with database.write() as session:
        create_organisation(session, "newcomers", "Newcomers")
    Watched(registry, database)
    assert promoted(database, "newcomers") == []


def test_a_promotion_is_told_when_the_database_is_back(
    watched: Watched, registry: Registry, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> int:
        raise Unavailable("away")

    registry.switch(SECOND, by="tester", why="better", record=None)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(watching, "announce", away)
        watched.watch.look()
    assert (watched.judged_by(), promoted(database)) == (SECOND, [])
    watched.watch.look()
    assert len(promoted(database)) == 1


def test_two_replicas_at_once_tell_an_organisation_once(
    watched: Watched, registry: Registry, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has looked before the first has written."""
    asked: Counter[UUID] = Counter()
    told = promotions._told

    def late(session, organisation_id, promotion):  # type: ignore[no-untyped-def]
        asked[organisation_id] += 1
        return asked[organisation_id] > 1 and told(session, organisation_id, promotion)

    registry.switch(SECOND, by="tester", why="better", record=None)
    watched.watch.look()
    monkeypatch.setattr(promotions, "_told", late)
    Watched(registry, database)
    assert len(promoted(database)) == 1
    assert set(asked.values()) == {2}


def test_a_model_under_which_a_standard_could_not_judge_is_refused(
    registry: Registry, database: Database, tmp_path: Path
) -> None:
    library, samples = Library.load(), SampleStore(tmp_path / "standards")
    first = load(registry.current())
    photos = [first.examiner.judge(encode(straw(96, 128 + n))) for n in range(5)]
    sample: ApprovedSample = first.examiner.learn(photos)  # type: ignore[attr-defined]
    standard = library.named("woven-general")
    approved = Approved(sha256=samples.put(sample), model=sample.model, photos=len(sample.photos))
    learnt = Library([standard.model_copy(update={"approved": approved})])
    see_that_samples_fit(first, database, learnt, samples)  # in force for both organisations
    other = LoadedModel(first.examiner, {}, first.bundle)
    assert other.bundle is not None
    other.bundle.spec.files["model.onnx"] = "0" * 64
    with pytest.raises(BadBundle, match="2 standards in force judge by an approved sample"):
        see_that_samples_fit(other, database, learnt, samples)

    def unfit(model: LoadedModel) -> None:
        if model.title == SECOND:
            see_that_samples_fit(other, database, learnt, samples)

    watched = Watched(registry, database, fits=unfit)
    registry.switch(SECOND, by="tester", why="better", record=None)
    watched.watch.look()
    assert watched.judged_by() == FIRST


def test_the_challenger_follows_the_registry_and_rests_once_promoted(watched: Watched, registry: Registry) -> None:
    registry.set_challenger(SECOND, by="tester", why="compare")
    watched.watch.look()
    assert watched.shadow.challenger is not None
    assert watched.shadow.challenger.title == SECOND
    registry.switch(SECOND, by="tester", why="better", record=None)
    watched.watch.look()
    assert watched.shadow.challenger is None, "it has nothing to be compared with"
    registry.roll_back(by="tester", why="worse")
    watched.watch.look()
    assert watched.shadow.challenger is not None
    registry.set_challenger(None, by="tester", why="enough")
    watched.watch.look()
    assert watched.shadow.challenger is None
