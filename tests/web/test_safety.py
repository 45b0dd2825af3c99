"""Session theft, forged requests, script in text fields, another organisation's piece: refused."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web.bad_line import Line
from tests.web.hand import Hand
from tests.web.service import PASSWORD, Service

pytestmark = pytest.mark.real
SCRIPT = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


def sign_in(service: Service, headers: dict[str, str] | None = None) -> httpx.Response:
    body = {"organisation": "weavers", "person": "ibu-01", "password": PASSWORD}
    return httpx.post(f"{service.origin}/v1/session", json=body, headers=headers)


def test_no_script_can_read_the_session(phone: BrowserContext, service: Service, line: Line) -> None:
    hand = Hand(phone.new_page())
    ticket = service.ticket("ibu-01")
    hand.enrol(line.origin, ticket.code, ticket.pin)
    assert hand.page.evaluate("document.cookie") == ""
    cookie = next(each for each in phone.cookies() if each["name"] == "qc_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["value"] not in hand.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


def test_a_request_without_the_csrf_token_changes_nothing(service: Service) -> None:
    signed = sign_in(service)
    cookies = {"qc_session": signed.cookies["qc_session"]}
    assert httpx.get(f"{service.origin}/v1/pieces", cookies=cookies).status_code == 200
    for headers in ({}, {"X-CSRF-Token": "guessed"}):
        answer = httpx.delete(f"{service.origin}/v1/session", cookies=cookies, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    token = {"X-CSRF-Token": signed.json()["csrf_token"]}
    for forged in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert httpx.delete(f"{service.origin}/v1/session", cookies=cookies, headers=token | forged).status_code == 401
    assert httpx.delete(f"{service.origin}/v1/session", cookies=cookies, headers=token).status_code == 204
    assert httpx.get(f"{service.origin}/v1/pieces", cookies=cookies).status_code == 401


def test_another_site_cannot_sign_a_browser_in(service: Service) -> None:
    assert sign_in(service, {"Origin": "https://evil.example"}).status_code == 401


def test_a_sessions_key_is_worth_nothing_outside_its_cookie(service: Service) -> None:
    key = sign_in(service).cookies["qc_session"]
    answer = httpx.get(f"{service.origin}/v1/pieces", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401
    answer = httpx.get(f"{service.origin}/v1/pieces", cookies={"qc_session": service.key})
    assert answer.status_code == 401


def test_nobody_decides_in_anothers_name_or_beyond_their_role(service: Service) -> None:
    signed = sign_in(service)
    cookies, headers = dict(signed.cookies), {"X-CSRF-Token": signed.json()["csrf_token"]}
    nowhere = "01a20cef-4992-7635-aff8-a427daa8e52a"
    with httpx.Client(base_url=service.origin, cookies=cookies, headers=headers) as client:
        body = {"outcome": "accept", "decided_by": "pak-02"}
        assert client.post(f"/v1/inspections/{nowhere}/decision", json=body).status_code == 403
        assert client.post("/v1/enrolments", json={"person": "pak-02"}).status_code == 403
        assert client.get("/v1/batches").status_code == 403
        assert client.get(f"/v1/pieces/{nowhere}").status_code == 404


def test_the_app_runs_under_a_policy_that_allows_nothing_from_elsewhere(app_built: None, service: Service) -> None:
    answer = httpx.get(service.origin)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy
    for path in ("/../pyproject.toml", "/assets/../../app.py", "/index.html.br"):
        assert httpx.get(service.origin + path).status_code == 404


def test_script_in_a_text_field_stays_text(phone: BrowserContext, service: Service, line: Line) -> None:
    hand = Hand(phone.new_page())
    page = hand.page
    ticket = service.ticket("ibu-01")
    hand.enrol(line.origin, ticket.code, ticket.pin)
    hand.choose("PM-PD-01")
    hand.button("next").click()
    page.locator("input[name=tag]").fill(SCRIPT)
    hand.button("start").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("input[name=tag]").fill("T-000001")
    hand.button("start").click()
    hand.finish_photos()
    page.get_by_role("button", name="Tolak").click()
    page.locator("textarea[name=reason]").fill(SCRIPT)
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".badge.graded")).to_be_visible(timeout=40_000)
    hand.home()
    page.reload()
    assert page.title() == "Anyaman QC"
    with service.client() as client:
        piece = client.get("/v1/pieces").json()["items"][0]
        whole = client.get(f"/v1/pieces/{piece['id']}").json()
    assert piece["state"] == "rejected"
    assert whole["inspections"][0]["decisions"][0]["reason"] == SCRIPT
