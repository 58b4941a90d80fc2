"""What HR says of a step beside the diagram, and what else the editor can do."""

import re
from importlib.resources import files as resources

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engine import clock
from engine.database import SessionFactory, transaction
from engine.diagram import Diagram, read_diagram
from tests.webapp.designer.drawing import Drawing
from tests.webapp.designer.offering import ASKED, offered
from tests.webapp.designer.test_drawing_in_a_browser import DESK
from tests.webapp.on_screen import Serve, sign_in, watch
from workflows.designs import starting
from workflows.designs.reading import files_of, get_design
from workflows.people.committees import found_committee, give_seat
from workflows.routing.facts import day_of
from workflows.voting.settings import PATTERNS

READABLE = 46
"""How high a task is drawn at least, in pixels, so that the letters in it can be read."""


@pytest.fixture
def drawing(page: Page, app: Flask, serve: Serve, factory: SessionFactory) -> Drawing:
    """The annual review in the editor."""
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
    site = serve(app)
    page.set_viewport_size(DESK)
    sign_in(page, site, "hugo")
    return Drawing(page).open(f"{site}/designer/1/diagram")


def diagram_of(factory: SessionFactory, design_id: int = 1) -> Diagram:
    with factory() as session:
        path = f"{get_design(session, design_id).key}.bpmn"
        return read_diagram(files_of(session, design_id)[path], path)


def test_conditions_are_chosen_in_words_or_written(drawing: Drawing, factory: SessionFactory) -> None:
    # Given a condition that can be said in words
    drawing.page.locator("[data-element-id=rating_extreme_label]").click()
    panel = drawing.panel
    expect(panel.get_by_label("It is taken when")).to_have_value("or")
    panel.get_by_label("Condition 1: comparison").select_option(label="is at most")
    panel.get_by_role("button", name="Take condition 2 away").click()
    panel.get_by_label("Add another condition").select_option(label="Grade after a promotion")
    panel.get_by_label("Condition 2: value").fill('said "no" and left')
    drawing.save()
    (flow,) = (flow for flow in diagram_of(factory).flows if flow.id == "rating_extreme")
    assert flow.condition == r'rating <= 1 and new_grade = "said \"no\" and left"'
    # When it is written instead, names are completed
    panel.get_by_role("button", name="Write it as an expression").click()
    expression = panel.get_by_label("Expression (FEEL)")
    expression.fill("not(self_as")
    panel.get_by_role("button", name="self_assessment_missing").click()
    expression.press("End")
    expression.type(")")
    drawing.save()
    (flow,) = (flow for flow in diagram_of(factory).flows if flow.id == "rating_extreme")
    assert flow.condition == "not(self_assessment_missing)"
    # And a name that nobody knows is found at once.
    expression.fill("salery > 5")
    drawing.save()
    expect(drawing.checks).to_contain_text("1 to solve")
    expect(drawing.page.locator(".rf-finding-mark")).to_have_attribute("title", re.compile("salery"))


def test_everything_that_is_said_of_a_step_is_kept(drawing: Drawing, factory: SessionFactory) -> None:
    page, panel = drawing.page, drawing.panel
    page.locator("[data-element-id=second_approval]").first.click()
    panel.get_by_label("Who does this?").select_option(label="A group")
    panel.get_by_label("Which group?").select_option("hr")
    panel.get_by_label("Form").select_option(label="Release the results")
    panel.get_by_label("Time to do it", exact=True).fill("2")
    panel.get_by_label("Time to do it: unit").select_option("weeks")
    panel.get_by_label("Reminders, days before").fill("5; 2")
    panel.get_by_label("Who is told when it is late?").select_option(label="The chief executive")
    panel.get_by_label("Four eyes").uncheck()
    panel.get_by_label("Signed with the password").check()
    panel.get_by_text("Explanation").click()
    panel.get_by_label("What everybody should know").fill("Only once a year.")
    drawing.save()
    step = diagram_of(factory).steps["second_approval"]
    assert step.settings == {
        "actor": "group",
        "actorArgument": "hr",
        "form": "release",
        "due": "P2W",
        "remind": "P5D P2D",
        "escalate": "chief executive",
        "signature": "password",
        "sendBack": "no",
    }
    assert step.sets == (("second_outcome", "outcome"),)
    # And undone step by step, as it was drawn.
    page.get_by_role("button", name="Undo").click(click_count=1)
    expect(panel.get_by_label("What everybody should know")).to_have_value(
        "Only the lowest and the highest rating need a second person."
    )


