"""HR watches a cycle on its diagram: by count, by time, and the people at a step, without a barrier."""

from playwright.sync_api import Page, expect

from tests.services.accessibility import find_barriers
from tests.webapp.cycles.test_following import cycle_of
from tests.webapp.on_screen import Serve, sign_in
from tests.webapp.reviewing import Review


def test_hr_watches_how_long_and_looks_at_the_people(page: Page, serve: Serve, review: Review) -> None:
    review.travel(days=16)
    site = serve(review.app)
    sign_in(page, site, "hugo")
    page.goto(f"{site}{cycle_of(review)}")
    page.get_by_role("link", name="How long").click()
    expect(page.get_by_role("region", name="The diagram, scrolls sideways")).to_contain_text("16 days")
    assert find_barriers(page) == []
    # The step list says the same in a sentence, and its name keeps its place on a phone, where the page is now.
    expect(page.get_by_text("Half of them have been open for 16 days or longer.")).to_be_visible()
    name = page.get_by_role("link", name="Self-assessment", exact=True)
    assert (name.bounding_box() or {})["height"] < 40
    page.locator('[data-element="self_assessment"]').first.click()
    expect(page).to_have_url(f"{site}{cycle_of(review)}/steps/self_assessment")
    expect(page.get_by_role("columnheader", name="Step")).to_have_count(0)
    assert find_barriers(page) == []
