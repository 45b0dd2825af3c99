"""Every code, rule and status has its words in both languages."""

from __future__ import annotations

from string import Formatter
from typing import Any, get_args

import pytest
import yaml

from qc.standards.evidence import View
from qc.standards.library import Library
from qc.standards.reasons import PARAMETERS, NotAssessable, Reason, RuleId, WhyNot
from qc.standards.standard import Kind, Material
from qc.standards.taxonomy import taxonomy
from qc.standards.verdict import Status
from qc.standards.vocabulary import Grade, Severity
from qc.standards.words import AROUND, CATALOGUES, LANGUAGES, catalogue, hint, open_question, sentence, word

SAMPLES: dict[str, Any] = {
    "check": "moisture_pct", "kind": "bag", "wanted_kinds": ("basket",), "material": "pandan",
    "wanted_materials": ("bamboo", "rattan"), "unit": "mm", "why": "meter broken",
}  # fmt: skip


def a_reason(rule: RuleId) -> Reason:
    params = {name: SAMPLES.get(name, 0.25) for name in PARAMETERS[rule]}
    return Reason(rule=rule, code="STAIN", severity="minor", view="side_1", params=params)


def keys(value: Any) -> Any:
    return {name: keys(inner) for name, inner in value.items()} if isinstance(value, dict) else None


def test_both_catalogues_have_the_same_keys() -> None:
    en, id_ = (yaml.safe_load((CATALOGUES / f"{name}.yaml").read_text(encoding="utf-8")) for name in LANGUAGES)
    assert keys(en) == keys(id_)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("group", "wanted"),
    [
        ("reasons", get_args(RuleId)), ("why_not", get_args(WhyNot)), ("statuses", get_args(Status)),
        ("grades", get_args(Grade)), ("severities", get_args(Severity)), ("views", get_args(View)),
        ("kinds", get_args(Kind)), ("materials", get_args(Material)),
        ("checks", {name for standard in Library.load() for name in standard.checks}),
    ],
)  # fmt: skip
def test_every_code_has_its_word(language: Any, group: str, wanted: Any) -> None:
    assert set(getattr(catalogue(language), group)) == set(wanted)


def test_every_rule_has_its_parameters() -> None:
    assert set(PARAMETERS) == set(get_args(RuleId))


@pytest.mark.parametrize("rule", get_args(RuleId))
def test_a_reason_is_a_sentence_in_both_languages(rule: RuleId) -> None:
    said = [sentence(a_reason(rule), language) for language in LANGUAGES]
    for text in said:
        assert text.endswith((".", ").")), text
        assert text[0].isupper() or not text[0].isalpha()
        assert "{" not in text
        assert "_" not in text
    assert said[0] != said[1]


@pytest.mark.parametrize("rule", get_args(RuleId))
def test_both_languages_tell_the_same_parameters(rule: RuleId) -> None:
    told = [{n for _, n, _, _ in Formatter().parse(catalogue(lang).reasons[rule]) if n} for lang in LANGUAGES]
    assert told[0] - AROUND == told[1] - AROUND


def test_numbers_are_written_as_the_language_writes_them() -> None:
    params: dict[str, Any] = {"check": "moisture_pct", "value": 14.25, "limit": 14.0, "unit": "%"}
    reason = Reason(rule="check.too_high", code="MOISTURE_HIGH", severity="major", params=params)
    assert sentence(reason, "en") == "Moisture content: 14.2 % is above the limit of 14 % (major)."
    assert sentence(reason, "id") == "Kadar air: 14,2 % di atas batas 14 % (berat)."


def test_a_reason_lacking_a_parameter_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="takes"):
        Reason(rule="retake.blurred", params={"sharpness": 3})


def test_a_word_of_somebodys_own_standard_is_shown_as_written() -> None:
    assert word("checks", "drop_test", "id") == "drop test"


@pytest.mark.parametrize("code", sorted(taxonomy().defects))
def test_a_weaver_is_told_what_to_do(code: str) -> None:
    assert hint(code, "en") != hint(code, "id")
    item = NotAssessable(code=code, why="needs_instrument")
    assert open_question(item, "id") != open_question(item, "en")
