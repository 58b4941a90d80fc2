"""A proposal goes there and back in a real browser: handed in, taken back, sent back with a reason, and approved."""

from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.services.accessibility import LAPTOP, find_barriers
from tests.webapp.cycles.test_reopening import cycle_of
from tests.webapp.on_screen import Serve, forget, sign_in, watch
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG

BONUS = {
    "kind": "bonus", "amount": "10000", "amount_percent": "20", "effective_on": "2027-03-01", "reason": LONG,
    "within_budget": True,
}  # fmt: skip


@dataclass
class Desk:
    """The browser of whoever works on the proposal, and what it complains about."""

    page: Page
    review: Review
    site: str
    complaints: list[str]

    def open(self, step: str) -> None:
        """Sign in as whoever has the step about Ann, and open it."""
        task = self.review.task(step, "ann")
        self.visit(str(task.assignee), f"/tasks/{task.id}")

    def visit(self, who: str, address: str) -> None:
        """Sign in as somebody, and open a page."""
        forget(self.page)
        sign_in(self.page, self.site, who, to=address)

    def press(self, role: Literal["button", "link"], name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).press("Enter")

    def reads(self, text: str) -> None:
        expect(self.page.get_by_text(text).last).to_be_visible()

    def look(self) -> None:
        """No barrier on a laptop and on a phone, and nothing to scroll sideways."""
        assert find_barriers(self.page) == []
        self.page.set_viewport_size(LAPTOP)


@pytest.fixture
def desk(page: Page, review: Review, serve: Serve) -> Desk:
    """A bonus for Ann that waits for the line."""
    review.write_reviews(ann=4).release().reach_proposals()
    review.do("propose_reward", "ann", **BONUS)
    page.set_viewport_size(LAPTOP)
    return Desk(page, review, serve(review.app), watch(page))


def test_a_proposal_is_taken_back_sent_back_and_handed_in_again(desk: Desk) -> None:
    # Given an approval that is handed in, and taken back with one click on the message that says so
    desk.open("approve_reward")
    desk.page.get_by_text("Approve", exact=True).click()
    desk.press("button", "Hand in")
    desk.reads("“Approve the reward” is handed in.")
    desk.press("button", "Take it back")
    desk.reads("“Approve the reward” is yours again, as a draft.")
    # When it is sent back by keyboard, first without a step and a reason
    desk.press("link", "Send back")
    desk.press("button", "Send back")
    desk.reads("Say why: whoever gets it back reads the reason first.")
    desk.look()
    desk.page.get_by_label("Propose a reward").press("Space")
    desk.page.get_by_label("What should be different?").fill("Ask for less, please.")
    desk.press("button", "Send back")
    desk.reads("is back with Ben, who reads your reason first.")
    # Then Ben reads the reason above what he had written.
    desk.open("propose_reward")
    desk.reads("sent this back on")
    desk.reads("Ask for less, please.")
    desk.look()
    # And when he hands in another amount, whoever is asked again sees what has changed.
    desk.review.travel(minutes=9)
    desk.review.do("propose_reward", "ann", **{**BONUS, "amount": "9000", "amount_percent": "18"})
    desk.open("approve_reward")
    desk.reads("What has changed since you had this last")
    desk.look()
    assert desk.complaints == []


def test_hr_gives_more_time_and_opens_a_closed_step_again(desk: Desk) -> None:
    desk.visit("hugo", f"{cycle_of(desk.review)}/people/ann")
    desk.look()
    desk.press("link", "More time… Approve the reward")
    desk.look()
    desk.page.get_by_label("Due at the end of").fill("2027-03-01")
    desk.page.get_by_label("Reason").fill("She is at a fair.")
    desk.press("button", "Give more time")
    desk.reads("There is more time for “Approve the reward” now.")
    desk.press("link", "Open again… Propose a reward")
    desk.look()
    desk.page.get_by_label("Why is it opened again?").fill("The budget was cut.")
    desk.press("button", "Open it again")
    desk.reads("“Propose a reward” is open again for Ben.")
    assert desk.complaints == []
