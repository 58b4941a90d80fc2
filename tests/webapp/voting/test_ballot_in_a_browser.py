"""Two voters in a real browser, on a wide screen and on a phone, without a barrier."""

from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from tests.services.accessibility import LAPTOP, PHONE, find_barriers
from tests.webapp.on_screen import Serve, forget, sign_in
from tests.webapp.voting.conftest import Open


def test_two_of_three_settle_a_vote_on_a_wide_screen_and_on_a_phone(
    page: Page, app: Flask, serve: Serve, open_vote: Open
) -> None:
    tasks = open_vote("committee", voteBallot="open", voteAttendance="2")
    site = serve(app)

    def come(who: str, to: str, size: ViewportSize) -> None:
        forget(page)
        page.set_viewport_size(size)
        sign_in(page, site, who, to)
        expect(page.get_by_role("heading", level=1)).to_have_text("Decide on the promotion")

    # Ben comes first, on a wide screen: nobody votes yet.
    come("ben", f"/tasks/{tasks['ben']}", LAPTOP)
    expect(page.get_by_text("Nobody votes yet.")).to_be_visible()
    page.get_by_role("button", name="I am there").click()
    expect(page.get_by_role("button", name="I am there")).to_have_count(0)
    barriers = find_barriers(page)
    # Mara is there too, on her phone; now both may vote, and she does.
    come("mara", f"/tasks/{tasks['mara']}", PHONE)
    page.get_by_role("button", name="I am there").click()
    page.get_by_text("Approve", exact=True).click()
    page.get_by_label("Why?").fill("The results carry it.")
    barriers += find_barriers(page)
    page.get_by_role("button", name="Vote", exact=True).click()
    expect(page.get_by_text("1 of 3 has voted.")).to_be_visible()
    expect(page.get_by_role("button", name="Change my vote")).to_be_visible()
    # Ben reads her reason, votes, and sees the result.
    come("ben", f"/votes/{tasks['ben']}", LAPTOP)
    expect(page.get_by_text("The results carry it.")).to_be_visible()
    page.get_by_text("Approve", exact=True).click()
    page.get_by_role("button", name="Vote", exact=True).click()
    expect(page.get_by_text("2 for it, 0 against it.")).to_be_visible()
    barriers += find_barriers(page)
    assert barriers == []
