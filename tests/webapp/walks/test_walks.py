"""HR walks through a draft on the pages: every form, time, one step back; axe looks at each page."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from engine import clock, definitions
from engine.database import SessionFactory, transaction
from engine.models import Instance, Task
from tests.services.accessibility import find_barriers
from tests.webapp.browsing import Browser
from tests.webapp.on_screen import Serve, sign_in, watch
from tests.workflows.simulation.playing import inside, one_step
from workflows.designs import starting

OpenBrowser = Callable[[str], Browser]
WRITE = '<bpmn:userTask id="write" name="Write" rf:actor="manager" rf:form="note" />'
APPROVE = '<bpmn:userTask id="approve" name="Approve" rf:actor="HR partner" rf:sendBack="yes" />'
NOTE = b"""{"type": "default", "id": "note", "components": [
  {"type": "textarea", "id": "note", "key": "note", "label": "Note"}
]}"""
DESK = {"width": 1400, "height": 900}


@pytest.fixture
def design(factory: SessionFactory) -> int:
    """The draft of an annual review."""
    with transaction(factory) as session:
        return starting.start_from_shipped(session, "annual_review", "Our review", by="hugo", now=clock.now()).id


def do(page: Page, task: str, who: str) -> None:
    """Do a task in somebody's role, with invented answers."""
    page.get_by_role("link", name=f"Do it as {who}: {task}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(task)
    page.get_by_role("link", name="Fill it in for me").click()
    page.get_by_role("button", name=f"Hand in as {who}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Walk through “Our review”")


def look_for_barriers(page: Page) -> None:
    """No barrier on the page that is open, wide or narrow."""
    assert find_barriers(page) == []
    page.set_viewport_size(DESK)


def begin(page: Page, site: str, design: int) -> None:
    """Begin from the draft, as Ann's review."""
    page.goto(f"{site}/designer/{design}")
    page.get_by_role("link", name="Walk through").click()
    page.get_by_label("Whose review is it?").fill("Ann")
    page.get_by_role("button", name="Search").click()
    look_for_barriers(page)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("region", name="What happened")).to_contain_text("Launched")


def let_the_deadline_pass_and_go_back(page: Page) -> None:
    """Nobody does anything: Ann is reminded and late. One step back, she is not."""
    page.get_by_role("button", name="Past the next deadline").click()
    expect(page.get_by_text("Overdue", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="What happened")).to_contain_text("Mail to Ann")
    page.get_by_role("button", name="One step back").click()
    expect(page.get_by_text("Overdue", exact=True)).to_have_count(0)


def hand_in_nothing(page: Page) -> None:
    """The form says what is missing, as it does for real."""
    page.get_by_role("link", name="Do it as Ann: Self-assessment").click()
    page.get_by_role("button", name="Hand in as Ann").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    look_for_barriers(page)
    page.get_by_role("link", name="Our review").click()


def go_on(page: Page, goal: str) -> None:
    """Jump ahead."""
    [option] = [one for one in page.get_by_label("Until when").locator("option").all_inner_texts() if goal in one]
    page.get_by_label("Until when").select_option(label=option)
    page.get_by_role("button", name="Go on", exact=True).click()


def jump_and_take_it_back(page: Page) -> None:
    """Until it is Ben's turn: what Ann would hand in is assumed, told, and taken back."""
    go_on(page, "Ben, their manager")
    story = page.get_by_role("region", name="What happened")
    expect(story).to_contain_text("Assumed: Ann hands in “Self-assessment”")
    expect(page.get_by_role("link", name="Do it as Ben: Manager review")).to_be_visible()
    page.get_by_role("button", name="One step back").click()
    expect(story).not_to_contain_text("Assumed")


def calibrate(page: Page) -> None:
    """Whoever leads the session moves Ann's rating, with a reason."""
    go_on(page, "Calibration session")
    page.get_by_role("link", name="Calibration session").click()
    expect(page.get_by_role("heading", name="Ratings of the group")).to_be_visible()
    page.get_by_role("button", name="Change the rating").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why the rating is changed")
    page.get_by_label("Why? Ann").fill("Compared with the others.")
    page.get_by_role("button", name="Change the rating").click()
    expect(page.get_by_role("region", name="Ratings of the group")).to_contain_text("Compared with the others.")
    look_for_barriers(page)
    page.get_by_role("link", name="Our review").click()
    expect(page.get_by_role("region", name="What happened")).to_contain_text("changes the rating of Ann from")


