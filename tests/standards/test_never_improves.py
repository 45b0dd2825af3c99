"""The promise of verdict.py: no further defect, and no worse one, ever makes an outcome better; order never matters."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qc.standards.checks import CheckRecord
from qc.standards.defect_rules import Band
from qc.standards.evidence import Detection, Evidence, View
from qc.standards.standard import ExportStandard
from qc.standards.taxonomy import taxonomy
from qc.standards.verdict import Verdict, apply
from qc.standards.vocabulary import GRADES, RUNGS, Severity
from tests.standards.pieces import BASKET, GENERAL, GOOD_CHECKS, changed, evidence, photo

CODES = sorted(taxonomy().defects)
SEEN_BY_MODEL = list(taxonomy().model_codes())
BANDS = {
    "default": {"refer": 0.3, "act": 0.7}, "woven": {"refer": 0.3, "act": 0.5}, "defect": {"refer": 0.6, "act": 0.8},
}  # fmt: skip

probabilities = st.sampled_from([0.05, 0.29, 0.3, 0.5, 0.69, 0.7, 0.71, 0.95, 1.0])
shares = st.sampled_from([0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5])
detections = st.builds(
    lambda code, probability, area, length, x: Detection(
        code=code, probability=probability, box=(x, 0, x + 10, 10), area_share=area, length_share=length
    ),
    # few codes, so that counts and areas of one code come together often
    st.sampled_from(["STAIN", "END_PROTRUDING", "COLOUR_UNEVEN", "HOLE", "MOULD"]) | st.sampled_from(CODES),
    probabilities, shares, shares, st.integers(0, 99),
)  # fmt: skip
VIEWS: tuple[View | None, ...] = ("top", "side_1", "side_2", "closeup", "label", None)
photos = st.lists(
    st.tuples(st.sampled_from(VIEWS), st.lists(detections, max_size=5), st.sampled_from([0.05, 0.7])),
    min_size=1,
    max_size=4,
).map(
    lambda seen: evidence(
        *(photo(view, found, name=str(k), defect_probability=p) for k, (view, found, p) in enumerate(seen))
    )
)
counts = st.none() | st.integers(0, 4)


@st.composite
def standards(draw: st.DrawFn) -> ExportStandard:
    """Standards of every shape: limits, tolerances, severities, disjoint views, odd grade rules."""
    rules: dict[str, Any] = {}
    for code in draw(st.lists(st.sampled_from(CODES), unique=True, max_size=6)):
        severity = draw(st.sampled_from([*RUNGS, "hold"]))
        rule: dict[str, Any] = {"severity": severity, "counted": draw(st.sampled_from(["each", "once"]))}
        above: tuple[Severity, ...] = RUNGS[RUNGS.index(severity) + 1 :] if severity != "hold" else ()
        if draw(st.booleans()) and above:
            bounds: dict[str, st.SearchStrategy[Any]] = {
                "count": st.integers(1, 4),
                "length_share": shares,
                "area_share": shares,
            }
            limits = {name: draw(values) for name, values in bounds.items() if draw(st.booleans())}
            limits = {name: value for name, value in limits.items() if value > 0}
            if limits:
                rule |= {"limits": limits, "beyond": draw(st.sampled_from(above))}
        if draw(st.booleans()):
            rule["tolerated"] = {"length_share": 0.01}
        rules[code] = rule
    names = ("max_critical", "max_major", "max_minor", "max_structural_major", "max_mendable_major", "max_unfixable")
    grades = [
        {"id": f"rule.{k}", "grade": grade, **{name: draw(counts) for name in names}}
        for k, grade in enumerate(sorted(draw(st.lists(st.sampled_from(GRADES), max_size=4)), key=GRADES.index))
    ]
    grades.append({"id": "rule.last", "grade": "reject"})
    disjoint = {"required": [], "disjoint": draw(st.booleans())}
    return changed(GENERAL, defects=rules, grades=grades, views=disjoint, bands=BANDS)


def not_better(after: Verdict, before: Verdict) -> None:
    """Neither end of what is possible rises, and what was not graded A is not graded A now."""
    assert (before.status == "retake") == (after.status == "retake")
    if before.best is not None and before.worst is not None and after.best is not None and after.worst is not None:
        assert GRADES.index(after.best) >= GRADES.index(before.best)
        assert GRADES.index(after.worst) >= GRADES.index(before.worst)
        if before.grade != "A":
            assert after.grade != "A"


def replaced(seen: Evidence, at: int, found: tuple[Detection, ...]) -> Evidence:
    taken = list(seen.photos)
    taken[at] = taken[at].model_copy(update={"detections": found})
    return Evidence(photos=tuple(taken), model=seen.model)


often = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@often
@given(standards(), photos, detections, st.data())
def test_a_further_defect_never_improves_the_outcome(
    standard: ExportStandard, seen: Evidence, extra: Detection, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(seen.photos) - 1))
    more = replaced(seen, at, (*seen.photos[at].detections, extra))
    not_better(apply(standard, more, {}), apply(standard, seen, {}))


@often
@given(standards(), photos, st.sampled_from(["probability", "length_share", "area_share"]), st.data())
def test_a_surer_longer_or_larger_defect_never_improves_the_outcome(
    standard: ExportStandard, seen: Evidence, what: str, data: st.DataObject
) -> None:
    places = [(k, j) for k, p in enumerate(seen.photos) for j in range(len(p.detections))]
    if not places:
        return
    at, which = data.draw(st.sampled_from(places))
    found = list(seen.photos[at].detections)
    higher = data.draw(st.floats(getattr(found[which], what), 1))
    found[which] = found[which].model_copy(update={what: higher})
    not_better(apply(standard, replaced(seen, at, tuple(found)), {}), apply(standard, seen, {}))


@often
@given(standards(), photos, st.data())
def test_a_raised_severity_never_improves_the_outcome(
    standard: ExportStandard, seen: Evidence, data: st.DataObject
) -> None:
    there = sorted({detection.code for taken in seen.photos for detection in taken.detections})
    code = data.draw(st.sampled_from(there or CODES))
    rule = standard.rules[code]
    if rule.severity not in RUNGS[:-1]:
        return
    own = standard.model_dump(exclude_unset=True)["defects"]
    raised = {**own.get(code, {}), "severity": RUNGS[RUNGS.index(rule.severity) + 1]}
    if raised["severity"] == raised.get("beyond"):  # the limit makes no difference any more
        raised = {name: value for name, value in raised.items() if name not in ("limits", "beyond")}
    harder = changed(standard, defects={**own, code: raised})
    not_better(apply(harder, seen, {}), apply(standard, seen, {}))


@often
@given(standards(), photos, st.sampled_from(SEEN_BY_MODEL))
def test_lower_bands_never_improve_the_outcome(standard: ExportStandard, seen: Evidence, code: str) -> None:
    lower = apply(standard, seen, {}, {code: Band(refer=0.1, act=0.5)})
    not_better(lower, apply(standard, seen, {}))


@often
@given(photos, st.sampled_from(sorted(GOOD_CHECKS)), st.sampled_from(["waived", "failed"]))
def test_a_failed_or_waived_check_never_improves_the_outcome(seen: Evidence, name: str, how: str) -> None:
    standard = changed(BASKET, views={"required": []})
    measured = standard.checks[name].unit is not None
    bad = CheckRecord(value=99) if measured else CheckRecord(result="fail")
    record = bad if how == "failed" else CheckRecord(waived="no time")
    not_better(apply(standard, seen, GOOD_CHECKS | {name: record}), apply(standard, seen, GOOD_CHECKS))


@often
@given(standards(), photos, st.randoms(use_true_random=False))
def test_order_of_photos_and_detections_does_not_matter(standard: ExportStandard, seen: Evidence, random: Any) -> None:
    shuffled = [
        taken.model_copy(update={"detections": tuple(random.sample(taken.detections, len(taken.detections)))})
        for taken in random.sample(seen.photos, len(seen.photos))
    ]
    verdict = apply(standard, seen, {})
    assert apply(standard, Evidence(photos=tuple(shuffled), model=seen.model), {}) == verdict
    assert apply(standard, seen, {}).model_dump_json() == verdict.model_dump_json()
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@often
@given(standards(), photos)
def test_a_grade_is_given_when_and_only_when_no_doubt_can_change_it(standard: ExportStandard, seen: Evidence) -> None:
    verdict = apply(standard, seen, {})
    assert (verdict.grade is not None) == (verdict.status == "graded")
    if verdict.status == "graded":
        assert verdict.grade == verdict.best == verdict.worst
