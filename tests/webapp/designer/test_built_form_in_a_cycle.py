"""A form that HR builds by clicks is published, asked in a running cycle, and filled in by a person, to the end."""

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine import clock, definitions, jobs
from engine.database import SessionFactory, transaction
from tests.services.accessibility import find_barriers
from tests.webapp.designer.building import Building
from tests.webapp.designer.test_drawing_in_a_browser import DESK
from tests.webapp.on_screen import Serve, forget, sign_in, watch
from tests.workflows.simulation.playing import inside
from tests.workflows.small_cycle import PERIOD
from workflows.cycles.launching import launch
from workflows.cycles.models import Cycle
from workflows.designs import starting
from workflows.people.organisation import Selection
from workflows.reviews.models import Submission

LOOK = '<bpmn:userTask id="look" name="Look at it" rf:actor="manager" rf:due="P3D" rf:form="check-in" />'


def build_and_publish(page: Page, site: str) -> None:
    """HR asks for a rating and a text, and publishes."""
    page.goto(f"{site}/designer/1")
    page.get_by_label("Name of a new form").fill("Check-in")
    page.get_by_role("button", name="Add a form").click()
    building = Building(page).wait()
    building.add("Rating", "How is it going?")
    building.panel.get_by_label("Must be answered").check()
    building.add("Long text", "What comes next?")
    building.save()
    page.goto(f"{site}/designer/1/publication")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("Version 1 of")).to_be_visible()


def launch_for_ann(factory: SessionFactory) -> None:
    """A cycle for Ann alone, with what was published."""
    with transaction(factory) as session:
        definition, alone = definitions.latest(session, "one_step"), Selection(people=frozenset({"ann"}))
        launch(session, definition, name="Check-ins", period=PERIOD, selection=alone, by="hugo", now=clock.now())
    while jobs.drain(factory):
        pass


def test_a_form_that_was_built_is_filled_in_to_the_end(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    complaints = watch(page)
    with transaction(factory) as session:
        starting.start_from_files(session, inside(LOOK), "one_step.bpmn", by="hugo", now=clock.now())
    site = serve(app)
    page.set_viewport_size(DESK)
    sign_in(page, site, "hugo")
    build_and_publish(page, site)
    forget(page)
    launch_for_ann(factory)
    # When Ben opens what he got, forgets the answer he must give, and gives it
    sign_in(page, site, "ben")
    page.get_by_role("link", name="Ann", exact=True).click()
    expect(page.get_by_label("What comes next?")).to_be_visible()
    page.get_by_label("What comes next?").fill("A project of her own.")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("radiogroup", name="How is it going?")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("What comes next?")).to_have_value("A project of her own.")
    assert find_barriers(page) == []
    page.get_by_role("radio", name="4").check()
    page.get_by_role("button", name="Hand in").click()
    # Then it is handed in as it was asked, and the cycle has come to its end
    expect(page.get_by_text("“Look at it” is handed in.")).to_be_visible()
    while jobs.drain(factory):
        pass
    with factory() as session:
        handed_in = session.scalars(select(Submission)).one()
        assert handed_in.answers == {"how_is_it_going": 4, "what_comes_next": "A project of her own."}
        assert session.scalars(select(Cycle.state)).all() == ["closed"]
    assert complaints == []
