"""The receipt as a page: for the screen of a cheap phone and for paper. No script, nothing from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from html import escape

from qc.api import receipt_words as words
from qc.api.receipt_words import Said
from qc.ledger.receipt_codes import shown_code
from qc.ledger.receipts import Receipt
from qc.ledger.states import PieceState
from qc.standards.reasons import Reason
from qc.standards.taxonomy import taxonomy
from qc.standards.words import hint, sentence, word

STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0 auto;max-width:34rem;padding:1rem;font:1.05rem/1.45 system-ui,sans-serif;color:#222;background:#fff}
h1{font-size:1rem;margin:0;color:#5b3a1e;text-transform:uppercase;letter-spacing:.06em}
h2{font-size:1.1rem;margin:1.6rem 0 .4rem;color:#5b3a1e}
.en{display:block;font-size:.82em;color:#666;font-weight:400}
.verdict{margin:.8rem 0;padding:.9rem 1rem;border-radius:.5rem;border:2px solid #888;font-size:1.35rem;font-weight:700}
.good{border-color:#2c6e3f;background:#edf6ef;color:#1d4d2b}.bad{border-color:#a4511a;background:#fdf3ea;color:#713407}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;
border-bottom:1px solid #e5e0d8}th{font-weight:400;color:#555;width:9.5rem}
ol{margin:.4rem 0;padding-left:1.4rem}li{margin:.6rem 0}li b{display:block}
figure{margin:0}img{width:100%;height:auto;border-radius:.4rem;display:block;margin:.4rem 0 .9rem}
.box{border:1px solid #cbbfae;border-radius:.5rem;padding:.2rem 1rem .8rem;margin:1.6rem 0;background:#faf7f2}
footer{margin-top:1.6rem;font-size:.82rem;color:#666}code{font:inherit;letter-spacing:.05em}
@page{margin:15mm}
@media print{body{max-width:none;font-size:10.5pt;padding:0}img{max-height:9cm;width:auto;max-width:100%}
.verdict,.box{background:none}h2,li,img{break-inside:avoid}h2{break-after:avoid}}
"""
POLICY = "; ".join(
    [
        "default-src 'none'",
        "img-src 'self'",
        f"style-src 'sha256-{base64.b64encode(sha256(STYLE.encode()).digest()).decode()}'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
_GOOD = frozenset({PieceState.ACCEPTED, PieceState.IN_BATCH, PieceState.SHIPPED})
_REFUSED = frozenset({PieceState.RETURNED, PieceState.REJECTED})
_FOR_INSPECTORS = frozenset({"check.missing", "check.waived", "check.warning", "doubt.whole_photo", "doubt.woven"})
"""Rules that tell an inspector what to look at; once decided they are no fault of the piece."""
_ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}


def receipt_page(receipt: Receipt, offset: timedelta) -> str:
    """The page.

    Args:
        receipt: What to say.
        offset: From UTC, of the collection point's clock.
    """
    tone = "good" if receipt.state in _GOOD else "bad" if receipt.state in _REFUSED else ""
    parts = [
        f"<h1>{_text(words.TITLE.id)}</h1>",
        f'<p class="verdict {tone}">{_both(_headline(receipt))}</p>',
        "<table>",
        *(f'<tr><th scope="row">{_both(name)}</th><td>{value}</td></tr>' for name, value in _facts(receipt, offset)),
        "</table>",
        *_faults(receipt),
        *_appeal(receipt),
        f"<h2>{_both(words.PHOTOS)}</h2>",
        *_photos(receipt),
        f"<footer>{_both(words.NO_PERSON)}</footer>",
    ]
    return _page(words.TITLE.id, parts)


def unknown_page() -> str:
    """The page for a code that there is not."""
    return _page(
        words.UNKNOWN.id,
        [f'<p class="verdict">{_both(words.UNKNOWN)}</p>', f"<p>{_both(words.CHECK_CODE)}</p>"],
    )


def _page(title: str, parts: list[str]) -> str:
    return "\n".join(
        [
            '<!doctype html><html lang="id"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta name="robots" content="noindex"><title>{_text(title)}</title><style>{STYLE}</style></head><body>',
            *parts,
            "</body></html>",
        ]
    )


def _headline(receipt: Receipt) -> Said:
    if receipt.state is PieceState.RETURNED and receipt.grade == "B":
        return words.LOCAL
    if receipt.state is PieceState.REGISTERED and receipt.verdict.status == "retake":
        return words.RETAKE
    return words.STATES[receipt.state]


def _facts(receipt: Receipt, offset: timedelta) -> Iterator[tuple[Said, str]]:
    title = receipt.product.title
    yield words.PRODUCT, _both(Said(title.id, title.en))
    if receipt.tag is not None:
        yield words.TAG, _text(receipt.tag)
    if receipt.grade is not None:
        yield words.GRADE, _both(Said(word("grades", receipt.grade, "id"), word("grades", receipt.grade, "en")))
    yield words.INSPECTED, _text(_time(receipt.inspected_at, offset))
    if receipt.decided_at is not None:
        yield words.DECIDED, _text(_time(receipt.decided_at, offset))
    yield words.ATTEMPT, str(receipt.attempt)
    yield words.CODE, f"<code>{shown_code(receipt.code)}</code>"


def _faults(receipt: Receipt) -> Iterator[str]:
    """What was found, once a defect, with where and what to do."""
    decided = receipt.state in _GOOD | _REFUSED
    reasons = [x for x in receipt.verdict.reasons if not (decided and x.rule in _FOR_INSPECTORS)]
    heading = words.WHY
    if receipt.state in _GOOD:
        heading = words.NEXT_TIME
    elif receipt.state is PieceState.RETURNED and receipt.grade != "B":
        heading = words.TO_MEND
    if not reasons:
        if receipt.state in _REFUSED:
            yield f"<h2>{_both(words.WHY)}</h2><p>{_both(words.NOTHING)}</p>"
        return
    yield f"<h2>{_both(heading)}</h2><ol>"
    yield from (f"<li>{text}</li>" for text in _grouped(reasons))
    yield "</ol>"


def _grouped(reasons: list[Reason]) -> Iterator[str]:
    places: dict[str, dict[str, None]] = {}
    for reason in reasons:
        if reason.box is not None and reason.code is not None:
            views = places.setdefault(reason.code, {})
            if reason.view is not None:
                views[reason.view] = None
    told: set[str] = set()
    for reason in reasons:
        if reason.code in places:
            if reason.code not in told:
                told.add(reason.code)
                yield _defect(reason.code, list(places[reason.code]))
            continue
        text = _both(Said(sentence(reason, "id"), sentence(reason, "en")))
        if reason.code is not None and reason.severity is not None:
            text = f"<b>{text}</b>{_both(Said(hint(reason.code, 'id'), hint(reason.code, 'en')))}"
        yield text


def _defect(code: str, views: list[str]) -> str:
    name = taxonomy().defect(code).name
    said = Said(f"{name.id[0].upper()}{name.id[1:]}", f"{name.en[0].upper()}{name.en[1:]}")
    where = ""
    if views:
        listed = [", ".join(word("views", view, language) for view in views) for language in ("id", "en")]
        where = _both(Said(f"{words.WHERE.id}: {listed[0]}", f"{words.WHERE.en}: {listed[1]}"))
    return f"<b>{_both(said)}</b>{_both(Said(hint(code, 'id'), hint(code, 'en')))}{where}"


def _appeal(receipt: Receipt) -> Iterator[str]:
    if receipt.state in _GOOD:
        yield f"<p>{_both(words.PAID)}</p>"
    if receipt.state not in _REFUSED:
        return
    how = Said(*(text.format(place=receipt.collection_point) for text in words.HOW))
    yield f'<section class="box"><h2>{_both(words.APPEAL)}</h2><p>{_both(how)}</p></section>'


def _photos(receipt: Receipt) -> Iterator[str]:
    for number, (view, _) in enumerate(receipt.marked, start=1):
        name = word("views", view, "id") if view is not None else f"foto {number}"
        yield f'<figure><img src="/r/{receipt.code}/{number}.jpg" alt="{_text(name)}"></figure>'


def _time(at: datetime, offset: timedelta) -> str:
    local = at.astimezone(timezone(offset))
    zone = _ZONES.get(offset // timedelta(hours=1), "") if offset % timedelta(hours=1) == timedelta(0) else ""
    return f"{local.day} {words.MONTHS[local.month - 1]} {local.year}, {local:%H.%M} {zone or local.strftime('%z')}"


def _both(said: Said) -> str:
    return f'<span>{_text(said.id)}<span class="en" lang="en">{_text(said.en)}</span></span>'


def _text(text: str) -> str:
    return escape(text, quote=True)
