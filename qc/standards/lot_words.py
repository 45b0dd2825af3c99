"""Sentences about lots: why one was accepted or rejected, and what its plan promises. Data: lot_words.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal, Self, get_args

from pydantic import model_validator

from qc.standards.aql_tables import Inspection
from qc.standards.marked_yaml import fault_at, read
from qc.standards.operating_characteristic import acceptance_probability, share_accepted_with
from qc.standards.sampling import ClassPlan, ClassResult, DefectClass, Plan
from qc.standards.vocabulary import Bilingual, Language, Written
from qc.standards.words import catalogue

WORDS_FILE = Path(__file__).with_name("lot_words.yaml")

Said = Literal[
    "accepted", "rejected", "plan", "plan_of_none", "title", "subtitle", "horizontal", "vertical", "curve", "warning",
    "promise", "every_piece",
]  # fmt: skip

PROMISED = (0.025, 0.10)
"""Shares of defective pieces for which every plan says how often such a lot passes."""


class LotWords(Written):
    """All of them, in both languages."""

    classes: dict[DefectClass, Bilingual]
    inspections: dict[Inspection, Bilingual]
    sentences: dict[Said, Bilingual]

    @model_validator(mode="after")
    def _nothing_is_missing(self) -> Self:
        for name, wanted in (("classes", DefectClass), ("inspections", Inspection), ("sentences", Said)):
            missing = set(get_args(wanted)) - set(getattr(self, name))
            if missing:
                raise fault_at((name,), f"lacks {', '.join(sorted(missing))}")
        for said, both in self.sentences.items():
            if _places(both.en) != _places(both.id):
                raise fault_at(("sentences", said), "the languages differ in what they tell")
        return self


@cache
def lot_words() -> LotWords:
    """The words, read once."""
    return read(WORDS_FILE).validated(LotWords)


def say(said: Said, language: Language, **values: Any) -> str:
    """A sentence with its values; the first letter is a capital."""
    text = lot_words().sentences[said].in_language(language).format_map(values)
    return text[0].upper() + text[1:]


def why(result: ClassResult, plan: Plan, language: Language) -> str:
    """Why a class accepted or rejected a lot, naming the plan.

    >>> from qc.standards.sampling import judge_lot, plan_lot
    >>> from qc.standards.standard import Acceptance
    >>> aqls = Acceptance(edition="ISO 2859-1:1999", level="II", critical=0, major=2.5, minor=4.0)
    >>> plan = plan_lot(281, aqls)
    >>> why(judge_lot(plan, ["major"] * 4 + [None] * 46).result("major"), plan, "en").split(" (")[0]
    'Major: 4 of 50 pieces defective, 4 or more reject the lot'
    """
    rule = result.plan
    return say(
        "accepted" if result.accepted else "rejected", language, defect_class=class_word(rule.defect_class, language),
        d=result.d, n=rule.n, ac=rule.ac, re=rule.re, plan=_plan_words(rule, plan, language),
    )  # fmt: skip


def promises(plan: Plan, language: Language) -> list[str]:
    """What a plan really promises, in sentences: first what an AQL is not, then how often lots pass each class.

    A lot cannot have 2.5 % of 60 pieces defective: the nearest whole number of pieces stands for it, one at least.
    """
    aqls = " / ".join(number(rule.aql, language) for rule in plan.classes if rule.aql > 0)
    return [say("warning", language, aql=aqls), *(_promise(rule, plan, language) for rule in plan.classes)]


def nearest_share(share: float, lot_size: int) -> float:
    """The share of defective pieces nearest to one that is asked for; at least one piece."""
    return max(1, round(share * lot_size)) / lot_size


def _promise(rule: ClassPlan, plan: Plan, language: Language) -> str:
    name = class_word(rule.defect_class, language)
    if rule.n >= plan.lot_size:
        return say("every_piece", language, defect_class=name, ac=rule.ac)
    size = plan.lot_size
    first, second = (nearest_share(share, size) for share in PROMISED)
    chances = [acceptance_probability(rule.n, rule.ac, share, size) for share in (first, second)]
    return say(
        "promise", language, defect_class=name, lot_size=size,
        bad=round(first * size), share=share_words(first, language), probability=chance_words(chances[0], language),
        bad_2=round(second * size), share_2=share_words(second, language),
        probability_2=chance_words(chances[1], language),
        share_3=share_words(share_accepted_with(rule.n, rule.ac, 0.1, size), language),
    )  # fmt: skip


def class_word(defect_class: DefectClass, language: Language) -> str:
    """The name of a class of defects."""
    return lot_words().classes[defect_class].in_language(language)


def share_words(share: float, language: Language) -> str:
    """A share in percent, such as 2.5 or 10."""
    return number(round(100 * share, 1), language)


def chance_words(probability: float, language: Language) -> str:
    """A probability in percent; never a flat 0 or 100 where it is neither."""
    if 0 < probability < 0.001:
        return f"<\u00a0{number(0.1, language)}\u00a0%"
    if 0.999 < probability < 1:
        return f">\u00a0{number(99.9, language)}\u00a0%"
    return f"{number(round(100 * probability, 0 if probability >= 0.01 else 1), language)}\u00a0%"


def number(value: float, language: Language) -> str:
    """A number as the language writes it."""
    return f"{value:g}".replace(".", catalogue(language).decimal_mark)


def _plan_words(rule: ClassPlan, plan: Plan, language: Language) -> str:
    return say(
        "plan" if rule.aql > 0 else "plan_of_none", language, edition=plan.edition, level=plan.level,
        letter=rule.letter, inspection=lot_words().inspections[rule.inspection].in_language(language),
        aql=number(rule.aql, language),
    )  # fmt: skip


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
