"""Words for people: codes with parameters become sentences in English or Bahasa Indonesia. Data: catalogues/*.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Self

from pydantic import Field, model_validator

from qc.standards.marked_yaml import fault_at, read
from qc.standards.reasons import PARAMETERS, NotAssessable, Parameter, Reason, RuleId, WhyNot
from qc.standards.taxonomy import taxonomy
from qc.standards.vocabulary import Grade, Language, Severity, Written

CATALOGUES = Path(__file__).with_name("catalogues")
LANGUAGES: tuple[Language, ...] = ("en", "id")

AROUND: frozenset[str] = frozenset({"defect", "view", "severity"})
"""Parameters that a sentence may use beside its rule's own."""

_GROUP_OF = {
    "check": "checks",
    "kind": "kinds",
    "wanted_kinds": "kinds",
    "material": "materials",
    "wanted_materials": "materials",
}
"""Parameters whose values are words of a group."""


class Catalogue(Written):
    """All words of one language."""

    language: Language
    decimal_mark: str = Field(pattern=r"^[.,]$")
    any_view: str = Field(min_length=1, description="Where a photo names no view.")
    statuses: dict[str, str]
    grades: dict[Grade, str]
    severities: dict[Severity, str]
    views: dict[str, str]
    checks: dict[str, str] = Field(description="What the inspector does for each hand check of the shipped standards.")
    kinds: dict[str, str]
    materials: dict[str, str]
    why_not: dict[WhyNot, str]
    reasons: dict[RuleId, str]

    @model_validator(mode="after")
    def _sentences_use_what_their_rule_gives(self) -> Self:
        for rule, sentence in self.reasons.items():
            used = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
            unknown = used - PARAMETERS[rule] - AROUND
            if unknown:
                raise fault_at(("reasons", rule), f"uses {sorted(unknown)}, the rule gives {sorted(PARAMETERS[rule])}")
        return self


@cache
def catalogue(language: Language) -> Catalogue:
    """The words of a language, read once."""
    return read(CATALOGUES / f"{language}.yaml").validated(Catalogue)


def word(group: str, key: str, language: Language) -> str:
    """One word of a group: word("grades", "A", "id"). A key of somebody's own standard is shown as it is written."""
    words: Mapping[str, str] = getattr(catalogue(language), group)
    return words.get(key, key.replace("_", " "))


def sentence(reason: Reason, language: Language) -> str:
    """A reason as a sentence.

    >>> sentence(Reason(rule="retake.view_missing", view="base"), "id")
    'Foto bagian dasar belum ada. Ambil foto itu.'
    """
    words = catalogue(language)
    values = {name: _shown(name, value, language) for name, value in reason.params.items()}
    if reason.code is not None:
        values["defect"] = taxonomy().defect(reason.code).name.in_language(language)
    values["view"] = words.any_view if reason.view is None else word("views", reason.view, language)
    if reason.severity is not None:
        values["severity"] = words.severities[reason.severity]
    text = words.reasons[reason.rule].format_map(values)
    return text[0].upper() + text[1:]


def open_question(item: NotAssessable, language: Language) -> str:
    """What could not be assessed and why, as a sentence."""
    name = taxonomy().defect(item.code).name.in_language(language)
    return f"{name[0].upper()}{name[1:]}: {catalogue(language).why_not[item.why]}"


def hint(code: str, language: Language) -> str:
    """What the weaver can do about a defect."""
    return taxonomy().defect(code).hint.in_language(language)


def _shown(name: str, value: Parameter, language: Language) -> str:
    if isinstance(value, tuple):
        return ", ".join(word(_GROUP_OF[name], item, language) for item in value)
    if isinstance(value, str):
        if name == "piece":  # nobody reads a whole id; screens that know the piece's tag say that instead
            return value[-8:]
        return word(_GROUP_OF[name], value, language) if name in _GROUP_OF else value
    if name in ("probability", "act", "refer"):
        return f"{100 * value:.0f} %"
    digits = 0 if float(value).is_integer() or abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    return f"{value:.{digits}f}".replace(".", catalogue(language).decimal_mark)
