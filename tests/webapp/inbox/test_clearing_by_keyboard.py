"""An inbox of a manager, cleared without touching the mouse."""

import pytest
from playwright.sync_api import Page, Response, expect

from engine import clock
from engine.database import transaction
from engine.models import Task
from tests.services.accessibility import LAPTOP, find_barriers
from tests.webapp.on_screen import Serve, sign_in
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW
from workflows.inbox.bulk_approving import TIME_TO_UNDO

REVIEWED = ("ann", "dora", "eva")


@pytest.fixture
def approvals(review: Review) -> Review:
    """Reviews with the highest rating, for Mara to look at a second time; and Ben's own review, which she writes."""
    review.travel(days=21, minutes=1)
    for task in review.open("manager_review"):
        if task.subject in REVIEWED:
            with transaction(review.factory) as session:
                review.submit(session, task, **MANAGER_REVIEW, overall_rating=5, rating_reason=LONG)
    return review.work()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def is_handed_in(response: Response) -> bool:
    return response.url.endswith("/completion") and response.status == 302


def test_one_after_the_other_is_approved_without_the_mouse(page: Page, approvals: Review, serve: Serve) -> None:
    page.set_viewport_size(LAPTOP)
    site = serve(approvals.app)
    sign_in(page, site, "mara")
    page.goto(f"{site}/inbox?step=second_approval&sort=name")
    press(page, "j", "Enter")
    for name in ("Ann", "Dora", "Eva"):
        expect(page.locator(".rf-task-about")).to_contain_text(name)
        page.wait_for_load_state("networkidle")
        # What was said of the one before may still be on the page: what this one leads to is waited for.
        with page.expect_response(is_handed_in):
            # The first question is a list to tick, the keys of which are Tab and Space.
            press(page, "w", "Space", "Tab", "Space", "Tab", "Space", "a", "Control+Enter")
        expect(page.get_by_text("“Second-level approval” is handed in.").last).to_be_visible()
    assert approvals.open("second_approval") == []


def test_a_selection_is_approved_and_taken_back_by_keyboard(page: Page, approvals: Review, serve: Serve) -> None:
    page.set_viewport_size(LAPTOP)
    sign_in(page, serve(approvals.app), "mara")
    # When she selects everything on the page
    press(page, "X", "a")
    # Then what needs a form of its own drops out, with the reason
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve 3 tasks together")
    expect(page.get_by_role("table", name="What cannot be approved together")).to_contain_text("asks for more")
    # When she confirms what the form wants confirmed, and thinks again
    page.get_by_label("I confirm this for each of them.").focus()
    press(page, "Space", "a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Approving…")
    press(page, "u")
    expect(page.get_by_text("Taken back: 3 tasks are in your inbox again, not approved.")).to_be_visible()
    assert len(approvals.open("second_approval")) == 3


def test_keys_do_nothing_while_somebody_types(page: Page, approvals: Review, serve: Serve) -> None:
    page.set_viewport_size(LAPTOP)
    sign_in(page, serve(approvals.app), "mara")
    press(page, "/")
    page.keyboard.type("naxs")
    expect(page.get_by_label("Search by name")).to_have_value("naxs")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    page.get_by_label("Search by name").blur()
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Snooze the row")


def test_a_row_is_snoozed_and_taken_back_by_keyboard(page: Page, approvals: Review, serve: Serve) -> None:
    page.set_viewport_size(LAPTOP)
    site = serve(approvals.app)
    sign_in(page, site, "mara")
    page.goto(f"{site}/inbox?step=second_approval&sort=name")
    press(page, "j", "s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Snooze “Second-level approval”")
    expect(page.locator("[autofocus]")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_text("comes back to your inbox on")).to_be_visible()
    page.goto(f"{site}/inbox?view=later")
    expect(page.get_by_role("row")).to_have_count(2)
    press(page, "j", "s")
    expect(page.get_by_text("is in your inbox again")).to_be_visible()


def test_what_is_approved_together_is_done_when_the_time_is_over(page: Page, approvals: Review, serve: Serve) -> None:
    page.set_viewport_size(LAPTOP)
    sign_in(page, serve(approvals.app), "mara")
    press(page, "X", "a")
    page.get_by_label("I confirm this for each of them.").check()
    press(page, "a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Approving…")
    approvals.now = clock.now() + TIME_TO_UNDO
    approvals.work()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approved")
    expect(page.locator(".rf-progress-figures")).to_have_text("3 of 3")


def test_nobody_meets_a_barrier_on_the_way(
    page: Page,
    approvals: Review,
    serve: Serve,
) -> None:
    approvals.write_name("ann", "Maximiliane-Alexandrina Wolfeschlegelsteinhausenbergerdorff-Vasconcelos")
    site = serve(approvals.app)
    sign_in(page, site, "mara")
    task: Task = approvals.open("second_approval")[0]
    found = {}
    for address in (
        "/inbox",
        "/inbox?by=subject",
        "/inbox?view=later",
        "/inbox?view=waiting",
        "/inbox?view=done",
        f"/tasks/{task.id}/snooze",
        "/inbox/filters?step=second_approval",
    ):
        page.goto(site + address)
        found[address] = find_barriers(page)
    page.goto(f"{site}/inbox")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Approve together").click()
    found["preview"] = find_barriers(page)
    page.get_by_label("I confirm this for each of them.").check()
    page.get_by_role("button", name="Approve 3").click()
    found["approvals"] = find_barriers(page)
    assert {address: problems for address, problems in found.items() if problems} == {}
