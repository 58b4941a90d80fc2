"""A process made by choosing words, from empty to published, as somebody does who never saw BPMN."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.services.accessibility import PHONE, find_problems
from tests.webapp.designer.drawing import Drawing
from tests.webapp.designer.test_drawing_in_a_browser import DESK
from tests.webapp.on_screen import Serve, sign_in


def add(page: Page, place: str, name: str, *, kind: str = "A step for a person", who: str = "") -> None:
    """Add a step at a place of the list, and wait until it is there."""
    page.get_by_role("link", name=place, exact=True).click()
    page.get_by_label("What", exact=True).select_option(label=kind)
    page.get_by_label("What it is called").fill(name)
    if who:
        page.get_by_label("Who does it").select_option(label=who)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("button", name="Add", exact=True)).to_have_count(0)


def keep_an_answer(page: Page) -> None:
    """Type what is kept, field by field; it is there still when a question has been asked."""
    page.get_by_text("More: how often").click()
    page.get_by_label("Value 1: is called").fill("rating")
    page.keyboard.press("Tab")
    page.keyboard.type("own_rating")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Value 2: is called")).to_be_focused()
    page.get_by_label("One more question").fill("What went well?")
    page.get_by_role("button", name="Add the question").click()
    expect(page.locator(".rf-step-questions")).to_contain_text("What went well?")
    expect(page.get_by_label("Value 1: is the answer, or an expression")).to_have_value("own_rating")
    expect(page.get_by_label("Value 1: is the answer, or an expression")).to_be_visible()


def problems_of(page: Page) -> list[object]:
    """What axe finds on a phone and on a desk."""
    found: list[object] = []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.evaluate("scrollTo(0, 0)")
        found += find_problems(page)
    return found


@pytest.fixture
def steps(page: Page, app: Flask, serve: Serve) -> Page:
    """The step list of a process that was just begun."""
    site = serve(app)
    page.set_viewport_size(DESK)
    sign_in(page, site, "hugo")
    page.goto(f"{site}/designer/new")
    page.locator("#name").fill("Check-in")
    page.get_by_role("button", name="Begin with a list of steps").click()
    return page


def test_five_steps_are_made_from_empty_by_choosing_words_and_published(steps: Page) -> None:
    page = steps
    expect(page.get_by_text("Start with who does the first step.")).to_be_visible()
    # Given what happens for each participant: a self-assessment, and then two things at the same time
    add(page, "Add the first step", "Self-assessment", who="The person it is about")
    page.get_by_label("Time to do it", exact=True).fill("14")
    page.keyboard.press("Tab")
    expect(page.locator("#line-1-1")).to_contain_text("the person it is about, 14 days")
    # And the keyboard goes on from field to field, also where answers are kept
    expect(page.get_by_label("Time to do it: unit")).to_be_focused()
    keep_an_answer(page)
    add(page, "Add a step after 1.1", "Manager review", kind="Two steps at the same time", who="Their manager")
    page.get_by_label("What it is called").fill("Peer feedback")
    page.get_by_label("Who does it").select_option(label="A group")
    page.get_by_label("Which group").select_option(label="the HR group")
    expect(page.locator("#line-1-2-2")).to_contain_text("Peer feedback: the HR group")
    assert problems_of(page) == []
    # When the best ratings need a second pair of eyes
    add(page, "Add a step after 1.2", "Second approval", kind="A step under a condition", who="Their manager's manager")
    page.get_by_label("Condition 1: comparison").select_option(label="is more than")
    page.get_by_role("button", name="Save the condition").click()
    expect(page.get_by_text("If rating is more than 4:")).to_be_visible()
    assert problems_of(page) == []
    # It is moved and put back from the keyboard
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#line-1-2")).to_contain_text("It depends")
    page.keyboard.press("u")
    expect(page.get_by_text("Undone: Moved “It depends” up.")).to_be_visible()
    expect(page.locator("#line-1-3")).to_contain_text("It depends")
    # Then it is drawn, in the same file, and can be published
    page.get_by_role("link", name="Diagram", exact=True).click()
    drawing = Drawing(page).wait()
    for name in ("Self-assessment", "Manager review", "Peer feedback", "Second approval"):
        expect(drawing.element(name)).to_be_visible()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("Version 1 of “Check-in” is published")).to_be_visible()