def test_the_panel_asks_everything_that_the_step_list_asks(drawing: Drawing) -> None:
    page, panel = drawing.page, drawing.panel

    def asked() -> set[str]:
        fields = panel.locator("[data-field]")
        return ASKED & set(fields.evaluate_all("all => all.map((one) => one.dataset.field)"))

    page.locator("[data-element-id=second_approval]").first.click()
    expect(panel.get_by_label("Who does this?")).to_have_value("manager's manager")
    assert asked() == offered()
    panel.get_by_label("Who does this?").select_option(label="A group")
    expect(panel.get_by_label("If whoever takes it does not do it")).to_be_visible()
    assert asked() == offered(actor="group")
    for pattern in PATTERNS.values():
        panel.get_by_label("How is it decided?").select_option(pattern.name)
        expect(panel.get_by_text(pattern.help)).to_be_visible()
        assert asked() == offered(pattern.name), pattern.name


def test_a_step_becomes_another_kind_and_is_done_for_each_of_a_list(drawing: Drawing, factory: SessionFactory) -> None:
    page, panel = drawing.page, drawing.panel
    page.locator("[data-element-id=release]").first.click()
    page.locator(".djs-context-pad [data-action=replace]").click()
    page.keyboard.type("elsewhere")
    page.locator(".djs-popup").get_by_text("Something done elsewhere").click()
    expect(panel.locator("h2")).to_have_text("Something done elsewhere")
    panel.get_by_text("How often", exact=True).first.click()
    panel.get_by_label("How often").select_option(label="For each of a list")
    panel.get_by_label("For each of (a list)").fill('["a", "b"]')
    panel.get_by_label("Called").fill("letter")
    panel.get_by_label("One after the other").check()
    drawing.save()
    (step,) = (step for step in diagram_of(factory).steps.values() if step.kind == "manualTask")
    assert step.repetition is not None
    assert (step.repetition.kind, step.repetition.items, step.repetition.item) == ("sequential", '["a", "b"]', "letter")


def test_the_palette_offers_what_runs_and_works_with_the_keyboard(drawing: Drawing, factory: SessionFactory) -> None:
    page = drawing.page
    page.locator("[data-element-id=release_results]").first.click()
    button = page.locator("[data-step=userTask]")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    drawing.save()
    added = diagram_of(factory).steps.keys() - diagram_shipped().steps.keys()
    (new,) = added
    assert any(flow.source == "release_results" and flow.target == new for flow in diagram_of(factory).flows)
    # Everything else is a search away, and nothing is offered that does not run.
    page.get_by_role("button", name="More").click()
    expect(page.locator(".djs-popup")).to_contain_text("Whatever happens first")
    expect(page.locator(".djs-popup")).not_to_contain_text("Ad-hoc")


def diagram_shipped() -> Diagram:
    content = (resources("bpmn") / "annual_review" / "annual_review.bpmn").read_bytes()
    return read_diagram(content, "annual_review.bpmn")


def test_tokens_are_watched_and_things_are_found(drawing: Drawing) -> None:
    complaints = watch(drawing.page)
    page = drawing.page
    page.get_by_role("button", name="Watch tokens move").click()
    expect(page.locator("[data-designer][data-simulating]")).to_be_visible()
    expect(drawing.panel).to_have_attribute("inert", "")
    page.get_by_role("button", name="Watch tokens move").click()
    expect(page.locator("[data-designer][data-simulating]")).to_have_count(0)
    page.get_by_role("button", name="Search").click()
    page.locator(".djs-search-input input").wait_for()
    page.keyboard.type("compensation check")
    expect(page.locator(".djs-search-result-selected")).to_contain_text("Compensation check")
    page.keyboard.press("Enter")
    expect(drawing.panel.get_by_label("Name")).to_have_value("Compensation check")
    page.get_by_role("button", name="Map").click()
    expect(page.locator(".djs-minimap.open")).to_be_visible()
    # The mark of bpmn.io is there in full.
    mark = drawing.box(page.locator(".bjs-powered-by"))
    canvas = drawing.box(page.locator("[data-canvas]"))
    assert mark["x"] + mark["width"] <= canvas["x"] + canvas["width"]
    assert mark["y"] + mark["height"] <= canvas["y"] + canvas["height"]
    assert complaints == []


