"""An executive signs in a real browser: first with a wrong password, then with the right one."""

from collections.abc import Callable
from typing import Literal
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from engine.models import Task
from tests.services.accessibility import Problem
from tests.webapp.browsing import PASSWORD
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG

Serve = Callable[[WSGIApplication], str]
PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1280, "height": 900}
BONUS = {
    "kind": "bonus", "amount": "10000", "amount_percent": "20", "effective_on": "2027-03-01", "reason": LONG,
    "within_budget": True,
}  # fmt: skip


def open_decision(page: Page, review: Review, serve: Serve) -> Task:
    """The executive at the decision on a bonus for Ann."""
    review.write_reviews(ann=4).release().reach_proposals()
    review.do("propose_reward", "ann", **BONUS)
    review.do("approve_reward", "ann")
    review.do("compensation_check", "ann")
    task = review.task("executive_signoff", "ann")
    page.goto(f"{serve(review.app)}/decisions/{task.id}")
    page.get_by_label("E-mail address").fill(f"{task.assignee}@company.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonus: Ann")
    return task


def test_a_wrong_password_costs_nothing_and_the_right_one_signs(page: Page, review: Review, serve: Serve) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size(LAPTOP)
    task = open_decision(page, review, serve)
    # Given a refusal with its reason
    page.get_by_text("Decline", exact=True).click()
    page.get_by_label("Why do you decline?").fill(LONG)
    page.get_by_label("I have no personal interest in this decision").check()
    # When the password is wrong
    page.get_by_label("Your password").fill("not my password")
    page.get_by_role("button", name="Sign", exact=True).click()
    # Then the page says so and has kept the reason
    expect(page.get_by_text("This is not your current password.")).to_be_visible()
    expect(page.get_by_label("Why do you decline?")).to_have_value(LONG)
    expect(page.get_by_label("Your password")).to_have_value("")
    assert review.again(task).state == "open"
    # When it is right, it is signed, and the receipt shows the digest.
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Declined and signed")
    expect(page.locator(".rf-digest").first).to_be_visible()
    assert review.again(task).state == "completed"
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_nobody_meets_a_barrier_before_or_after_signing(
    page: Page,
    review: Review,
    serve: Serve,
    accessibility_problems: Callable[[Page], list[Problem]],
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    open_decision(page, review, serve)
    assert accessibility_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"], "the page scrolls sideways"
    page.get_by_text("Sign off", exact=True).click()
    page.get_by_label("I have no personal interest in this decision").check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signed")
    assert accessibility_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"], "the page scrolls sideways"
