"""Fields that form-js does not know: goals, evidence, competencies."""

import json
from typing import Any

import pytest

from tests.workflows.questionnaires.conftest import Draw
from workflows.questionnaires import InvalidForm, load, visible_answers

COMPETENCIES = {
    "type": "competencies",
    "key": "skills",
    "label": "Competencies",
    "points": 3,
    "labels": ["Learns it", "Does it", "Teaches it"],
    "values": [
        {"value": "craft", "label": "Craft", "description": "Knows the trade."},
        {"value": "people", "label": "Working with people"},
    ],
    "validate": {"required": True},
    "properties": {"visibleTo": "subject manager", "from": "released"},
}
EVIDENCE = {"type": "evidence", "key": "evidence", "label": "Evidence", "validate": {"minItems": 1}}


def test_each_competency_gets_a_level_and_a_comment(draw: Draw) -> None:
    form = draw(COMPETENCIES)
    sent = {"skills": {"craft": {"level": "3", "comment": "The new lens"}, "people": {"level": ""}}}
    checked = form.check(sent, context={})
    assert checked.errors == {"skills.people.level": "Please answer this question."}
    assert checked.answers["skills"]["craft"] == {"level": 3, "comment": "The new lens"}
    # And is read in words, by whom the contract of the whole names.
    read = visible_answers(form, checked.answers, viewer_roles={"manager"}, state="submitted")
    assert [(answer.label, answer.text) for answer in read[:2]] == [
        ("Craft", "3 of 3: Teaches it"),
        ("Where did it show: Craft?", "The new lens"),
    ]
    assert visible_answers(form, checked.answers, viewer_roles={"subject"}, state="submitted") == []


def test_competencies_can_go_without_comments(draw: Draw) -> None:
    form = draw(COMPETENCIES | {"comments": False})
    assert [field.key for field in form.fields()] == [("craft", "level"), ("people", "level")]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "It names no competencies."),
        ("all", "It names no competencies."),
        ([{"label": "Craft"}], "A competency has no name"),
        ([{"value": "a b", "label": "Craft"}], "an unfit value"),
        (["craft", "craft"], "Two competencies have the same value."),
    ],
)
def test_unfit_competencies_are_named(values: Any, reason: str) -> None:
    with pytest.raises(InvalidForm, match=reason) as refused:
        load(json.dumps({"components": [COMPETENCIES | {"id": "Field_7", "values": values}]}))
    assert {finding.id for finding in refused.value.findings} == {"Field_7"}


def test_answers_of_competencies_and_of_fields_do_not_collide() -> None:
    with pytest.raises(InvalidForm, match="is used by"):
        load(json.dumps({"components": [COMPETENCIES, {"type": "textfield", "key": "skills", "label": "Skills"}]}))


def test_evidence_says_what_happened(draw: Draw) -> None:
    form = draw(EVIDENCE)
    assert form.check({}, context={}).errors == {"evidence": "Please add at least 1 example; there are none now."}
    told = {"evidence": [{"what": "Shipped it", "when": "2027-02-01", "where": "Wiki"}, {"where": "Somewhere"}]}
    checked = form.check(told, context={})
    assert checked.errors == {"evidence[1].what": "Please write an answer."}
