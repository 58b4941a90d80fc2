"""A calibration session in a real browser: by mouse on a laptop, by thumb on a phone."""

from collections.abc import Callable
from typing import Literal
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.services.accessibility import Problem
from tests.webapp.browsing import PASSWORD
from tests.webapp.reviewing import Review

Serve = Callable[[WSGIApplication], str]
PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1280, "height": 900}
REASON = "Compared with the others of the same grade."


def open_session(page: Page, review: Review, serve: Serve) -> str:
    """Mara at the board of Engineering."""
    review.write_reviews(ann=5, dora=4, eva=3, ben=3)
    task = next(task for task in review.open("calibration_session") if task.assignee == "mara")
    address = f"{serve(review.app)}/calibration/{task.id}"
    page.goto(address)
    page.get_by_label("E-mail address").fill("mara@company.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Calibration: Engineering")
    return address


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_rating_is_changed_taken_back_changed_again_and_the_session_closed(
    page: Page, review: Review, serve: Serve, size: ViewportSize
) -> None:
    page.set_viewport_size(size)
    open_session(page, review, serve)
    ann = page.get_by_role("listitem").filter(has=page.get_by_text("Ann", exact=True))

    def change() -> None:
        ann.get_by_text("Change", exact=False).first.click()
        ann.get_by_label("Move to").select_option("4")
        ann.get_by_label("Why?").fill(REASON)
        ann.get_by_role("button", name="Change the rating").click()
        expect(ann).to_contain_text(REASON)

    # Given minutes that were begun, then a change, which is taken back and made again
    page.get_by_label("Who took part").fill("Mara and Ben")
    expect(page.locator("[data-save-status]")).to_contain_text("Saved")
    change()
    ann.get_by_role("button", name="Undo").click()
    expect(ann).not_to_contain_text(REASON)
    change()
    # When the session is closed, with the minutes that are still there
    expect(page.get_by_label("Who took part")).to_have_value("Mara and Ben")
    page.get_by_label("Held on").fill("2026-12-20")
    page.get_by_label("Everybody in this group was looked at by the same standard").check()
    page.get_by_role("button", name="Close the session").click()
    # Then it is, and the changed rating counts.
    expect(page.get_by_text("The session is closed.")).to_be_visible()
    assert review.case("ann").final_rating == 4
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"], "the page scrolls sideways"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_nobody_meets_a_barrier_in_a_session(
    page: Page,
    review: Review,
    serve: Serve,
    accessibility_problems: Callable[[Page], list[Problem]],
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    open_session(page, review, serve)
    assert accessibility_problems(page) == []
    page.locator(".rf-board-edit summary").first.click()
    assert accessibility_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"], "the page scrolls sideways"
