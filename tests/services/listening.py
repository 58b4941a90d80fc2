"""A browser that acts only on pages that listen, as people do: somebody who sees a page still loading waits a moment.

A test is faster than anybody. What it clicks, fills or presses before the scripts of a page have run is lost, now and
then, on a busy machine.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

STILL_LOADING = "still=loading"
"""Selects the page while it is loading, or while an editor in it says that it is busy opening its file."""

ENGINE = """{
  queryAll(root) {
    const document = root.ownerDocument ?? root;
    const loading = document.readyState !== 'complete' || document.querySelector('[data-designer][aria-busy=true]');
    // A document that has only just begun has no element yet.
    return [...document.children].filter(() => loading);
  },
  query(root) { return this.queryAll(root)[0]; },
}"""
ACTIONS = {"keyboard": ("down", "insert_text", "press", "type", "up"), "mouse": ("click", "dblclick", "down", "wheel")}


def act_on_pages_that_listen(playwright: Playwright, browser: Browser) -> None:
    """From now on every page of `browser` has loaded before anything is done to it, or expected of it.

    Playwright itself asks before every attempt of a locator; keys and mouse ask here. `act_at_once` is the exception.
    """
    playwright.selectors.register("still", script=ENGINE, content_script=True)
    browser.on("context", _watch_context)


def act_at_once(page: Page) -> None:
    """What locators do happens on `page` as soon as it can, whether it listens or not: for tests of just that."""
    wait_until_it_listens(page)  # What the new page was told has arrived with this, too.
    page.remove_locator_handler(page.locator(STILL_LOADING))


def wait_until_it_listens(page: Page) -> None:
    """Until `page` has arrived where it is going, has loaded, and has opened its file: for what asks no locator."""
    page.locator("html").wait_for(state="attached")


def _watch_context(context: BrowserContext) -> None:
    context.on("page", _watch_page)


def _watch_page(page: Page) -> None:
    # Playwright itself waits until what called the handler is gone: there is nothing to do in it.
    page.add_locator_handler(page.locator(STILL_LOADING), lambda: None)
    for device, actions in ACTIONS.items():
        owner = getattr(page, device)
        for action in actions:
            setattr(owner, action, _after_loading(page, getattr(owner, action)))


def _after_loading(page: Page, act: Callable[..., None]) -> Callable[..., None]:
    @wraps(act)
    def wait_and_act(*arguments: Any, **options: Any) -> None:
        wait_until_it_listens(page)
        act(*arguments, **options)

    return wait_and_act
