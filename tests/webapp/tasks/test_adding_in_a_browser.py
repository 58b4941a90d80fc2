"""An approver is added in a real browser, by keyboard and on a phone, acts, and somebody is done without."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.services.accessibility import PHONE, find_problems
from tests.webapp.on_screen import Serve, forget, sign_in, watch
from tests.webapp.reviewing import Review
from tests.webapp.tasks.test_sending_back_in_a_browser import BONUS

LONG_NAME = "Olga-Wilhelmine von und zu Hohenstein-Oettingen-Wallerstein"


def add_by_keyboard(page: Page, look: Callable[[], None]) -> None:
    """From the task to one more approver, first without a reason."""
    page.get_by_role("link", name="Add an approver").press("Enter")
    page.get_by_label("Who else?").fill("Olga")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name=LONG_NAME)).to_be_checked()
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say why they should approve it, too")
    page.get_by_label("Why should they approve it, too?").fill("It is above our budget.")
    look()
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.get_by_text("Somebody else has their turn first.")).to_be_visible()
    look()


def approve(page: Page, look: Callable[[], None]) -> None:
    """From the inbox to the approval of the task that is open there."""
    page.get_by_role("link", name="Ann", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Who does this")).to_be_visible()
    look()
    page.get_by_role("region", name="Form").get_by_text("Approve", exact=True).click()
    page.get_by_role("button", name="Hand in").press("Enter")
    expect(page.get_by_text("“Approve the reward” is handed in.")).to_be_visible()


def test_one_more_approves_before_it_comes_back(page: Page, review: Review, serve: Serve) -> None:
    def look() -> None:
        assert find_problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    review.write_name("olga", LONG_NAME)
    review.write_reviews(ann=4).release().reach_proposals()
    review.do("propose_reward", "ann", **BONUS)
    task, site, complaints = review.task("approve_reward", "ann"), serve(review.app), watch(page)
    page.set_viewport_size(PHONE)
    # Given Mara, who adds somebody, does without, and adds them again
    sign_in(page, site, "mara")
    page.goto(f"{site}/tasks/{task.id}")
    add_by_keyboard(page, look)
    page.get_by_role("button", name="Do without").press("Enter")
    expect(page.get_by_text("The approver you added to “Approve the reward” is not asked any more.")).to_be_visible()
    add_by_keyboard(page, look)
    # When Olga finds it in her inbox and approves
    forget(page)
    sign_in(page, site, "olga")
    approve(page, look)
    # Then it is Mara's turn.
    forget(page)
    sign_in(page, site, "mara")
    approve(page, look)
    assert review.open("approve_reward", "ann") == []
    assert review.task("compensation_check", "ann")
    assert complaints == []
