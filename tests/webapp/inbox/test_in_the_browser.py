"""A day's work in a real browser: by keyboard alone, with a bad connection, on a phone, for screen readers."""

from collections.abc import Callable
from typing import Literal
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.services.accessibility import Problem
from tests.webapp.browsing import PASSWORD
from tests.webapp.reviewing import SELF_ASSESSMENT, Review, hand_in
from tests.workflows.small_cycle import LONG

PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
Serve = Callable[[WSGIApplication], str]


def sign_in(page: Page, site: str, who: str) -> None:
    page.goto(site)
    page.get_by_label("E-mail address").fill(f"{who}@company.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")


def test_an_inbox_is_worked_off_by_keyboard_alone(page: Page, review: Review, serve: Serve) -> None:
    # Given two reviews that Ben has to write, and his self-assessment handed in
    for who in ("ann", "dora", "ben"):
        hand_in(review.browser(who), review.task("self_assessment", who), **SELF_ASSESSMENT)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size(LAPTOP)
    sign_in(page, serve(review.app), "ben")
    # When he moves down the list, opens the second one and writes
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("Manager review")
    expect(page.locator(".rf-task-about")).to_contain_text("Dora")
    page.keyboard.press("w")
    page.keyboard.type(LONG)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(LONG)
    page.get_by_label("What should this person do more of").focus()
    page.keyboard.type(LONG)
    page.keyboard.press("Control+Enter")
    # Then it is handed in, and the next one is open.
    expect(page.get_by_text("“Manager review” is handed in.")).to_be_visible()
    expect(page.locator(".rf-task-about")).to_contain_text("Ann")
    assert review.open("manager_review", "dora") == []
    assert complaints == []


def test_what_was_typed_is_there_after_a_reload(page: Page, review: Review, serve: Serve) -> None:
    site = serve(review.app)
    sign_in(page, site, "ann")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    summary = page.get_by_label("What are you proud of")
    summary.fill("The first half of a thought")
    expect(page.get_by_text("Saved ")).to_be_visible()
    summary.fill("The first half of a thought, and the second")
    expect(page.get_by_text("Saving…")).to_be_visible()
    expect(page.get_by_text("Saved ")).to_be_visible()
    page.reload()
    expect(summary).to_have_value("The first half of a thought, and the second")


def test_two_windows_do_not_overwrite_each_other(page: Page, review: Review, serve: Serve) -> None:
    site = serve(review.app)
    sign_in(page, site, "ann")
    address = f"{site}/tasks/{review.task('self_assessment', 'ann').id}"
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    other.get_by_label("What are you proud of").fill("Written in the other window")
    expect(other.get_by_text("Saved ")).to_be_visible()
    page.get_by_label("What are you proud of").fill("Written here")
    expect(page.get_by_text("Not saved: This form was saved in another window")).to_be_visible()
    other.reload()
    expect(other.get_by_label("What are you proud of")).to_have_value("Written in the other window")


def test_a_filter_is_applied_when_it_is_chosen(page: Page, review: Review, serve: Serve) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    sign_in(page, serve(review.app), "ben")
    page.get_by_label("Step").select_option("manager_review")
    expect(page.locator(".rf-table tbody tr")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Overdue").click()
    expect(page.get_by_role("heading", name="No task fits")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_nobody_meets_a_barrier_at_work(
    page: Page,
    review: Review,
    serve: Serve,
    accessibility_problems: Callable[[Page], list[Problem]],
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    # Given a team with a long name in it, reminders, a task of a group and a review to write
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    review.travel(days=15)
    review.write_name("ann", "Maximiliane-Alexandrina Wolfeschlegelsteinhausenbergerdorff-Vasconcelos")
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    site = serve(review.app)
    sign_in(page, site, "ben")
    writing = f"/tasks/{review.task('manager_review', 'ann').id}"
    found = {}
    for address in (
        "/inbox",
        "/inbox?due=overdue",
        "/inbox?name=nobody",
        writing,
        "/my-review",
        "/team",
        "/notifications",
    ):
        page.goto(site + address)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], f"{address} scrolls sideways"
        found[address] = accessibility_problems(page)
    page.goto(site + writing)
    page.get_by_role("button", name="The whole process").click()
    found["the whole process"] = accessibility_problems(page)
    assert {address: problems for address, problems in found.items() if problems} == {}
