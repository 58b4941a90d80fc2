"""Every actor that a diagram can name, and the neighbours of each case."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine.changes import request_for
from engine.diagram import Step
from engine.errors import InvalidDiagram, StepFailed
from engine.models import Instance
from engine.registry import Assignment, AssignmentRequest
from engine.spiff import compile_program
from tests.engine.drawing import draw, person
from tests.workflows.routing.cast import CAST, NOW, START, TODAY, Somebody, become, bring, join, sign_up, user_step
from tests.workflows.routing.diagrams import publish
from workflows.notifications.post import POST
from workflows.people.models import ON_LEAVE, TERMINATED, DottedLine, OrgUnitVersion, PersonVersion, ProjectMembership
from workflows.people.outside import is_outside
from workflows.routing.absences import name_substitute, plan_absence
from workflows.routing.explain import explain
from workflows.routing.resolvers import ACTORS, find_problem
from workflows.routing.router import OrganisationRouter

KNOWN = {somebody.id: somebody for somebody in CAST}
AMOUNT = {"amount": "number"}
YEAR = {"period_from": "2026-01-01", "period_to": "2026-12-31"}


def assign(session: Session, step: Step, subject: str | None, **variables: Any) -> Assignment:
    request = AssignmentRequest(step, subject, variables, initiator="rita")
    [assignment] = OrganisationRouter().assign(session, [request], NOW)
    return assignment


def reason(assignment: Assignment) -> str:
    return explain(assignment.explanation, holder=assignment.assignee, reader="")


@pytest.mark.parametrize(
    ("actor", "argument", "subject", "expected"),
    [
        ("subject", "", "ann", "ann"),
        ("manager", "", "ann", "ben"),
        ("manager's manager", "", "ann", "mara"),
        ("levels up", "3", "ann", "olga"),
        ("first with grade", "G8", "ann", "ben"),
        ("first with grade", "E1", "ann", "mara"),
        ("first with grade", "E2", "ann", "olga"),
        ("head of unit", "", "ann", "ben"),
        ("HR partner", "", "ann", "hugo"),
        ("compensation owner", "", "ann", "hugo"),
        ("executive", "", "ann", "mara"),
        ("executive", "", "mara", "olga"),
        ("executive of unit", "TEAM", "rita", "mara"),
        ("executive of unit", "HR", "ann", "rita"),
        ("chief executive", "", "ann", "olga"),
        ("named person", "carl", "ann", "carl"),
        ("initiator", "", "ann", "rita"),
    ],
)
def test_every_actor_finds_its_person(company: Session, actor: str, argument: str, subject: str, expected: str) -> None:
    assignment = assign(company, user_step("step", actor, argument), subject)

    assert (assignment.assignee, assignment.group) == (expected, None)


def test_every_actor_tells_the_designer_what_it_is() -> None:
    assert all(actor.label and actor.help for actor in ACTORS.values())
    assert all(actor.argument for actor in ACTORS.values() if find_problem(actor.name, "") is not None)


@pytest.mark.parametrize(
    ("actor", "argument", "words"),
    [
        ("first with grade", "", "needs the lowest grade"),
        ("first with grade", "boss", "“boss” is no grade"),
        ("expression", "if then", "is not understood"),
        ("executive of unit", "", "needs the id of the unit"),
    ],
)
def test_a_wrong_argument_is_told_before_publishing(company: Session, actor: str, argument: str, words: str) -> None:
    assert words in (find_problem(actor, argument) or "")
    with pytest.raises(InvalidDiagram):
        publish(company, user_step("step", actor, argument))


class TestTheManagersOfThePeriod:
    def test_r12_the_former_manager_is_the_one_before(self, company: Session) -> None:
        become(company, replace(KNOWN["ann"], manager="rita"), date(2026, 9, 1))

        assignment = assign(company, user_step("closing_review", "former manager"), "ann", **YEAR)

        assert assignment.assignee == "ben"
        assert reason(assignment) == "Ben was Ann’s manager until 31 August 2026."

    def test_without_a_change_it_is_the_manager(self, company: Session) -> None:
        assert assign(company, user_step("closing_review", "former manager"), "ann", **YEAR).assignee == "ben"

    def test_a_change_before_the_period_does_not_count(self, company: Session) -> None:
        become(company, replace(KNOWN["ann"], manager="rita"), date(2025, 9, 1))

        assert assign(company, user_step("closing_review", "former manager"), "ann", **YEAR).assignee == "rita"

    def test_r12_a_former_manager_who_has_left_gives_way_to_the_present_one(self, company: Session) -> None:
        become(company, replace(KNOWN["ann"], manager="rita"), date(2026, 9, 1))
        become(company, replace(KNOWN["ben"], status=TERMINATED), date(2026, 10, 1))

        assert assign(company, user_step("closing_review", "former manager"), "ann", **YEAR).assignee == "rita"

    @pytest.mark.parametrize(("day", "expected"), [(date(2026, 9, 1), "ben"), (date(2026, 2, 1), "rita")])
    def test_the_majority_of_the_period_decides(self, company: Session, day: date, expected: str) -> None:
        become(company, replace(KNOWN["ann"], manager="rita"), day)

        assignment = assign(company, user_step("review", "majority manager"), "ann", **YEAR)

        assert assignment.assignee == expected
        assert "days of the period" in reason(assignment)

    def test_without_a_period_the_last_year_counts(self, company: Session) -> None:
        become(company, replace(KNOWN["ann"], manager="rita"), date(2026, 2, 1))

        assert assign(company, user_step("review", "majority manager"), "ann").assignee == "rita"

    def test_many_hand_outs_read_the_past_once(self, company: Session, statements: list[str]) -> None:
        step = user_step("review", "majority manager")
        requests = [AssignmentRequest(step, who, dict(YEAR)) for who in ("ann", "carl", "nina", "ben")]
        OrganisationRouter().assign(company, requests[:1], NOW)
        statements.clear()

        OrganisationRouter().assign(company, requests, NOW)

        assert sum("valid_to" in sent and "ORDER BY person_version.person_id" in sent for sent in statements) == 1


class TestDottedLines:
    STEP = user_step("second_view", "dotted-line manager")

    def test_the_first_by_name_who_is_there(self, company: Session) -> None:
        company.add_all(DottedLine(person_id="ann", manager_id=m, valid_from=START) for m in ("rita", "carl"))
        company.flush()

        assert assign(company, self.STEP, "ann").assignee == "carl"
        become(company, replace(KNOWN["carl"], status=ON_LEAVE))
        assert assign(company, self.STEP, "ann").assignee == "rita"

    def test_without_one_the_manager(self, company: Session) -> None:
        assert assign(company, self.STEP, "ann").assignee == "ben"


class TestProjects:
    STEP = user_step("project_view", "project lead")

    def test_the_lead_of_the_one_they_are_in_longest(self, company: Session) -> None:
        join(company, "Apollo", "ann", lead="carl", since=date(2026, 2, 1))
        join(company, "Gemini", "ann", lead="nina", since=date(2025, 2, 1))

        assignment = assign(company, self.STEP, "ann")

        assert assignment.assignee == "nina"
        assert reason(assignment) == "Nina leads the project “Gemini”."

    def test_another_role_in_it_is_no_new_beginning(self, company: Session) -> None:
        join(company, "Apollo", "ann", lead="nina", since=date(2024, 6, 1))
        company.get_one(ProjectMembership, ("Apollo", "ann", date(2024, 6, 1))).valid_to = date(2026, 5, 1)
        join(company, "Apollo", "ann", lead="ann", since=date(2026, 5, 1))
        join(company, "Gemini", "ann", lead="carl", since=date(2025, 2, 1))

        assert assign(company, self.STEP, "ann").assignee == "nina"

    @pytest.mark.parametrize(
        ("members", "lead", "why"),
        [
            ("carl", "nina", "Ann is in no project on this day"),
            ("ann", "", "Nobody leads the project “Apollo”"),
            ("carl", "ann", "nobody decides about themselves"),
        ],
    )
    def test_without_one_the_manager(self, company: Session, members: str, lead: str, why: str) -> None:
        join(company, "Apollo", members, lead=lead)

        assignment = assign(company, self.STEP, "ann")

        assert assignment.assignee == "ben"
        assert any(why in entry["fact"] for entry in assignment.explanation)

    def test_what_has_ended_does_not_count(self, company: Session) -> None:
        join(company, "Apollo", "ann", lead="nina")
        company.get_one(ProjectMembership, ("Apollo", "ann", START)).valid_to = TODAY
        company.flush()

        assert assign(company, self.STEP, "ann").assignee == "ben"

    def test_r7_a_lead_who_is_away_is_stood_in_for(self, company: Session) -> None:
        join(company, "Apollo", "ann", lead="nina")
        absence = plan_absence(company, "nina", TODAY, TODAY.replace(month=12), by="nina", now=NOW)
        name_substitute(company, absence.id, "carl", now=NOW)

        assignment = assign(company, self.STEP, "ann")

        assert (assignment.assignee, assignment.owner) == ("carl", "nina")

    def test_r9_nobody_stands_in_on_the_pay_of_somebody_they_work_with(self, company: Session) -> None:
        join(company, "Apollo", "ann", "hugo", lead="rita")
        absence = plan_absence(company, "rita", TODAY, TODAY.replace(month=12), by="rita", now=NOW)
        name_substitute(company, absence.id, "hugo", now=NOW)

        assignment = assign(company, user_step("reward", "project lead"), "ann")

        assert assignment.assignee != "hugo"
        assert any("they work in the same project" in entry["fact"] for entry in assignment.explanation)


class TestTheBudget:
    def test_belongs_to_the_head_of_the_unit_with_the_cost_centre(self, company: Session) -> None:
        company.get_one(OrgUnitVersion, ("ENG", START)).cost_centre = "CC-ENG"
        for unit in ("TOP", "TEAM", "HR"):
            company.get_one(OrgUnitVersion, (unit, START)).cost_centre = f"CC-{unit}"
        company.flush()
        company.get_one(PersonVersion, ("ann", START)).cost_centre = "CC-ENG"
        company.flush()

        assert assign(company, user_step("budget", "budget owner"), "ann").assignee == "mara"

    def test_an_unknown_cost_centre_falls_back_on_the_unit(self, company: Session) -> None:
        for unit in ("TOP", "ENG", "TEAM", "HR"):
            company.get_one(OrgUnitVersion, (unit, START)).cost_centre = "other"
        company.flush()

        assert assign(company, user_step("budget", "budget owner"), "ann").assignee == "ben"


class TestWhoeverAnExpressionNames:
    STEP = user_step("talk", "expression", "if rating > 3 then mentor else sponsors")

    def test_one_person(self, company: Session) -> None:
        assignment = assign(company, self.STEP, "ann", rating=4, mentor="carl", sponsors=[])

        assert assignment.assignee == "carl"

    def test_the_first_of_a_list_who_may(self, company: Session) -> None:
        assert assign(company, self.STEP, "ann", rating=1, mentor="carl", sponsors=["ann", "nina"]).assignee == "nina"

    def test_over_an_amount_that_is_kept_as_exact_text(self, company: Session) -> None:
        chosen = 'if amount > 1000 then "carl" else "nina"'
        package = draw("start > talk > end", person("talk", actor="expression", actorArgument=chosen), variables=AMOUNT)
        program = compile_program(package)
        instance = Instance(subject="ann", variables={"amount": "1250.50"})

        request = request_for(instance, program.step("talk"), program, NOW)
        [assignment] = OrganisationRouter().assign(company, [request], NOW)

        assert assignment.assignee == "carl"

    @pytest.mark.parametrize("sponsors", [[], None, 7, ["stranger"], {"id": "carl"}])
    def test_anything_else_goes_to_the_manager(self, company: Session, sponsors: Any) -> None:
        assert assign(company, self.STEP, "ann", rating=1, mentor="carl", sponsors=sponsors).assignee == "ben"

    def test_what_cannot_be_worked_out_is_noted(self, company: Session) -> None:
        assignment = assign(company, user_step("talk", "expression", "1 + mentor.name"), "ann", mentor="carl")

        assert assignment.assignee == "ben"
        assert "cannot be worked out" in reason(assignment) or "no employee id" in reason(assignment)

    def test_the_person_of_a_branch(self, company: Session) -> None:
        assert assign(company, user_step("feedback", "member"), "ann", person="carl").assignee == "carl"
        assert assign(company, user_step("feedback", "member"), "ann", person="ann").assignee == "ben"


class TestWhoeverADecisionTableNames:
    STEP = user_step("approve", "decision table", "approver")

    def decided(self, session: Session, answer: Any) -> Assignment:
        def decide(decision: str) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return answer

        [assignment] = OrganisationRouter().assign(
            session, [AssignmentRequest(self.STEP, "ann", {}, decide=decide)], NOW
        )
        return assignment

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [("manager", "ben"), ("HR partner", "hugo"), ("levels up: 3", "olga"), ("first with grade: E1", "mara")],
    )
    def test_an_actor_in_its_words(self, company: Session, answer: str, expected: str) -> None:
        assert self.decided(company, answer).assignee == expected

    def test_a_group(self, company: Session) -> None:
        assert self.decided(company, "group: hr").group == "hr"

    @pytest.mark.parametrize(
        "answer",
        [
            "boss",
            "levels up",
            "levels up: many",
            "decision table: approver",
            None,
            5,
            StepFailed("The table is silent."),
        ],
    )
    def test_anything_else_is_noted_and_goes_to_the_manager(self, company: Session, answer: Any) -> None:
        assignment = self.decided(company, answer)

        assert assignment.assignee == "ben"
        assert "approver" in reason(assignment) or "silent" in reason(assignment)


class TestTheBoard:
    def test_decides_about_the_head_of_the_company(self, company: Session) -> None:
        bring(company, [Somebody("wim", None, "TOP", "E3", hrbp=None)], [])
        sign_up(company, "wim", "board")

        assignment = assign(company, user_step("reward", "manager"), "olga")

        assert (assignment.assignee, assignment.group) == (None, "board")
        assert "it goes to the board" in reason(assignment)

    def test_without_members_hr_records_what_it_decided(self, company: Session) -> None:
        assert assign(company, user_step("reward", "manager"), "olga").group == "hr"

    def test_is_not_asked_about_anybody_else(self, company: Session) -> None:
        bring(company, [Somebody("wim", None, "TOP", "E3", hrbp=None)], [])
        sign_up(company, "wim", "board")

        assert assign(company, user_step("reward", "manager"), "ann").assignee == "ben"


def test_somebody_outside_is_asked_but_never_where_it_is_about_pay(company: Session) -> None:
    company.info[POST] = "any"
    step = user_step("feedback", "outside person", "address, name", form="feedback")
    vera = {"address": "vera@client.example", "name": "Vera"}
    asked = assign(company, step, "ann", **vera)
    assert (is_outside(asked.assignee), asked.owner) == (True, "ben")
    about_pay = assign(company, step, "ann", **vera, reward_kind="bonus")
    assert about_pay.assignee == "hugo"
    assert "but nobody outside of the organisation has a say in it" in reason(about_pay)
