"""The built app and the golden page; building them is `make web`."""

from __future__ import annotations

import mimetypes
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import BrowserContext, Route

ROOT = Path(__file__).resolve().parent.parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "qc" / "api" / "static"
GOLDEN = ROOT / "build" / "golden"
SCREENS = ROOT / "build" / "screens"
"""Where tests keep pictures of the app's screens."""
NODE = Path(sys.executable).with_name("node")


def vite(*arguments: str) -> None:
    """Run the vite that `npm ci` put into web/node_modules."""
    program = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    if not NODE.exists() or not program.exists():
        raise RuntimeError("the app's tools are not installed; run `make web` once")
    done = subprocess.run(
        [NODE, program, "build", "--logLevel", "error", *arguments], cwd=WEB, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)


def build(target: Path, *arguments: str) -> None:
    """Build into a folder, unless what lies there is newer than everything that it is made of."""
    folders = [WEB / "src", WEB / "build", WEB / "golden", WEB / "public", ROOT / "qc" / "standards"]
    sources = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    sources += [path for path in WEB.glob("*.*") if path.is_file()]
    built = target / "index.html"
    if not built.is_file() or built.stat().st_mtime < max(path.stat().st_mtime for path in sources):
        vite(*arguments)
        built.touch()


def serve_folder(context: BrowserContext, origin: str, folder: Path) -> None:
    """Answer requests to `origin` out of a folder, without a server."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(origin).lstrip("/").split("?")[0] or "index.html"
        path = folder / name
        if not path.is_file():
            route.fulfill(status=404)
            return
        kind = {".wasm": "application/wasm", ".js": "text/javascript"}.get(path.suffix) or mimetypes.guess_type(name)[0]
        route.fulfill(body=path.read_bytes(), content_type=kind or "application/octet-stream")

    context.route(f"{origin}/**", answer)
