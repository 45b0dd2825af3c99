from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from qc.api import problems
from qc.api.etags import IfMatch, etag, tagged


class Thing(BaseModel):
    name: str


def client(version: int | None = 7) -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/thing")
    def read(request: Request) -> Response:
        return tagged(request, Thing(name="basket"), version)

    @app.put("/thing")
    def change(wanted: IfMatch) -> Thing:
        wanted.hold_against(version or 0)
        return Thing(name="changed")

    return TestClient(app)


@pytest.mark.parametrize("header", ['"v7"', '"v6", "v7"', '"v6","v7"', "*", ' "v7" ', None])
def test_who_knows_the_present_state_may_change_it(header: str | None) -> None:
    headers = {} if header is None else {"If-Match": header}
    assert client().put("/thing", headers=headers).status_code == 200


@pytest.mark.parametrize("header", ['"v6"', 'W/"v7"', '"v6", W/"v7"', '"7"', '""'])
def test_another_state_is_412_and_the_answer_says_which_tag_is_right(header: str) -> None:
    response = client().put("/thing", headers={"If-Match": header})
    assert (response.status_code, response.json()["code"], response.json()["etag"]) == (
        412,
        "changed_meanwhile",
        '"v7"',
    )


@pytest.mark.parametrize("header", ["v7", '"v7', '"v7" "v8"', "", ",", '"v7",', "'v7'", '"a"b"'])
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    response = client().put("/thing", headers={"If-Match": header})
    assert (response.status_code, response.json()["code"]) == (422, "bad_request")


@pytest.mark.parametrize("header", ['"v7"', 'W/"v7"', '"v1", "v7"', "*"])
def test_who_has_the_state_gets_no_body(header: str) -> None:
    response = client().get("/thing", headers={"If-None-Match": header})
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", '"v7"')


@pytest.mark.parametrize("header", ['"v8"', "v7", "nonsense"])
def test_who_has_another_state_gets_the_present_one(header: str) -> None:
    response = client().get("/thing", headers={"If-None-Match": header})
    assert (response.status_code, response.json(), response.headers["etag"]) == (200, {"name": "basket"}, etag(7))


def test_without_a_version_the_content_is_the_tag() -> None:
    asking = client(None)
    tag = asking.get("/thing").headers["etag"]
    assert asking.get("/thing", headers={"If-None-Match": tag}).status_code == 304
