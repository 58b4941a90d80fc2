"""The annual review in particular: who reads what, ratings that are optional, and the money."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import dmn, feel
from tests.bpmn.package import BPMN, LIBRARY, RF, Package
from workflows.questionnaires import Questionnaire, State, load, visible_answers

REVIEW = Package(LIBRARY / "annual_review")


def form(name: str) -> Questionnaire:
    return load(REVIEW.forms[name])


def keys(components: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The fields of a form by key, those in groups and lists too."""
    found = {}
    for component in components:
        if "key" in component:
            found[component["key"]] = component
        found |= keys(component.get("components", []))
    return found


def read(name: str, answers: dict[str, Any], *, role: str, state: State) -> set[str]:
    """The keys of what somebody in `role` reads of these answers."""
    shown = visible_answers(form(name), answers, viewer_roles={role}, state=state)
    return {answer.key for answer in shown}


MANAGER_REVIEW = {
    "results": "Took over the Lagos line and halved the returns within two quarters.",
    "goals_realistic": "yes",
    "behaviour": "Asks the night shift before deciding anything about it.",
    "improve": "Delegate the weekly figures to somebody in the team.",
    "readiness": "now",
    "overall_rating": 4,
    "rating_reason": "The only line that met all three goals of the year.",
    "private_note": "Has an offer from a competitor.",
}


def conditions_of(gateway: str) -> dict[str, str]:
    """The condition of each answer to a question of the diagram."""
    return {
        flow.get("id", ""): flow.findtext(f"{BPMN}conditionExpression") or ""
        for flow in REVIEW.elements("sequenceFlow")
        if flow.get("sourceRef") == gateway and flow.find(f"{BPMN}conditionExpression") is not None
    }


@pytest.mark.parametrize(("rating", "extreme"), [(1, True), (2, False), (4, False), (5, True), (None, False)])
def test_only_the_lowest_and_the_highest_rating_need_a_second_person(rating: int | None, *, extreme: bool) -> None:
    condition = conditions_of("extreme_rating")["rating_extreme"]
    assert feel.evaluate_condition(condition, {"rating": rating}) is extreme


@pytest.mark.parametrize("answer", ["approve", "send_back"])
def test_the_answers_of_the_second_person_are_those_the_diagram_asks_about(answer: str) -> None:
    choices = {
        choice["value"]
        for choice in keys(json.loads(REVIEW.forms["second-level-approval"])["components"])["outcome"]["values"]
    }
    condition = conditions_of("second_approved")["review_confirmed"]
    assert answer in choices
    assert feel.evaluate_condition(condition, {"second_outcome": answer}) is (answer == "approve")


def test_a_review_in_words_alone_is_complete() -> None:
    words = {key: text for key, text in MANAGER_REVIEW.items() if key not in ("overall_rating", "rating_reason")}
    assert form("manager-review").check(words, context={}).errors == {}


def test_a_rating_wants_a_reason() -> None:
    without = {key: text for key, text in MANAGER_REVIEW.items() if key != "rating_reason"}
    assert set(form("manager-review").check(without, context={}).errors) == {"rating_reason"}


def test_the_subject_reads_the_manager_review_only_after_the_release() -> None:
    assert read("manager-review", MANAGER_REVIEW, role="subject", state="submitted") == set()
    assert read("manager-review", MANAGER_REVIEW, role="subject", state="calibrated") == set()
    released = read("manager-review", MANAGER_REVIEW, role="subject", state="released")
    assert released >= {"results", "overall_rating"}
    assert not released & {"private_note", "readiness"}


def test_calibration_never_reads_what_is_private() -> None:
    states: list[State] = ["submitted", "calibrated", "released"]
    for state in states:
        shown = read("manager-review", MANAGER_REVIEW, role="calibration", state=state)
        assert "results" in shown
        assert "private_note" not in shown
        told = {"summary": "A year of building the Lagos line from nothing.", "note_to_manager": "I may move."}
        assert read("self-assessment", told, role="calibration", state=state) == {"summary"}


@pytest.mark.parametrize("name", sorted(REVIEW.forms))
def test_every_field_says_itself_who_reads_it(name: str) -> None:
    for key, field in keys(json.loads(REVIEW.forms[name])["components"]).items():
        assert set(field["properties"]) == {"visibleTo", "from"}, key


@pytest.mark.parametrize("name", ["reward-proposal", "reward-approval", "compensation-check", "executive-signoff"])
def test_the_subject_reads_nothing_of_a_proposal(name: str) -> None:
    for key, field in keys(json.loads(REVIEW.forms[name])["components"]).items():
        assert "subject" not in field["properties"]["visibleTo"].split(), key


