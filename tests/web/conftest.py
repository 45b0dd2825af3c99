"""A browser, the built app, the golden page and the service, each once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.bad_line import Line, line_to
from tests.web.built import GOLDEN, SCREENS, STATIC, build, serve_folder
from tests.web.camera import film
from tests.web.chromium import chromium
from tests.web.hand import Hand, enrolled
from tests.web.seeded import days_work
from tests.web.service import House, Service, running

PATIENCE_MS = 120_000
"""What is awaited comes at once on a free machine; a busy one may take its time."""
expect.set_options(timeout=PATIENCE_MS)


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


@pytest.fixture(scope="session")
def house(app_built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running service."""
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture
def service(house: House) -> Service:
    """The service with an organisation that only this test knows."""
    return house.organisation()


@pytest.fixture(scope="session")
def day(house: House) -> Service:
    """An organisation with a day's work: for tests that look, or that each decide on pieces of their own."""
    worked = house.organisation()
    days_work(worked, 20)
    return worked


@pytest.fixture
def line(service: Service) -> Iterator[Line]:
    """The line that the phone is on."""
    with line_to(service.origin) as laid:
        yield laid


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone 360 px wide, new out of the box."""
    yield from opened(browser, 360, 740)


@pytest.fixture
def pictured(phone: BrowserContext, service: Service, line: Line) -> Hand:
    """An inspector's hand on the enrolled phone; its screens are kept as pictures."""
    return enrolled(phone, service, line, album=SCREENS)


@pytest.fixture
def other_phone(browser: Browser) -> Iterator[BrowserContext]:
    """A colleague's."""
    yield from opened(browser, 360, 740)


@pytest.fixture
def wide(browser: Browser) -> Iterator[BrowserContext]:
    """The screen on the supervisor's desk."""
    yield from opened(browser, 1366, 768)


def opened(browser: Browser, width: int, height: int, *, workers: bool = True) -> Iterator[BrowserContext]:
    """A context; without service `workers` nothing that the page asks for passes a test's routes by."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="id-ID", service_workers="allow" if workers else "block"
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()
