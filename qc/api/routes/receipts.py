"""Receipts for weavers: public pages by unguessable code. They tell of one piece and of nobody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse

from qc.api.deps import StationDep
from qc.api.receipt_page import POLICY, receipt_page, unknown_page
from qc.errors import NotFound
from qc.inspection import Station
from qc.ledger.receipts import Receipt, receipt_of_code

router = APIRouter(include_in_schema=False)

_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


@router.get("/r/{code}", response_class=HTMLResponse)
def get_receipt(request: Request, code: Annotated[str, Path(max_length=60)], station: StationDep) -> Response:
    """The receipt as a page: verdict, what to mend, how to appeal, marked photos."""
    receipt = _receipt(code, station)
    if receipt is None:
        return HTMLResponse(unknown_page(), 404, headers=_HEADERS)
    return HTMLResponse(receipt_page(receipt, request.app.state.settings.local_offset), headers=_HEADERS)


@router.get("/r/{code}/{number}.jpg", response_class=Response)
def get_marked_photo(code: Annotated[str, Path(max_length=60)], number: int, station: StationDep) -> Response:
    """A marked photo of the receipt."""
    receipt = _receipt(code, station)
    if receipt is None or not 1 <= number <= len(receipt.marked):
        raise NotFound("no such photo on a receipt")
    content = station.photos.get(receipt.marked[number - 1][1])
    return Response(content, media_type="image/jpeg", headers=_HEADERS)


def _receipt(code: str, station: Station) -> Receipt | None:
    try:
        with station.database.read() as session:
            return receipt_of_code(session, code)
    except NotFound:
        return None
