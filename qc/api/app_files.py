"""The inspector's app: built files, served as they lie, compressed beforehand, under a strict content security policy.

Only files that were there at the start have an address, so no path can lead out of the folder. Without a built app the
service works and has a landing page instead.
"""

from __future__ import annotations

import mimetypes
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

STATIC = Path(__file__).resolve().parent / "static"

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # onnxruntime-web and the QR reader are WebAssembly
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {
    ".mjs": "text/javascript; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
}


def app_routes(folder: Path = STATIC) -> list[BaseRoute]:
    """A route for each built file; none when the app is not built."""
    if not (folder / "index.html").is_file():
        return []
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in {".br", ".gz", ".map"}]
    return [_route(folder, path) for path in files]


def _route(folder: Path, path: Path) -> Route:
    name = path.relative_to(folder).as_posix()
    address = "/" if name == "index.html" else f"/{name}"
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    tag = sha256(path.read_bytes()).hexdigest()[:32]
    hashed = name.startswith("assets/")
    encoded = {encoding: path.with_name(path.name + suffix) for encoding, suffix in _ENCODINGS}
    encoded = {encoding: copy for encoding, copy in encoded.items() if copy.is_file()}

    async def send(request: Request) -> Response:
        wanted = {part.split(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
        encoding = next((each for each in encoded if each in wanted), None)
        headers = HEADERS | {
            "ETag": f'"{tag}{"-" + encoding if encoding else ""}"',
            "Cache-Control": "public, max-age=31536000, immutable" if hashed else "no-cache",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        if encoding is not None:
            headers["Content-Encoding"] = encoding
        return FileResponse(encoded[encoding] if encoding else path, media_type=media_type, headers=headers)

    return Route(address, send, methods=["GET", "HEAD"], include_in_schema=False)
