"""Session theft, forged requests, script in text fields, another organisation's piece: refused."""

from __future__ import annotations

import json
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web.bad_line import Line
from tests.web.built import ROOT
from tests.web.hand import SCRIPT, Hand
from tests.web.service import COASTER, PASSWORD, Service

pytestmark = pytest.mark.real


def sign_in(service: Service, headers: dict[str, str] | None = None) -> httpx.Response:
    body = {"organisation": service.organisation, "person": "ibu-01", "password": PASSWORD}
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


def test_script_in_any_text_field_stays_text(
    phone: BrowserContext, wide: BrowserContext, service: Service, line: Line
) -> None:
    hand = Hand(phone.new_page())
    page = hand.page
    page.goto(line.origin)
    for name in ("organisation", "person", "password"):
        page.locator(f"#login input[name={name}]").fill(SCRIPT)
    page.locator("#login").get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto(f"{line.origin}/#/enter/{quote(SCRIPT, safe='')}")
    expect(page.locator("#enrol input[name=code]")).to_be_visible()
    ticket = service.ticket("ibu-01")
    page.goto("about:blank")
    hand.enrol(line.origin, ticket.code, ticket.pin)
    hand.choose(COASTER)
    hand.button("next").click()
    page.locator("input[name=tag]").fill(SCRIPT)
    page.locator("input[name=maker]").fill(SCRIPT)
    hand.button("start").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("input[name=tag]").fill("T-000001")
    page.locator("input[name=maker]").fill("")
    hand.button("start").click()
    hand.finish_photos()
    page.get_by_role("button", name="Lewati, dengan alasan: kadar air").click()
    page.locator("input[name=moisture_pct_waived]").fill(SCRIPT)
    hand.check_by_hand()
    hand.button("overrule").click()
    page.locator("select[name=grade]").select_option("reject")
    page.locator("textarea[name=reason]").fill(SCRIPT)
    hand.button("save").click()
    hand.receipt()
    hand.recorded()
    receipt = page.locator("a[href*='/r/']").get_attribute("href") or ""
    hand.home()
    page.reload()
    expect(hand.button("next")).to_be_visible()
    assert page.title() == "Anyaman QC"
    with service.client() as client:
        piece = client.get("/v1/pieces").json()["items"][0]
        decision = client.get(f"/v1/pieces/{piece['id']}").json()["inspections"][0]["decisions"][0]
    assert (piece["state"], decision["reason"]) == ("rejected", SCRIPT)
    assert decision["checks"]["moisture_pct"] == {"waived": SCRIPT}
    page.goto(receipt)
    assert "taken" not in page.title()
    see_that_the_desk_is_unharmed(wide, service, line)


def see_that_the_desk_is_unharmed(wide: BrowserContext, service: Service, line: Line) -> None:
    desk = Hand(wide.new_page())
    desk.sign_in(line.origin, service, "pak-02")
    desk.page.goto(f"{line.origin}/#/desk/people")
    desk.page.locator("input[name=person]").fill(SCRIPT)
    desk.page.get_by_role("button", name="Buat kode").click()
    expect(desk.page.get_by_role("alert")).to_be_visible()
    desk.page.goto(f"{line.origin}/#/desk/work")
    expect(desk.page.get_by_role("rowheader", name="T-000001")).to_be_visible()
    assert desk.page.title() == "Anyaman QC"


def test_another_organisations_piece_and_photos_are_not_there(service: Service) -> None:
    with service.client() as client:
        sent = client.post(
            "/v1/inspections",
            files={"photos": ("a.jpg", (ROOT / "qc" / "demo" / "a.jpg").read_bytes(), "image/jpeg")},
            data={"inspection": json.dumps({"sku": COASTER, "tag": "T-000001"})},
        ).json()
    body = {"organisation": service.stranger, "person": "orang-lain", "password": PASSWORD}
    signed = httpx.post(f"{service.origin}/v1/session", json=body)
    headers = {"X-CSRF-Token": signed.json()["csrf_token"]}
    judge = {"outcome": "reject", "decided_by": "orang-lain", "reason": "mine now"}
    said = {"bundle_sha256": "ab" * 32, "model": "m-1", "status": "retake", "grade": None, "ms": 1}
    with httpx.Client(base_url=service.origin, cookies=dict(signed.cookies), headers=headers, timeout=30) as client:
        assert client.get("/v1/pieces").json()["items"] == []
        for path in (
            f"/v1/pieces/{sent['piece_id']}",
            f"/v1/inspections/{sent['id']}",
            f"/v1/inspections/{sent['id']}/evidence",
            sent["photos"][0]["original"],
            sent["photos"][0]["marked"],
        ):
            assert client.get(path).status_code == 404, path
        assert client.post(f"/v1/inspections/{sent['id']}/decision", json=judge).status_code == 404
        assert client.put(f"/v1/inspections/{sent['id']}/phone-verdict", json=said).status_code == 404
        removal = {"reason": "mine now", "decided_by": "orang-lain"}
        assert client.post(f"/v1/pieces/{sent['piece_id']}/removal", json=removal).status_code == 404
