"""A day's work in a real browser: by keyboard alone, with a bad connection, on a phone, for screen readers."""

import re

from playwright.sync_api import Page, expect

from tests.services.accessibility import LAPTOP, find_barriers
from tests.webapp.on_screen import Serve, sign_in, watch
from tests.webapp.reviewing import SELF_ASSESSMENT, Review, hand_in
from tests.workflows.small_cycle import LONG

SAVED = re.compile(r"Saved \d\d:\d\d")


def test_an_inbox_is_worked_off_by_keyboard_alone(page: Page, review: Review, serve: Serve) -> None:
    # Given two reviews that Ben has to write, and his self-assessment handed in
    for who in ("ann", "dora", "ben"):
        hand_in(review.browser(who), review.task("self_assessment", who), **SELF_ASSESSMENT)
    complaints = watch(page)
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
    expect(page.locator("[data-save-status]")).to_have_text(SAVED)
    with page.expect_response(lambda response: response.request.method == "PUT"):
        summary.fill("The first half of a thought, and the second")
    expect(page.locator("[data-save-status]")).to_have_text(SAVED)
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
    expect(other.locator("[data-save-status]")).to_have_text(SAVED)
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


def test_nobody_meets_a_barrier_at_work(
    page: Page,
    review: Review,
    serve: Serve,
) -> None:
    # Given a team with a long name in it, reminders, a task of a group and a review to write
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    review.travel(days=15)
    review.write_name("ann", "Maximiliane-Alexandrina Wolfeschlegelsteinhausenbergerdorff-Vasconcelos")
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
        found[address] = find_barriers(page)
    page.goto(site + writing)
    page.get_by_role("button", name="The whole process").click()
    found["the whole process"] = find_barriers(page)
    assert {address: problems for address, problems in found.items() if problems} == {}
