"""A standard or taxonomy that breaks its own rules is refused, and the error names file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc.errors import BadStandard, UnknownStandard
from qc.standards.library import SHIPPED, Library
from qc.standards.marked_yaml import parse
from qc.standards.standard import parse_standard
from qc.standards.taxonomy import TAXONOMY_FILE, EvalLabel, load_taxonomy, taxonomy
from tests.standards.pieces import BASKET, GENERAL, changed
from training.sample import CHANNELS

BASKET_YAML = (SHIPPED / "waste-basket-water-hyacinth.yaml").read_text(encoding="utf-8")


def line_of(text: str, beginning: str) -> int:
    return 1 + next(k for k, line in enumerate(text.splitlines()) if line.strip().startswith(beginning))


def broken(old: str, new: str) -> str:
    """The error of the basket's standard after one edit."""
    assert BASKET_YAML.count(old) == 1, old
    with pytest.raises(BadStandard) as caught:
        parse_standard(BASKET_YAML.replace(old, new), "mine.yaml")
    return caught.value.detail


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  STAIN:\n", "  STAINN:\n", "defects.STAINN: unknown defect code"),
        ("count: 5,", "count: -5,", "defects.END_PROTRUDING.limits.count: Input should be greater than or equal to 1"),
        ("max: 14,", "max: 140,", "checks.moisture_pct: limit 140.0 % is above 100 %"),
        ("warn: 12", "warn: 15", "out of order"),
        ("{refer: 0.30, act: 0.70}", "{refer: 0.80, act: 0.70}", "wanted refer <= act"),
        ("act: 0.70}", "act: 1.70}", "bands.default.act: Input should be less than or equal to 1, got 1.7"),
        ("  kinds: [basket]", "  kinds: [boat]", "Input should be 'basket'"),
        ("  framing: whole", "  framing: hole", "'whole' or 'any'"),
        ("grade: B", "grade: C", "grades.1.grade: Input should be 'A'"),
        ("export_grades: [A]", "export_grades: [A, rework]", "only A and B"),
        ("  required: [top,", "  required: [topp,", "views.required.0: Input should be 'top'"),
        ("exposure: [0.10,", "exposure: [0.95,", "photo.exposure: got [0.95, 0.93]"),
        ("min_piece_share: 0.05", "min_piece_share: 0.95", "not below max_piece_share"),
        ("minor: 4.0}", "minor: -4.0}", "greater than 0"),
        ("ISO 2859-1:1999", "ISO 2859-1", "sampling.edition: Input should be 'ISO 2859-1:1999'"),
        ("version: 1\n", "version: 0\n", "greater than or equal to 1"),
        ("NEST_FAIL: {severity: none}", "NEST_FAIL: {severity: awful}", "Input should be 'none'"),
        ("dimension: height,", "dimension: depth,", "'depth' needs product.size_mm"),
        ("code: ODOUR", "code: COATING_DEFECT", "leave the check out"),
        ("novelty_limit: 2.0", "novelty_limit: .inf", "finite number"),
        ("beyond: major\n  SHAPE_DEFORMED", "beyond: none\n  SHAPE_DEFORMED", "END_PROTRUDING.beyond: beyond"),
        ("buyer: null\n", "buyer: null\nbuyers: x\n", "Extra inputs"),
    ],
)  # fmt: skip
def test_a_fault_names_file_and_line(old: str, new: str, says: str) -> None:
    detail = broken(old, new)
    lines = zip(BASKET_YAML.splitlines(), BASKET_YAML.replace(old, new).splitlines(), strict=False)
    edited = next(number for number, (before, after) in enumerate(lines, start=1) if before != after)
    assert detail.startswith(f"mine.yaml:{edited}: ")
    assert says in detail


def test_a_missing_field_names_the_line_of_what_lacks_it() -> None:
    detail = broken("  min_side_px: 720  # [M]\n", "")
    assert detail == f"mine.yaml:{line_of(BASKET_YAML, 'photo:')}: photo.min_side_px: Field required"
    assert broken("name: waste-basket-water-hyacinth\n", "") == "mine.yaml:1: name: Field required"
    detail = broken("    limits: {length_mm: 30}\n", "")
    assert detail.startswith(f"mine.yaml:{line_of(BASKET_YAML, 'STRAND_CRACKED:')}: defects.STRAND_CRACKED: limits and")


