from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from qc.api.app import create_app
from qc.api.app_files import app_routes
from qc.api.security import Needs
from qc.ledger.accounts import Scope
from tests.api.conftest import Service
from tests.api.made_up import made_up, request_of

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
    bare = []
    for context in iter_route_contexts(create_app().routes):
        route = context.original_route
        scopes = list(needs(route.dependant)) if isinstance(route, APIRoute) else []
        path, methods = getattr(route, "path", ""), getattr(route, "methods", {"?"})
        looks = (path in public or path.startswith(BY_CODE)) and methods <= {"GET", "HEAD"}
        if len(scopes) != 1 and not looks and (path, methods) not in SIGNING_IN:
            bare.append((path, sorted(methods)))
    assert bare == []


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


def guarded() -> list[tuple[str, str, Scope]]:
    """Method, template and scope of every route that asks for one."""
    return [
        (method, str(route.path), need.scope)
        for context in iter_route_contexts(create_app().routes)
        if isinstance(route := context.original_route, APIRoute)
        for need in needs(route.dependant)
        for method in sorted(route.methods or ())
    ]


def address(document: dict[str, Any], method: str, template: str) -> str:
    """The route's address, with something of the right form for all that stands in its path."""
    operation = document["paths"][template][method.lower()]
    inside = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "path"]
    return template.format_map({each["name"]: made_up(each["schema"], document) for each in inside})


def test_a_key_without_the_scope_is_refused_everywhere_and_one_with_it_gets_further(service: Service) -> None:
    document, walked = create_app().openapi(), guarded()
    with_all_others = {scope: service.key(*(other for other in Scope if other is not scope)) for scope in Scope}
    with_it_alone = {scope: service.key(scope) for scope in Scope}
    service.client.headers.pop("Authorization")
    wrong: list[tuple[str, str, str, int, str]] = []
    for method, template, scope in walked:
        at, body = address(document, method, template), request_of(document, method, template)
        unknown = service.client.request(method, at, **body)
        refused = service.client.request(method, at, headers=with_all_others[scope], **body)
        let_in = service.client.request(method, at, headers=with_it_alone[scope], **body)
        if (unknown.status_code, unknown.json()["code"]) != (401, "not_authenticated"):
            wrong.append((method, template, "without a key", unknown.status_code, unknown.text[:200]))
        if refused.status_code != 403 or (refused.json()["code"], refused.json().get("scope")) != (
            "not_allowed",
            scope,
        ):
            wrong.append((method, template, f"without {scope}", refused.status_code, refused.text[:200]))
        if let_in.status_code in {401, 403}:
            wrong.append((method, template, f"with {scope}", let_in.status_code, let_in.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))
    assert {scope for _, _, scope in walked} == set(Scope), "a scope that opens nothing"
    assert len(walked) > 100


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
