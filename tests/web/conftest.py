"""A browser, the built app, and the golden page, each once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.web.built import GOLDEN, serve_folder, vite
from tests.web.chromium import chromium

pytestmark = pytest.mark.real


@pytest.fixture(scope="session")
def golden() -> Iterator[Page]:
    """The page that hands the app's pixel and grading code to tests."""
    vite("--config", "vite.golden.config.ts")
    with chromium() as browser:
        context = browser.new_context()
        serve_folder(context, "http://localhost:1", GOLDEN)
        page = context.new_page()
        page.goto("http://localhost:1/")
        page.wait_for_function("window.golden !== undefined")
        yield page
