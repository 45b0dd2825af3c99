"""ISO weeks, in UTC: 2026-W47."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from qc.errors import BadRequest

PATTERN = r"^[0-9]{4}-W[0-9]{2}$"


class IsoWeek(NamedTuple):
    """A week, ordered by time.

    >>> IsoWeek.parse("2026-W53").following
    IsoWeek(year=2027, number=1)
    >>> str(IsoWeek(2027, 1))
    '2027-W01'
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The week that is written so.

        Raises:
            BadRequest: It is none, such as the 54th of a year.
        """
        try:
            if re.fullmatch(PATTERN, text) is None:
                raise ValueError
            week = cls(int(text[:4]), int(text[6:]))
            if not 1970 <= week.year <= 9000:
                raise ValueError
            _ = week.begins
        except ValueError:
            raise BadRequest(f"got the week {text!r}, wanted an ISO week such as 2026-W47") from None
        return week

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The week that a moment lies in."""
        year, number, _ = moment.astimezone(UTC).isocalendar()
        return cls(year, number)

    @property
    def begins(self) -> datetime:
        """Its Monday, 00:00 UTC."""
        return datetime.fromisocalendar(self.year, self.number, 1).replace(tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return self.begins + timedelta(weeks=1)

    @property
    def following(self) -> Self:
        """The week after it."""
        return self.of(self.ends)

    @property
    def before(self) -> Self:
        """The week before it."""
        return self.earlier(1)

    def earlier(self, weeks: int) -> Self:
        """So many weeks before it."""
        return self.of(self.begins - timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def week_or_none(text: str | None) -> IsoWeek | None:
    """The week that is written so, where one is."""
    return None if text is None else IsoWeek.parse(text)