def test_every_fault_is_named_at_once() -> None:
    text = BASKET_YAML.replace("version: 1\n", "version: 0\n").replace("count: 5,", "count: 0,")
    with pytest.raises(BadStandard) as caught:
        parse_standard(text, "mine.yaml")
    assert len(caught.value.detail.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a', first given on line 1"),
        ("a:\n  b: {c: 1, c: 2}\n", 2, "duplicate key 'c'"),
        ("a: 1\nb: [1, 2\n", 3, "no valid YAML"),
        ("a: &x [1]\nb: *x\n", 1, "anchors and aliases"),
        ("a: 1\nb: !!python/name:os.system\n", 2, "is not read"),
        ("a: 1\n? [1, 2]\n: 3\n", 2, "is no text"),
        ("a: 1\n7: 3\n", 2, "is no text"),
        ("- a\n", 1, "no mapping"),
        ("", 1, "no mapping"),
        ("a: 1\n---\nb: 2\n", 2, "no valid YAML"),
        ("a: " + "[" * 60 + "]" * 60, 1, "nested deeper"),
        ("a: " + "x" * 600_000, 1, "characters"),
        ("a: \x00\n", 1, "no valid YAML"),
        ("a: 2026-99-99\n", 1, "no valid YAML"),
    ],
)
def test_yaml_that_is_broken_or_tricky_is_refused(text: str, line: int, says: str) -> None:
    with pytest.raises(BadStandard) as caught:
        parse(text, "f.yaml")
    assert caught.value.detail.startswith(f"f.yaml:{line}: "), caught.value.detail
    assert says in caught.value.detail


def test_grade_rules_go_down_and_end_in_reject() -> None:
    lowest = BASKET_YAML.replace("  - {id: grade.reject, grade: reject}\n", "")
    with pytest.raises(BadStandard, match=r"grades\.2: the last rule must be reject"):
        parse_standard(lowest, "mine.yaml")
    with pytest.raises(BadStandard, match=r"grades\.3: the last rule must be reject"):
        parse_standard(BASKET_YAML.replace("grade: reject}", "grade: rework}"), "mine.yaml")
    swapped = BASKET_YAML.replace("grade: A, max", "grade: rework, max")
    with pytest.raises(BadStandard, match="from best to worst"):
        parse_standard(swapped, "mine.yaml")


def test_the_taxonomy_is_held_to_its_own_rules(tmp_path: Path) -> None:
    text = TAXONOMY_FILE.read_text(encoding="utf-8")
    mine = tmp_path / "taxonomy.yaml"
    mine.write_text(text.replace("model_channel: 3", "model_channel: 4"), encoding="utf-8")
    with pytest.raises(BadStandard, match="once each"):
        load_taxonomy(mine)
    mine.write_text(text.replace("severity: hold", "severity: held"), encoding="utf-8")
    with pytest.raises(BadStandard) as caught:
        load_taxonomy(mine)
    assert caught.value.detail.startswith(f"{mine}:{line_of(text, 'severity: hold')}: defects.BLACK_SPOT.severity: ")


def test_the_taxonomy_names_every_code_channel_and_label() -> None:
    assert taxonomy().model_codes() == CHANNELS
    assert len(taxonomy().defects) == 36
    used = {label for defect in taxonomy().defects.values() for label in defect.eval_labels}
    assert used == set(EvalLabel.__args__) - {"other"}  # type: ignore[attr-defined]
    assert all(taxonomy().defects[code].photo != "no" for code in CHANNELS)


def test_what_ships_is_found_by_name_version_and_sku() -> None:
    library = Library.load()
    assert [s.name for s in library] == ["placemat-pandan", "waste-basket-water-hyacinth", "woven-general"]
    assert library.for_sku("WB-WH-01") == library.named("waste-basket-water-hyacinth", 1) == BASKET
    assert GENERAL.product.sku is None


def test_an_unknown_standard_lists_what_exists() -> None:
    library = Library.load()
    with pytest.raises(UnknownStandard, match="placemat-pandan, waste-basket-water-hyacinth, woven-general"):
        library.named("basket")
    with pytest.raises(UnknownStandard, match="versions 1"):
        library.named("woven-general", 9)
    with pytest.raises(UnknownStandard, match="PM-PD-01, WB-WH-01"):
        library.for_sku("XX-1")


def test_a_folder_adds_standards_and_newer_versions(tmp_path: Path) -> None:
    (tmp_path / "newer.yaml").write_text(BASKET_YAML.replace("version: 1\n", "version: 2\n"), encoding="utf-8")
    library = Library.load(tmp_path)
    assert library.for_sku("WB-WH-01").version == 2
    assert [s.version for s in library.versions(BASKET.name)] == [1, 2]
    assert library.named(BASKET.name, 1) == BASKET


def test_a_version_or_sku_taken_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "same.yaml").write_text(BASKET_YAML, encoding="utf-8")
    with pytest.raises(BadStandard, match="version 1 is given twice"):
        Library.load(tmp_path)
    with pytest.raises(BadStandard, match="SKU WB-WH-01 is claimed by"):
        Library.load().with_in_force([changed(BASKET, name="my-basket")])
    with pytest.raises(BadStandard, match="no such folder"):
        Library.load(tmp_path / "nowhere")


def test_a_fingerprint_changes_with_what_decides() -> None:
    assert changed(BASKET).fingerprint == BASKET.fingerprint
    assert BASKET.model_copy(update={"version": 2}).fingerprint != BASKET.fingerprint
    assert changed(BASKET, novelty_limit=9).fingerprint != BASKET.fingerprint
    said = {**BASKET.model_dump(exclude_unset=True)["defects"], "HOLE": {"severity": "major"}}
    assert changed(BASKET, defects=said).fingerprint == BASKET.fingerprint  # as the taxonomy has it
