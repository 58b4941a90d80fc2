"""A calibration session in a real browser: by mouse on a laptop, by thumb on a phone."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.services.accessibility import LAPTOP, PHONE, find_barriers
from tests.webapp.on_screen import Serve, sign_in
from tests.webapp.reviewing import Review

REASON = "Compared with the others of the same grade."


def open_session(page: Page, review: Review, serve: Serve) -> None:
    """Mara at the board of Engineering."""
    review.write_reviews(ann=5, dora=4, eva=3, ben=3)
    task = next(task for task in review.open("calibration_session") if task.assignee == "mara")
    sign_in(page, serve(review.app), "mara", to=f"/calibration/{task.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Calibration: Engineering")


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


def test_nobody_meets_a_barrier_in_a_session(
    page: Page,
    review: Review,
    serve: Serve,
) -> None:
    open_session(page, review, serve)
    assert find_barriers(page) == []
    page.locator(".rf-board-edit summary").first.click()
    assert find_barriers(page) == []
