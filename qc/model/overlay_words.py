"""The few words on a marked photo and in a table, from the catalogues."""

from __future__ import annotations

import re

from qc.standards.reasons import Reason
from qc.standards.taxonomy import taxonomy
from qc.standards.verdict import Verdict
from qc.standards.vocabulary import Language
from qc.standards.words import sentence, word


def headline(verdict: Verdict, language: Language) -> str:
    """The verdict in two or three words, in capitals."""
    group, key = ("grades", verdict.grade) if verdict.grade else ("statuses", verdict.status)
    return word(group, key, language).upper()


def line(reason: Reason, count: int, language: Language) -> str:
    """A reason as a short line: what has a place says what, how often, how bad, how sure; the rest is a sentence."""
    if reason.box is None or reason.code is None:
        return sentence(reason, language)
    name = taxonomy().defect(reason.code).name.in_language(language)
    words = [f"{name} ({count}x)" if count > 1 else name]
    if reason.severity is not None:
        words.append(word("severities", reason.severity, language))
    doubt = "?" if reason.rule.startswith("doubt.") else ""
    words.append(f"{min(99, round(100 * probability_of(reason)))} %{doubt}")  # never 100 %: no photo proves that much
    return " - ".join(words)


def tag(reason: Reason, language: Language) -> str:
    """The first word or two of a defect's name, to stand beside its box."""
    name = taxonomy().defect(reason.code).name.in_language(language) if reason.code else ""
    return re.split(r"[,(/]", name)[0].strip()


def probability_of(reason: Reason) -> float:
    """The detection's probability, 0 where the reason has none."""
    probability = reason.params.get("probability")
    return float(probability) if isinstance(probability, int | float) else 0.0
