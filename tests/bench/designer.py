"""How soon the pages of the designer are ready: from the click on the address until the annual review is there."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from engine import clock
from engine.database import SessionFactory, connect, create_session_factory, transaction
from tests.bench.annual_review import Row
from tests.screenshots import browser, served
from tests.services.browser import provide_chromium
from tests.workflows.people.cast import bring_people, bring_units, cast
from webapp.settings import Settings
from workflows.designs.starting import start_from_shipped
from workflows.installing import install
from workflows.migrations import metadata
from workflows.people.accounts import create_account

PASSWORD = "four words in a row"
TIMES = 7
EDITORS = {
    "designer": "diagram",
    "form builder": "forms/manager-review",
    "table editor": "tables/reward_approval",
}
PAGES = {
    "list of steps": "/designer/1/steps",
    "page of a process": "/designer/1",
    "page before publishing": "/designer/1/publication",
    "library": "/designer",
}


def run() -> Iterator[Row]:
    """Open each page several times; nothing where there is no browser."""
    if provide_chromium() is None:
        return
    install()
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'designer.db'}")
        metadata().create_all(engine)
        factory = create_session_factory(engine)
        _prepare(factory)
        with served(Settings(data_dir=Path(folder)), factory) as site, browser() as chromium:
            yield from _measure(chromium, site)
        engine.dispose()


def _prepare(factory: SessionFactory) -> None:
    with transaction(factory) as session:
        bring_units(session)
        bring_people(session, cast())
        create_account(session, "hugo", password=PASSWORD, now=clock.now(), roles=["hr"])
        start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())


def _measure(chromium: Browser, site: str) -> Iterator[Row]:
    for name, address in EDITORS.items():
        yield from _rows(chromium, site, name, f"/designer/1/{address}", "[data-designer][data-ready]")
    for name, address in PAGES.items():
        yield from _rows(chromium, site, name, address, "main")


def _rows(chromium: Browser, site: str, name: str, address: str, ready: str) -> Iterator[Row]:
    """The first time is that of a browser that knows nothing yet but the page to sign in."""
    page = chromium.new_context(viewport={"width": 1400, "height": 900}).new_page()
    _sign_in(page, site)
    times = [_open(page, f"{site}{address}", ready) for _ in range(TIMES)]
    page.context.close()
    yield f"{name} ready with the annual review, first time in a browser", times[0], "s"
    yield f"{name} ready with the annual review, after that (median)", statistics.median(times[1:]), "s"


def _sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in")
    page.get_by_label("E-mail address").fill("hugo@company.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox")


def _open(page: Page, address: str, ready: str) -> float:
    """Seconds until the editor says that it is ready; a page without one is when it is loaded."""
    page.goto("about:blank")
    page.goto(address)
    page.locator(ready).wait_for()
    milliseconds: float = page.evaluate(
        "(performance.getEntriesByName('designer-ready')[0] ?? { startTime:"
        " performance.getEntriesByType('navigation')[0].loadEventEnd }).startTime"
    )
    return milliseconds / 1000
