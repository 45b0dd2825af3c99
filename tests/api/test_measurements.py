"""Sizes over HTTP: what is read from a photo on the mat, and what follows under a standard."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import httpx2 as httpx
import pytest
import simplejpeg

from qc.ledger.accounts import Scope
from tests.api.conftest import Service
from tests.measure.photos import PLAIN, photo_of


@cache
def on_the_mat() -> bytes:
    jpeg: bytes = simplejpeg.encode_jpeg(photo_of(PLAIN), quality=95)
    return jpeg


def send(service: Service, photo: bytes | None = None, **known: Any) -> httpx.Response:
    answer: httpx.Response = service.client.post(
        "/v1/measurements",
        files={"photo": ("mat.jpg", photo or on_the_mat(), "image/jpeg")},
        data={"measurement": json.dumps(known)} if known else {},
    )
    return answer


def test_a_piece_on_the_mat_is_measured_with_its_uncertainty_and_nothing_is_kept(service: Service) -> None:
    told = send(service).json()
    sizes = {size["name"]: size for size in told["measurement"]["sizes"]}
    assert sizes["length"]["value_mm"] == pytest.approx(PLAIN.length, abs=3)
    assert sizes["width"]["value_mm"] == pytest.approx(PLAIN.breadth, abs=3)
    assert 0 < sizes["length"]["u_mm"] < 6
    assert (told["checks"], told["decision"]) == ([], None)
    assert service.client.get("/v1/pieces").json()["items"] == []


def test_sizes_are_compared_with_the_standard_of_the_sku(service: Service) -> None:
    told = send(service, sku="PM-PD-01").json()
    assert [(check["dimension"], check["decision"]) for check in told["checks"]] == [
        ("length", "fail"),
        ("width", "fail"),
    ]
    assert told["decision"] == "fail"


def test_what_cannot_be_measured_says_why(service: Service) -> None:
    grey = simplejpeg.encode_jpeg(photo_of(PLAIN)[:300, :300].copy(), quality=90)
    answer = send(service, grey)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_measurable")
    assert answer.json()["reason"] in {"no_mat", "too_few_markers"}


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"sku": "PM-PD-01", "standard": "placemat-pandan"}, "bad_request"),
        ({"sku": "XX-0"}, "unknown_standard"),
        ({"standard": "woven-general"}, "bad_request"),
        ({"print_scale": 0}, "invalid_request"),
        ({"colour": "red"}, "invalid_request"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(service: Service, known: dict[str, Any], code: str) -> None:
    answer = send(service, **known)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_measuring_needs_the_scope_of_who_inspects(service: Service) -> None:
    answer = service.client.post(
        "/v1/measurements",
        files={"photo": ("mat.jpg", b"no photo", "image/jpeg")},
        headers=service.key(Scope.READ_PIECES),
    )
    assert answer.status_code == 403
