"""Every cell of the sampling tables, the plans that importers know by heart, the draw and the decision."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.errors import BadInput, BadRequest, BadStandard
from qc.standards.aql_tables import Inspection, Level, aql_tables
from qc.standards.marked_yaml import parse
from qc.standards.sampling import CLASSES, DefectClass, Plan, draw, judge_lot, plan_lot, worst_class
from qc.standards.standard import Acceptance, ExportStandard
from tests.standards.pieces import BASKET, changed

TABLES = aql_tables()
LETTERS = "ABCDEFGHJKLMNPQR"


def resolved() -> list[tuple[Inspection, str, list[str]]]:
    """The published tables after arrows: inspection, letter, 26 cells "letter:n/Ac"."""
    text = Path(__file__).with_name("aql_resolved.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return [(inspection, letter, cells) for inspection, letter, *cells in rows]  # type: ignore[misc]


RESOLVED = resolved()


def acceptance(**changes: Any) -> Acceptance:
    fields = {"edition": "ISO 2859-1:1999", "level": "II", "critical": 0, "major": 2.5, "minor": 4.0, **changes}
    return Acceptance.model_validate(fields)


def numbers(plan: Plan) -> dict[DefectClass, tuple[int, int, int]]:
    return {rule.defect_class: (rule.n, rule.ac, rule.re) for rule in plan.classes}


def test_three_tables_of_sixteen_letters_and_26_aqls_are_checked() -> None:
    assert [(i, x) for i, x, _ in RESOLVED] == [(i, x) for i in get_args(Inspection) for x in LETTERS]
    assert {len(cells) for _, _, cells in RESOLVED} == {26}
    assert len(TABLES.aqls) == 26


@pytest.mark.parametrize(("inspection", "letter", "cells"), RESOLVED, ids=lambda v: v if isinstance(v, str) else "")
def test_every_cell_leads_to_the_published_plan(inspection: Inspection, letter: str, cells: list[str]) -> None:
    for aql, cell in zip(TABLES.aqls, cells, strict=True):
        plan = TABLES.plan(inspection, letter, aql)
        assert f"{plan.letter}:{plan.n}/{plan.ac}" == cell, aql
        assert plan.re == plan.ac + 1


@pytest.mark.parametrize(("inspection", "letter", "cells"), RESOLVED, ids=lambda v: v if isinstance(v, str) else "")
def test_an_arrow_stands_where_the_published_plan_is_another_letters(
    inspection: Inspection, letter: str, cells: list[str]
) -> None:
    row = TABLES.tables[inspection][letter].partition("|")[2].split()
    order = list(TABLES.tables[inspection])
    for aql, cell, mark in zip(TABLES.aqls, cells, row, strict=True):
        leads = order.index(cell.split(":")[0]) - order.index(letter)
        assert mark == ("v" if leads > 0 else "^" if leads < 0 else cell.split("/")[1]), aql
        assert (TABLES.cell(inspection, letter, aql) is None) == (leads != 0)


def test_the_last_letter_of_tightened_inspection() -> None:
    assert TABLES.plan("tightened", "R", 0.025).letter == "S"
    assert TABLES.plan("tightened", "R", 0.025).n == 3150


def test_tightened_letter_a_at_aql_10_is_that_of_1999() -> None:
    plan = TABLES.plan("tightened", "A", 10)
    assert (plan.n, plan.ac) == (2, 0)  # MIL-STD-105E and Z1.4 have n 8, Ac 1 here


CODE_LETTERS = """
2      A A A A A A B
8      A A A A A A B
9      A A A A A B C
15     A A A A A B C
16     A A B B B C D
25     A A B B B C D
26     A B B C C D E
50     A B B C C D E
51     B B C C C E F
90     B B C C C E F
91     B B C D D F G
150    B B C D D F G
151    B C D E E G H
280    B C D E E G H
281    B C D E F H J
500    B C D E F H J
501    C C E F G J K
1200   C C E F G J K
1201   C D E G H K L
3200   C D E G H K L
3201   C D F G J L M
10000  C D F G J L M
10001  C D F H K M N
35000  C D F H K M N
35001  D E G J L N P
150000 D E G J L N P
150001 D E G J M P Q
500000 D E G J M P Q
500001 D E H K N Q R
9000000 D E H K N Q R
"""


@pytest.mark.parametrize("row", [line.split() for line in CODE_LETTERS.strip().splitlines()], ids=lambda row: row[0])
def test_code_letters_at_both_ends_of_every_range(row: list[str]) -> None:
    size, *letters = row
    assert [TABLES.code_letter(int(size), level) for level in get_args(Level)] == letters


@pytest.mark.parametrize(
    ("sizes", "letter", "at_2_5", "at_4_0"),
    [
        # lot size, letter, (n, Ac, Re) at AQL 2.5 and at 4.0: normal, level II
        ((51, 90), "E", (20, 1, 2), (13, 1, 2)),
        ((91, 150), "F", (20, 1, 2), (20, 2, 3)),
        ((151, 280), "G", (32, 2, 3), (32, 3, 4)),
        ((281, 500), "H", (50, 3, 4), (50, 5, 6)),
        ((501, 1200), "J", (80, 5, 6), (80, 7, 8)),
        ((1201, 3200), "K", (125, 7, 8), (125, 10, 11)),
        ((3201, 10000), "L", (200, 10, 11), (200, 14, 15)),
        ((10001, 35000), "M", (315, 14, 15), (315, 21, 22)),
        ((35001, 150000), "N", (500, 21, 22), (315, 21, 22)),
    ],
)
def test_the_two_columns_that_everybody_uses(
    sizes: tuple[int, int], letter: str, at_2_5: tuple[int, int, int], at_4_0: tuple[int, int, int]
) -> None:
    for size in sizes:
        assert TABLES.code_letter(size, "II") == letter
        for aql, (n, ac, re) in ((2.5, at_2_5), (4.0, at_4_0)):
            plan = TABLES.plan("normal", letter, aql)
            assert (plan.n, plan.ac, plan.re) == (n, ac, re)


def test_the_shipment_of_12422_pieces() -> None:
    plan = plan_lot(12_422, acceptance())
    assert (plan.edition, plan.letter, plan.n, plan.every_piece) == ("ISO 2859-1:1999", "M", 315, False)
    assert numbers(plan) == {"critical": (315, 0, 1), "major": (315, 14, 15), "minor": (315, 21, 22)}
    assert numbers(plan_lot(3_105, acceptance())) == {
        "critical": (125, 0, 1), "major": (125, 7, 8), "minor": (125, 10, 11),
    }  # fmt: skip
    tightened = plan_lot(12_422, acceptance(), dict.fromkeys(CLASSES, "tightened"))
    assert numbers(tightened) == {"critical": (315, 0, 1), "major": (315, 12, 13), "minor": (315, 18, 19)}
    reduced = plan_lot(12_422, acceptance(), dict.fromkeys(CLASSES, "reduced"), reduced_allowed=True)
    assert numbers(reduced) == {"critical": (125, 0, 1), "major": (125, 8, 9), "minor": (125, 10, 11)}


def test_a_known_simulators_answer() -> None:
    assert numbers(plan_lot(4000, acceptance())) == {
        "critical": (200, 0, 1), "major": (200, 10, 11), "minor": (200, 14, 15),
    }  # fmt: skip


def test_reduced_inspection_is_off_unless_allowed() -> None:
    with pytest.raises(BadRequest, match="not allowed"):
        plan_lot(12_422, acceptance(), {"minor": "reduced"})


def test_classes_with_another_n_use_the_largest_where_it_is_a_plan_and_their_own_otherwise() -> None:
    # E: major 2.5 goes down to F, n 20; minor 4.0 has n 13, and F has a plan for it: 20, 2, 3
    plan = plan_lot(60, acceptance())
    assert numbers(plan) == {"critical": (20, 0, 1), "major": (20, 1, 2), "minor": (20, 2, 3)}
    # N: major 2.5 has n 500; minor 4.0 goes up to M, n 315, and N has only an arrow for it
    plan = plan_lot(100_000, acceptance())
    assert plan.n == 500
    assert numbers(plan) == {"critical": (500, 0, 1), "major": (500, 21, 22), "minor": (315, 21, 22)}
    # under different inspection a class keeps its own table's plan
    mixed = plan_lot(60, acceptance(minor=6.5), {"minor": "tightened"})
    assert numbers(mixed) == {"critical": (20, 0, 1), "major": (20, 1, 2), "minor": (13, 1, 2)}
    assert {r.defect_class: r.inspection for r in mixed.classes}["minor"] == "tightened"


def test_a_critical_class_may_have_an_aql() -> None:
    plan = plan_lot(12_422, acceptance(critical=0.65))
    assert numbers(plan)["critical"] == (315, 5, 6)


@pytest.mark.parametrize(("size", "major"), [(1, 2.5), (2, 2.5), (5, 2.5), (13, 1.0), (20, 0.65)])
def test_a_sample_as_large_as_the_lot_is_every_piece(size: int, major: float) -> None:
    plan = plan_lot(size, acceptance(major=major))
    assert plan.every_piece
    assert plan.n == size
    assert all(rule.n <= size for rule in plan.classes)
    assert not plan_lot(21, acceptance(major=0.65)).every_piece


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 1"):
        plan_lot(0, acceptance())
    with pytest.raises(BadInput, match=r"got AQL 3, the tables have 0\.01"):
        TABLES.plan("normal", "A", 3)


def test_a_standard_states_an_aql_of_the_tables() -> None:
    sampling = {"edition": "ISO 2859-1:1999", "level": "II", "critical": 0, "major": 3.0, "minor": 4.0}
    with pytest.raises(ValueError, match="no AQL of the tables"):
        changed(BASKET, sampling=sampling)
    text = "sampling:\n  edition: x\n  level: II\n  critical: 0\n  major: 3\n"
    with pytest.raises(BadStandard, match=r"s\.yaml:5: sampling\.major"):
        parse(text, "s.yaml").validated(ExportStandard)


IDS = [f"piece-{k}" for k in range(40)]


def test_a_draw_can_be_repeated_by_anybody_for_ever() -> None:
    by_hand = sorted(IDS, key=lambda piece: sha256(b"2026-11-24 lot 7\n" + piece.encode()).hexdigest())
    drawn = draw(IDS, 6, "2026-11-24 lot 7")
    assert list(drawn) == by_hand[:6]
    # printf '%s\\n%s' seed piece | sha256sum, sorted: made with coreutils
    assert drawn == ("piece-31", "piece-11", "piece-33", "piece-21", "piece-25", "piece-14")
    assert draw(IDS, 6, "another") != drawn


@given(st.permutations(IDS), st.integers(1, 40), st.text(max_size=8))
def test_a_draw_does_not_depend_on_order_and_grows_from_its_beginning(ids: list[str], n: int, seed: str) -> None:
    drawn = draw(ids, n, seed)
    assert drawn == draw(IDS, n, seed) == draw(IDS, 40, seed)[:n]
    assert len(set(drawn)) == n


def test_every_piece_is_drawn_about_as_often() -> None:
    times = dict.fromkeys(IDS, 0)
    for seed in range(2000):
        for piece in draw(IDS, 8, str(seed)):
            times[piece] += 1
    # binomial: mean 400, standard deviation 17.9; five of them, over 40 pieces
    assert all(310 < count < 490 for count in times.values())


@pytest.mark.parametrize("wrong", [([*IDS, "piece-1"], 3), (IDS, 41), (IDS, 0), ([], 1)])
def test_a_draw_that_cannot_be_made_is_refused(wrong: tuple[list[str], int]) -> None:
    with pytest.raises(BadRequest):
        draw(*wrong, "seed")


def findings(plan: Plan, **found: int) -> list[DefectClass | None]:
    worst = [name for name in CLASSES for _ in range(found.get(name, 0))]
    return [*worst, *[None] * (plan.n - len(worst))]


@pytest.mark.parametrize(
    ("found", "accepted"),
    [
        ({}, True), ({"major": 7, "minor": 10}, True), ({"major": 8}, False), ({"minor": 11}, False),
        ({"critical": 1}, False),
    ],
)  # fmt: skip
def test_a_lot_fails_if_any_class_does(found: dict[str, int], accepted: bool) -> None:
    plan = plan_lot(3_105, acceptance())
    decision = judge_lot(plan, findings(plan, **found))
    assert decision.accepted is accepted
    assert {r.defect_class: r.d for r in decision.classes} == {c: found.get(c, 0) for c in CLASSES}
    failed = {r.defect_class for r in decision.classes if not r.accepted}
    assert failed == (set() if accepted else set(found))


def test_a_class_is_counted_on_its_own_first_pieces() -> None:
    plan = plan_lot(100_000, acceptance())
    late: list[DefectClass | None] = [None if k < 315 else "minor" for k in range(500)]
    assert judge_lot(plan, late).result("minor").d == 0
    assert not judge_lot(plan, late[::-1]).accepted


@pytest.mark.parametrize("number", [124, 126])
def test_a_lot_is_judged_on_exactly_its_sample(number: int) -> None:
    with pytest.raises(BadRequest, match="125"):
        judge_lot(plan_lot(3_105, acceptance()), [None] * number)


def test_a_piece_counts_once_in_its_worst_class() -> None:
    assert worst_class(["minor", "critical", "major"]) == "critical"
    assert worst_class(["minor", "none"]) == "minor"
    assert worst_class(["hold", "minor"]) == "critical"
    assert worst_class(["none"]) is None
    assert worst_class([]) is None
