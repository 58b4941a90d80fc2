"""An executive signs in a real browser: first with a wrong password, then with the right one."""

from playwright.sync_api import Page, expect

from engine.models import Task
from tests.services.accessibility import LAPTOP, find_barriers
from tests.webapp.browsing import PASSWORD
from tests.webapp.on_screen import Serve, sign_in, watch
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG

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
    sign_in(page, serve(review.app), str(task.assignee), to=f"/decisions/{task.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonus: Ann")
    return task


def test_a_wrong_password_costs_nothing_and_the_right_one_signs(page: Page, review: Review, serve: Serve) -> None:
    complaints = watch(page)
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


def test_nobody_meets_a_barrier_before_or_after_signing(
    page: Page,
    review: Review,
    serve: Serve,
) -> None:
    open_decision(page, review, serve)
    assert find_barriers(page) == []
    page.get_by_text("Sign off", exact=True).click()
    page.get_by_label("I have no personal interest in this decision").check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signed")
    assert find_barriers(page) == []
