"""The forms in which a manifest is written. A form's library is loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from qc.manifest.as_csv import write_csv
from qc.manifest.as_epcis import write_epcis
from qc.manifest.as_json import write_json
from qc.manifest.manifest import Manifest


class FormName(StrEnum):
    """How a manifest can be had."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    EPCIS = "epcis"


@dataclass(frozen=True)
class Form:
    """A form: what it is called on the wire, how its file's name ends, and who writes it."""

    media_type: str
    suffix: str
    write: Callable[[Manifest, BinaryIO], None]


def _write_xlsx(manifest: Manifest, out: BinaryIO) -> None:
    from qc.manifest.as_xlsx import write_xlsx

    write_xlsx(manifest, out)


def _write_pdf(manifest: Manifest, out: BinaryIO) -> None:
    from qc.manifest.as_pdf import write_pdf

    write_pdf(manifest, out)


FORMS: dict[FormName, Form] = {
    FormName.JSON: Form("application/json", "json", write_json),
    FormName.CSV: Form("text/csv; charset=utf-8", "csv", write_csv),
    FormName.XLSX: Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", _write_xlsx),
    FormName.PDF: Form("application/pdf", "pdf", _write_pdf),
    FormName.EPCIS: Form("application/ld+json", "epcis.jsonld", write_epcis),
}
