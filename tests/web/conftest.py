"""A browser, the built app, the golden page and the service, each once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.bad_line import Line, line_to
from tests.web.built import GOLDEN, STATIC, build, serve_folder
from tests.web.camera import film
from tests.web.chromium import chromium
from tests.web.service import Service, running

expect.set_options(timeout=20_000)  # what is awaited comes at once on a free machine; a busy one may take its time


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a camera that shows the project's own pictures."""
    with chromium(film(tmp_path_factory.mktemp("camera") / "pieces.mjpeg")) as started:
        yield started


@pytest.fixture(scope="session")
def golden(browser: Browser) -> Iterator[Page]:
    """The page that hands the app's pixel and grading code to tests."""
    build(GOLDEN, "--config", "vite.golden.config.ts")
    context = browser.new_context()
    serve_folder(context, "http://localhost:1", GOLDEN)
    page = context.new_page()
    page.goto("http://localhost:1/")
    page.wait_for_function("window.golden !== undefined")
    yield page
    context.close()


@pytest.fixture(scope="session")
def app_built() -> None:
    """The app, built from these very sources."""
    build(STATIC)


@pytest.fixture
def service(app_built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture
def line(service: Service) -> Iterator[Line]:
    """The line that the phone is on."""
    with line_to(service.origin) as laid:
        yield laid


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone 360 px wide, new out of the box."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2, locale="id-ID")
    context.set_default_timeout(30_000)
    yield context
    context.close()
