"""Check digits of numbers on cartons and containers: GS1's keys and ISO 6346."""

from __future__ import annotations

import re

from qc.errors import BadRequest

SSCC_DIGITS = 18
_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
# ISO 6346, annex A: letters count from 10 and leave out multiples of 11, which would not change the remainder.
_VALUES = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True)
)


def gs1_check_digit(digits: str) -> int:
    """The check digit of any GS1 key (General Specifications, section 7.9).

    Args:
        digits: The key without its check digit.

    >>> gs1_check_digit("10614141123456789")
    7
    """
    weighted = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return -weighted % 10


def sscc(prefix: str, serial: int, extension: int = 0) -> str:
    """A Serial Shipping Container Code: extension digit, company prefix, serial reference, check digit.

    Args:
        prefix: GS1 company prefix, 7 to 10 digits.
        serial: Serial reference; it fills what the prefix leaves of 16 digits.
        extension: 0 to 9.

    Raises:
        BadRequest: The serial has more digits than the prefix leaves.

    >>> sscc("0614141", 123456789, extension=1)
    '106141411234567897'
    """
    width = SSCC_DIGITS - 2 - len(prefix)
    if not 0 <= serial < 10**width:
        raise BadRequest(f"serial {serial} does not fit behind GS1 prefix {prefix}, which leaves {width} digits")
    digits = f"{extension}{prefix}{serial:0{width}}"
    return f"{digits}{gs1_check_digit(digits)}"


def is_sscc(text: str) -> bool:
    """Whether a text is an SSCC with the right check digit."""
    return bool(re.fullmatch(r"[0-9]{18}", text, re.ASCII)) and gs1_check_digit(text[:-1]) == int(text[-1])


def iso6346_check_digit(code: str) -> int:
    """The check digit of a container: its owner code, category and serial number weighted by powers of two.

    Args:
        code: The first ten characters, such as `CSQU305438`.

    >>> iso6346_check_digit("CSQU305438")
    3
    """
    return sum(_VALUES[character] << place for place, character in enumerate(code)) % 11 % 10


def container_number(text: str) -> str:
    """A container's number as it is kept: eleven characters, no spaces, check digit verified.

    Args:
        text: As people write it, such as `CSQU 305438-3` or `csqu3054383`.

    Raises:
        BadRequest: It is no ISO 6346 number, or its check digit is another.
    """
    number = re.sub(r"[ -]", "", text).upper()
    if not _CONTAINER.fullmatch(number):
        raise BadRequest(
            f"got container number {text!r}, wanted three letters of the owner, U, J or Z, and seven digits (ISO 6346)"
        )
    wanted = iso6346_check_digit(number[:10])
    if int(number[10]) != wanted:
        raise BadRequest(
            f"container number {text!r} ends in {number[10]}, its check digit would be {wanted}: "
            "read it again on the container"
        )
    return number
