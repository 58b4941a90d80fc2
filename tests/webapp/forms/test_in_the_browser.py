"""Somebody writes a review in a real browser: no word is lost, questions come and go, rows can be edited."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.services.accessibility import find_barriers
from tests.services.listening import act_at_once

STORY = {"type": "textarea", "key": "story", "label": "Your year", "validate": {"required": True, "maxLength": 40}}
RATING = {"type": "rating", "key": "rating", "label": "Rating"}
WHY = {
    "type": "textarea",
    "key": "why",
    "label": "Why so low?",
    "conditional": {"hide": "=rating = null or rating > 2"},
}
GOALS = {"type": "goals", "key": "goals", "label": "Goals"}


@pytest.fixture
def visit(open_site: Any, serve: Callable[..., str], page: Page) -> Callable[..., Any]:
    """Opens a site of these components in the browser and gives it back."""

    def open_page(*components: dict[str, Any], **context: Any) -> Any:
        site = open_site(*components, **context)
        site.url = f"{serve(site.app)}/step"
        page.goto(site.url)
        return site

    return open_page


def status(page: Page) -> Any:
    return page.locator("[data-save-status]")


def kept(page: Page) -> Any:
    return page.evaluate("localStorage.getItem('rf-answers:u1-task1')")


def test_the_draft_is_saved_at_every_pause_and_is_there_after_a_reload(visit: Any, page: Page) -> None:
    site = visit(STORY, RATING)
    page.get_by_label("Your year").fill("I led the move")
    page.get_by_role("radio", name="4").check()
    expect(status(page)).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    assert site.draft == {"story": "I led the move", "rating": 4}
    assert set(site.tokens) == {"t0ken"}
    assert kept(page) is None
    page.reload()
    expect(page.get_by_label("Your year")).to_have_value("I led the move")
    expect(page.get_by_role("radio", name="4")).to_be_checked()


def test_words_written_before_the_page_listens_are_saved_too(open_site: Any, serve: Any, page: Page) -> None:
    site = open_site(STORY, RATING, WHY)
    address = f"{serve(site.app)}/step"
    act_at_once(page)

    def write_while_loading(text: str) -> None:
        held: list[Route] = []
        page.route("**/forms-*.js", lambda route: held.append(route), times=1)  # noqa: PLW0108 - Playwright marks it
        with page.expect_request("**/forms-*.js"):
            page.goto(address, wait_until="commit")
        page.get_by_label("Your year").fill(text)
        page.get_by_role("radio", name="2").check()
        held[0].continue_()

    # Given somebody on a slow line who writes before the scripts are there
    write_while_loading("I began at once")
    # Then it is saved, counted, and followed by the question that now applies.
    expect(status(page)).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    expect(page.locator("[data-counter]")).to_have_text("15 of 40 characters")
    expect(page.get_by_label("Why so low?")).to_be_visible()
    assert (site.draft["story"], site.draft["rating"]) == ("I began at once", 2)
    # And where this browser has kept a copy from before, nothing of either is lost.
    copy = json.dumps(
        {"at": page.evaluate("Date.now()"), "base": site.saved_at.isoformat(), "entries": [["story", "Kept"]]}
    )
    page.evaluate("copy => localStorage.setItem('rf-answers:u1-task1', copy)", copy)
    write_while_loading("Written anew")
    expect(page.get_by_text("You have begun to write anew since.")).to_be_visible()
    expect(page.get_by_label("Your year")).to_have_value("Written anew")
    page.get_by_role("button", name="Use the kept answers").click()
    expect(page.get_by_label("Your year")).to_have_value("Kept")


def test_words_written_offline_survive_a_reload_and_are_saved_later(visit: Any, page: Page) -> None:
    site = visit(STORY, GOALS)
    page.context.set_offline(True)
    page.get_by_label("Your year").fill("Written in a tunnel")
    page.get_by_role("button", name="Add a goal").click()
    page.locator("[name='goals[1].title']").fill("Second goal")
    expect(status(page)).to_have_text("Not saved: offline, kept in this browser")
    site.broken = True
    page.context.set_offline(False)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_label("Your year")).to_have_value("Written in a tunnel")
    expect(page.locator("[name='goals[1].title']")).to_have_value("Second goal")
    expect(status(page)).to_have_text("Not saved: the server had a problem. Kept in this browser")
    assert site.draft is None
    site.broken = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(status(page)).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    assert site.draft["goals"][1]["title"] == "Second goal"
    assert kept(page) is None


def test_a_copy_older_than_the_draft_is_offered_and_never_forced(visit: Any, page: Page) -> None:
    visit(STORY)
    page.get_by_label("Your year").fill("From the laptop")
    expect(status(page)).to_have_text(re.compile("Saved"))
    entries = [["story", "From the phone"]]
    copy = json.dumps({"at": page.evaluate("Date.now()"), "base": "elsewhere", "entries": entries})
    page.evaluate("copy => localStorage.setItem('rf-answers:u1-task1', copy)", copy)
    page.reload()
    expect(page.get_by_label("Your year")).to_have_value("From the laptop")
    page.get_by_role("button", name="Use the kept answers").click()
    expect(page.get_by_label("Your year")).to_have_value("From the phone")


def test_leaving_with_unsaved_words_asks_first(visit: Any, page: Page) -> None:
    visit(STORY)
    page.context.set_offline(True)
    page.get_by_label("Your year").type("Not saved yet")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    with page.expect_event("dialog"):
        page.evaluate("window.location.href = 'about:blank'")
    expect(page.get_by_label("Your year")).to_have_value("Not saved yet")
    assert asked == ["beforeunload"]


def test_submitting_saves_the_last_words_and_leaves_no_copy_behind(visit: Any, page: Page) -> None:
    site = visit(STORY)
    page.get_by_label("Your year").fill("Done.")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert site.submitted == {"story": "Done."}
    assert kept(page) is None


def test_a_question_appears_when_it_applies_and_what_was_written_comes_back(visit: Any, page: Page) -> None:
    site = visit(RATING, WHY, {"type": "text", "text": "You chose {{rating}}."})
    why = page.get_by_label("Why so low?")
    expect(why).to_be_hidden()
    page.get_by_role("radio", name="2").check()
    why.fill("A hard year")
    expect(page.get_by_text("You chose 2.")).to_be_visible()
    page.get_by_role("radio", name="5").check()
    expect(why).to_be_hidden()
    page.get_by_role("radio", name="1").check()
    expect(why).to_have_value("A hard year")
    page.get_by_role("radio", name="5").check()
    expect(why).to_be_hidden()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert site.submitted == {"rating": 5}


def test_rows_are_added_removed_and_summed_in_the_page(visit: Any, page: Page) -> None:
    site = visit(GOALS)
    page.locator("[name='goals[0].title']").fill("A")
    page.locator("[name='goals[0].weight']").fill("60")
    for number, title in ((1, "B"), (2, "C")):
        page.get_by_role("button", name="Add a goal").click()
        expect(page.locator(f"[name='goals[{number}].title']")).to_be_focused()
        page.locator(f"[name='goals[{number}].title']").fill(title)
        page.locator(f"[name='goals[{number}].weight']").fill("40")
    expect(page.get_by_text("The weights sum to 140 of 100.")).to_be_visible()
    page.get_by_role("button", name="Remove goal 2").click()
    expect(page.get_by_text("The weights sum to 100.")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert [goal["title"] for goal in site.submitted["goals"]] == ["A", "C"]


def test_a_counter_warns_and_nothing_is_cut_off(visit: Any, page: Page) -> None:
    visit(STORY)
    page.get_by_label("Your year").fill("x" * 41)
    counter = page.locator("[data-counter]")
    expect(counter).to_have_text("41 of 40 characters")
    expect(counter).to_have_attribute("data-over", "")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_contain_text("Please shorten this to 40 characters; there are 41 now.")
    expect(page.get_by_label("Your year")).to_be_focused()
    expect(page.get_by_label("Your year")).to_have_value("x" * 41)


def test_enter_in_a_line_submits_nothing(visit: Any, page: Page) -> None:
    site = visit({"type": "textfield", "key": "line", "label": "Line"})
    page.get_by_label("Line").fill("x")
    page.get_by_label("Line").press("Enter")
    expect(status(page)).to_have_text(re.compile("Saved"))
    assert site.submitted is None


def test_nobody_meets_a_barrier_in_a_form(visit: Any, page: Page) -> None:
    named = {**RATING, "key": "named", "points": 3, "labels": ["Below", "As expected", "Above"]}
    options = {"values": ["first choice", "second choice"]}
    visit(
        STORY,
        RATING,
        named,
        GOALS,
        {
            "type": "money",
            "key": "bonus",
            "label": "Bonus",
            "currencies": ["EUR", "CHF"],
            "validate": {"required": True},
        },
        {"type": "radio", "key": "radio", "label": "Radio", **options, "validate": {"required": True}},
        {"type": "checklist", "key": "checklist", "label": "Checks", **options},
        {"type": "taglist", "key": "taglist", "label": "Tags", **options},
        {"type": "checkbox", "key": "agreed", "label": "Agreed", "validate": {"required": True}},
        {"type": "select", "key": "select", "label": "Select", **options},
        {"type": "datetime", "key": "day", "label": "Day"},
    )
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert find_barriers(page) == []
