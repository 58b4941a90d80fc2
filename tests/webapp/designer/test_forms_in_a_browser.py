"""HR builds a form by clicks, previews it on a phone, and asks it at a step; nothing is lost on the way."""

import json
from typing import Any, cast

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engine import clock
from engine.database import SessionFactory, transaction
from tests.services.accessibility import find_barriers, find_problems
from tests.webapp.designer.building import SAVED, Building
from tests.webapp.designer.drawing import Drawing
from tests.webapp.designer.test_drawing_in_a_browser import DESK
from tests.webapp.on_screen import Serve, sign_in, watch
from workflows.cycles.shipped import list_shipped, read_shipped
from workflows.designs import changing, forms, starting
from workflows.designs.reading import files_of, revisions_of


@pytest.fixture
def building(page: Page) -> Building:
    page.set_viewport_size(DESK)
    return Building(page)


def form_of(factory: SessionFactory, name: str) -> dict[str, Any]:
    with factory() as session:
        return cast("dict[str, Any]", json.loads(files_of(session, 1)[f"forms/{name}.json"]))


def test_a_form_is_built_previewed_and_asked_by_clicks(
    page: Page,
    building: Building,
    app: Flask,
    serve: Serve,
    factory: SessionFactory,
) -> None:
    complaints = watch(page)
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
    site = serve(app)
    sign_in(page, site, "hugo")
    # Given a step of the diagram that gets a form of its own
    drawing = Drawing(page).open(f"{site}/designer/1/diagram")
    page.locator("[data-element-id=self_assessment]").first.click()
    drawing.panel.get_by_label("Form").select_option("")
    drawing.panel.get_by_role("button", name="Make a form for this step").click()
    drawing.panel.get_by_role("link", name="Open the form").click()
    building.wait()
    # Its file is called by the year, and the step follows
    building.rename("My year", f"{site}/designer/1/forms/my-year")
    # When HR asks for a rating, goals whose weights sum to 100, and what was missing when the rating is low
    build(building)
    assert page.locator(".fjs-powered-by").is_visible()
    assert find_problems(page) == []
    # Then the preview is what people get: on a phone, with the condition at work
    preview_on_a_phone(building)
    read_as_the_person_reviewed(building)
    assert find_problems(page) == []
    # And the step asks it: the checks of the whole process pass but for what this form does not answer any more.
    page.get_by_role("link", name="Diagram").click()
    drawing.wait()
    page.locator("[data-element-id=self_assessment]").first.click()
    expect(drawing.panel.get_by_label("Form")).to_have_value("my-year")
    assert written(form_of(factory, "my-year")) == WRITTEN
    # On a phone the page says where it can be looked at.
    page.goto(f"{site}/designer/1/forms/my-year")
    building.wait()
    assert find_barriers(page) == []
    page.get_by_role("link", name="See the form").click()
    expect(page.get_by_label("What was missing?")).to_be_hidden()
    assert find_barriers(page) == []
    assert complaints == [], "the content policy or a script objects"


def build(building: Building) -> None:
    page, panel = building.page, building.panel
    building.add("Rating", "How was the year?")
    panel.get_by_label("Must be answered").check()
    panel.get_by_label("Points of the scale").fill("4")
    panel.get_by_label("Words at the high end").fill("A very good year")
    building.unfold("Who reads the answer")
    panel.get_by_label("As the form says").uncheck()
    panel.get_by_label("The person reviewed", exact=True).check()
    panel.get_by_label("The manager").check()
    panel.get_by_label("The person reviewed reads it").select_option(label="as soon as it is handed in")
    building.add("Goals")
    panel.get_by_label("At least so many goals").fill("1")
    expect(panel.get_by_label("The weights must sum to")).to_have_value("100")
    building.add("Long text", "What was missing?")
    building.unfold("When it is shown")
    panel.get_by_label("It is shown").select_option(label="Only when …")
    panel.get_by_label("Add a condition").select_option(label="How was the year?")
    panel.get_by_label("Condition 1: comparison").select_option(label="is at most")
    panel.get_by_label("Condition 1: value").fill("2")
    building.drag("Box to tick")
    panel.get_by_label("Question").fill("I have read it again")
    building.save()
    expect(page.locator(".rf-checks")).to_contain_text("nothing stands in the way of this form")


WRITTEN = [
    {
        "type": "rating",
        "key": "how_was_the_year",
        "label": "How was the year?",
        "points": 4,
        "validate": {"required": True},
        "highLabel": "A very good year",
        "properties": {"visibleTo": "subject manager hr", "from": "submitted"},
    },
    {
        "type": "goals",
        "key": "goals",
        "label": "Goals",
        "weights": True,
        "totalWeight": 100,
        "defaultRepetitions": 1,
        "validate": {"minItems": 1},
    },
    {
        "type": "textarea",
        "key": "what_was_missing",
        "label": "What was missing?",
        "validate": {"maxLength": 3000},
        "conditional": {"hide": "=(how_was_the_year <= 2) != true"},
    },
    {"type": "checkbox", "key": "i_have_read_it_again", "label": "I have read it again"},
]