TABLE = dmn.load((REVIEW.folder / "decisions" / "reward_approval.dmn").read_bytes())
percents = st.decimals(min_value="0.01", max_value="100", places=2)


def decide(kind: str | None, percent: str | None, grade: str | None) -> tuple[bool, bool]:
    """Compensation check, executive sign-off. The share arrives as text, as forms store it."""
    proposal = {"reward_kind": kind, "amount_percent": percent, "new_grade": grade}
    approval = TABLE.evaluate("reward-approval", proposal).value
    return approval["compensation"], approval["executive"]


PROPOSAL = {
    "effective_on": "2027-01-01",
    "reason": "Carried the launch alone for three months.",
    "within_budget": True,
}


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ({"kind": "none"}, {"amount": None, "amount_percent": None, "new_grade": None}),
        (
            {"kind": "bonus", "amount": "1250.50", "amount_percent": "2.75"},
            {"amount": "1250.50", "amount_percent": None, "new_grade": None},
        ),
        (
            {"kind": "pay_increase", "amount_percent": "4.00"},
            {"amount": None, "amount_percent": "4.00", "new_grade": None},
        ),
        (
            {"kind": "promotion", "new_grade": "G6", "new_title": "Lead"},
            {"amount": None, "amount_percent": None, "new_grade": "G6"},
        ),
    ],
    ids=["none", "bonus", "pay increase", "promotion"],
)
def test_a_proposal_sets_exactly_the_variables_of_its_kind(kind: dict[str, str], asked: dict[str, str | None]) -> None:
    """What does not belong to the kind is hidden, has no answer, and becomes null instead of an unknown name."""
    checked = form("reward-proposal").check({**PROPOSAL, **kind}, context={})
    assert checked.errors == {}
    lines = {line.get("name", ""): line.get("value", "") for line in REVIEW.root.iter(f"{RF}set")}
    values = {name: feel.compile(lines[name]).evaluate(checked.answers) for name in asked}
    assert values == asked


def test_a_bonus_without_an_amount_is_sent_back_to_the_writer() -> None:
    checked = form("reward-proposal").check({**PROPOSAL, "kind": "bonus"}, context={})
    assert set(checked.errors) == {"amount"}


@pytest.mark.parametrize(("kind", "ends"), [(None, True), ("none", True), ("bonus", False), ("promotion", False)])
def test_nothing_proposed_ends_the_case(kind: str | None, *, ends: bool) -> None:
    condition = conditions_of("something_proposed")["no_reward"]
    assert feel.evaluate_condition(condition, {"reward_kind": kind}) is ends


@pytest.mark.parametrize("step", ["reward-approval", "compensation-check", "executive-signoff"])
def test_everybody_who_decides_on_a_reward_can_say_no(step: str) -> None:
    choices = keys(json.loads(REVIEW.forms[step])["components"])["outcome"]["values"]
    assert {choice["value"] for choice in choices} == {"approve", "reject"}
    assert feel.evaluate_condition(conditions_of("reward_agreed")["agreed"], {"reward_outcome": "reject"}) is False


@pytest.mark.parametrize(
    ("kind", "percent", "grade", "approval"),
    [
        ("bonus", "5.00", None, (False, False)),
        ("bonus", "5.01", None, (True, False)),
        ("bonus", "15", None, (True, False)),
        ("bonus", "15.01", None, (True, True)),
        ("pay_increase", "3.00", None, (False, False)),
        ("pay_increase", "3.01", None, (True, False)),
        ("pay_increase", "10.01", None, (True, True)),
        ("promotion", None, "G4", (True, True)),
        ("promotion", None, "G8", (True, True)),
        ("promotion", None, "E1", (True, True)),
    ],
)
def test_the_larger_the_reward_the_more_people_approve(
    kind: str, percent: str | None, grade: str | None, approval: tuple[bool, bool]
) -> None:
    assert decide(kind, percent, grade) == approval


@pytest.mark.parametrize("kind", ["bonus", "pay_increase", "promotion", "company car", None])
def test_what_the_table_does_not_know_goes_to_everybody(kind: str | None) -> None:
    assert decide(kind, None, None) == (True, True)


@given(kind=st.sampled_from(["bonus", "pay_increase"]), lower=percents, higher=percents)
def test_a_larger_share_never_needs_fewer_approvals(kind: str, lower: Decimal, higher: Decimal) -> None:
    lower, higher = sorted((lower, higher))
    pairs = zip(decide(kind, str(lower), None), decide(kind, str(higher), None), strict=True)
    assert all(of_lower <= of_higher for of_lower, of_higher in pairs)
