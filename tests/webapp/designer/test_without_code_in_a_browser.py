"""HR without code: somebody who only clicks makes two processes from empty, in the step list and in the diagram."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engine import clock, jobs
from engine.database import SessionFactory
from tests.services.accessibility import find_barriers
from tests.webapp.designer.building import Building
from tests.webapp.designer.drawing import Drawing
from tests.webapp.designer.step_list import StepList
from tests.webapp.designer.test_drawing_in_a_browser import DESK
from tests.webapp.on_screen import Serve, forget, sign_in, watch
from workflows.cycles.models import Case
from workflows.notifications.models import Notification


@dataclass
class Desk:
    """The browser of HR at first; others sign in after them."""

    page: Page
    site: str
    factory: SessionFactory

    def work(self) -> None:
        """Let the machine do what is due."""
        while jobs.drain(self.factory, limit=100, seconds=60):
            pass

    def publish_and_launch(self, process: str, said: str) -> None:
        """Publish the process that is open, reading what changes, and launch a cycle for everybody."""
        page = self.page
        page.get_by_role("link", name="Publish …").click()
        expect(page.get_by_text(said)).to_be_visible()
        # One of five people is HR: whom the steps are about that go to HR is all that there is to look at.
        for check in page.get_by_role("region", name="Checks").get_by_role("listitem").all():
            expect(check).to_contain_text("nobody may do it: it goes to the HR group, and Hugo is the only one of them")
        page.get_by_role("button", name="Publish version 1").click()
        expect(page.get_by_text(f"Version 1 of “{process}” is published")).to_be_visible()
        page.get_by_role("link", name="Launch a cycle").first.click()
        page.get_by_label("Name of the cycle").fill(f"{process}, autumn")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Launch for 5 people").click()
        expect(page.get_by_text("is launched.")).to_be_visible()
        self.work()

    def open_task(self, who: str, task: str, about: str) -> Page:
        """One of the cast opens a task in their inbox."""
        forget(self.page)
        sign_in(self.page, self.site, who)
        row = self.page.get_by_role("row").filter(has_text=task).filter(has_text=about)
        row.get_by_role("link", name=about, exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(task)
        return self.page

    def hand_in(self) -> None:
        """Hand in the task that is open, and let it be worked on."""
        self.page.get_by_role("button", name="Hand in").click()
        expect(self.page.locator("body")).to_contain_text("is handed in")
        self.work()

    def state_of(self, person: str) -> str:
        """What has become of the case of one of the cast."""
        with self.factory() as session:
            return session.query(Case).filter_by(person_id=person).one().state

    def reminders_of(self, person: str) -> int:
        """How often one of the cast was reminded."""
        with self.factory() as session:
            return session.query(Notification).filter_by(person_id=person, kind="reminder").count()


@pytest.fixture
def desk(page: Page, app: Flask, serve: Serve, factory: SessionFactory) -> Iterator[Desk]:
    complaints = watch(page)
    page.set_viewport_size(DESK)
    site = serve(app)
    sign_in(page, site, "hugo")
    yield Desk(page, site, factory)
    assert complaints == [], "the content policy or a script objects"


def test_a_check_in_is_made_by_choosing_words(desk: Desk) -> None:
    steps = StepList(desk.page).begin(desk.site, "Quarterly check-in")
    # Given what the employee writes, with time, two reminders, questions, and the right to skip it
    steps.add("Add the first step", "Write the check-in", who="The person it is about")
    steps.give_time("14", "7, 2", "14 days, reminded 7 days and 2 days before")
    steps.ask("What went well?")
    steps.ask("How do you feel?", "One of several", choices="Well, Not so well")
    steps.press("Let it be skipped, with a reason")
    expect(desk.page.locator("#steps")).to_contain_text("It ends here: “Skipped”.")
    # And what the manager does, with a talk where it is needed
    steps.add("Add a step after 1.2", "Read it", who="Their manager")
    steps.add(
        "Add a step after 1.3",
        "Talk about it",
        kind="A step under a condition",
        who="Their manager",
        when=("How do you feel?", "is", "Not so well"),
    )
    expect(desk.page.get_by_text("If “How do you feel?” is “not_so_well”:")).to_be_visible()
    desk.page.evaluate("scrollTo(0, 0)")
    assert find_barriers(desk.page) == []
    desk.page.set_viewport_size(DESK)
    desk.publish_and_launch("Quarterly check-in", "This is the first version")
    play_check_in(desk, "Read it", "Talk about it")


def test_a_check_in_is_drawn_by_clicking(desk: Desk) -> None:
    page, drawing = desk.page, Drawing(desk.page)
    page.goto(f"{desk.site}/designer/new")
    page.get_by_label("Name of the process").fill("Quarterly check-in")
    page.get_by_role("button", name="Begin to draw").click()
    # Given two tasks with a question between them, and an end for those who skip it
    draw_check_in(drawing.wait())
    # When its form is built
    drawing.panel.get_by_role("button", name="Make a form for this step").click()
    drawing.panel.get_by_role("link", name="Open the form").click()
    form = Building(page).wait()
    for kind, question in (("Long text", "What went well?"), ("Box to tick", "Skip it this time")):
        form.add(kind, question)
    form.add("Long text", "Why is it skipped?")
    form.save()
    # And the way to the end is taken by whoever ticks it there
    page.get_by_role("link", name="Diagram").click()
    drawing.wait().choose_way_to(drawing.labelled("Skipped early"))
    drawing.panel.get_by_label("Add a condition").select_option(label="Skip it this time (Write the check-in)")
    expect(drawing.panel.get_by_label("Condition 1: value")).to_have_value("true")
    drawing.choose("Skipped?")
    drawing.panel.get_by_label("Which way when no condition holds?").select_option(label="to Read it")
    expect(drawing.checks).to_contain_text("nothing stands in the way")
    drawing.save()
    # Then it runs as the one of the step list does.
    desk.publish_and_launch("Quarterly check-in", "This is the first version")
    play_check_in(desk, "Read it")


def draw_check_in(drawing: Drawing) -> None:
    """What happens with a check-in: written with time and two reminders, read, or skipped."""
    panel, way = drawing.panel, drawing.page.locator("[data-element-id=opened_to_closed]")
    _, y = drawing.middle(way)
    drawing.drop("userTask", drawing.box(way)["x"] + 90, y, "Write the check-in")
    expect(panel.get_by_label("Name", exact=True)).to_have_value("Write the check-in")
    right = drawing.box(drawing.element("Write the check-in"))["x"] + 100
    drawing.drop("userTask", right + 220, y, "Read it")
    expect(panel.get_by_label("Name", exact=True)).to_have_value("Read it")
    panel.get_by_label("Who does this?").select_option(label="Their manager")
    drawing.drop_gateway(right + 70, y, "Skipped?")
    drawing.append("End", "Skipped early")
    drawing.choose("Write the check-in")
    panel.get_by_label("Who does this?").select_option(label="The person it is about")
    panel.get_by_label("Time to do it", exact=True).fill("14")
    panel.get_by_label("Reminders, days before").fill("7, 2")


def play_check_in(desk: Desk, *tasks: str) -> None:
    """Ann writes hers after two reminders, and Ben works on it; Ben skips his own."""
    for days, reminders in ((8, 1), (5, 2)):
        clock.travel(days=days)
        desk.work()
        assert desk.reminders_of("ann") == reminders
    page = desk.open_task("ann", "Write the check-in", "Yourself")
    page.get_by_label("What went well?").fill("The new scales are out.")
    if "Talk about it" in tasks:
        page.get_by_text("Not so well", exact=True).click()
    desk.hand_in()
    for task in tasks:
        desk.open_task("ben", task, "Ann")
        desk.hand_in()
    page = desk.open_task("ben", "Write the check-in", "Yourself")
    page.get_by_label("Skip it this time").check()
    page.get_by_label("Why is it skipped?").fill("We spoke last week.")
    desk.hand_in()
    assert (desk.state_of("ann"), desk.state_of("ben"), desk.state_of("mara")) == ("closed", "closed", "open")


def test_a_spot_bonus_with_three_levels_is_made_by_choosing_words(desk: Desk) -> None:
    steps = StepList(desk.page).begin(desk.site, "Spot bonus")
    steps.add("Add the first step", "Propose a bonus", who="Their manager")
    steps.take_form("Propose a bonus")
    steps.add(
        "Add a step after 1.1",
        "The executive approves",
        kind="A step under a condition",
        who="The first executive above them",
        when=("Amount of the bonus", "is more than", "2000"),
    )
    steps.add_way(
        "The head of the unit approves", "The head of their unit", ("Amount of the bonus", "is more than", "500")
    )
    for name, form in (
        ("The executive approves", "Approve or reject the bonus"),
        ("The head of the unit approves", "Approve the bonus"),
    ):
        steps.open(name)
        desk.page.get_by_label("Four eyes").check()
        expect(steps.line(name)).to_contain_text("four eyes")
        steps.take_form(form, "Approve the bonus")
        steps.press("End when it is not approved")
    grant = "Grant the proposal of the case, so that it stands on the list of rewards"
    steps.add("Add a step after 1.2", "Grant the bonus", kind="A step that Reviewflow does", does=grant)
    expect(desk.page.get_by_text("It can be published")).to_be_visible()
    desk.publish_and_launch("Spot bonus", "This is the first version")
    play_bonus(desk, "Propose a bonus", "The head of the unit approves", "The executive approves")


def test_a_spot_bonus_with_three_levels_is_drawn_by_clicking(desk: Desk) -> None:
    page, drawing = desk.page, Drawing(desk.page)
    page.goto(f"{desk.site}/designer/new")
    page.get_by_label("Name of the process").fill("Spot bonus")
    page.get_by_role("button", name="Begin to draw").click()
    draw_bonus(drawing.wait())
    say_who_and_what(drawing)
    # Given that the amount decides who approves, and their answers whether it is granted
    drawing.choose_way_to(drawing.element("Executive"))
    say_when(drawing, 1, "Amount of the bonus (Propose)", "is more than", "2000")
    drawing.choose_way_to(drawing.element("Unit head"))
    say_when(drawing, 1, "Amount of the bonus", "is more than", "500")
    drawing.choose_way_to(drawing.element("Reject it"))
    for row, step in ((1, "Executive"), (2, "Unit head")):
        say_when(drawing, row, f"Your decision ({step})", "is", "Reject")
    drawing.panel.get_by_label("It is taken when").select_option(label="one of these holds")
    for name in ("How much?", "Approved?"):
        drawing.choose_labelled(name)
        drawing.panel.get_by_label("Which way when no condition holds?").select_option(label="to Grant it")
    expect(drawing.checks).to_contain_text("nothing stands in the way")
    drawing.save()
    # Then it runs as the one of the step list does.
    desk.publish_and_launch("Spot bonus", "This is the first version")
    play_bonus(desk, "Propose", "Unit head", "Executive")


def draw_bonus(drawing: Drawing) -> None:
    """The steps of a bonus, and the ways between them."""
    name = drawing.panel.get_by_label("Name", exact=True)
    way = drawing.page.locator("[data-element-id=opened_to_closed]")
    x, (_, y) = drawing.box(way)["x"], drawing.middle(way)
    for step, place, called in (("userTask", 70, "Propose"), ("serviceTask", 330, "Grant it")):
        drawing.drop(step, x + place, y, called)
        expect(name).to_have_value(called)
    drawing.drop_gateway(x + 180, y, "How much?")
    drawing.append("Task for a person", "Executive")
    drawing.append("Choose one way", "Approved?")
    drawing.append("Machine step", "Reject it")
    drawing.append("End", "Not approved")
    drawing.choose_labelled("Approved?")
    drawing.connect(drawing.element("Grant it"))
    drawing.choose_labelled("How much?")
    drawing.append("Task for a person", "Unit head")
    drawing.connect(drawing.labelled("Approved?"))


def say_who_and_what(drawing: Drawing) -> None:
    """Who does each step with which form, and what the machine does."""
    panel = drawing.panel
    people = (("Propose", "Their manager"), ("Executive", "The first executive above them"))
    for step, who in (*people, ("Unit head", "The head of their unit")):
        drawing.choose(step)
        panel.get_by_label("Who does this?").select_option(label=who)
        if step == "Unit head":
            panel.get_by_label("Form", exact=True).select_option(label="Approve the bonus")
        else:
            form = "Propose a bonus" if step == "Propose" else "Approve or reject the bonus"
            panel.get_by_role("button", name=f"Take the form “{form}”").click()
        expect(panel.get_by_role("link", name="Open the form")).to_be_visible()
        if step != "Propose":
            panel.get_by_label("Four eyes").check()
    for step, done in (
        ("Grant it", "Grant the proposal of the case, so that it stands on the list of rewards"),
        ("Reject it", "Close the proposal of the case as not granted"),
    ):
        drawing.choose(step)
        panel.get_by_label("What does Reviewflow do here?").select_option(label=done)


def say_when(drawing: Drawing, row: int, what: str, how: str, value: str) -> None:
    """One comparison of the way that is selected."""
    panel = drawing.panel
    panel.get_by_label("Add a condition" if row == 1 else "Add another condition").select_option(label=what)
    panel.get_by_label(f"Condition {row}: comparison").select_option(label=how)
    field = panel.get_by_label(f"Condition {row}: value")
    if value.isdecimal():
        field.fill(value)
        field.blur()
    else:
        field.select_option(label=value)


def play_bonus(desk: Desk, propose: str, head: str, executive: str) -> None:
    """One bonus of each level: paid at once, refused by whoever is above, and approved by the executive."""
    for manager, person, amount in (("olga", "Mara", "300"), ("mara", "Ben", "800"), ("ben", "Ann", "2500")):
        page = desk.open_task(manager, propose, person)
        page.get_by_label("Amount of the bonus").fill(amount)
        page.get_by_label("Paid from").fill(clock.now().date().isoformat())
        page.get_by_label("What is it for?").fill("Stayed calm when the press stood still.")
        desk.hand_in()
    page = desk.open_task("olga", head, "Ben")
    page.get_by_text("Reject", exact=True).click()
    page.get_by_label("Why not?").fill("It was part of the job this time.")
    desk.hand_in()
    page = desk.open_task("mara", executive, "Ann")
    page.get_by_text("Approve", exact=True).click()
    desk.hand_in()
    assert [desk.state_of(person) for person in ("mara", "ben", "ann")] == ["closed"] * 3
    # Then HR finds what was granted, and payroll gets it as a file.
    forget(page)
    sign_in(page, desk.site, "hugo")
    page.get_by_role("link", name="Rewards").click()
    expect(page.get_by_role("row", name="Ann Bonus")).to_contain_text("2,500.00 BRL")
    expect(page.get_by_role("row", name="Ben Bonus")).to_contain_text("Not granted")
    assert find_barriers(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Payment list").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["ann", "Ann", "2500.00", "BRL"],
        ["mara", "Mara", "300.00", "BRL"],
    ]
