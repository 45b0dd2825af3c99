"""Four times the pieces need no more memory: nothing gathers them."""

from __future__ import annotations

import tempfile
import tracemalloc

import pytest

from qc.manifest.forms import FORMS, FormName
from tests.manifest.made import GTIN, made

SLACK = {FormName.PDF: 2.5}
"""A PDF keeps its finished pages, compressed: some 2 kB for 34 cartons. Everything else is flat."""


def peak(form: FormName, count: int) -> int:
    """Bytes that writing so many pieces takes at most."""
    with tempfile.TemporaryFile() as out:
        tracemalloc.start()
        try:
            FORMS[form].write(made(count, gtin=GTIN), out)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("form", list(FormName))
def test_memory_stays_flat(form: FormName) -> None:
    peak(form, 40)  # libraries are loaded
    few, many = peak(form, 1_500), peak(form, 6_000)
    assert many < few * SLACK.get(form, 1.3) + 100_000, f"{few:,} bytes for 1,500 pieces, {many:,} for 6,000"
