"""Codes of receipts: unguessable, and made to be read aloud and typed from paper."""

from __future__ import annotations

import re
import secrets

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is mistaken for another when a code is read aloud or typed from paper."""
LENGTH = 20
"""Letters of a code: 100 random bits."""

_MISTAKEN = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")


def new_code() -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_code(text: str) -> str | None:
    """A code as somebody typed it, with or without dashes, in any case; None when it can be none.

    >>> read_code("abcde-fghjk-mnpqr-stvwx") == read_code("ABCDEFGHJKMNPQRSTVWX")
    True
    """
    code = text.upper().replace("-", "").replace(" ", "").translate(_MISTAKEN)
    return code if _CODE.fullmatch(code) else None


def shown_code(code: str) -> str:
    """A code as people read it: in groups of five."""
    return "-".join(code[start : start + 5] for start in range(0, LENGTH, 5))
