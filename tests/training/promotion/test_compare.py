"""Two bundles are compared on the same things, piece by piece, and only a difference beyond its interval counts."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from qc.errors import BadInput
from training.promotion.compare import AUROC, compare, show
from training.promotion.outcomes import ANY, Outcome
from training.promotion.ranking import Ranking


def outcomes(code: str, there: bool, found: list[bool], each: int = 1) -> list[Outcome]:
    return [
        Outcome(f"piece-{k // each}", code, there, f, float(f), "pandan", "BTL-01", f"phone-{k % 2}")
        for k, f in enumerate(found)
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


def test_a_code_is_told_from_others_whatever_the_thresholds() -> None:
    def scored(there: list[float], absent: list[float]) -> list[Outcome]:
        things = [("there", True, score) for score in there] + [("absent", False, score) for score in absent]
        return [Outcome(f"{kind}-{k}", "HOLE", shown, False, score) for k, (kind, shown, score) in enumerate(things)]

    clear = scored([0.2 + k / 1000 for k in range(20)], [k / 1000 for k in range(40)])
    mixed = scored([0.1] * 20, [0.1] * 40)
    line = next(line for line in compare(clear, mixed) if line.figure == AUROC)
    assert (line.a, line.b, line.verdict) == (1.0, 0.5, "worse")
    assert (line.n, line.pieces) == (60, 20)
    back = next(line for line in compare(mixed, clear) if line.figure == AUROC)
    assert back.verdict == "better"
    half = scored([0.1, 0.3], [0.2, 0.2, 0.1, 0.4])  # of 8 pairs 3 above, 1 alike
    assert Ranking.of(half).auroc() == pytest.approx(3.5 / 8)
    drawn = Ranking.of(half).drawn(seed=1)
    assert np.isnan(drawn).any(), "a sample of one kind alone says nothing"
    assert np.nanmin(drawn) == 0.0
    assert np.nanmax(drawn) == 1.0
    assert AUROC not in [line.figure for line in compare(clear[:20], mixed[:20])], "one kind alone"
