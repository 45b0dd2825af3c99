"""From faults and hand checks to reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qc.standards.checks import Checks, Outcome
from qc.standards.defect_rules import Band, CodeRule
from qc.standards.reasons import Parameter, Reason, RuleId
from qc.standards.standard import ExportStandard
from qc.standards.tally import Excess, Sighting


def certain_reasons(
    rule: CodeRule, sightings: Sequence[Sighting], excesses: Sequence[Excess | None], band: Band
) -> Iterator[Reason]:
    """Reasons for defects that are certain, each with the limit that it exceeds."""
    for sighting, excess in zip(sightings, excesses, strict=True):
        severity = rule.severity if excess is None else rule.beyond
        if severity == "none":
            continue
        params: dict[str, Parameter] = {"probability": sighting.detection.probability, "act": band.act}
        name: RuleId = "defect.found"
        if severity == "hold":
            name, params = "doubt.hold", {"probability": sighting.detection.probability}
        elif excess is not None and excess.limit == "count":
            name, params = "defect.over_count", params | {"count": int(excess.found), "limit": int(excess.allowed)}
        elif excess is not None and excess.limit == "area_share":
            name, params = "defect.over_area", params | {"percent": 100 * excess.found, "limit": 100 * excess.allowed}
        elif excess is not None:
            unit, scale = ("mm", 1) if excess.limit == "length_mm" else ("%", 100)
            sized: dict[str, Parameter] = {
                "length": scale * excess.found,
                "limit": scale * excess.allowed,
                "unit": unit,
            }
            name, params = "defect.over_length", params | sized
        yield _at(sighting, Reason(rule=name, code=rule.code, severity=severity, params=params))


def doubt_reasons(
    rule: CodeRule, sightings: Sequence[Sighting], severities: Sequence[str], band: Band
) -> Iterator[Reason]:
    """Reasons for defects that may be none."""
    for sighting, severity in zip(sightings, severities, strict=True):
        if severity != "none":
            params = {"probability": sighting.detection.probability, "refer": band.refer, "act": band.act}
            fields = {"rule": "doubt.defect", "code": rule.code, "severity": severity, "params": params}
            yield _at(sighting, Reason.model_validate(fields))


def _at(sighting: Sighting, reason: Reason) -> Reason:
    where = {"view": sighting.photo.view, "photo": sighting.photo.sha256, "box": sighting.detection.box}
    return reason.model_copy(update=where)


def check_reasons(
    standard: ExportStandard, checks: Checks, outcomes: Mapping[str, Outcome], asks: bool
) -> Iterator[Reason]:
    """Reasons from hand checks; missing ones only where the piece waits for them (`asks`)."""
    for name, result in outcomes.items():
        rule, record = standard.checks[name], checks.get(name)
        code, severity = rule.code, standard.rules[rule.code].severity
        low, high = standard.check_limits(name)
        params: dict[str, Parameter] = {"check": name}
        if result == "missing":
            if rule.required and asks:
                yield Reason(rule="check.missing", code=code, params=params)
        elif record is None or result == "passed":
            continue
        elif record.waived is not None:
            yield Reason(rule="check.waived", code=code, params=params | {"why": record.waived})
        elif record.value is None:
            yield Reason(rule="check.failed", code=code, severity=severity, params=params)
        else:
            measured: dict[str, Parameter] = {**params, "value": record.value, "unit": rule.unit or ""}
            if result == "doubt":
                params = measured | {"uncertainty": record.uncertainty}
                yield Reason(rule="doubt.check", code=code, severity=severity, params=params)
            elif result == "warning" and rule.warn is not None:
                yield Reason(rule="check.warning", code=code, params=measured | {"limit": rule.warn})
            elif high is not None and record.value > high:
                yield Reason(rule="check.too_high", code=code, severity=severity, params=measured | {"limit": high})
            elif low is not None:
                yield Reason(rule="check.too_low", code=code, severity=severity, params=measured | {"limit": low})
