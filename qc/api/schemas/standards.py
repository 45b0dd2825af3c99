"""Export standards, to read."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from qc.standards.standard import ExportStandard


class StandardOut(BaseModel):
    """A standard in short."""

    name: str
    version: int
    title: dict[str, str] = Field(description="By language: en, id.")
    buyer: str | None
    sku: str | None = Field(description="Null: it grades and never logs.")
    views: list[str] = Field(description="Photos that it asks for.")
    export_grades: list[str]
    checks: dict[str, Any] = Field(description="Hand checks that it knows, by name.")
    fingerprint: str = Field(description="sha256 of all that decides in it.")

    @classmethod
    def of(cls, standard: ExportStandard) -> StandardOut:
        """From the standard."""
        return cls(
            name=standard.name,
            version=standard.version,
            title=standard.title.model_dump(),
            buyer=standard.buyer,
            sku=standard.product.sku,
            views=list(standard.views.required),
            export_grades=list(standard.export_grades),
            checks={name: rule.model_dump(mode="json") for name, rule in standard.checks.items()},
            fingerprint=standard.fingerprint,
        )


class StandardList(BaseModel):
    """The latest version of every standard."""

    items: list[StandardOut]