def test_a_draft_is_walked_to_its_end(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory, design: int
) -> None:
    complaints = watch(page)
    site = serve(app)
    page.set_viewport_size(DESK)
    sign_in(page, site, "hugo")
    begin(page, site, design)
    let_the_deadline_pass_and_go_back(page)
    hand_in_nothing(page)
    jump_and_take_it_back(page)
    do(page, "Self-assessment", "Ann")
    look_for_barriers(page)
    calibrate(page)
    # When the rest is assumed
    go_on(page, "To the end of the process")
    # Then it comes to its end, and nothing of it was real
    expect(page.get_by_text("The process has come to its end.")).to_be_visible()
    look_for_barriers(page)
    page.goto(f"{site}/walks")
    expect(page.get_by_role("link", name="Our review")).to_be_visible()
    look_for_barriers(page)
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(Instance)) == 0
        assert session.scalar(select(func.count()).select_from(Task)) == 0
    assert complaints == []


def test_walks_are_listed_and_thrown_away(factory: SessionFactory, open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    assert "There is no process yet" in hugo.open("/walks/new").text
    with transaction(factory) as session:
        number = definitions.deploy(session, one_step(), by="hugo", now=clock.now()).id
    assert "No walk-through yet" in hugo.open("/walks").text
    hugo.open("/walks/new")
    assert hugo.send("/walks").status_code == 422
    assert "Choose a process, and whose review it is." in hugo.page.text
    page = hugo.send("/walks", process=f"published-{number}", to="ann")
    assert hugo.heading == "Walk through “One step”"
    assert "Do it as Ben" in page.text
    address = hugo.page.request.path
    # A window that was left open is told that the walk went on.
    hugo.send(f"{address}/time", until="day", _number="0")
    assert hugo.send(f"{address}/time", until="day", _number="0").status_code == 409
    assert "went on in another window" in hugo.page.text
    assert hugo.send(f"{address}/jump", goal="step-nowhere", _number="1").status_code == 422
    assert "Choose whose turn it shall be" in hugo.page.text
    assert hugo.send(f"{address}/messages", kind="message", name="news", data="lead", _number="1").status_code == 422
    assert "“lead” is not understood" in hugo.page.text
    assert hugo.send(f"{address}/messages", kind="message", name="news", data="a = 1", _number="1").status_code == 422
    assert "Nobody waits for “news” any more" in hugo.page.text
    assert hugo.send(f"{address}/time", until="date", day="soon", _number="1").status_code == 422
    assert hugo.send(f"{address}/time", until="date", day="1999-01-01", _number="1").status_code == 422
    assert "Time goes forward here" in hugo.page.text
    assert hugo.open(f"{address}/tasks/999").status_code == 404
    assert "One step" in hugo.open("/walks").text
    assert "No walk-through yet" in hugo.send(f"{address}/removal").text
    assert hugo.open(address).status_code == 404


def test_whoever_did_a_step_gets_it_back_with_what_they_wrote(
    factory: SessionFactory, open_browser: OpenBrowser
) -> None:
    # given a review that Ben has written and Hugo approves
    package = inside(f"{WRITE}{APPROVE}") | {"forms/note.json": NOTE}
    with transaction(factory) as session:
        number = definitions.deploy(session, package, by="hugo", now=clock.now()).id
    hugo = open_browser("hugo")
    hugo.open("/walks/new")
    hugo.send("/walks", process=f"published-{number}", to="ann")
    address = hugo.page.request.path
    written = re.search(rf"{address}/tasks/\d+", hugo.page.text)
    assert written is not None
    hugo.send(written[0], note="She did it all.", _number="0", _as="ben")
    approved = re.search(rf"{address}/tasks/\d+\?as=(\w+)", hugo.page.text)
    assert approved is not None
    # when it is sent back
    assert "Send back as" in hugo.open(approved[0]).text
    back = {"to": "write", "_number": "1", "_as": approved[1]}
    way = f"{approved[0].partition('?')[0]}/sending-back"
    assert hugo.send(way, **back).status_code == 422
    assert "say what should be different" in hugo.page.text
    hugo.send(way, reason="An example, please.", **back)
    # then
    assert "back to “Write”: An example, please." in hugo.page.text
    again = re.search(rf"{address}/tasks/\d+", hugo.page.text)
    assert again is not None
    assert "She did it all." in hugo.open(f"{again[0]}?as=ben").text