def written(form: dict[str, Any]) -> list[dict[str, Any]]:
    """What was built, without ids and rows."""
    return [{name: part[name] for name in part if name not in ("id", "layout")} for part in form["components"]]


def preview_on_a_phone(building: Building) -> None:
    page, preview = building.page, building.preview
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("Where").select_option("phone")
    expect(preview.get_by_role("heading", name="Self-assessment")).to_be_visible()
    assert page.locator("[data-preview-frame]").evaluate("frame => frame.clientWidth") == 390
    missing = preview.get_by_label("What was missing?")
    expect(missing).to_be_hidden()
    preview.get_by_role("radio", name="2").check()
    expect(missing).to_be_visible()
    preview.get_by_role("radio", name="3").check()
    expect(missing).to_be_hidden()
    preview.get_by_role("button", name="Hand in").click()
    expect(preview.get_by_role("alert")).to_contain_text("Please correct one answer")
    expect(preview.get_by_role("alert")).to_contain_text("at least 1 goal")


def read_as_the_person_reviewed(building: Building) -> None:
    """What others read follows the contract: that of the form, and that of a question."""
    building.page.get_by_label("Who looks at it").select_option("read=subject&state=submitted")
    expect(building.preview.locator("dt", has_text="How was the year?")).to_be_visible()
    expect(building.preview.locator("dt", has_text="I have read it again")).to_have_count(0)


@pytest.mark.parametrize("package", [process.package for process in list_shipped()])
def test_opening_and_saving_shipped_forms_loses_nothing(
    building: Building, app: Flask, serve: Serve, factory: SessionFactory, package: str
) -> None:
    with transaction(factory) as session:
        starting.start_from_shipped(session, package, "", by="hugo", now=clock.now())
    site = serve(app)
    sign_in(building.page, site, "hugo")
    for path, content in read_shipped(package).items():
        if not path.startswith("forms/"):
            continue
        name = path.removeprefix("forms/").removesuffix(".json")
        marked = with_marks(json.loads(content))
        with transaction(factory) as session:
            body, read_at = json.dumps(marked).encode(), revisions_of(session, 1)[path]
            changing.save_file(session, 1, path, body, based_on=read_at, by="hugo", now=clock.now())
        building.open(f"{site}/designer/1/forms/{name}")
        # Something is changed, and changed back: the file is what it was, to the byte.
        title = building.panel.get_by_label("Name of the form")
        before = title.input_value()
        for text in (f"{before}!", before):
            title.fill(text)
            building.save()
        with factory() as session:
            assert files_of(session, 1)[path] == body


