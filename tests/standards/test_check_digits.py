from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.errors import BadRequest
from qc.standards import check_digits
from qc.standards.check_digits import container_number, gs1_check_digit, is_sscc, iso6346_check_digit, sscc

PUBLISHED_GS1 = ["106141411234567897", "095287654321012346", "09521234543213", "9521234500018"]
"""SSCCs, a GTIN and a GLN printed in GS1's own documents and test data."""

PUBLISHED_CONTAINERS = ["CSQU3054383", "TOLU4734787", "ZEPU0037255", "TEXU3070079", "MEDU8707688", "ABCU1234560"]
"""The standard's own example first, then others seen in print; the last has the remainder 10, which counts as 0."""


def by_the_book(code: str) -> int:
    """ISO 6346 by another way: letters by a written table, remainder by hand, 10 counted as 0."""
    table = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                     [10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36,
                      37, 38], strict=True))  # fmt: skip
    total = sum((table[c] if c.isalpha() else int(c)) * 2**n for n, c in enumerate(code))
    remainder = total - total // 11 * 11
    return 0 if remainder == 10 else remainder


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(check_digits).failed == 0


@pytest.mark.parametrize("key", PUBLISHED_GS1)
def test_published_gs1_keys_have_their_check_digit(key: str) -> None:
    assert gs1_check_digit(key[:-1]) == int(key[-1])


@pytest.mark.parametrize("number", PUBLISHED_CONTAINERS)
def test_published_container_numbers_have_their_check_digit(number: str) -> None:
    assert container_number(number) == number


PREFIXES = st.from_regex(r"[0-9]{7,10}", fullmatch=True)


@given(PREFIXES, st.data(), st.integers(0, 9))
def test_an_sscc_is_18_digits_made_of_its_parts(prefix: str, data: st.DataObject, extension: int) -> None:
    serial = data.draw(st.integers(0, 10 ** (16 - len(prefix)) - 1))
    made = sscc(prefix, serial, extension)
    assert is_sscc(made)
    assert made[:1] + made[1 : 1 + len(prefix)] == f"{extension}{prefix}"
    assert int(made[1 + len(prefix) : 17]) == serial


@given(PREFIXES, st.integers(0, 10**6 - 1), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_shows_in_an_sscc(prefix: str, serial: int, place: int, by: int) -> None:
    made = sscc(prefix, serial)
    wrong = made[:place] + str((int(made[place]) + by) % 10) + made[place + 1 :]
    assert not is_sscc(wrong)


@given(PREFIXES)
def test_a_serial_that_does_not_fit_is_refused(prefix: str) -> None:
    with pytest.raises(BadRequest, match="does not fit"):
        sscc(prefix, 10 ** (16 - len(prefix)))


CODES = st.from_regex(r"[A-Z]{3}[UJZ][0-9]{6}", fullmatch=True)


@given(CODES)
def test_container_check_digits_are_those_of_the_book(code: str) -> None:
    assert iso6346_check_digit(code) == by_the_book(code)
    number = f"{code}{by_the_book(code)}"
    assert container_number(f"{number[:4].lower()} {number[4:10]}-{number[10]}") == number


@given(CODES, st.integers(1, 9))
def test_a_wrong_check_digit_of_a_container_is_refused(code: str, by: int) -> None:
    with pytest.raises(BadRequest, match="check digit would be"):
        container_number(f"{code}{(by_the_book(code) + by) % 10}")


@pytest.mark.parametrize(
    "text", ["", "CSQ3054383", "CSQX3054383", "CSQU305438", "CSQU30543833", "CSQU305438A", "ÇSQU3054383"]
)
def test_what_is_no_container_number_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="ISO 6346"):
        container_number(text)


@pytest.mark.parametrize(
    "text", ["", "1061414112345678970", "10614141123456789", "10614141123456789x", "١٠٦١٤١٤١١٢٣٤٥٦٧٨٩٧"]
)
def test_what_is_no_sscc_is_told(text: str) -> None:
    assert not is_sscc(text)
