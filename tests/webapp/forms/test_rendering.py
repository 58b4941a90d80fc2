"""A questionnaire as a page without scripts: everything can be read, reached, filled in and corrected."""

import json
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from werkzeug.datastructures import MultiDict

from webapp.forms import render_answers, render_form
from workflows.questionnaires import load, visible_answers

FORMS = [
    form for form in (resources.files("bpmn") / "annual_review" / "forms").iterdir() if form.name.endswith(".json")
]
EVERYTHING = [
    {"type": "text", "text": "# Hello {{name}}"},
    {"type": "textfield", "key": "line", "label": "Line", "description": "One line", "validate": {"required": True}},
    {"type": "textarea", "key": "story", "label": "Story", "validate": {"maxLength": 500}},
    {"type": "number", "key": "share", "label": "Share", "appearance": {"suffixAdorner": "%"}},
    {"type": "money", "key": "bonus", "label": "Bonus", "currencies": ["EUR", "CHF"]},
    {"type": "rating", "key": "rating", "label": "Rating", "lowLabel": "Low", "highLabel": "High"},
    {"type": "checkbox", "key": "agreed", "label": "Agreed"},
    {"type": "radio", "key": "support", "label": "Support", "values": ["yes", "no"]},
    {"type": "select", "key": "level", "label": "Level", "values": [{"label": "One", "value": 1}]},
    {"type": "checklist", "key": "skills", "label": "Skills", "values": ["law", "sales"]},
    {"type": "taglist", "key": "tags", "label": "Tags", "values": ["a", "b"]},
    {"type": "datetime", "key": "day", "dateLabel": "Day"},
    {"type": "goals", "key": "goals", "label": "Goals"},
    {"type": "group", "label": "Next", "path": "next", "components": [{"type": "textfield", "key": "x", "label": "X"}]},
    {"type": "separator"},
    {"type": "spacer", "height": 60},
]
ANSWERS = {
    "line": "First",
    "story": "Once",
    "share": "12.5",
    "bonus": {"amount": "1200.50", "currency": "CHF"},
    "rating": 4,
    "agreed": True,
    "support": "no",
    "level": 1,
    "skills": ["sales"],
    "tags": ["a", "b"],
    "day": "2027-03-31",
    "goals": [{"title": "Grow", "measure": "", "due": None, "weight": "100"}],
    "next": {"x": "y"},
}


def draw(questionnaire: Any, values: Any, errors: Any = None, **page: Any) -> Any:
    return html.fromstring(str(render_form(questionnaire, values, errors, context={"name": "Anna"}, **page)))


def test_a_form_shows_stored_answers_and_posts_them_back(open_site: Any) -> None:
    site = open_site(*EVERYTHING)
    questionnaire = site.questionnaire
    stored = questionnaire.check(ANSWERS, context={}).answers
    assert stored == ANSWERS
    form = draw(questionnaire, stored)
    response = site.app.test_client().post("/step", data=MultiDict(form.form_values()))
    assert response.text == "Thank you."
    assert site.submitted == stored


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_input_has_a_name_for_people(form: Any) -> None:
    page = draw(load(form.read_bytes()), None)
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    labels = set(page.xpath("//label/@for"))
    for control in page.xpath("//input[not(@type='hidden')] | //textarea | //select"):
        assert control.get("id") in labels or control.xpath("ancestor::label") or control.get("aria-label")
    for described in page.xpath("//*[@aria-describedby]"):
        assert set(described.get("aria-describedby").split()) <= set(ids)
    for fieldset in page.xpath("//fieldset[.//input[@type='radio']]"):
        assert fieldset.xpath("./legend")


def test_nothing_in_a_form_needs_what_the_content_policy_forbids(open_site: Any) -> None:
    page = draw(open_site(*EVERYTHING).questionnaire, ANSWERS, {"line": "No."})
    assert not page.xpath("//script | //style | //@style | //@*[starts-with(name(), 'on')]")


def test_errors_are_summed_up_linked_and_the_first_gets_the_focus(open_site: Any) -> None:
    questionnaire = open_site(*EVERYTHING).questionnaire
    sent = {"goals": [{"title": "A", "weight": "many"}], "share": "x"}
    checked = questionnaire.check(sent, context={})
    page = draw(questionnaire, sent, checked.errors)
    links = page.xpath("//*[@role='alert']//a/@href")
    assert links == ["#f-line", "#f-share", "#f-goals", "#f-goals-0-weight"]
    for link in links:
        assert page.xpath(f"//*[@id='{link[1:]}']")
    assert page.xpath("//*[@autofocus]/@id") == ["f-line"]
    share = page.get_element_by_id("f-share")
    assert share.get("value") == "x"
    assert share.get("aria-invalid") == "true"
    assert page.get_element_by_id(share.get("aria-describedby")).text.startswith("This is not a number")


