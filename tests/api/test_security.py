from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from qc.api.app import create_app
from qc.api.app_files import app_routes
from qc.api.security import Needs
from qc.ledger.accounts import Scope
from tests.api.conftest import Service

OPEN = {"/livez", "/readyz", "/", "/docs", "/openapi.json", "/metrics"}
"""Addresses that tell nothing of any organisation. Metrics are the operator's, behind a token of their own."""


BY_CODE = "/r/{code}"
"""A piece's receipt: the unguessable code is what lets in."""

SIGNING_IN = [("/v1/session", {"POST"}), ("/v1/session/enrolment", {"POST"})]
"""Where a person says who they are."""


def needs(dependant: Dependant) -> Iterator[Needs]:
    if isinstance(dependant.call, Needs):
        yield dependant.call
    for child in dependant.dependencies:
        yield from needs(child)


def headers(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.header_params)
    for child in dependant.dependencies:
        yield from headers(child)


def test_every_route_names_a_scope() -> None:
    public = OPEN | {str(getattr(route, "path", "")) for route in app_routes()}
    bare, walked = [], 0
    for context in iter_route_contexts(create_app().routes):
        route = context.original_route
        scopes = list(needs(route.dependant)) if isinstance(route, APIRoute) else []
        walked += len(scopes)
        path, methods = getattr(route, "path", ""), getattr(route, "methods", {"?"})
        looks = (path in public or path.startswith(BY_CODE)) and methods <= {"GET", "HEAD"}
        if len(scopes) != 1 and not looks and (path, methods) not in SIGNING_IN:
            bare.append((path, sorted(methods)))
    assert bare == []
    assert walked >= len(ROUTES)


NATURALLY_ONCE = {
    "/v1/session": "each sign-in is a session of its own",
    "/v1/session/enrolment": "a code works once",
    "/v1/inspections/{inspection_id}/originals": "the same file again changes nothing",
    "/v1/reinspections/{reinspection_id}/photos": "the same photo again changes nothing",
    "/v1/standards/{name}/preview": "it changes nothing",
    "/v1/measurements": "it keeps nothing",
    "/v1/makers/erasure": "a weaver is erased once, and no answer that is kept may remember who it was",
}
"""Routes that need no key, and why."""


def test_every_post_takes_a_key() -> None:
    without = []
    for context in iter_route_contexts(create_app().routes):
        route = context.original_route
        if isinstance(route, APIRoute) and "POST" in (route.methods or ()) and route.path not in NATURALLY_ONCE:
            without += [] if "Idempotency-Key" in headers(route.dependant) else [route.path]
    assert without == []


ROUTES = [
    ("POST", "/v1/inspections", Scope.INSPECT),
    ("GET", "/v1/inspections/0199a1d0-0000-7000-8000-000000000000", Scope.READ_PIECES),
    ("GET", "/v1/inspections/0199a1d0-0000-7000-8000-000000000000/evidence", Scope.READ_PIECES),
    ("POST", "/v1/inspections/0199a1d0-0000-7000-8000-000000000000/decision", Scope.DECIDE),
    ("GET", "/v1/pieces", Scope.READ_PIECES),
    ("GET", "/v1/pieces/0199a1d0-0000-7000-8000-000000000000", Scope.READ_PIECES),
    ("GET", f"/v1/photos/{'0' * 64}", Scope.READ_PIECES),
    ("GET", "/v1/batches", Scope.READ_BATCHES),
    ("POST", "/v1/batches", Scope.OPEN_BATCHES),
    ("GET", "/v1/batches/0199a1d0-0000-7000-8000-000000000000", Scope.READ_BATCHES),
    ("GET", "/v1/orders", Scope.READ_ORDERS),
    ("GET", "/v1/standards", Scope.READ_STANDARDS),
    ("GET", "/v1/events", Scope.READ_EVENTS),
    ("GET", "/v1/lots", Scope.READ_BATCHES),
    ("GET", "/v1/lots/0199a1d0-0000-7000-8000-000000000000/oc.svg", Scope.READ_BATCHES),
    ("POST", "/v1/lots/0199a1d0-0000-7000-8000-000000000000/screening", Scope.DECIDE_LOTS),
    ("GET", "/v1/reinspections", Scope.REINSPECT),
    ("POST", "/v1/reinspections/0199a1d0-0000-7000-8000-000000000000/result", Scope.REINSPECT),
    ("GET", "/v1/switching", Scope.READ_BATCHES),
    ("GET", "/v1/rates", Scope.READ_BATCHES),
    ("GET", "/v1/sampling-policy", Scope.READ_BATCHES),
]


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_a_key_without_the_scope_is_refused_and_one_with_it_gets_further(
    service: Service, method: str, path: str, scope: Scope
) -> None:
    others = [other for other in Scope if other is not scope]
    body = {"number": "B", "lines": [], "outcome": "refer", "decided_by": "x"} if method == "POST" else None
    refused = service.client.request(method, path, headers=service.key(*others), json=body)
    let_in = service.client.request(method, path, headers=service.key(scope), json=body)
    assert refused.status_code in {403, 422}, refused.text  # a body of the wrong form may be found first
    if refused.status_code == 403:
        assert (refused.json()["code"], refused.json()["scope"]) == ("not_allowed", scope)
    assert let_in.status_code not in {401, 403}, let_in.text


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer x", "Basic cWM6cWM=", "Bearer qc_00000000_x", "qc_00000000_x"]
)
def test_nobody_gets_in_without_a_key(service: Service, header: str | None) -> None:
    headers = {"Authorization": header} if header is not None else {}
    service.client.headers.pop("Authorization")
    response = service.client.get("/v1/pieces", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert response.headers["www-authenticate"] == "Bearer"


def test_nobody_uploads_photos_without_a_key(service: Service) -> None:
    service.client.headers.pop("Authorization")
    assert service.inspect().status_code == 401
    assert service.examiner.examined == 0
