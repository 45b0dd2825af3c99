"""Two bundles are compared on the same things, piece by piece, and only a difference beyond its interval counts."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from qc.errors import BadInput
from training.promotion.compare import compare, show
from training.promotion.gates import Policy, escape_bound, no_code_worse
from training.promotion.outcomes import ANY, Judged, Outcome


def outcomes(code: str, there: bool, found: list[bool], each: int = 1) -> list[Outcome]:
    return [
        Outcome(f"piece-{k // each}", code, there, f, "pandan", "BTL-01", f"phone-{k % 2}") for k, f in enumerate(found)
    ]


def lines_of(a: list[Outcome], b: list[Outcome]) -> dict[tuple[str, str], str]:
    return {(line.name, line.figure): line.verdict for line in compare(a, b)}


def test_what_changes_in_one_direction_is_told_and_noise_is_not() -> None:
    found = [k % 3 == 0 for k in range(60)]
    a = [*outcomes("HOLE", True, found), *outcomes("STAIN", True, found), *outcomes("MOULD", False, found)]
    noise = [f if k % 10 else not f for k, f in enumerate(found)]
    b = [*outcomes("HOLE", True, [True] * 60), *outcomes("STAIN", True, noise), *outcomes("MOULD", False, [True] * 60)]
    verdicts = lines_of(a, b)
    assert verdicts[("HOLE", "recall")] == "better"
    assert verdicts[("STAIN", "recall")] == "alike"
    assert verdicts[("MOULD", "false alarms")] == "worse"
    assert lines_of(b, a)[("HOLE", "recall")] == "worse"


def test_many_photos_of_few_pieces_prove_less_than_as_many_pieces() -> None:
    def width(each: int) -> float:
        a = outcomes("HOLE", True, [False] * 80, each)
        b = [replace(o, found=int(o.unit.removeprefix("piece-")) % 2 == 0) for o in a]
        line = compare(a, b)[0]
        return line.high - line.low

    assert width(each=8) > 2 * width(each=1)
    few = outcomes("HOLE", True, [True] * 5)
    assert lines_of(few, [replace(o, found=False) for o in few])[("HOLE", "recall")] == "too few"


def test_groups_are_by_code_material_point_and_phone_and_shown_to_a_person() -> None:
    a = outcomes(ANY, True, [True] * 20)
    found = compare(a, a)
    assert [line.group for line in found] == ["code", "material", "collection point", "phone", "phone"]
    out = io.StringIO()
    show(found, ("one", "other"), Console(file=out, width=160))
    assert "collection point: BTL-01" in out.getvalue()
    with pytest.raises(BadInput, match="wanted the same ones"):
        compare(a, a[:-1])


def test_a_code_that_falls_closes_its_gate_and_says_which() -> None:
    one = Judged(tuple(outcomes("HOLE", True, [True] * 30)))
    other = Judged(tuple(outcomes("HOLE", True, [k > 12 for k in range(30)])))
    gate = no_code_worse(one, other)
    assert not gate.open
    assert "HOLE recall 1.000 -> 0.567" in gate.got
    assert no_code_worse(one, one).open


def test_the_escape_bound_is_recomputed_and_held() -> None:
    rng = np.random.default_rng(1)
    safe = Judged((), tuple(rng.uniform(0.5, 1, 400)))
    loose = Judged((), tuple(np.where(np.arange(400) < 40, 0.1, 0.9)))
    policy = Policy()
    held = escape_bound(safe, safe, policy, (0.4, 0.4))
    assert held.open
    assert held.figures["bound"] == pytest.approx(1 / 401)
    closed = escape_bound(safe, loose, policy, (0.4, 0.4))
    assert not closed.open
    assert closed.figures["bound"] == pytest.approx(41 / 401)
    assert escape_bound(loose, loose, policy, (0.4, 0.4)).open  # no worse than what serves
    assert not escape_bound(safe, safe, policy, (0.4, 0.7)).open  # the thresholds count, not the model alone
    few = Judged((), safe.grave[:299])
    assert not escape_bound(few, few, policy, (0.4, 0.4)).open
