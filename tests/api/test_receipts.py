from __future__ import annotations

import html
import json
import re
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import select, update

from qc.ledger.receipt_codes import LETTERS, read_code, shown_code
from qc.ledger.tables import CollectionPoint, Piece, StandardVersion
from tests.api.conftest import Service
from tests.markup import HOSTILE, Markup
from tests.pictures import GOOD, HOLED


def page(service: Service, path: str) -> httpx.Response:
    """As a weaver's phone asks: without a key."""
    request = service.client.build_request("GET", path)
    del request.headers["Authorization"]
    answer: httpx.Response = service.client.send(request)
    return answer


def returned(service: Service, **described: Any) -> Any:
    seen = service.inspect(HOLED, tag="GK-1", maker_ref="mk_siti", consent_version="1", **described).json()
    decided = service.client.post(
        f"/v1/inspections/{seen['id']}/decision",
        json={"outcome": "return", "decided_by": "inspector-3", "reason": "mend it"},
    )
    assert decided.status_code == 200, decided.text
    return decided.json()


def test_a_returned_piece_says_what_to_mend_where_and_how_to_appeal(service: Service) -> None:
    piece = returned(service)
    assert re.fullmatch(f"/r/[{LETTERS}]{{20}}", piece["receipt"])
    answer = page(service, piece["receipt"])
    assert answer.status_code == 200
    text = html.unescape(answer.text)
    for wanted in (
        "Dikembalikan untuk diperbaiki", "Returned, to be mended", "Keranjang sampah eceng gondok", "GK-1", "Lubang",
        "foto bagian atas", "Tidak setuju?", "Balai desa Triwidadi", "Bring the piece and this receipt",
    ):  # fmt: skip
        assert wanted in text, wanted
    for secret in ("mk_siti", "inspector-3", piece["id"], piece["piece_id"], "Weavers", "colours-1.0.0"):
        assert secret not in text, secret


def test_the_marked_photos_are_on_it_and_no_others(service: Service) -> None:
    piece = returned(service)
    path = piece["receipt"]
    addresses = re.findall(r'src="([^"]+)"', page(service, path).text)
    assert addresses == [f"{path}/{n}.jpg" for n in range(1, 6)]
    for address, photo in zip(addresses, piece["photos"], strict=True):
        shown = page(service, address)
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        assert shown.content == service.client.get(photo["marked"]).content
    assert [page(service, f"{path}/{n}.jpg").status_code for n in (0, 6, -1)] == [404, 404, 404]


def test_an_accepted_piece_asks_for_nothing(service: Service) -> None:
    service.open_batch()
    piece = service.inspect(GOOD, auto_accept=True).json()
    text = page(service, piece["receipt"]).text
    assert "Diterima untuk ekspor" in text
    assert "Tidak setuju?" not in text
    assert "perlu diperbaiki" not in text
    assert service.client.get(f"/v1/pieces/{piece['piece_id']}").json()["receipt"] == piece["receipt"]


def test_the_page_follows_the_piece(service: Service) -> None:
    piece = returned(service)
    assert "belum diputuskan" not in page(service, piece["receipt"]).text
    again = service.inspect(GOOD, number=100, piece_id=piece["piece_id"], auto_accept=True).json()
    assert again["receipt"] == piece["receipt"]
    text = page(service, piece["receipt"]).text
    assert "Diterima untuk ekspor" in text
    assert "<td>2</td>" in text


@pytest.mark.parametrize("code", ["0" * 20, "x", "0" * 59, "%00", "' OR 1=1 --", "../../etc/passwd"])
def test_an_unknown_code_is_a_page_that_says_so(service: Service, code: str) -> None:
    returned(service)
    answer = page(service, f"/r/{code}")
    assert answer.status_code == 404
    if "/" not in code:
        assert "Tanda terima tidak ditemukan" in answer.text


def test_a_code_is_read_as_people_type_it(service: Service) -> None:
    path = returned(service)["receipt"]
    code = path.removeprefix("/r/")
    typed = shown_code(code).lower().replace("0", "o").replace("1", "l")
    assert page(service, f"/r/{typed}").text == page(service, path).text
    assert read_code("U" * 20) is None


def test_nothing_may_run_or_be_loaded_from_elsewhere_or_be_kept(service: Service) -> None:
    answer = page(service, returned(service)["receipt"])
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script" not in policy + answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_what_people_wrote_stays_text(service: Service) -> None:
    path = returned(service)["receipt"]
    plain = Markup(page(service, path).text)
    tag, place, indonesian, english = written = [f"{HOSTILE} {n}" for n in range(4)]
    with service.station.database.write() as session:
        standard = session.scalars(select(StandardVersion)).one()
        kept, document = standard.document, json.loads(standard.document)
        document["title"] = {"id": indonesian, "en": english}
        standard.document = json.dumps(document)
        session.execute(update(Piece).values(tag=tag))
        session.execute(update(CollectionPoint).values(name=place))
    hostile = Markup(page(service, path).text)
    assert hostile.elements == plain.elements
    assert [text for text in written if not hostile.shows(text)] == []
    with service.station.database.write() as session:  # the chain vouches for these
        session.scalars(select(StandardVersion)).one().document = kept
        session.execute(update(Piece).values(tag="GK-1"))
