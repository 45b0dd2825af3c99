"""Hand checks: what an inspector measures or feels because no photo tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from qc.errors import BadRequest
from qc.standards.taxonomy import Code
from qc.standards.vocabulary import Written

CheckName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Outcome = Literal["missing", "waived", "passed", "warning", "doubt", "failed"]


class CheckRule(Written):
    """A hand check that a standard asks for.

    With a unit it is a measurement against limits; without one it is a look or a feel that passes or fails.
    """

    code: Code = Field(description="The defect that a failed check shows.")
    clears: tuple[Code, ...] = Field(default=(), description="Further codes that a passed check answers for.")
    evidence: Literal["instrument", "hand", "eye", "nose"]
    required: bool = True
    unit: str | None = Field(default=None, min_length=1, max_length=12)
    min: float | None = Field(default=None, ge=0)
    max: float | None = Field(default=None, ge=0)
    warn: float | None = Field(default=None, ge=0, description="Above it the check passes with a warning.")
    dimension: str | None = Field(
        default=None, description="Limits are this nominal size with the product's tolerance."
    )

    @model_validator(mode="after")
    def _limits_make_sense(self) -> Self:
        bounds = [b for b in (self.min, self.warn, self.max) if b is not None]
        if self.unit is None and (bounds or self.dimension):
            raise ValueError("limits without a unit; name the unit of the measurement")
        if self.dimension is not None and (bounds or self.unit != "mm"):
            raise ValueError("a dimension's limits come from the product's size: leave min, max and warn out, unit mm")
        if self.unit is not None and self.dimension is None and self.min is None and self.max is None:
            raise ValueError("a measurement without limits decides nothing; give min, max or dimension")
        if bounds != sorted(bounds) or (self.min is not None and self.min == self.max):
            raise ValueError(f"limits are out of order: min {self.min}, warn {self.warn}, max {self.max}")
        if self.unit == "%" and bounds and bounds[-1] > 100:
            raise ValueError(f"limit {bounds[-1]} % is above 100 %")
        return self


class CheckRecord(Written):
    """What the inspector recorded: a value, a result, or why the check was waived. Exactly one of them.

    Short forms are read too: a number is a value, "pass" and "fail" are results.
    """

    value: float | None = Field(default=None, ge=0)
    uncertainty: float = Field(
        default=0, ge=0, description="Of the value, k = 2, in its unit; decides with a guard band."
    )
    result: Literal["pass", "fail"] | None = None
    waived: str | None = Field(default=None, min_length=1, max_length=500, description="Why the check was waived.")
    instrument: str | None = Field(default=None, max_length=200, description="Model and mode of the meter.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        if isinstance(given, bool):
            raise ValueError('a check is a number, "pass", "fail" or {"waived": "why"}; true and false can mean either')
        if isinstance(given, int | float):
            return {"value": given}
        return {"result": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in ("value", "result", "waived") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"got {' and '.join(given) or 'none'} of value, result and waived; wanted exactly one")
        return self


Checks = Mapping[str, CheckRecord]
"""Recorded hand checks by name."""

_CHECKS: TypeAdapter[dict[str, CheckRecord]] = TypeAdapter(dict[CheckName, CheckRecord])


def read_checks(given: Mapping[str, Any], rules: Mapping[str, CheckRule]) -> dict[str, CheckRecord]:
    """Checks as a caller sends them, held against the checks that a standard knows.

    Raises:
        BadRequest: A check the standard does not know, or a record of the wrong form.

    >>> rule = CheckRule(code="MOISTURE_HIGH", evidence="instrument", unit="%", max=14)
    >>> read_checks({"moisture_pct": 11.5}, {"moisture_pct": rule})["moisture_pct"].value
    11.5
    """
    try:
        records = _CHECKS.validate_python(dict(given))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BadRequest(f"check {where}: {fault['msg'].removeprefix('Value error, ')}") from error
    for name, record in records.items():
        if name not in rules:
            raise BadRequest(f"got check {name!r}, the standard asks for {', '.join(sorted(rules)) or 'no checks'}")
        if not _fits(rules[name], record):
            wanted = f"a number in {rules[name].unit}" if rules[name].unit else '"pass" or "fail"'
            raise BadRequest(f'check {name!r} wants {wanted}, or {{"waived": "why"}}')
    return records


def outcome(rule: CheckRule, record: CheckRecord | None, low: float | None, high: float | None) -> Outcome:
    """What a record says under a rule with limits `low` and `high` in the rule's unit.

    Values are decided with a guard band, after the idea of ISO 14253-1: a value passes where it does so with its whole
    uncertainty, fails where it fails with all of it, and is a doubt between. A record whose form does not fit
    the rule, from an older standard say, is as good as missing.
    """
    if record is None or not _fits(rule, record):
        return "missing"
    if record.waived is not None:
        return "waived"
    if record.value is None:
        return "passed" if record.result == "pass" else "failed"
    least, most = record.value - record.uncertainty, record.value + record.uncertainty
    if (high is not None and least > high) or (low is not None and most < low):
        return "failed"
    if (high is not None and most > high) or (low is not None and least < low):
        return "doubt"
    return "warning" if rule.warn is not None and record.value > rule.warn else "passed"


def _fits(rule: CheckRule, record: CheckRecord) -> bool:
    return record.waived is not None or (record.value is not None) == (rule.unit is not None)
