"""What one person wrote is shown to another only as the form says."""

from importlib import resources
from typing import Any

import pytest

from workflows.questionnaires import load, readable_part, visible_answers
from workflows.questionnaires.components import Disclosure
from workflows.questionnaires.disclosure import READERS, describe_disclosure

ANSWERS = {"story": "Good year", "rating": 4, "note": "between us", "own": "mine"}


@pytest.fixture
def review(draw: Any) -> Any:
    return draw(
        {"type": "textarea", "key": "story", "label": "Story"},
        {"type": "rating", "key": "rating", "label": "Rating", "properties": {"from": "released"}},
        {"type": "textarea", "key": "note", "label": "Note", "properties": {"visibleTo": "manager hr"}},
        properties={"visibleTo": "subject manager approver", "from": "calibrated"},
    )


def keys(questionnaire: Any, role: str, state: Any) -> list[str]:
    return [answer.key for answer in visible_answers(questionnaire, ANSWERS, viewer_roles={role}, state=state)]


def test_the_author_reads_everything_and_a_draft_is_read_by_nobody_else(review: Any) -> None:
    assert keys(review, "author", "draft") == ["story", "rating", "note"]
    for reader in READERS:
        assert keys(review, reader, "draft") == []


def test_the_subject_waits_for_the_state_the_form_names(review: Any) -> None:
    assert keys(review, "subject", "submitted") == []
    assert keys(review, "subject", "calibrated") == ["story"]
    assert keys(review, "subject", "released") == ["story", "rating"]


def test_those_who_work_on_the_case_read_what_was_submitted(review: Any) -> None:
    assert keys(review, "approver", "submitted") == ["story", "rating"]
    assert keys(review, "manager", "submitted") == ["story", "rating", "note"]
    assert keys(review, "hr", "submitted") == ["note"]
    assert keys(review, "calibration", "released") == []
    assert keys(review, "stranger", "released") == []


def test_what_may_be_read_is_a_part_that_can_be_gone_on_from(draw: Any) -> None:
    public = {"properties": {"visibleTo": "approver"}}
    skills = [
        {"type": "textfield", "key": "skill", "label": "Skill", **public},
        {"type": "textfield", "key": "doubt", "label": "Doubt"},
    ]
    form = draw(
        {"type": "textarea", "key": "story", "label": "Story", **public},
        {"type": "textarea", "key": "note", "label": "Note"},
        {"type": "dynamiclist", "path": "skills", "label": "Skills", "components": skills},
        {"type": "dynamiclist", "path": "doubts", "label": "Doubts", "components": [skills[1]]},
    )
    rows = [{"skill": "Patience", "doubt": "Is it?"}, {"skill": "Speed", "doubt": ""}]
    answers = {"story": "Good year", "note": "between us", "skills": rows, "doubts": [{"doubt": "Many"}]}
    part = readable_part(form, answers, viewer_roles={"approver"}, state="submitted")
    assert part == {"story": "Good year", "skills": [{"skill": "Patience"}, {"skill": "Speed"}]}
    assert readable_part(form, answers, viewer_roles={"author"}, state="submitted") == answers
    assert readable_part(form, answers, viewer_roles={"manager"}, state="submitted") == {}


def test_without_a_contract_an_answer_is_for_its_author_and_hr(draw: Any) -> None:
    form = draw({"type": "textarea", "key": "own", "label": "Own"})
    assert keys(form, "hr", "submitted") == ["own"]
    for reader in set(READERS) - {"hr"}:
        assert keys(form, reader, "released") == []


def test_a_contract_that_forgets_to_say_when_shows_the_subject_nothing_before_the_release(draw: Any) -> None:
    form = draw({"type": "textarea", "key": "own", "label": "Own", "properties": {"visibleTo": "subject"}})
    assert keys(form, "subject", "calibrated") == []
    assert keys(form, "subject", "released") == ["own"]


def test_answers_are_shown_in_words(draw: Any) -> None:
    row = {"type": "textfield", "key": "title", "label": "Title"}
    form = draw(
        {
            "type": "rating",
            "key": "rating",
            "label": "Rating of {{name}}",
            "points": 3,
            "labels": ["Low", "As", "High"],
        },
        {"type": "money", "key": "bonus", "label": "Bonus", "currency": "EUR"},
        {"type": "number", "key": "share", "label": "Share", "appearance": {"suffixAdorner": "%"}},
        {"type": "datetime", "key": "day", "label": "Day"},
        {"type": "checkbox", "key": "agreed", "label": "Agreed"},
        {
            "type": "checklist",
            "key": "skills",
            "label": "Skills",
            "values": [{"label": "The law", "value": "law"}, "b"],
        },
        {"type": "dynamiclist", "path": "goals", "label": "Goals", "components": [row]},
        {"type": "textfield", "key": "hidden", "label": "Hidden", "conditional": {"hide": "=true"}},
        {"type": "textfield", "key": "open", "label": "Open"},
    )
    sent = {"rating": "3", "bonus": {"amount": "1200.50"}, "share": "12.5", "day": "2027-03-03", "skills": ["law", "b"]}
    answers = form.check({**sent, "goals": [{"title": "Grow"}]}, context={}).answers
    shown = visible_answers(form, answers, viewer_roles={"author"}, state="draft", context={"name": "Anna"})
    assert [(answer.label, answer.text) for answer in shown] == [
        ("Rating of Anna", "3 of 3: High"),
        ("Bonus", "1,200.50 EUR"),
        ("Share", "12.5 %"),
        ("Day", "3 March 2027"),
        ("Agreed", "No"),
        ("Skills", "The law, b"),
        ("Goals", ""),
        ("Open", ""),
    ]
    assert shown[6].rows[0][0].text == "Grow"


def test_the_subject_of_the_annual_review_never_reads_the_private_note() -> None:
    form = load((resources.files("bpmn") / "annual_review" / "forms" / "manager-review.json").read_bytes())
    answers = form.check({"overall_rating": "4", "private_note": "x"}, context={}).answers
    for state in ("submitted", "calibrated", "released"):
        shown = visible_answers(form, answers, viewer_roles={"subject"}, state=state)  # type: ignore[arg-type]
        assert "private_note" not in {answer.key for answer in shown}
        assert bool(shown) == (state == "released")


@pytest.mark.parametrize(
    ("readers", "since", "author", "sentence"),
    [
        (
            "subject manager hr",
            "released",
            "manager",
            "Read by HR once you submit it; by the person reviewed once the results are released.",
        ),
        (
            "subject manager approver hr",
            "submitted",
            "subject",
            "Read by the manager, those who approve and HR once you submit it.",
        ),
        ("subject", "submitted", "manager", "Read by the person reviewed once you submit it."),
        ("manager", "released", "manager", "Nobody but you reads this."),
        # Whoever approves is not the only one, nor are HR.
        (
            "manager approver hr",
            "submitted",
            "manager approver",
            "Read by those who approve and HR once you submit it.",
        ),
        ("hr", "submitted", "hr", "Read by HR once you submit it."),
    ],
)
def test_the_writer_is_told_who_will_read_it(readers: str, since: Any, author: str, sentence: str) -> None:
    assert describe_disclosure(Disclosure(frozenset(readers.split()), since), set(author.split())) == sentence