def test_steps_are_copied_into_another_diagram(drawing: Drawing, factory: SessionFactory) -> None:
    with transaction(factory) as session:
        starting.start_empty(session, "Check-in", by="hugo", now=clock.now())
    page = drawing.page
    page.locator("[data-element-id=second_approval]").first.click()
    page.keyboard.press("Control+c")
    drawing.open(page.url.replace("/1/", "/2/"))
    page.locator("[data-element-id=for_each_participant]").first.click(position={"x": 60, "y": 20})
    page.keyboard.press("Control+v")
    x, y = drawing.middle(page.locator("[data-element-id=opened_to_closed]"))
    page.mouse.move(x, y - 20)
    page.mouse.move(x, y, steps=4)
    page.mouse.click(x, y)
    drawing.save()
    (copy,) = (step for step in diagram_of(factory, 2).steps.values() if step.kind == "userTask")
    assert (copy.name, copy.settings["fourEyes"], copy.process) == (
        "Second-level approval",
        "true",
        "for_each_participant",
    )


def test_a_file_without_a_picture_is_laid_out(page: Page, app: Flask, serve: Serve, factory: SessionFactory) -> None:
    drawn = (resources("workflows.designs") / "empty.bpmn").read_bytes()
    bare = drawn[: drawn.index(b"<bpmndi:BPMNDiagram")] + b"</bpmn:definitions>"
    with transaction(factory) as session:
        starting.start_from_files(session, {"a.bpmn": bare}, "a.bpmn", by="hugo", now=clock.now())
    site = serve(app)
    page.set_viewport_size(DESK)
    sign_in(page, site, "hugo")
    drawing = Drawing(page).open(f"{site}/designer/1/diagram")
    expect(drawing.status).to_have_text("All changes are saved.")
    expect(drawing.checks).to_contain_text("nothing stands in the way")
    with factory() as session:
        assert b"BPMNShape" in files_of(session, 1)["a.bpmn"]


def test_events_are_put_at_the_border_of_a_step(drawing: Drawing, factory: SessionFactory) -> None:
    complaints = watch(drawing.page)
    page, panel = drawing.page, drawing.panel
    # Given “if it fails” at the border of what Reviewflow does
    page.locator("[data-element-id=release_results]").first.click()
    page.locator(".djs-context-pad [data-action='append.more']").click()
    page.keyboard.type("fails")
    page.locator(".djs-popup").get_by_text("If it fails").click()
    panel.get_by_label("Code of the error").fill("no-results")
    panel.get_by_label("Variable that tells").fill("failure")
    # And something that begins by itself
    page.get_by_role("button", name="More").click()
    page.keyboard.type("whenever")
    expect(page.locator(".djs-popup")).to_contain_text("Whenever something happens")
    page.keyboard.press("Escape")
    # And a time in working days
    page.locator("[data-element-id=release]").first.click()
    panel.get_by_label("Time to do it", exact=True).fill("3")
    panel.get_by_label("Time to do it: unit").select_option(label="working days")
    drawing.save()
    diagram = diagram_of(factory)
    (border,) = (step for step in diagram.steps.values() if step.attached_to == "release_results")
    assert (border.event, border.settings["result"]) == ("error", "failure")
    assert diagram.steps["release"].settings["due"] == "3 working days"
    with factory() as session:
        assert b'errorCode="no-results"' in files_of(session, 1)["annual_review.bpmn"]
    assert complaints == []


