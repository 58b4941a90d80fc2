"""Who gets a task, and why."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, tasks
from engine.diagram import Step
from engine.models import Task
from engine.registry import Assignment, AssignmentRequest
from tests.workflows.routing.cast import CAST, NOW, START, Somebody, an_import, become, bring, user_step
from tests.workflows.routing.diagrams import publish
from workflows.people.models import ON_LEAVE, TERMINATED, OrgUnitVersion
from workflows.routing.explain import explain
from workflows.routing.resolvers import find_problem
from workflows.routing.router import OrganisationRouter

KNOWN = {somebody.id: somebody for somebody in CAST}


def assign(session: Session, step: Step, subject: str | None, **variables: Any) -> Assignment:
    request = AssignmentRequest(step, subject, variables, initiator="rita")
    [assignment] = OrganisationRouter().assign(session, [request], NOW)
    return assignment


def holder_reads(assignment: Assignment) -> str:
    holder = assignment.assignee
    return explain(assignment.explanation, holder=holder, reader=holder or "")


def rules(assignment: Assignment) -> list[str]:
    return [entry["rule"] for entry in assignment.explanation[1:]]


def test_the_deadline_counts_in_the_zone_of_the_holder(company: Session) -> None:
    assert assign(company, user_step("review", "manager"), "ann").zone == "America/Sao_Paulo"


def test_the_manager_reads_since_when(company: Session) -> None:
    assignment = assign(company, user_step("review", "manager"), "ann")

    assert holder_reads(assignment) == "You have been Ann’s manager since 1 March 2024."
    assert (
        explain(assignment.explanation, holder="ben", reader="rita") == "Ben has been Ann’s manager since 1 March 2024."
    )


def test_a_new_manager_gets_what_is_handed_out_from_their_first_day(company: Session) -> None:
    become(company, replace(KNOWN["ann"], manager="rita"))

    assignment = assign(company, user_step("review", "manager"), "ann")

    assert assignment.assignee == "rita"
    assert holder_reads(assignment) == "You have been Ann’s manager since 22 November 2026."


def test_a_task_for_a_group_belongs_to_the_group(company: Session) -> None:
    assignment = assign(company, user_step("release", "group", "hr"), None)

    assert (assignment.assignee, assignment.group) == (None, "hr")


def test_calibration_is_led_by_the_head_of_the_group(company: Session) -> None:
    assignment = assign(company, user_step("calibration", "calibration lead"), None, group="ENG")

    assert assignment.assignee == "mara"
    assert holder_reads(assignment) == "You are the head of Eng."


def test_the_initiator_gets_a_task_back(company: Session) -> None:
    assert assign(company, user_step("step", "initiator"), "ann").assignee == "rita"


class TestThePersonWhoDidAStep:
    STEP = user_step("confirm", "person who did", "manager_review")

    def test_is_found_in_the_case(self, company: Session) -> None:
        assert assign(company, self.STEP, "ann", done_by={"manager_review": "mara"}).assignee == "mara"

    def test_is_found_in_another_branch_of_the_cycle(self, company: Session) -> None:
        review = user_step("manager_review", "named person", "rita")
        branch = instances.start(company, publish(company, review), name="Review", by="rita", now=NOW, subject="ann")
        company.flush()
        task = company.scalars(select(Task).where(Task.instance_id == branch.id)).one()
        tasks.complete(company, task.id, by="rita", now=NOW)
        company.flush()

        assert assign(company, self.STEP, "ann").assignee == "rita"

    def test_gives_way_to_the_manager_when_they_have_left(self, company: Session) -> None:
        become(company, replace(KNOWN["rita"], status=TERMINATED))

        assignment = assign(company, self.STEP, "ann", done_by={"manager_review": "rita"})

        assert assignment.assignee == "ben"
        assert rules(assignment) == ["R4", "person who did"]


class TestNobodyDecidesAboutThemselves:
    def test_the_head_of_a_unit_climbs_to_the_unit_above(self, company: Session) -> None:
        assignment = assign(company, user_step("step", "head of unit"), "ben")

        assert assignment.assignee == "mara"
        assert rules(assignment) == ["R1", "head of unit"]
        assert "Ben is the head of Team, but nobody decides about themselves." in holder_reads(assignment)

    def test_r1_the_chief_executive_goes_to_hr(self, company: Session) -> None:
        assignment = assign(company, user_step("step", "chief executive"), "olga")

        assert (assignment.assignee, assignment.group) == (None, "hr")
        assert rules(assignment) == ["R1", "R3"]

    def test_r1_nor_do_they_when_the_diagram_names_them(self, company: Session) -> None:
        assert assign(company, user_step("step", "named person", "ann"), "ann").assignee == "ben"


class TestFourEyes:
    STEP = user_step("second_approval", "manager's manager", fourEyes="true")

    def test_r2_somebody_else_climbs_up(self, company: Session) -> None:
        assignment = assign(company, self.STEP, "ann", done_by={"manager_review": "mara"})

        assert assignment.assignee == "olga"
        assert rules(assignment) == ["R2", "manager's manager"]

    def test_a_step_sent_back_returns_to_the_one_who_approved_before(self, company: Session) -> None:
        assignment = assign(company, self.STEP, "ann", done_by={"manager_review": "ben", "second_approval": "mara"})

        assert assignment.assignee == "mara"

    def test_r2_without_the_flag_the_same_person_may_do_both(self, company: Session) -> None:
        step = user_step("second_approval", "manager's manager")

        assert assign(company, step, "ann", done_by={"manager_review": "mara"}).assignee == "mara"

    def test_nobody_left_goes_to_hr(self, company: Session) -> None:
        assert assign(company, self.STEP, "mara", done_by={"manager_review": "olga"}).group == "hr"


class TestNobodyAbove:
    def test_r3_the_manager_of_the_chief_executive_is_the_hr_group(self, company: Session) -> None:
        assignment = assign(company, user_step("review", "manager"), "olga")

        assert (assignment.assignee, assignment.group) == (None, "hr")
        assert holder_reads(assignment) == "Nobody else comes into question, so it goes to the HR group."

    def test_r3_two_levels_above_somebody_just_below_the_top_too(self, company: Session) -> None:
        assert assign(company, user_step("step", "manager's manager"), "mara").group == "hr"

    def test_a_person_nobody_knows_too(self, company: Session) -> None:
        assert assign(company, user_step("review", "manager"), "nobody").group == "hr"


class TestAVacantPost:
    def test_r4_who_has_left_is_passed_over(self, company: Session) -> None:
        become(company, replace(KNOWN["ben"], status=TERMINATED))

        assignment = assign(company, user_step("review", "manager"), "ann")

        assert assignment.assignee == "mara"
        assert holder_reads(assignment) == (
            "Ben has been Ann’s manager since 1 March 2024, but has left. You are next in line above Ann."
        )

    def test_the_second_level_is_counted_among_those_who_are_there(self, company: Session) -> None:
        become(company, replace(KNOWN["ben"], status=TERMINATED))

        assert assign(company, user_step("step", "manager's manager"), "ann").assignee == "olga"

    def test_without_any_manager_the_head_of_the_unit_stands_in(self, company: Session) -> None:
        become(company, replace(KNOWN["ann"], manager=None))

        assert assign(company, user_step("review", "manager"), "ann").assignee == "ben"

    def test_a_unit_without_head_is_led_from_the_unit_above(self, company: Session) -> None:
        company.get_one(OrgUnitVersion, ("TEAM", START)).head_id = None
        company.flush()

        assignment = assign(company, user_step("step", "head of unit"), "ann")

        assert assignment.assignee == "mara"
        assert holder_reads(assignment) == "You are the head of Eng, a unit above Team."


class TestOnLeave:
    def test_approvals_go_to_the_next_level(self, company: Session) -> None:
        become(company, replace(KNOWN["ben"], status=ON_LEAVE))

        assignment = assign(company, user_step("review", "manager"), "ann")

        assert assignment.assignee == "mara"
        assert rules(assignment) == ["R7", "manager"]

    def test_the_self_assessment_stays(self, company: Session) -> None:
        become(company, replace(KNOWN["ann"], status=ON_LEAVE))

        assert assign(company, user_step("self", "subject"), "ann").assignee == "ann"

    def test_a_leaver_owes_no_self_assessment(self, company: Session) -> None:
        become(company, replace(KNOWN["ann"], status=TERMINATED))

        assert assign(company, user_step("self", "subject"), "ann").group == "hr"


class TestPay:
    STEP = user_step("reward_check", "compensation owner")

    def test_nobody_decides_on_the_pay_of_those_above(self, company: Session) -> None:
        """Hugo is the HR partner of Rita, his manager. All of HR is below her: her peers decide."""
        become(company, replace(KNOWN["rita"], hrbp="hugo"))

        assignment = assign(company, self.STEP, "rita")

        assert assignment.group == "executive"
        assert rules(assignment) == ["R14", "R3"]

    def test_two_hr_partners_do_not_decide_on_each_other(self, company: Session) -> None:
        bring(company, [Somebody("vera", "olga", "HR", hrbp="wim"), Somebody("wim", "olga", "HR", hrbp="vera")], [])

        assert assign(company, self.STEP, "vera").group == "hr"

    def test_over_the_head_of_the_company_hr_records_what_the_board_decided(self, company: Session) -> None:
        assert assign(company, user_step("reward", "manager"), "olga").group == "hr"

    def test_other_steps_are_not_about_pay(self, company: Session) -> None:
        become(company, replace(KNOWN["rita"], hrbp="hugo"))

        assert assign(company, user_step("talk", "HR partner"), "rita").assignee == "hugo"

    def test_a_step_after_a_proposal_is_about_pay(self, company: Session) -> None:
        become(company, replace(KNOWN["rita"], hrbp="hugo"))

        assert assign(company, user_step("talk", "HR partner"), "rita", reward_kind="bonus").group == "executive"


@pytest.mark.parametrize(
    ("actor", "argument", "words"),
    [
        ("boss", "", "is no actor"),
        ("levels up", "", "needs the number of levels"),
        ("levels up", "zero", "no number of levels"),
        ("group", "owners", "no group “owners”"),
    ],
)
def test_a_wrong_actor_is_told_and_goes_to_hr(company: Session, actor: str, argument: str, words: str) -> None:
    assert words in (find_problem(actor, argument) or "")
    assignment = assign(company, user_step("step", actor, argument), "ann")

    assert assignment.group == "hr"
    assert words in holder_reads(assignment)


class TestStatements:
    @pytest.fixture
    def imported(self, company: Session) -> Session:
        """The company as an import left it, which is in memory after the first question."""
        bring(company, [Somebody(f"p{n}", "ben" if n % 2 else "mara", hrbp="hugo") for n in range(50)], [])
        company.add(an_import())
        company.flush()
        assign(company, user_step("review", "manager"), "ann")
        return company

    @pytest.mark.parametrize("actor", ["manager", "manager's manager", "HR partner", "executive", "head of unit"])
    def test_fifty_tasks_cost_one(self, imported: Session, statements: list[str], actor: str) -> None:
        step = user_step("reward", actor)
        requests = [AssignmentRequest(step, f"p{n}", {"reward_kind": "bonus"}) for n in range(50)]
        statements.clear()

        OrganisationRouter().assign(imported, requests, NOW)

        assert len(statements) == 1

    def test_an_import_is_noticed(self, imported: Session) -> None:
        become(imported, Somebody("ann", manager="mara"))
        imported.add(an_import())
        imported.flush()

        assert assign(imported, user_step("review", "manager"), "ann").assignee == "mara"

    def test_without_an_import_it_is_read_bit_by_bit(self, company: Session, statements: list[str]) -> None:
        statements.clear()
        assign(company, user_step("review", "manager's manager"), "ann")
        assert len(statements) == 4
