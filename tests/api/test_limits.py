from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from qc.api.app import create_app
from qc.api.limits import MOST_BUCKETS, Buckets, neighbourhood
from qc.settings import Settings
from tests.api.conftest import Service, make_key


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_bucket_gives_what_it_holds_and_fills_steadily() -> None:
    clock = Clock()
    buckets = Buckets("key", per_second=2, burst=5, clock=clock)
    first = [buckets.take("a") for _ in range(6)]
    assert [x.allowed for x in first] == [True] * 5 + [False]
    assert [x.remaining for x in first] == [4, 3, 2, 1, 0, 0]
    assert first[-1].wait_s == pytest.approx(0.5)
    assert buckets.take("b").allowed, "another's bucket is its own"
    clock.seconds = 1.0
    assert [buckets.take("a").allowed for _ in range(3)] == [True, True, False]
    clock.seconds = 1000.0
    assert buckets.take("a").remaining == 4, "it never holds more than its size"


def test_remembered_callers_are_bounded() -> None:
    buckets = Buckets("address", 1, 1, Clock())
    buckets.take(-1)
    for caller in range(MOST_BUCKETS):
        buckets.take(caller)
    assert len(buckets._buckets) == MOST_BUCKETS
    assert buckets.take(-1).allowed, "the quietest was forgotten"
    assert not buckets.take(MOST_BUCKETS - 1).allowed


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("testclient", "testclient", True),
    ],
)
def test_whom_an_address_stands_for(one: str, two: str, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(two)) is same


def limited(service: Service, **limits: float) -> TestClient:
    settings = Settings(home=service.folder, threads=2, webhooks=False, **limits)  # type: ignore[arg-type]
    return TestClient(create_app(settings, service.station), raise_server_exceptions=False)


def test_a_key_that_asks_too_often_is_told_when_to_come_again(service: Service) -> None:
    keys = [{"Authorization": f"Bearer {make_key(service.station.database, 'weavers')}"} for _ in range(2)]
    with limited(service, requests_per_second=0.3) as client:
        answers = [client.get("/v1/pieces", headers=keys[0]) for _ in range(4)]
        assert [x.status_code for x in answers] == [200, 200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"key";q=3;w=10'
        assert answers[0].headers["ratelimit"].startswith('"key";r=2;')
        refused = answers[-1]
        assert (refused.json()["code"], refused.headers["content-type"]) == ("too_often", "application/problem+json")
        assert 1 <= int(refused.headers["retry-after"]) == refused.json()["retry_after_s"] <= 4
        assert client.get("/v1/pieces", headers=keys[1]).status_code == 200, "another key is not held up"


def test_an_address_is_limited_before_it_is_known_who_calls_but_probes_are_answered(service: Service) -> None:
    with limited(service, address_requests_per_second=0.3) as client:
        assert [client.get("/v1/pieces").status_code for _ in range(4)] == [401, 401, 401, 429]
        assert client.get("/livez").status_code == 200


def test_signing_in_is_limited_most(service: Service) -> None:
    body = {"organisation": "weavers", "person": "ibu-01", "password": "wrong password"}
    redeem = {"code": "x", "pin": "123456"}
    with limited(service, sign_ins_per_minute=3) as client:
        tried = [client.post("/v1/session", json=body).status_code for _ in range(2)]
        tried += [client.post("/v1/session/enrolment", json=redeem).status_code for _ in range(2)]
        assert tried == [401, 401, 401, 429], "codes and passwords are one limit"
        assert client.post("/v1/session", json=body).headers["ratelimit-policy"] == '"sign-in";q=3;w=60'
