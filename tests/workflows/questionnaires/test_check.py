"""Somebody fills in a form: what they sent becomes typed answers, or sentences about what to correct."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from workflows.questionnaires import Questionnaire
from workflows.questionnaires.slots import write_path

TITLE = {"type": "textfield", "key": "title", "label": "Title"}


def answer(questionnaire: Questionnaire, **submitted: Any) -> Any:
    return questionnaire.check(submitted, context={}, today=date(2027, 3, 1))


def test_answers_are_typed_for_rules_and_exact_for_storage(draw: Any) -> None:
    checked = answer(
        draw(
            {"type": "textarea", "key": "story", "label": "Story"},
            {"type": "number", "key": "share", "label": "Share"},
            {"type": "money", "key": "bonus", "label": "Bonus", "currencies": ["EUR", "CHF"]},
            {"type": "rating", "key": "rating", "label": "Rating"},
            {"type": "checkbox", "key": "agreed", "label": "Agreed"},
            {"type": "datetime", "key": "day", "dateLabel": "Day"},
            {"type": "datetime", "key": "hour", "subtype": "time", "timeLabel": "Hour"},
            {"type": "datetime", "key": "talk", "subtype": "datetime", "label": "Talk"},
            {"type": "select", "key": "level", "label": "Level", "values": [{"label": "One", "value": 1}, "two"]},
            {"type": "checklist", "key": "skills", "label": "Skills", "values": ["sales", "law", "maths"]},
        ),
        story="First\r\nsecond\x00",
        share="0.10",
        bonus={"amount": "1200.50", "currency": "CHF"},
        rating="4",
        agreed="on",
        day="2027-03-31",
        hour="14:30",
        talk="2027-03-31T14:30",
        level="1",
        skills=["maths", "sales"],
    )
    assert checked.errors == {}
    assert checked.answers == {
        "story": "First\nsecond",
        "share": "0.10",
        "bonus": {"amount": "1200.50", "currency": "CHF"},
        "rating": 4,
        "agreed": True,
        "day": "2027-03-31",
        "hour": "14:30",
        "talk": "2027-03-31T14:30",
        "level": 1,
        "skills": ["sales", "maths"],
    }
    assert checked.values["share"] == Decimal("0.10")
    assert checked.values["day"] == date(2027, 3, 31)


@pytest.mark.parametrize(
    ("component", "sent", "sentence"),
    [
        ({"type": "textarea", "validate": {"required": True}}, "  \n", "Please write an answer."),
        ({"type": "radio", "values": ["a"], "validate": {"required": True}}, None, "Please answer this question."),
        ({"type": "checkbox", "validate": {"required": True}}, None, "Please tick this box to go on."),
        ({"type": "textfield", "validate": {"minLength": 5}}, "abc", "at least 5 characters; there are 3 now."),
        ({"type": "textfield", "validate": {"maxLength": 2}}, "abc", "shorten this to 2 characters; there are 3 now."),
        ({"type": "textfield", "validate": {"maxLength": "=1 + 1"}}, "abc", "shorten this to 2 characters"),
        ({"type": "textfield", "validate": {"pattern": "^[A-Z]+$"}}, "abc", "does not have the form that is asked for"),
        (
            {"type": "textfield", "validate": {"pattern": "^[A-Z]+$", "patternErrorMessage": "Capitals."}},
            "abc",
            "Capitals.",
        ),
        ({"type": "textfield", "validate": {"validationType": "email"}}, "anna@", "such as name@example.com."),
        ({"type": "textfield", "validate": {"validationType": "phone"}}, "call me", "such as +41 44 123 45 67."),
        ({"type": "textarea"}, "x" * 50_001, "50,001 characters; at most 50,000 can be kept"),
        ({"type": "number"}, "twelve", "not a number we can read"),
        ({"type": "number"}, "1e999999999", "not a number we can read"),
        ({"type": "number", "validate": {"min": 1}}, "0.99", "Please give 1 or more."),
        ({"type": "number", "validate": {"max": 1000}}, "1001", "Please give 1,000 or less."),
        ({"type": "number", "decimalDigits": 0}, "1.5", "Please give a whole number."),
        ({"type": "number", "decimalDigits": 2}, "1.555", "at most 2 digits after the point"),
        ({"type": "number", "increment": "0.05"}, "0.13", "Please give a multiple of 0.05."),
        ({"type": "money", "currency": "EUR"}, {"amount": "1.005"}, "at most 2 digits after the point"),
        ({"type": "money", "currency": "EUR"}, {"amount": "1", "currency": "USD"}, "one of the currencies offered"),
        ({"type": "rating"}, "6", "Choose a point from 1 to 5."),
        ({"type": "select", "values": ["a", "b"]}, "c", "This choice is not offered."),
        ({"type": "taglist", "values": ["a", "b"]}, ["a", "c"], "One of these choices is not offered."),
        (
            {"type": "checklist", "values": ["a", "b"], "validate": {"maxItems": 1}},
            ["a", "b"],
            "Please choose at most 1 option; there are 2 now.",
        ),
        ({"type": "datetime"}, "31.3.2027", "a day such as 2027-03-31"),
        ({"type": "datetime"}, "2027-02-30", "a day such as 2027-03-31"),
        ({"type": "datetime", "disallowPassedDates": True}, "2027-02-28", "Please give 1 March 2027 or a later day."),
    ],
)
def test_a_broken_rule_is_a_sentence(draw: Any, component: dict[str, Any], sent: Any, sentence: str) -> None:
    checked = answer(draw({"key": "x", "label": "X", **component}), x=sent)
    assert sentence in checked.errors["x"]


@pytest.mark.parametrize(
    ("component", "sent"),
    [
        ({"type": "textfield", "validate": {"minLength": 5}}, ""),
        ({"type": "textfield", "validate": {"validationType": "email"}}, "anna.k@post.example.com"),
        ({"type": "textfield", "validate": {"validationType": "phone"}}, "+41 (0)44 123-45-67"),
        ({"type": "number", "increment": "0.05", "validate": {"min": 0}}, "0.15"),
        ({"type": "number", "increment": "0.00001"}, "9" * 24),
        ({"type": "number", "decimalDigits": 12}, "9" * 24),
        ({"type": "number", "validate": {"min": 1}}, ""),
        ({"type": "money", "currency": "EUR"}, "12"),
        ({"type": "checklist", "values": ["a"]}, None),
    ],
)
def test_an_answer_in_order_passes(draw: Any, component: dict[str, Any], sent: Any) -> None:
    assert answer(draw({"key": "x", "label": "X", **component}), x=sent).ok


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("1250.50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("1 250,5", "1250.5"),
        ("1\u2019250\u2019000", "1250000"),
        ("-3", "-3"),
        ("1,250", None),
        ("1.250,50", None),
        ("\u0661\u0662", None),
    ],
)
def test_numbers_are_read_as_people_write_them_unless_they_could_mean_two_things(
    draw: Any, written: str, understood: str | None
) -> None:
    checked = answer(draw({"type": "number", "key": "x", "label": "X"}), x=written)
    assert checked.answers == {"x": understood}
    assert checked.ok == (understood is not None)


def test_an_untouched_form_holds_its_defaults_and_its_first_rows(draw: Any) -> None:
    level = {"type": "rating", "key": "level", "label": "Level", "defaultValue": 3}
    rows = {"type": "dynamiclist", "path": "skills", "label": "Skills", "components": [TITLE, level]}
    form = draw({**TITLE, "defaultValue": "My year"}, {**rows, "defaultRepetitions": 2})
    assert form.prefill() == {"title": "My year", "skills": [{"level": 3}, {"level": 3}]}


def test_a_hidden_field_loses_its_answer_and_its_rules(draw: Any) -> None:
    form = draw(
        {"type": "rating", "key": "own_rating", "label": "Rating"},
        {
            "type": "textarea",
            "key": "support",
            "label": "What would have helped?",
            "conditional": {"hide": "=own_rating = null or own_rating > 2"},
            "validate": {"required": True},
        },
    )
    high = answer(form, own_rating="4", support="more time")
    assert high.ok
    assert high.answers == {"own_rating": 4}
    assert high.hidden == {"support"}
    low = answer(form, own_rating="2", support="")
    assert low.errors == {"support": "Please write an answer."}


def test_hiding_one_answer_hides_those_that_hang_on_it(draw: Any) -> None:
    form = draw(
        {"type": "select", "key": "a", "label": "A", "values": ["yes", "no"]},
        {"type": "select", "key": "b", "label": "B", "values": ["yes"], "conditional": {"hide": '=a != "yes"'}},
        {"type": "textfield", "key": "c", "label": "C", "conditional": {"hide": "=b = null"}},
        {"type": "textfield", "key": "d", "label": "D", "conditional": {"hide": "=b != null"}},
    )
    assert answer(form, a="no", b="yes", c="kept?", d="shown").answers == {"a": "no", "d": "shown"}
    assert answer(form, a="yes", b="yes", c="kept", d="gone").answers == {"a": "yes", "b": "yes", "c": "kept"}


def test_a_long_chain_of_conditions_settles(draw: Any) -> None:
    def link(number: int) -> dict[str, Any]:
        hide = f"=q{number - 1} = null" if number else "=true"
        return {"type": "checkbox", "key": f"q{number}", "label": "Q", "conditional": {"hide": hide}}

    assert answer(draw(*map(link, range(30)))).answers == {}


def test_conditions_that_contradict_each_other_come_to_rest(draw: Any) -> None:
    form = draw({"type": "checkbox", "key": "a", "label": "A", "conditional": {"hide": "=a = true"}})
    assert answer(form, a="on").ok


def test_a_hidden_group_hides_what_is_in_it(draw: Any) -> None:
    form = draw(
        {"type": "checkbox", "key": "leave", "label": "Was away"},
        {
            "type": "group",
            "path": "leave_facts",
            "conditional": {"hide": "=not(leave)"},
            "components": [{**TITLE, "validate": {"required": True}}],
        },
    )
    assert answer(form).answers == {"leave": False}
    assert set(answer(form, leave="on").errors) == {"leave_facts.title"}


def test_conditions_see_the_facts_of_the_case_and_of_their_own_row(draw: Any) -> None:
    row = {"type": "textfield", "key": "why", "label": "Why?", "conditional": {"hide": "=met or year < 2027"}}
    form = draw(
        {
            "type": "dynamiclist",
            "path": "goals",
            "label": "Goals",
            "components": [TITLE, {"type": "checkbox", "key": "met", "label": "Met"}, row],
        }
    )
    sent = {"goals": [{"title": "A", "met": "on", "why": "x"}, {"title": "B", "why": "late"}]}
    now = form.check(sent, context={"year": 2027})
    assert now.answers == {"goals": [{"title": "A", "met": True}, {"title": "B", "met": False, "why": "late"}]}
    assert now.hidden == {"goals[0].why"}
    assert form.check(sent, context={"year": 2026}).hidden == {"goals[0].why", "goals[1].why"}


def test_rows_without_any_answer_are_dropped_and_the_others_named_by_their_place(draw: Any) -> None:
    field = {**TITLE, "validate": {"required": True}}
    size = {"type": "number", "key": "size", "label": "Size"}
    form = draw({"type": "dynamiclist", "path": "goals", "label": "Goals", "components": [field, size]})
    checked = answer(form, goals=[{"title": ""}, {"title": "", "size": "3"}, {"title": "Z"}, {"size": "many"}])
    assert set(checked.errors) == {"goals[1].title", "goals[3].title", "goals[3].size"}
    assert answer(form, goals=[{"title": ""}, {"title": "Z"}]).answers == {"goals": [{"title": "Z", "size": None}]}


def test_a_list_has_as_many_rows_as_it_asks_for(draw: Any) -> None:
    form = draw(
        {
            "type": "dynamiclist",
            "path": "peers",
            "label": "Peers",
            "components": [TITLE],
            "validate": {"minItems": 3, "maxItems": 5},
        }
    )
    assert answer(form).errors == {"peers": "Please add at least 3 rows; there are none now."}
    assert "at most 5 rows" in answer(form, peers=[{"title": "x"}] * 6).errors["peers"]
    assert "at most 100 can be kept" in answer(form, peers=[{"title": "x"}] * 101).errors["peers"]


def test_the_weights_of_goals_sum_to_a_hundred(draw: Any) -> None:
    form = draw({"type": "goals", "key": "goals", "label": "Goals", "validate": {"required": True}})
    assert answer(form).errors == {"goals": "Please add at least one goal."}
    short = answer(form, goals=[{"title": "A", "weight": "60"}, {"title": "B", "weight": "30.5"}])
    assert short.errors == {"goals": "The weights sum to 90.5. Please change them so that they sum to 100."}
    even = answer(form, goals=[{"title": "A", "weight": "60"}, {"title": "B", "weight": "40", "due": "2027-12-31"}])
    assert even.ok
    assert even.answers["goals"][1] == {"title": "B", "measure": "", "due": "2027-12-31", "weight": "40"}


def test_a_read_only_field_answers_with_the_facts_and_never_with_what_the_browser_says(draw: Any) -> None:
    form = draw(
        {"type": "textfield", "key": "grade", "label": "Grade", "readonly": True},
        {"type": "textfield", "key": "note", "label": "Note", "disabled": True},
    )
    assert form.check({"grade": "E3", "note": "x"}, context={"grade": "G4"}).answers == {"grade": "G4"}


def test_options_may_come_from_the_facts_of_the_case(draw: Any) -> None:
    form = draw({"type": "select", "key": "peer", "label": "Peer", "valuesExpression": "=colleagues"})
    context = {"colleagues": [{"label": "Anna", "value": "p1"}, {"label": "Ben", "value": "p2"}]}
    assert form.check({"peer": "p2"}, context=context).answers == {"peer": "p2"}
    assert not form.check({"peer": "p9"}, context=context).ok


def test_a_draft_keeps_every_word_and_asks_for_nothing(draw: Any) -> None:
    form = draw(
        {**TITLE, "validate": {"required": True, "minLength": 20}},
        {"type": "textfield", "key": "why", "label": "Why", "conditional": {"hide": '=title = "x"'}},
        {"type": "number", "key": "share", "label": "Share"},
        {"type": "dynamiclist", "path": "goals", "label": "Goals", "components": [TITLE]},
    )
    sent = {"title": "x", "why": "typed before", "share": "a third", "goals": [{"title": ""}], "admin": "yes"}
    draft = form.check(sent, context={}, draft=True)
    assert draft.answers == {"title": "x", "why": "typed before", "share": None, "goals": [{"title": ""}]}
    assert set(draft.errors) == {"share"}
    assert "why" not in draft.values


def test_paths_read_as_in_the_page() -> None:
    assert write_path(("next", "goals", 0, "title")) == "next.goals[0].title"
