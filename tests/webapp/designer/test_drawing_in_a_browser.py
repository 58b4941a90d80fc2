"""HR draws a process by clicking, publishes it, and people work it off."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect

from engine import clock, jobs
from engine.database import SessionFactory, transaction
from engine.diagram import read_diagram
from tests.services.accessibility import find_barriers
from tests.webapp.designer.drawing import Drawing
from tests.webapp.on_screen import Serve, forget, sign_in, watch
from tests.webapp.reviewing import Review
from workflows.cycles.models import Case
from workflows.designs import changing, starting
from workflows.designs.reading import changes_of, files_of, revisions_of

DESK: ViewportSize = {"width": 1400, "height": 900}


@pytest.fixture
def drawing(page: Page) -> Drawing:
    page.set_viewport_size(DESK)
    return Drawing(page)


def work(factory: SessionFactory) -> None:
    while jobs.drain(factory, limit=100, seconds=60):
        pass


def test_from_empty_to_the_last_task_by_clicking(
    page: Page, drawing: Drawing, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    complaints = watch(page)
    site = serve(app)
    sign_in(page, site, "hugo")
    # Given an empty process
    page.goto(f"{site}/designer")
    page.get_by_role("link", name="Draw the first process").click()
    page.get_by_label("Name of the process").fill("Quarterly check-in")
    page.get_by_role("button", name="Begin to draw").click()
    drawing.wait()
    # When HR draws two tasks, and says who does them
    draw_two_tasks(drawing)
    say_who_does_them(drawing)
    with factory() as session:
        steps = read_diagram(files_of(session, 1)["quarterly_check_in.bpmn"], "x").steps.values()
    settings = [step.settings for step in steps if step.kind == "userTask"]
    assert settings == [{"actor": "subject", "due": "P14D", "remind": "P7D P1D"}, {"actor": "manager"}]
    # And publishes and launches it
    page.get_by_role("link", name="Publish …").click()
    page.get_by_role("button", name="Publish version 1").click()
    page.get_by_role("link", name="Launch a cycle").first.click()
    page.get_by_label("Name of the cycle").fill("Check-in, autumn")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Launch for 5 people").click()
    expect(page.get_by_text("is launched.")).to_be_visible()
    work(factory)
    # Then Ann and her manager work their tasks off in the inbox, to the end of the case.
    for who, task, about in (("ann", "Write a check-in", "Yourself"), ("ben", "Read it together", "Ann")):
        forget(page)
        sign_in(page, site, who)
        hand_in(page, task, about)
        work(factory)
    with factory() as session:
        assert session.query(Case).filter_by(person_id="ann").one().state == "closed"
    assert complaints == [], "the content policy or a script objects"


def hand_in(page: Page, task: str, about: str) -> None:
    """From the inbox to a task about somebody, and through it."""
    page.get_by_role("row").filter(has_text=task).get_by_role("link", name=about, exact=True).click()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("is handed in.")).to_be_visible()


def draw_two_tasks(drawing: Drawing) -> None:
    """Drop two tasks onto the way from the beginning of a case to its end."""
    way = drawing.page.locator("[data-element-id=opened_to_closed]")
    _, y = drawing.middle(way)
    drawing.drop("userTask", drawing.box(way)["x"] + 110, y, "Write a check-in")
    expect(drawing.panel).to_contain_text("Who does this?")
    first = drawing.box(drawing.element("Write a check-in"))
    drawing.drop("userTask", first["x"] + first["width"] + 150, y, "Read it together")


def say_who_does_them(drawing: Drawing) -> None:
    """Go from finding to finding, until nothing is missing."""
    page, panel, checks = drawing.page, drawing.panel, drawing.checks
    expect(checks).to_contain_text("Checks: 2 to solve")
    expect(page.locator(".rf-finding-mark")).to_have_count(2)
    checks.locator("summary").click()
    checks.get_by_role("button", name="Write a check-in").click()
    expect(panel.get_by_label("Name")).to_have_value("Write a check-in")
    panel.get_by_label("Who does this?").select_option(label="The person it is about")
    panel.get_by_label("Time to do it", exact=True).fill("14")
    panel.get_by_label("Reminders, days before").fill("7, 1")
    checks.get_by_role("button", name="Read it together").click()
    expect(panel.get_by_label("Name")).to_have_value("Read it together")
    panel.get_by_label("Who does this?").select_option(label="Their manager")
    expect(checks).to_contain_text("nothing stands in the way")
    expect(page.locator(".rf-finding-mark")).to_have_count(0)


def test_two_people_see_each_other_and_overwrite_nothing(browser: Browser, review: Review, serve: Serve) -> None:
    with transaction(review.factory) as session:
        starting.start_empty(session, "Check-in", by="hugo", now=clock.now())
    site = serve(review.app)
    hugo, rita = (Drawing(browser.new_context(viewport=DESK).new_page()) for _ in range(2))
    for desk, who in ((hugo, "hugo"), (rita, "rita")):
        sign_in(desk.page, site, who)
        desk.open(f"{site}/designer/1/diagram")
    expect(rita.page.locator("[data-others]")).to_contain_text("Hugo is here too")
    # Given that both change the name of the process, and Hugo's is saved first; their pages do not ask again meanwhile
    for desk in (hugo, rita):
        desk.page.route("**/presence*", lambda route: route.abort())
    for desk, name in ((hugo, "Check-in of Hugo"), (rita, "Check-in of Rita")):
        desk.panel.get_by_label("Name").fill(name)
    hugo.save()
    rita.page.keyboard.press("Control+s")
    # Then Rita is asked, keeps hers, and Hugo's is still there to go back to.
    expect(rita.page.get_by_role("dialog")).to_contain_text("Hugo has saved this diagram")
    rita.page.get_by_role("button", name="Keep mine").click()
    expect(rita.status).to_have_text("All changes are saved.")
    with review.factory() as session:
        assert b"Check-in of Rita" in files_of(session, 1)["check_in.bpmn"]
        assert [(change.by, change.kind) for change in changes_of(session, 1)][:2] == [
            ("rita", "saved"),
            ("hugo", "saved"),
        ]
    # And when Hugo goes on, he takes hers: his own comes to him as a file.
    hugo.panel.get_by_label("Name").fill("Another name")
    hugo.page.keyboard.press("Control+s")
    with hugo.page.expect_download():
        hugo.page.get_by_role("button", name="Take theirs").click()
    expect(hugo.panel.get_by_label("Name")).to_have_value("Check-in of Rita")
    for desk in (hugo, rita):
        desk.page.context.close()


def hear_of_others(page: Page) -> None:
    """Let the time pass after which a page asks who else is there."""
    with page.expect_response("**/presence*"):
        page.clock.run_for(15_000)


def test_what_a_colleague_has_saved_waits_until_a_field_is_left(
    page: Page, drawing: Drawing, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    with transaction(factory) as session:
        starting.start_empty(session, "Check-in", by="hugo", now=clock.now())
    page.clock.install()
    site = serve(app)
    sign_in(page, site, "hugo")
    drawing.open(f"{site}/designer/1/diagram")
    # Given Hugo, who is in the middle of a word when Mara saves
    name, path = drawing.panel.get_by_label("Name"), "check_in.bpmn"
    name.fill("Check-in of")
    with transaction(factory) as session:
        theirs = files_of(session, 1)[path].replace(b'"Check-in"', b'"By Mara"')
        revision = revisions_of(session, 1)[path]
        changing.save_file(session, 1, path, theirs, based_on=revision, by="mara", now=clock.now())
    # When his page hears of it, then what he writes is still there
    hear_of_others(page)
    expect(name).to_have_value("Check-in of")
    # And hers comes once he has left the field as it was.
    name.fill("Check-in")
    name.blur()
    hear_of_others(page)
    expect(name).to_have_value("By Mara")


def test_what_could_not_be_saved_comes_back_after_a_crash(
    page: Page, drawing: Drawing, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    with transaction(factory) as session:
        starting.start_empty(session, "Check-in", by="hugo", now=clock.now())
    site = serve(app)
    sign_in(page, site, "hugo")
    drawing.open(f"{site}/designer/1/diagram")
    # Given a server that is not reached
    page.route("**/files/**", lambda route: route.abort())
    drawing.panel.get_by_label("Name").fill("Written in vain?")
    page.keyboard.press("Control+s")
    expect(drawing.status).to_contain_text("cannot be reached")
    # When the browser is closed and opened again
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    page.unroute("**/files/**")
    drawing.open(f"{site}/designer/1/diagram")
    # Then it is all there, and saved by itself.
    expect(drawing.panel.get_by_label("Name")).to_have_value("Written in vain?")
    expect(drawing.status).to_have_text("All changes are saved.")
    with factory() as session:
        assert b"Written in vain?" in files_of(session, 1)["check_in.bpmn"]


def test_nobody_meets_a_barrier(page: Page, app: Flask, serve: Serve, factory: SessionFactory) -> None:
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
        long = "A check-in with a name as long as names become when everybody in the room has had a word in it"
        starting.start_empty(session, long, by="hugo", now=clock.now())
    site = serve(app)
    sign_in(page, site, "hugo")
    barriers = {}
    for address in (
        "/designer",
        "/designer/new",
        "/designer/1",
        "/designer/2",
        "/designer/1/diagram",
        "/designer/2/publication",
    ):
        page.set_viewport_size(DESK)
        page.goto(site + address)
        if address.endswith("diagram"):
            Drawing(page).wait()
            page.locator("[data-element-id=manager_review]").first.click()
            expect(page.get_by_label("Who does this?")).to_be_visible()
        barriers[address] = find_barriers(page)
    assert {address: found for address, found in barriers.items() if found} == {}
