"""What tests in a real browser begin with: somebody signs in, and the browser's complaints are listened to."""

import re
from collections.abc import Callable
from wsgiref.types import WSGIApplication

from playwright.sync_api import ConsoleMessage, Page, expect

from tests.webapp.browsing import PASSWORD

REFUSED_IN_WORDS = re.compile(r"status of (409|422)\b")
Serve = Callable[[WSGIApplication], str]


def sign_in(page: Page, site: str, who: str, to: str = "/sign-in") -> None:
    """One of the cast signs in with the mouse and arrives in their inbox, or where an address of the site leads to."""
    page.goto(site + to)
    page.get_by_label("E-mail address").fill(f"{who}@company.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def forget(page: Page) -> None:
    """Nobody is signed in any more.

    What is under way is waited for, and the page is left, before the cookie goes: an answer would bring it back.
    """
    page.wait_for_load_state("networkidle")
    page.goto("about:blank")
    page.context.clear_cookies()


def watch(page: Page) -> list[str]:
    """What the browser complains about from now on, the content policy included: a list that grows.

    A page that refuses in words, with 409 or 422, is none of it, though the browser notes it.
    """
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED_IN_WORDS.search(message.text):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
