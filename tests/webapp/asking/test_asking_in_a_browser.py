"""A colleague is asked in a real browser, by keyboard and on a phone, and answers."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.services.accessibility import PHONE, find_problems
from tests.webapp.on_screen import Serve, forget, sign_in, watch
from tests.webapp.reviewing import Review

LONG_NAME = "Dora-Wilhelmine von und zu Hohenstein-Oettingen-Wallerstein"
QUESTION = "How did the fair in Porto go in your eyes? " * 6


def ask_by_keyboard(page: Page, look: Callable[[], None]) -> None:
    """From the task to the question, first without a word."""
    page.get_by_role("link", name="Ask somebody").press("Enter")
    page.get_by_label("Whom do you ask?").fill("Dora")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name=LONG_NAME)).to_be_checked()
    page.get_by_role("button", name="Ask", exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Write what you want to know")
    page.get_by_label("What do you want to know?").fill(QUESTION)
    look()
    page.get_by_role("button", name="Ask", exact=True).press("Enter")
    expect(page.get_by_text("Not answered yet.")).to_be_visible()
    look()


def answer_by_keyboard(page: Page, look: Callable[[], None]) -> None:
    """From the inbox to the answer."""
    expect(page.get_by_role("heading", name="You are asked")).to_be_visible()
    look()
    page.get_by_role("link", name="Ben").press("Enter")
    page.get_by_label("Your answer").fill("Calm and well prepared.")
    look()
    page.get_by_role("button", name="Send the answer").press("Enter")
    expect(page.get_by_text("Ben is told that you have answered.")).to_be_visible()
    expect(page.get_by_role("heading", name="You are asked")).to_have_count(0)


def test_a_question_goes_to_a_colleague_and_the_answer_comes_back(page: Page, review: Review, serve: Serve) -> None:
    def look() -> None:
        assert find_problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    review.write_name("dora", LONG_NAME)
    review.travel(days=21, minutes=1)
    site, complaints = serve(review.app), watch(page)
    page.set_viewport_size(PHONE)
    # Given Ben, who asks by keyboard while he writes about Ann
    sign_in(page, site, "ben")
    page.goto(f"{site}/tasks/{review.task('manager_review', 'ann').id}")
    ask_by_keyboard(page, look)
    # When Dora finds it in her inbox and answers
    forget(page)
    sign_in(page, site, "dora")
    answer_by_keyboard(page, look)
    # Then Ben is led to it.
    forget(page)
    sign_in(page, site, "ben")
    page.goto(f"{site}/notifications")
    page.get_by_role("main").get_by_role("button", name="has answered what was asked").press("Enter")
    expect(page.get_by_text("Calm and well prepared.")).to_be_visible()
    look()
    assert complaints == []
