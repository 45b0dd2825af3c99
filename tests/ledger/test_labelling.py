"""What to label next: worth most first, not twenty of one thing, every fifth by chance, hidden where blindness asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from qc.ledger.accounts import ROLES, Caller, Role
from qc.ledger.events import now
from qc.ledger.ids import uuid7
from qc.ledger.labelling import Queued, queue, seed_of
from qc.ledger.labelling_value import Candidate, Why, most_valuable, valued
from qc.ledger.labelling_words import in_words
from qc.ledger.phone_verdicts import Said, keep_phone_verdict
from qc.ledger.states import Outcome
from qc.standards.chance import draw
from tests.pictures import DOUBTFUL, GOOD, HOLED
from tests.training.feedback.scene import Scene, opened


def doubt(code: str, probability: float, photo: str = "p") -> dict[str, object]:
    params = {"probability": probability, "refer": 0.3, "act": 0.6}
    return {"rule": "doubt.defect", "code": code, "photo": photo, "params": params}


def candidate(*reasons: dict[str, object], novelty: float = 0.5, bits: int | None = None, **more: object) -> Candidate:
    why = tuple(Why(rule, {"said": "A"}) for rule in more.get("disagree", ()))  # type: ignore[attr-defined]
    return Candidate(uuid7(), uuid7(), "p", "top", str(more.get("sku", "S")), reasons, novelty, why, bits)


def test_what_nobody_and_nothing_doubts_is_not_queued() -> None:
    assert valued(candidate()) is None
    assert valued(candidate(doubt("HOLE", 0.5, photo="another view"))) is None


def test_value_grows_with_doubt_disagreement_and_novelty() -> None:
    def value(*reasons: dict[str, object], **more: object) -> float:
        found = valued(candidate(*reasons, **more))  # type: ignore[arg-type]
        assert found is not None
        return found.value

    low, high = value(doubt("HOLE", 0.35)), value(doubt("HOLE", 0.59))
    assert low < high < value(doubt("HOLE", 0.59), novelty=1.5) < value(doubt("HOLE", 0.59), novelty=2.5)
    assert high < value(doubt("HOLE", 0.59), disagree=["phone_disagrees"])
    assert value(doubt("HOLE", 0.59), doubt("STAIN", 0.4)) == high
    assert value(doubt("HOLE", 0.6), novelty=9, disagree=["overruled", "phone_disagrees"]) == 1


def test_the_queue_is_not_twenty_of_the_same_thing() -> None:
    holes = [valued(candidate(doubt("HOLE", 0.59))) for _ in range(20)]
    stains = [valued(candidate(doubt("STAIN", 0.45))) for _ in range(20)]
    chosen = most_valuable([x for x in holes + stains if x], 10)
    assert chosen[0].why[0].params["code"] == "HOLE"
    assert {x.why[0].params["code"] for x in chosen[:3]} == {"HOLE", "STAIN"}
    alike = [valued(candidate(doubt("HOLE", 0.5), bits=bits)) for bits in (0, 0b11, (1 << 60) - 1)]
    assert len(most_valuable([x for x in alike if x], 10)) == 2


def test_reasons_are_words_in_both_languages() -> None:
    found = valued(candidate(doubt("HOLE", 0.47), novelty=1.4, disagree=["phone_disagrees"]))
    assert found is not None
    english = [in_words(why, "en") for why in found.why]
    assert english[0] == "the phone said A, the server otherwise"
    assert "at 0.47: between 0.30" in english[1]
    assert all(in_words(why, "id") not in english for why in found.why)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with opened(tmp_path) as made:
        yield made


def queued(scene: Scene, limit: int = 20, role: Role = Role.ML_ENGINEER) -> list[Queued]:
    caller = Caller(scene.caller.organisation_id, "key:ml", ROLES[role])
    with scene.database.read() as session:
        return queue(session, caller, limit, now(), days=1)


def test_doubt_and_disagreement_come_first_and_leave_when_labelled(scene: Scene) -> None:
    scene.inspect(GOOD, 1)
    doubted, differs = scene.inspect(DOUBTFUL, 2), scene.inspect(GOOD, 3)
    with scene.database.write() as session:
        keep_phone_verdict(session, scene.caller, differs, Said("0" * 64, "phone-1", "graded", "reject", 9))
    rows = queued(scene)
    assert [(row.inspection_id, row.chosen, row.why[0].rule) for row in rows] == [
        (differs.id, "value", "phone_disagrees"),
        (doubted.id, "value", "referral_band"),
    ]
    assert rows[0].photo == differs.photos[0].judged_sha256
    scene.label(differs)
    assert [row.inspection_id for row in queued(scene)] == [doubted.id]


def test_every_fifth_is_chosen_by_chance_and_anybody_can_repeat_it(scene: Scene) -> None:
    decided: dict[Outcome, list[UUID]] = {Outcome.ACCEPT: [], Outcome.REJECT: []}
    for number in range(6):
        good = number % 3 > 0
        inspection = scene.inspect(GOOD if good else HOLED, number)
        outcome = Outcome.ACCEPT if good else Outcome.REJECT
        scene.decide(inspection, outcome, reason="looked")
        decided[outcome].append(inspection.piece_id)
    for number in range(20, 28):
        scene.inspect(DOUBTFUL, number)
    rows = queued(scene, 10)
    assert [row.chosen for row in rows] == (["value"] * 4 + ["random"]) * 2
    with scene.database.read() as session:
        seed = seed_of(session, scene.caller.organisation_id)
    lowest = [min(pieces, key=lambda piece: draw(str(piece), 1, seed)) for pieces in decided.values()]
    assert [row.piece_id for row in rows if row.chosen == "random"] == lowest
    assert [row.why for row in rows if row.chosen == "random"] == [(Why("chance", {}),)] * 2


def test_pieces_that_wait_for_blind_eyes_are_hidden_from_them(scene: Scene) -> None:
    scene.judge_all_again()
    for number in range(2):
        scene.decide(scene.inspect(GOOD, number), Outcome.ACCEPT)
    assert len(queued(scene, 10)) == 2
    assert queued(scene, 10, Role.ADMIN) == []