def test_a_finding_leads_into_the_diagram(drawing: Drawing) -> None:
    page = drawing.page
    # Given a step that nobody does, seen on the page of the draft
    page.locator("[data-element-id=release]").first.click()
    drawing.panel.get_by_label("Who does this?").select_option("")
    drawing.save()
    page.get_by_role("link", name="Back to Annual review").click()
    expect(page.get_by_text("Before it can be published, 1 thing has to be solved.")).to_be_visible()
    # When HR follows it, the step is selected in the diagram.
    page.locator(".rf-finding-list").get_by_role("link", name="Release the results", exact=True).click()
    drawing.wait()
    expect(drawing.panel.get_by_label("Name")).to_have_value("Release the results")


def test_a_large_diagram_begins_where_it_can_be_read_and_goes_on_where_one_was(drawing: Drawing) -> None:
    page, address = drawing.page, drawing.page.url
    # Given a window that has not seen the diagram
    page.goto(address.removesuffix("/diagram"))
    page.evaluate("sessionStorage.clear()")
    page.goto(address)
    drawing.wait()
    # Then it begins at its start, in letters that can be read
    assert drawing.sees("self_assessment")
    assert not drawing.sees("cycle_closed")
    assert drawing.height_of("self_assessment") >= READABLE
    # When HR looks at all of it, and comes back from the steps
    page.get_by_role("button", name="Show everything").click()
    page.get_by_role("link", name="Steps").click()
    page.get_by_role("link", name="Diagram").click()
    drawing.wait()
    # Then it is all there still
    assert drawing.sees("self_assessment")
    assert drawing.sees("cycle_closed")
    assert drawing.height_of("self_assessment") < READABLE
    # And what is looked for comes near
    page.goto("about:blank")
    page.goto(f"{address}#acknowledge")
    drawing.wait()
    assert drawing.sees("acknowledge")
    assert drawing.height_of("acknowledge") >= READABLE


def test_who_wants_less_motion_sees_the_whole_picture_too(drawing: Drawing) -> None:
    drawing.page.emulate_media(reduced_motion="reduce")
    drawing.open(drawing.page.url)
    end = drawing.box(drawing.page.locator("[data-element-id=cycle_closed]").first)
    canvas = drawing.box(drawing.page.locator("[data-canvas]"))
    assert canvas["x"] < end["x"] < canvas["x"] + canvas["width"]


def test_a_step_of_one_person_becomes_a_vote_of_a_committee(drawing: Drawing, factory: SessionFactory) -> None:
    with transaction(factory) as session:
        found_committee(session, "Promotions")
        for person in ["olga", "mara", "ben", "hugo"]:
            give_seat(session, "promotions", person, day=day_of(clock.now()))
    page, panel = drawing.page, drawing.panel
    page.reload()
    drawing.wait()
    page.locator("[data-element-id=second_approval]").first.click()
    # Given a pattern that several people share, the form is gone, and a committee can be chosen
    panel.get_by_label("How is it decided?").select_option(label="A committee meets and votes")
    expect(panel.get_by_label("Form", exact=True)).to_have_count(0)
    panel.get_by_label("Who does this?").select_option(label="A committee")
    panel.get_by_label("Which committee?").select_option(label="Promotions")
    panel.get_by_label("How many have to vote?").fill("4")
    panel.get_by_label("What does a tie come to?").select_option(label="It is rejected")
    drawing.save()
    assert diagram_of(factory).steps["second_approval"].settings == {
        "vote": "committee",
        "voteQuorum": "4",
        "voteTie": "reject",
        "actor": "committee",
        "actorArgument": "promotions",
        "due": "P7D",
        "remind": "P2D",
        "escalate": "HR partner",
        "fourEyes": "true",
    }
    expect(drawing.checks).to_contain_text("nothing stands in the way")
    # What is no number of voters is said at once.
    panel.get_by_label("How many have to vote?").fill("most")
    drawing.save()
    expect(drawing.checks).to_contain_text("1 to solve")
    # And for one person again nothing of the vote stays.
    panel.get_by_label("How is it decided?").select_option(label="One person decides")
    expect(panel.get_by_label("How many have to vote?")).to_have_count(0)
    panel.get_by_label("Who does this?").select_option(label="Their manager's manager")
    drawing.save()
    assert not any(name.startswith("vote") for name in diagram_of(factory).steps["second_approval"].settings)
