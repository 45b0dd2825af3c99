"""Words that taxonomy, standards and verdicts share: severities, grades, languages, and their order."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from qc.standards.evidence import Frozen

Language = Literal["en", "id"]
Severity = Literal["none", "minor", "major", "critical", "hold"]
"""none < minor < major < critical. `hold` is no rung of that ladder: it says that a photo cannot tell how bad it is."""
Disposition = Literal["none", "local", "rework", "hold", "reject", "quarantine"]
"""What usually becomes of the piece: sold locally, mended, looked at, refused, kept apart from others."""
Grade = Literal["A", "B", "rework", "reject"]
"""A export, B local market, rework back to the weaver to be mended, reject. From best to worst."""

RUNGS: tuple[Severity, ...] = ("none", "minor", "major", "critical")
GRADES: tuple[Grade, ...] = ("A", "B", "rework", "reject")


def at_least(severity: Severity, rung: Severity) -> bool:
    """Whether `severity` is as bad as `rung` or worse; a `hold` counts as none until a person has looked."""
    return severity != "hold" and RUNGS.index(severity) >= RUNGS.index(rung)


class Written(Frozen):
    """Something a person writes in YAML: no unknown fields, no infinities."""

    model_config = ConfigDict(allow_inf_nan=False, str_strip_whitespace=True)


class Bilingual(Written):
    """The same words in English and Bahasa Indonesia."""

    en: str = Field(min_length=1)
    id: str = Field(min_length=1)

    def in_language(self, language: Language) -> str:
        """The words in `language`."""
        return self.en if language == "en" else self.id
