"""Pages for people: a landing page and the reference of the API. Plain HTML, no script, nothing from elsewhere."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from qc import __version__
from qc.api.reference import STYLE, reference

router = APIRouter(include_in_schema=False)

LANDING = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Anyaman QC</title><style>{STYLE}</style></head><body>
<h1>Anyaman QC</h1>
<p>Quality control for handwoven export goods. A photo of a piece goes in; a verdict under the buyer's standard comes
out, with place and reason marked on the photo; an accepted piece enters the open shipment batch, once.</p>
<p lang="id">Kendali mutu anyaman ekspor: foto masuk, keputusan keluar, beserta tempat dan alasannya.</p>
<h2>Grade a photo</h2>
<p>On the command line:</p>
<pre>qc grade basket.jpg --marked .</pre>
<p>Over HTTP, with an API key (<code>make run</code> writes one into <code>.qc/api-key</code>):</p>
<pre>curl -H "Authorization: Bearer $(cat .qc/api-key)" \\
  -F photos=@basket.jpg -F 'inspection={{"standard": "woven-general"}}' \\
  BASE/v1/inspections</pre>
<p>A photo cannot tell everything: moisture, smell, sharp points and hidden damage are for a hand or an instrument, and
what nobody has checked is listed with each verdict.</p>
<p><a href="/docs">Reference of the API</a> · <a href="/openapi.json">OpenAPI</a> · <a href="/readyz">Ready?</a> ·
version {__version__}</p>
</body></html>"""


@router.get("/", response_class=HTMLResponse)
async def landing(request: Request) -> str:
    """What this is and where to begin."""
    return LANDING.replace("BASE", escape(str(request.base_url).rstrip("/")))  # the caller's own Host header


@router.get("/docs", response_class=HTMLResponse)
async def docs(request: Request) -> str:
    """The API, from its own OpenAPI document."""
    return reference(request.app.openapi())
