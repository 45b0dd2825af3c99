"""A real Chromium, the way every browser test starts it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)


def started(kind: BrowserType, camera: Path | None) -> Browser:
    """Start a browser of this kind; its camera shows a file of JPEGs one after another (.mjpeg)."""
    program = os.environ.get("QC_CHROMIUM") or shutil.which("chromium")
    if program is None:
        raise RuntimeError("no Chromium here: apt-get install -y chromium, or name one in QC_CHROMIUM")
    arguments = [*ARGUMENTS, *([f"--use-file-for-fake-video-capture={camera}"] if camera else [])]
    return kind.launch(executable_path=program, args=arguments)


@contextmanager
def chromium(camera: Path | None = None) -> Iterator[Browser]:
    """A browser for as long as the block runs.

    Args:
        camera: What its camera shows; without one the browser shows its own test picture.
    """
    with sync_playwright() as playwright:
        browser = started(playwright.chromium, camera)
        try:
            yield browser
        finally:
            browser.close()
