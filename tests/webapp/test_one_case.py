"""One case in a real browser, from the launch by HR to the promotion that the chief executive signs.

Five people sign in one after the other: Hugo of HR, Ann, her manager Ben, Mara above him, and Olga at the top.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from engine import jobs
from engine.database import SessionFactory
from engine.models import Incident, Task
from tests.webapp.browsing import PASSWORD
from tests.webapp.on_screen import sign_in
from workflows.cycles.models import Case, Cycle
from workflows.people.models import Person
from workflows.promotions.chain import verify_chain
from workflows.rewards.models import Proposal

TEXT = "She built the new line with two others, and the customers in Lagos say so themselves. It took her a year."


@pytest.fixture
def site(app: Flask, serve: Callable[[WSGIApplication], str]) -> str:
    return serve(app)


class Office:
    """Everybody at their own browser."""

    def __init__(self, browser: Browser, site: str, factory: SessionFactory) -> None:
        self.browser = browser
        self.site = site
        self.factory = factory

    @contextmanager
    def signed_in(self, who: str) -> Iterator[Page]:
        """The page of somebody who has just signed in; machines work off what is due when they have gone."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page = context.new_page()
        sign_in(page, self.site, who)
        yield page
        context.close()
        while jobs.drain(self.factory, seconds=60):
            pass

    def do(self, who: str, step: str, *, heading: str = "", **given: str) -> None:
        """Sign in, open the task of a step from the inbox, answer its form and hand it in."""
        with self.signed_in(who) as page:
            row = page.get_by_role("row").filter(has_text=step)
            row.get_by_role("link").first.click()
            expect(page.get_by_role("heading", level=1)).to_contain_text(heading or step)
            fill_in(page.locator("#answers"), given)
            password = page.get_by_label("Your password")
            if password.count():
                password.fill(PASSWORD)
            hand_in(page)


def hand_in(page: Page) -> None:
    """Hand the form in, which nothing may stand against."""
    with page.expect_navigation():
        page.locator("#answers button.btn-primary").last.click()
    assert page.locator(".invalid-feedback:visible").all_inner_texts() == []


def fill_in(form: Locator, given: dict[str, str]) -> None:
    """Answer every question that shows, in two rounds, since an answer may bring up another question."""
    for _ in range(2):
        choose(form, given)
        expect(form).not_to_have_attribute("aria-busy", "true")
        for area in form.locator("textarea:visible").all():
            area.fill(TEXT)
        for field in form.locator("input[type=text]:visible, input[type=date]:visible, input[inputmode]:visible").all():
            if not field.input_value():
                field.fill("2026-11-30" if field.get_attribute("type") == "date" else "Lead")


def choose(form: Locator, given: dict[str, str]) -> None:
    names = {radio.get_attribute("name") or "" for radio in form.locator("input[type=radio]").all()}
    for name in sorted(names):
        radios = form.locator(f"input[type=radio][name='{name}']")
        wanted = form.locator(f"input[type=radio][name='{name}'][value='{given.get(name, '')}']")
        radio = wanted.first if wanted.count() else radios.first
        question = form.locator("fieldset.rf-choices:visible", has=form.page.locator(f"input[name='{name}']"))
        if question.count():
            radio.check(force=True)
    for box in form.locator("input[type=checkbox]:visible").all():
        box.check()
    for select_box in form.locator("select:visible").all():
        name = select_box.get_attribute("name") or ""
        select_box.select_option(given[name]) if name in given else select_box.select_option(index=1)


def test_a_review_from_the_launch_to_the_signed_promotion(browser: Browser, site: str, factory: SessionFactory) -> None:
    office = Office(browser, site, factory)
    launch(office)

    office.do("ann", "Self-assessment")
    office.do("ben", "Manager review", overall_rating="5")
    office.do("mara", "Second-level approval", outcome="approve")
    office.do("mara", "Calibration session", heading="Calibration")
    office.do("hugo", "Release the results")
    office.do("ann", "Read and acknowledge")
    office.do("ben", "Propose a reward", kind="promotion", new_grade="G5")
    office.do("mara", "Approve the reward", outcome="approve")
    office.do("hugo", "Compensation check", outcome="approve")
    office.do("olga", "Executive sign-off", heading="Promotion: Ann", outcome="approve")

    with factory() as session:
        case = session.scalars(select(Case)).one()
        proposal = session.scalars(select(Proposal)).one()
        assert session.scalars(select(Incident.problem)).all() == []
        assert session.scalars(select(Task.step).where(Task.state == "open")).all() == []
        assert (case.person_id, case.state, case.final_rating) == ("ann", "closed", 5)
        assert (proposal.kind, proposal.new_grade, proposal.state) == ("promotion", "G5", "granted")
        assert session.scalars(select(Cycle.state)).one() == "closed"
        assert verify_chain(session, case.root_id).holds
    with office.signed_in("ann") as page:
        page.goto(f"{site}/my-review")
        expect(page.locator("main")).to_contain_text("5 of 5")


def launch(office: Office) -> None:
    """Hugo publishes the annual review and launches it for the team's only employee of grade G4."""
    with office.signed_in("hugo") as page:
        page.goto(f"{office.site}/cycles/new")
        page.get_by_role("button", name="Publish").click()
        page.get_by_label("Name of the cycle").fill("Annual review 2026")
        page.get_by_text("Only some grades").click()
        page.get_by_label("G4", exact=True).check()
        expect(page.locator("#preview")).to_contain_text("1 person takes part")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Launch for 1 person").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Annual review 2026")
    with office.factory() as session:
        assert session.scalars(select(Person.id).join(Case, Case.person_id == Person.id)).all() == ["ann"]
