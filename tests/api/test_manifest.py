from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import jsonschema_rs
import pytest
from pypdf import PdfReader
from sqlalchemy import update

from qc.ledger.accounts import Scope
from qc.ledger.tables import Batch
from qc.manifest.as_json import manifest_schema
from qc.manifest.forms import FORMS, FormName
from tests.api.conftest import EVERYWHERE, SKU, Service

pytestmark = EVERYWHERE

INVOICE = {"type": "invoice", "number": "INV-1", "date": "2026-11-26", "named_by": "shipper-1"}


@pytest.fixture
def batch(service: Service) -> str:
    """A batch of an order with two pieces in it, one of them in a carton."""
    line = {
        "sku": SKU, "quantity": 10, "unit_price": "5.73", "description": "Waste basket",
        "customs": {"hs6": "460219", "origin": "ID", "materials": [
            {"species": "Pontederia crassipes", "name_id": "eceng gondok", "harvest_country": "ID",
             "kg_per_piece": "0.35", "wild": True}]},
    }  # fmt: skip
    order = {"po_number": "PO-1", "buyer": "=Buyer Inc.", "currency": "USD", "lines": [line]}
    made = service.client.post("/v1/orders", json=order)
    assert made.status_code == 201, made.text
    opened = service.client.post("/v1/batches", json={"number": "B-1", "po_number": "PO-1"}).json()
    for n in range(2):
        sent = service.inspect(number=100 * n, auto_accept=True, tag=f"GK-{n}", maker_ref="mk_1", consent_version="1")
        assert sent.json()["piece_state"] == "in_batch", sent.text
    carton = service.client.post(f"/v1/batches/{opened['id']}/cartons", json={"gross_kg": "2.5", "net_kg": "2"}).json()
    pieces = service.client.get(f"/v1/batches/{opened['id']}/pieces").json()["items"]
    packed = service.client.post(f"/v1/cartons/{carton['id']}/pieces", json={"piece_ids": [pieces[0]["piece_id"]]})
    assert packed.status_code in {200, 201}, packed.text
    return str(opened["id"])


def manifest(service: Service, batch: str) -> Any:
    answer = service.client.get(f"/v1/batches/{batch}/manifest/json")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_manifest_holds_what_the_ledger_knows(service: Service, batch: str) -> None:
    document = manifest(service, batch)
    validator = jsonschema_rs.Draft202012Validator(manifest_schema(), validate_formats=True)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert (document["number"], document["po_number"], document["status"]) == ("B-1", "PO-1", "open")
    (line,) = document["lines"]
    assert (line["pieces"], line["quantity"], line["unit_price"], line["amount"]) == (2, 10, "5.73", "11.46")
    assert line["materials"][0]["kg_total"] == "0.70"
    assert document["grade_counts"] == {"A": 2}
    assert document["standards"][0]["pieces"] == 2
    assert [piece["tag"] for piece in document["pieces"]] == ["GK-0", "GK-1"]
    (carton,) = document["cartons"]
    assert carton["piece_ids"] == [document["pieces"][0]["piece_id"]]
    assert [piece["carton_no"] for piece in document["pieces"]] == [carton["carton_no"], None]
    assert document["totals"] == {
        "cartons": 1, "pieces": 2, "pieces_packed": 1, "net_kg": "2", "gross_kg": "2.5", "cbm": None,
    }  # fmt: skip
    missing = {entry["code"] for entry in document["missing"]}
    assert {"line.hts10", "batch.manufacturer", "batch.unpacked", "carton.container"} <= missing
    last = service.client.get("/v1/events?limit=200").json()["items"][-1]
    assert document["hash_chain"] == {"sequence": last["sequence"], "hash": last["hash"]}
    assert "mk_1" not in service.client.get(f"/v1/batches/{batch}/manifest/json").text


@pytest.mark.parametrize("form", list(FormName))
def test_every_form_is_served_with_its_type_name_and_tag(service: Service, batch: str, form: FormName) -> None:
    path = f"/v1/batches/{batch}/manifest/{form}"
    answer = service.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == FORMS[form].media_type
    assert f"B-1.{FORMS[form].suffix}" in answer.headers["content-disposition"]
    assert int(answer.headers["content-length"]) == len(answer.content)
    again = service.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    content = io.BytesIO(answer.content)
    if form is FormName.CSV:
        assert len(list(csv.reader(io.StringIO(answer.text, newline="")))) == 3
    elif form is FormName.XLSX:
        assert zipfile.ZipFile(content).testzip() is None
    elif form is FormName.PDF:
        assert "NOT FINAL" in PdfReader(content).pages[0].extract_text()
    else:
        assert answer.json()


def test_papers_are_named_once_and_listed(service: Service, batch: str) -> None:
    path = f"/v1/batches/{batch}/documents"
    for _ in range(2):
        assert service.client.post(path, json=INVOICE).status_code == 201
    other = service.client.post(path, json=INVOICE | {"date": "2026-11-27"})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    wood = service.client.patch(f"/v1/batches/{batch}", json={"wood_packaging": {"used": False}})
    assert wood.status_code == 200, wood.text
    assert [paper["number"] for paper in service.client.get(path).json()["items"]] == ["INV-1"]
    assert [paper["number"] for paper in manifest(service, batch)["documents"]] == ["INV-1"]
    assert service.client.post(path, json=INVOICE | {"type": "love_letter"}).status_code == 422
    assert service.client.post(path, json=INVOICE | {"uri": "javascript:alert(1)"}).status_code == 422


def test_a_full_disk_is_503_and_nothing_is_half_sent(
    service: Service, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("qc.api.downloads.tempfile.TemporaryFile", Full)
    for form in FormName:
        answer = service.client.get(f"/v1/batches/{batch}/manifest/{form}")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), form


def test_anothers_batch_is_not_there(service: Service, batch: str) -> None:
    others = service.key(Scope.READ_BATCHES, Scope.OPEN_BATCHES, organisation="others")
    for form in FormName:
        assert service.client.get(f"/v1/batches/{batch}/manifest/{form}", headers=others).status_code == 404
    assert service.client.get(f"/v1/batches/{batch}/documents", headers=others).status_code == 404
    assert service.client.post(f"/v1/batches/{batch}/documents", json=INVOICE, headers=others).status_code == 404
    unable = service.key(Scope.READ_PIECES)
    assert service.client.get(f"/v1/batches/{batch}/manifest/json", headers=unable).status_code == 403


def test_the_schema_is_published(service: Service) -> None:
    assert service.client.get("/v1/manifest-schema").json() == manifest_schema()


def test_a_number_of_any_letters_makes_a_harmless_file_name(service: Service, batch: str) -> None:
    _call(service, 'B"; x=../é\r\n')
    name = service.client.get(f"/v1/batches/{batch}/manifest/csv").headers["content-disposition"]
    assert name == "attachment; filename*=UTF-8''B%22%3B%20x%3D..%2F%C3%A9%0D%0A.csv"
    _call(service, "B-1")


def _call(service: Service, number: str) -> None:
    with service.station.database.write() as session:
        session.execute(update(Batch).values(number=number))