def test_a_fault_without_a_field_on_the_page_is_told_too(open_site: Any) -> None:
    page = draw(open_site(EVERYTHING[1]).questionnaire, {}, {"elsewhere": "The case was closed."})
    assert page.xpath("//*[@role='alert']//li/text()") == ["The case was closed."]


def test_hidden_fields_keep_their_words_in_the_page_and_hidden_texts_are_not_sent(open_site: Any) -> None:
    condition = {"conditional": {"hide": "=show = null"}}
    site = open_site(
        {"type": "textfield", "key": "why", "label": "Why", **condition},
        {"type": "text", "text": "Salary {{salary}}", "id": "pay", **condition},
    )
    page = html.fromstring(str(render_form(site.questionnaire, {"why": "typed"}, context={"salary": "90000"})))
    assert page.xpath("//*[@data-field='why']/@hidden")
    assert page.get_element_by_id("f-why").value == "typed"
    assert "90000" not in page.text_content()
    page = html.fromstring(str(render_form(site.questionnaire, {}, context={"salary": "90000", "show": True})))
    assert "Salary 90000" in page.text_content()


def test_what_people_wrote_is_never_markup(open_site: Any) -> None:
    evil = "</textarea><script>alert(1)</script>"
    site = open_site({"type": "textarea", "key": "story", "label": "{{evil}}"}, {"type": "text", "text": "{{evil}}"})
    page = html.fromstring(str(render_form(site.questionnaire, {"story": evil}, context={"evil": evil})))
    assert not page.xpath("//script")
    assert page.get_element_by_id("f-story").value == evil


def test_the_writer_is_told_who_reads_what(open_site: Any) -> None:
    note = {"type": "textarea", "key": "note", "label": "Note", "properties": {"visibleTo": "hr"}}
    page = draw(open_site(EVERYTHING[1], note).questionnaire, None, author_roles={"manager"})
    assert page.xpath("//form/p[@class='rf-disclosure']/text()") == ["Read by HR once you submit it."]


def test_rows_are_added_and_removed_by_plain_buttons(open_site: Any) -> None:
    row = {"type": "textfield", "key": "title", "label": "Title"}
    site = open_site({"type": "dynamiclist", "path": "steps", "label": "Steps", "components": [row]})
    browser = site.app.test_client()
    page = html.fromstring(browser.post("/step", data={"steps[0].title": "A", "_add": "steps"}).text)
    assert page.xpath("//*[@data-rows-of='steps']//input/@value") == ["A", ""]
    assert page.xpath("//*[@data-rows-of='steps']//button[@name='_remove']/@value") == ["steps[0]", "steps[1]"]
    sent = {"steps[0].title": "A", "steps[1].title": "B", "_remove": "steps[0]"}
    page = html.fromstring(browser.post("/step", data=sent).text)
    assert page.xpath("//*[@data-rows-of='steps']//input/@value") == ["B"]
    assert site.submitted is None


def test_outcomes_are_buttons(open_site: Any) -> None:
    buttons = [("approve", "Approve"), ("send_back", "Send back")]
    page = draw(open_site(EVERYTHING[1]).questionnaire, None, buttons=buttons, action="/tasks/7/completion")
    assert page.get("action") == "/tasks/7/completion"
    assert page.xpath("//button[@name='outcome']/@value") == ["approve", "send_back"]


def test_answers_to_read(open_site: Any) -> None:
    questionnaire = open_site(*EVERYTHING).questionnaire
    shown = visible_answers(questionnaire, ANSWERS, viewer_roles={"author"}, state="draft")
    page = html.fromstring(str(render_answers(shown, heading="What you wrote")))
    assert page.xpath("./h2/text()") == ["What you wrote"]
    assert page.xpath("//dt[text()='Bonus']/../dd//text()[normalize-space()]") == ["1,200.50 CHF"]
    assert page.xpath("//dt[text()='Goals']/..//li//dt/text()") == [
        "Goal",
        "How will we know it is reached?",
        "By when",
        "Weight",
    ]
    assert "nothing here" in render_answers([])


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["1", "yes"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["title", "amount", "currency"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ANSWERS)), values))
def test_whatever_was_posted_can_be_shown_again(submitted: dict[str, Any]) -> None:
    questionnaire = load(json.dumps({"components": EVERYTHING}))
    errors = questionnaire.check(submitted, context={}).errors
    assert draw(questionnaire, submitted, errors).tag == "form"
