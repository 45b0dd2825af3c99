"""Files that are no photos, and forms that are no forms: a 4xx with a stable code, nothing written, service goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select

from qc.ledger.tables import Base
from tests.api.conftest import Service
from tests.pictures import animated_webp, jpeg, png_bomb, saved

DESCRIBED = json.dumps({"standard": "woven-general"})

NO_PHOTOS: dict[str, tuple[Callable[[], bytes], int, str, str | None]] = {
    "truncated JPEG": (lambda: jpeg()[:-2000], 422, "bad_photo", "photo_truncated"),
    "half a JPEG header": (lambda: jpeg()[:100], 422, "bad_photo", None),
    "PNG bomb": (png_bomb, 422, "bad_photo", "photo_too_many_pixels"),
    "GIF": (lambda: saved("P", "GIF"), 422, "bad_photo", "photo_format"),
    "PDF": (lambda: b"%PDF-1.7\n" + b"0" * 5000, 422, "bad_photo", "photo_format"),
    "empty": (lambda: b"", 422, "bad_photo", "photo_empty"),
    "text named .jpg": (lambda: b"this is no photo\n" * 100, 422, "bad_photo", "photo_format"),
    "animated WebP": (animated_webp, 422, "bad_photo", "photo_animated"),
    "CMYK": (lambda: saved("CMYK", "JPEG"), 422, "bad_photo", "photo_format"),
    "16-bit": (lambda: saved("I;16", "PNG"), 422, "bad_photo", "photo_format"),
    "a shell script": (lambda: b"#!/bin/sh\necho hello\n", 422, "bad_photo", "photo_format"),
    "over the limit of one photo": (lambda: b"\xff\xd8\xff" + b"0" * 41_000_000, 413, "too_large", None),
}


def left_behind(service: Service) -> tuple[dict[str, int], set[str]]:
    """Row counts of every table, and the files in the photo store."""
    with service.station.database.read() as session:
        rows = {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }
    return rows, {str(path) for path in (service.folder / "photos").rglob("*") if path.is_file()}


@pytest.fixture
def unchanged(service: Service) -> Iterator[None]:
    """Nothing was written, and the service goes on."""
    before = left_behind(service)
    yield
    assert left_behind(service) == before
    assert service.inspect().status_code == 201


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("what", NO_PHOTOS)
def test_what_is_no_photo_is_refused_by_name(service: Service, what: str) -> None:
    make, status, code, reason = NO_PHOTOS[what]
    response = service.send([jpeg(), make()], standard="woven-general")
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert reason is None or response.json()["reason"] == reason
    assert "Traceback" not in response.text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("declared", [True, False])
def test_sixty_megabytes_and_more_are_refused_before_they_are_in_memory(service: Service, declared: bool) -> None:
    taken = 0

    def body() -> Iterator[bytes]:
        nonlocal taken
        yield b'--b\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
        for _ in range(100):
            taken += 1_000_000
            yield b"0" * 1_000_000

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    if declared:
        headers["Content-Length"] = "100000070"
    response = service.client.post("/v1/inspections", content=body(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"{}", "application/json", 415, "unsupported_media_type"),
        (b"", "multipart/form-data", 400, "malformed_request"),
        (b"no boundary here", "multipart/form-data; boundary=b", 400, "malformed_request"),
        (b'--b\r\nContent-Disposition: form-data; name="inspection"\r\n\r\n{"stan', "multipart/form-data; boundary=b",
         400, "malformed_request"),
        (b'--b\r\nContent-Disposition: form-data; name="inspection"\r\n\r\n{}\r\n--b--\r\n',
         "multipart/form-data; boundary=b", 422, "bad_request"),
        (b'--b\r\nContent-Disposition: form-data; name="unheard"\r\n\r\n{}\r\n--b--\r\n',
         "multipart/form-data; boundary=b", 422, "bad_request"),
        (b"--b\r\n" + b"X: y\r\n" * 500 + b"\r\n{}\r\n--b--\r\n", "multipart/form-data; boundary=b",
         400, "malformed_request"),
        (b'--b\r\nContent-Disposition: form-data; name="inspection"\r\n\r\n' + b"x" * 100_000 + b"\r\n--b--\r\n",
         "multipart/form-data; boundary=b", 413, "too_large"),
    ],
)  # fmt: skip
def test_a_form_that_is_none_is_refused_by_name(
    service: Service, content: bytes, media_type: str, status: int, code: str
) -> None:
    response = service.client.post("/v1/inspections", content=content, headers={"Content-Type": media_type})
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("photos", "form", "code"),
    [
        (1, {}, "bad_request"),
        (1, {"inspection": "not json"}, "invalid_request"),
        (1, {"inspection": "[]"}, "invalid_request"),
        (1, {"inspection": DESCRIBED, "views": ["sideways"]}, "bad_request"),
        (2, {"inspection": DESCRIBED, "views": ["top"]}, "bad_request"),
        (1, {"inspection": [DESCRIBED, DESCRIBED]}, "bad_request"),
        (13, {"inspection": DESCRIBED}, "bad_request"),
    ],
)
def test_a_form_with_wrong_parts_is_refused_by_name(
    service: Service, photos: int, form: dict[str, object], code: str
) -> None:
    files = [("photos", ("a.jpg", jpeg(number=n), "image/jpeg")) for n in range(photos)]
    response = service.client.post("/v1/inspections", files=files, data=form)
    assert (response.status_code, response.json()["code"]) == (422, code), response.text


@pytest.mark.usefixtures("unchanged")
def test_too_many_parts_are_refused(service: Service) -> None:
    files = [("photos", ("a.jpg", b"x", "image/jpeg")) for _ in range(40)]
    response = service.client.post("/v1/inspections", files=files, data={"inspection": DESCRIBED})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