def with_marks(part: Any) -> Any:
    """The form with something in each object that no builder knows, as other tools write it."""
    if isinstance(part, list):
        return [with_marks(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    return {name: with_marks(inner) for name, inner in part.items()} | {"x-other-tool": {"kept": [1, "two"]}}


def test_two_builders_overwrite_nothing_and_keys_work(
    page: Page, building: Building, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
    site = serve(app)
    sign_in(page, site, "hugo")
    building.open(f"{site}/designer/1/forms/acknowledgement")
    ids = [part["id"] for part in form_of(factory, "acknowledgement")["components"]]
    # A question is moved by keys, taken away, and brought back.
    building.choose(ids[1])
    page.keyboard.press("Alt+ArrowUp")
    building.save()
    assert [part["id"] for part in form_of(factory, "acknowledgement")["components"]][:2] == [ids[1], ids[0]]
    page.keyboard.press("Delete")
    expect(page.locator(f"[data-canvas] [data-id={ids[1]}]")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    building.save()
    assert [part["id"] for part in form_of(factory, "acknowledgement")["components"]] == ids
    # When Rita saves the same form meanwhile, and Hugo's page has not asked since
    page.route("**/presence*", lambda route: route.abort())
    with transaction(factory) as session:
        path = "forms/acknowledgement.json"
        theirs = files_of(session, 1)[path].replace(b'"name": "', b'"name": "By Rita: ')
        changing.save_file(
            session, 1, path, theirs, based_on=revisions_of(session, 1)[path], by="mara", now=clock.now()
        )
    # Then nothing is overwritten before Hugo has chosen.
    page.get_by_role("button", name="Short text").click()
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="has saved this form while you were at it")).to_be_visible()
    assert form_of(factory, "acknowledgement")["name"].startswith("By Rita")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take theirs, save mine as a file").click()
    assert download.value.suggested_filename == "my-form.json"
    expect(page.locator("[data-title]")).to_contain_text("By Rita")


def test_what_the_checks_say_stands_at_the_question(
    page: Page, building: Building, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
    site = serve(app)
    sign_in(page, site, "hugo")
    building.open(f"{site}/designer/1/forms/manager-review")
    building.choose("manager_review_rating_reason")
    building.panel.get_by_label("At least so many characters").fill("9000")
    building.panel.get_by_role("button", name="Write it as an expression").click()
    building.panel.get_by_label("Expression (FEEL)").fill("overall_rating = = 3")
    building.save()
    expect(page.locator(".rf-checks")).to_contain_text("Checks: 2 to solve")
    expect(building.panel).to_contain_text("is more than")
    expect(page.locator("[data-id=manager_review_rating_reason][data-finding]")).to_be_visible()
    # And leads there from the page of the draft.
    page.get_by_role("link", name="Back to Annual review").click()
    page.get_by_role("link", name="Why this rating?").first.click()
    building.wait()
    expect(building.panel.get_by_label("Question", exact=True)).to_have_value("Why this rating?")
    # What is written while the server cannot be reached comes back.
    page.context.set_offline(True)
    building.panel.get_by_label("At least so many characters").fill("40")
    building.panel.get_by_label("Question", exact=True).fill("Why?")
    page.keyboard.press("Control+s")
    expect(building.status).to_contain_text("kept in this browser")
    page.context.set_offline(False)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    building.wait()
    expect(building.status).to_have_text(SAVED)
    (reason,) = (
        part
        for group in form_of(factory, "manager-review")["components"]
        for part in group.get("components", [])
        if part["id"] == "manager_review_rating_reason"
    )
    assert (reason["label"], reason["validate"]["minLength"]) == ("Why?", 40)


def test_each_kind_asks_what_it_needs(
    page: Page, building: Building, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    complaints = watch(page)
    with transaction(factory) as session:
        starting.start_empty(session, "Check-in", by="hugo", now=clock.now())
        forms.add_form(session, 1, "Everything", by="hugo", now=clock.now())
    site = serve(app)
    sign_in(page, site, "hugo")
    building.open(f"{site}/designer/1/forms/everything")
    expect(page.locator(".rf-checks")).to_contain_text("1 to solve")
    ask_for_competencies(building)
    ask_for_the_rest(building)
    building.save()
    expect(page.locator(".rf-checks")).to_contain_text("nothing stands in the way")
    check_what_was_written(written(form_of(factory, "everything")))
    # The preview asks for all of it, and what is invented could be handed in.
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("With invented answers").check()
    expect(building.preview.get_by_label("Where did it show: Knows what customers need?")).not_to_have_value("")
    building.preview.get_by_role("button", name="Hand in").click()
    expect(building.preview.get_by_text("This could be handed in.")).to_be_visible()
    assert complaints == []


def ask_for_competencies(building: Building) -> None:
    panel = building.panel
    building.add("Competencies")
    panel.get_by_role("button", name="Add a competency").click()
    panel.get_by_label("What people read 3").fill("Décides under uncertainty")
    panel.get_by_label("What it means 3").fill("Without all the facts")
    panel.get_by_role("button", name="Take row 1 away").click()
    panel.get_by_label("Each point has a name").check()
    panel.get_by_label("Name of point 4").fill("Teaches it")
    panel.get_by_label("Points of the scale").fill("3")


def ask_for_the_rest(building: Building) -> None:
    panel = building.panel
    # Money in two currencies, choices whose values follow their words, and a day compared as a day
    building.add("Amount of money", "What do you propose?")
    panel.get_by_label("Currencies").fill("eur; chf")
    panel.get_by_label("Not less than").fill("0.50")
    building.add("One of several", "When?")
    panel.get_by_role("button", name="Add a choice").click()
    panel.get_by_label("What people read 3").fill("Later this year")
    building.add("Date", "From which day?")
    building.add("Evidence")
    building.unfold("When it is shown")
    panel.get_by_label("It is shown").select_option(label="Only when …")
    panel.get_by_label("Add a condition").select_option(label="From which day?")
    panel.get_by_label("Condition 1: comparison").select_option(label="is more than")
    panel.get_by_label("Condition 1: value").fill("2027-06-30")
    # What was just typed is not lost by the click that adds a row, and a value follows what is asked
    panel.get_by_label("Add another condition").select_option(label="When?")
    panel.get_by_label("Condition 2: value").select_option(label="Later this year")
    # A list with a question in it
    building.add("List of rows")
    building.add("Box to tick", "Done?")


def check_what_was_written(parts: list[dict[str, Any]]) -> None:
    competencies, money, choice, day, evidence, rows = parts
    assert [value["value"] for value in competencies["values"]] == ["customers", "decides_under_uncertainty"]
    assert competencies["values"][1]["description"] == "Without all the facts"
    assert (competencies["points"], competencies["labels"]) == (3, ["Level 1", "Level 2", "Level 3"])
    assert (money["currencies"], money["validate"]) == (["EUR", "CHF"], {"min": 0.5})
    assert choice["values"][2] == {"label": "Later this year", "value": "later_this_year"}
    assert (day["key"], day["dateLabel"]) == ("from_which_day", "From which day?")
    assert evidence["conditional"] == {
        "hide": '=(from_which_day > date("2027-06-30") and when = "later_this_year") != true'
    }
    assert [part["label"] for part in rows["components"]] == ["Done?"]
