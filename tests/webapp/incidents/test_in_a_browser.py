"""The screens of incidents as people use them: a moved token, many at once, on a phone, by keyboard."""

from playwright.sync_api import Page, expect

from engine import jobs
from tests.services.accessibility import PHONE, find_barriers, find_problems
from tests.webapp.incidents.stopping import stop_bonuses
from tests.webapp.on_screen import Serve, sign_in, watch
from tests.webapp.reviewing import Review


def test_one_case_goes_on_at_another_step(page: Page, review: Review, serve: Serve) -> None:
    # Given one case that has stopped, on a phone
    stop_bonuses(review, "ann")
    page.set_viewport_size(PHONE)
    site = serve(review.app)
    sign_in(page, site, "rita")
    page.goto(f"{site}/incidents")
    page.get_by_role("link", name="Look at it: Grant the reward, Bonus of Ann").click()
    assert find_problems(page) == []
    # When HR chooses where it goes on, by keyboard, they see first what follows
    page.get_by_label("Go on before").select_option("announce")
    page.get_by_role("button", name="Go on there…").press("Enter")
    expect(page.get_by_text("“Announce the reward” is handed out.")).to_be_visible()
    assert find_problems(page) == []
    page.get_by_role("textbox", name="Reason").fill("Paid by hand.")
    page.get_by_role("button", name="Go on there").click()
    # Then it goes on, and the page says who did what.
    expect(page.get_by_text("It was put before another step")).to_be_visible()
    expect(page.get_by_text("Paid by hand.").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_many_cases_are_resolved_together_while_the_page_follows(page: Page, review: Review, serve: Serve) -> None:
    complaints = watch(page)
    # Given twelve cases that stopped for the same reason
    subjects = ("ann", "ben", "dora", "eva", "mara", "olga")
    stop_bonuses(review, *subjects, *subjects)
    site = serve(review.app)
    sign_in(page, site, "rita")
    page.goto(f"{site}/incidents")
    assert find_problems(page) == []
    page.get_by_role("link", name="Resolve together: 12 at Grant the reward").click()
    page.get_by_role("link", name="Look at one of them and resolve all").click()
    # When HR passes over the step for all of them
    page.get_by_label("Announce the reward").check()
    page.get_by_role("button", name="Pass over…").click()
    page.get_by_role("textbox", name="Reason").fill("All were paid by hand.")
    page.get_by_label("Do the same for all 12 cases").check()
    page.get_by_role("button", name="Pass over", exact=True).click()
    expect(page.get_by_role("heading", name="12 still to do")).to_be_visible()
    assert find_problems(page) == []
    while jobs.drain(review.factory):
        pass
    # Then the page shows by itself that all of them have gone on.
    expect(page.get_by_text("12 passed over.")).to_be_visible()
    assert complaints == []


def test_the_other_pages_are_for_everybody(page: Page, review: Review, serve: Serve) -> None:
    site = serve(review.app)
    sign_in(page, site, "rita")
    barriers = {}
    for address in ("/incidents/batches", "/cycles/1/standing?action=cancel", "/cycles/1/people/ann"):
        page.goto(site + address)
        barriers[address] = find_barriers(page)
    assert {address: found for address, found in barriers.items() if found} == {}
