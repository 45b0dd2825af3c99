"""EPCIS 2.0: held against GS1's own JSON Schema where QC_EPCIS_SCHEMA names it, and always against our reading of the
standard (EPCIS 2.0, CBV 2.0): vocabulary, mandatory fields, ids."""

from __future__ import annotations

import io
import json
import os
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from qc.manifest import as_epcis
from qc.manifest.as_epcis import write_epcis
from qc.manifest.manifest import Manifest
from tests.manifest.made import GTIN, made

SCHEMA = os.environ.get("QC_EPCIS_SCHEMA") or None
OFFSET = re.compile(r"[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00")
URI = re.compile(
    r"(https://id\.gs1\.org/(01/\d{14}/21/\S{1,60}|00/\d{18})|urn:uuid:[0-9a-f-]{36}|urn:epc:id:bic:[A-Z]{4}\d{7})"
)
COMMON = {"type", "eventID", "eventTime", "eventTimeZoneOffset", "action", "bizStep", "disposition", "readPoint",
          "bizLocation", "bizTransactionList", "persistentDisposition"}  # fmt: skip
FIELDS = {"ObjectEvent": COMMON | {"epcList", "ilmd"}, "AggregationEvent": COMMON | {"parentID", "childEPCs"}}
STEPS = {"commissioning": ("ADD", "active"), "inspecting": ("OBSERVE", "conformant"), "packing": ("ADD", "in_progress"),
         "loading": ("ADD", "in_progress"), "shipping": ("OBSERVE", "in_transit")}  # fmt: skip


def document(manifest: Manifest) -> Any:
    out = io.BytesIO()
    write_epcis(manifest, out)
    return json.loads(out.getvalue())


def events(manifest: Manifest) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = document(manifest)["epcisBody"]["eventList"]
    return listed


SCENES = {
    "with GS1 keys": made(90, gtin=GTIN),
    "without GS1 keys": made(90, sscc=False),
    "nothing packed": made(5, cartons=False, containers=(), status="open", sealed_at=None, shipped_at=None),
    "no order": made(5, order_id=None, po_number=None),
    "empty": made(0),
}


@pytest.mark.skipif(SCHEMA is None, reason="QC_EPCIS_SCHEMA names no file: GS1's schema is not part of this project")
@pytest.mark.parametrize("scene", SCENES)
def test_the_document_meets_gs1s_schema(scene: str) -> None:
    validator = jsonschema_rs.Draft7Validator(
        json.loads(Path(SCHEMA or "").read_text(encoding="utf-8")), validate_formats=True
    )
    assert [error.message for error in validator.iter_errors(document(SCENES[scene]))] == []


@pytest.mark.parametrize("scene", SCENES)
def test_the_document_meets_our_reading_of_the_standard(scene: str) -> None:
    whole = document(SCENES[scene])
    assert whole["@context"][0] == "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
    assert (whole["type"], whole["schemaVersion"]) == ("EPCISDocument", "2.0")
    assert datetime.fromisoformat(whole["creationDate"]).tzinfo is not None
    for event in whole["epcisBody"]["eventList"]:
        own = {key for key in event if ":" in key}
        assert {key.split(":")[0] for key in own} <= {"anyaman"}
        assert set(event) - own <= FIELDS[event["type"]]
        assert OFFSET.fullmatch(event["eventTimeZoneOffset"])
        assert event["eventTime"].endswith(event["eventTimeZoneOffset"])
        assert (event["action"], event["disposition"]) == STEPS[event["bizStep"]]
        assert all(":" in key for key in event.get("ilmd", {}))
        assert "ilmd" not in event or event["action"] == "ADD"
        objects = event.get("epcList") or [event["parentID"], *event["childEPCs"]]
        assert len(set(objects)) == len(objects) >= 1
        assert all(URI.fullmatch(name) for name in objects)
        assert None not in event.values()


def test_every_piece_carton_and_container_is_told_of_once() -> None:
    told = events(made(90, gtin=GTIN))
    assert Counter(event["bizStep"] for event in told) == {
        "commissioning": 90, "inspecting": 90, "packing": 3, "loading": 2, "shipping": 1,
    }  # fmt: skip
    assert len({event["eventID"] for event in told}) == len(told)
    packed = [epc for event in told if event["bizStep"] == "packing" for epc in event["childEPCs"]]
    assert sorted(packed) == sorted(
        epc for event in told if event["bizStep"] == "inspecting" for epc in event["epcList"]
    )
    loaded = [epc for event in told if event["bizStep"] == "loading" for epc in event["childEPCs"]]
    assert sorted(loaded) == sorted(event["parentID"] for event in told if event["bizStep"] == "packing")
    assert told[0]["epcList"] == [f"https://id.gs1.org/01/{GTIN}/21/GK250900001"]


def test_a_full_container_is_told_of_in_parts_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_epcis, "_CHILDREN", 5)
    loads = [event for event in events(made(1_000)) if event["bizStep"] == "loading"]
    assert [len(event["childEPCs"]) for event in loads] == [5, 5, 5, 5, 2, 3]
    assert len({event["eventID"] for event in loads}) == 6


def test_ids_are_the_same_when_the_batch_is_written_again() -> None:
    once, again = (document(made(90)) for _ in range(2))
    assert once == again
    later = events(made(90, status="sealed", shipped_at=None))
    assert {event["eventID"] for event in later} < {event["eventID"] for event in events(made(90))}


def test_times_are_those_of_the_place() -> None:
    (first, *_), (elsewhere, *_) = events(made(1)), events(replace(made(1), offset=timedelta(hours=9)))
    assert first["eventTime"] == "2026-11-24T10:02:12.123+07:00"
    assert elsewhere["eventTime"] == "2026-11-24T12:02:12.123+09:00"
    assert datetime.fromisoformat(first["eventTime"]) == datetime.fromisoformat(elsewhere["eventTime"])


def test_what_has_no_time_is_not_told() -> None:
    manifest = made(90)
    unstuffed = tuple(box.model_copy(update={"stuffing_time": None}) for box in manifest.head.containers)
    steps = {event["bizStep"] for event in events(made(90, containers=unstuffed, shipped_at=None))}
    assert steps == {"commissioning", "inspecting", "packing"}
