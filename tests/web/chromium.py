"""A real Chromium, the way every browser test starts it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

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


@contextmanager
def chromium(camera: Path | None = None) -> Iterator[Browser]:
    """A browser whose camera shows a file of JPEGs one after another.

    Args:
        camera: The file (.mjpeg); without one the browser shows its own test picture.
    """
    program = os.environ.get("QC_CHROMIUM") or shutil.which("chromium")
    if program is None:
        raise RuntimeError("no Chromium here: apt-get install -y chromium, or name one in QC_CHROMIUM")
    arguments = [*ARGUMENTS, *([f"--use-file-for-fake-video-capture={camera}"] if camera else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
