"""Who may work on a task: the gate, passed by every verb of the engine."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, recalling, registry, tasks
from engine.diagram import Step
from engine.errors import NotAllowed
from engine.models import Task
from tests.workflows.routing.cast import CAST, NOW, become, sign_up, user_step
from tests.workflows.routing.diagrams import publish
from workflows.people.models import TERMINATED
from workflows.routing.gate import check
from workflows.routing.router import OrganisationRouter

KNOWN = {somebody.id: somebody for somebody in CAST}


def open_task(session: Session, *steps: Step, subject: str | None, **variables: Any) -> Task:
    """The first task of a case about `subject`."""
    definition = publish(session, *steps)
    instance = instances.start(
        session, definition, name="Case", by="rita", now=NOW, subject=subject, variables=variables
    )
    session.flush()
    return next_task(session, instance.id)


def next_task(session: Session, instance_id: int) -> Task:
    return session.scalars(select(Task).where(Task.instance_id == instance_id, Task.state == "open")).one()


def refusal(session: Session, task: Task, actor: str, **variables: Any) -> str:
    with pytest.raises(NotAllowed) as refused:
        check(session, task, variables, actor, NOW)
    return str(refused.value)


def test_installing_makes_the_engine_ask_this_router() -> None:
    assert isinstance(registry.router(), OrganisationRouter)


def test_the_holder_may_without_a_question_to_the_database(company: Session, statements: list[str]) -> None:
    task = open_task(company, user_step("review", "manager", fourEyes="true"), subject="ann")
    statements.clear()

    check(company, task, {"done_by": {"self_assessment": "ann"}}, "ben", NOW)

    assert statements == []


def test_a_decision_on_pay_asks_the_organisation(company: Session, statements: list[str]) -> None:
    task = open_task(company, user_step("reward", "manager"), subject="ann")
    statements.clear()

    check(company, task, {}, "ben", NOW)

    assert len(statements) == 2


def test_what_becomes_about_pay_while_it_is_open_is_checked_for_it(company: Session) -> None:
    # Given a step about Ben that somebody who reports to him has, before anything is proposed
    task = open_task(company, user_step("opinion", "named person", "carl"), subject="ben")
    check(company, task, {}, "carl", NOW)
    # When a reward is proposed beside it, then it is about pay, as it would be if it were handed out now.
    assert "decides on yours" in refusal(company, task, "carl", reward_kind="bonus")


def test_r1_the_subject_does_the_steps_that_are_theirs(company: Session) -> None:
    task = open_task(company, user_step("self_assessment", "subject"), subject="ann")

    check(company, task, {}, "ann", NOW)


def test_r1_the_subject_decides_nothing_else_and_learns_nothing(company: Session) -> None:
    task = open_task(company, user_step("second_approval", "manager's manager"), subject="ann")

    told = refusal(company, task, "ann")

    assert "nobody decides about themselves" in told
    assert "Somebody above you, or HR, does it." in told
    assert "Second" not in told
    assert "Mara" not in told


def test_somebody_else_may_not(company: Session) -> None:
    task = open_task(company, user_step("review", "manager"), subject="ann")

    assert "given to somebody else" in refusal(company, task, "carl")


class TestAGroup:
    STEP = user_step("record", "group", "hr")

    def test_its_members_may(self, company: Session) -> None:
        sign_up(company, "hugo", "hr")
        check(company, open_task(company, self.STEP, subject="ann"), {}, "hugo", NOW)

    def test_others_may_not(self, company: Session) -> None:
        sign_up(company, "carl", "admin")
        task = open_task(company, self.STEP, subject="ann")

        assert "the HR group, and you are not one of them" in refusal(company, task, "carl")
        assert "not one of them" in refusal(company, task, "nobody")

    def test_the_subject_may_not_although_a_member(self, company: Session) -> None:
        sign_up(company, "hugo", "hr")
        task = open_task(company, self.STEP, subject="hugo")

        told = refusal(company, task, "hugo")

        assert told.endswith("Somebody else of the HR group can do it.")
        with pytest.raises(NotAllowed):
            tasks.claim(company, task.id, by="hugo", now=NOW)

    def test_a_leaver_may_not(self, company: Session) -> None:
        sign_up(company, "hugo", "hr")
        become(company, replace(KNOWN["hugo"], status=TERMINATED))

        assert "not one of them" in refusal(company, open_task(company, self.STEP, subject="ann"), "hugo")

    def test_a_task_taken_belongs_to_the_one_who_took_it(self, company: Session) -> None:
        sign_up(company, "hugo", "hr")
        sign_up(company, "rita", "hr")
        task = open_task(company, self.STEP, subject="ann")
        tasks.claim(company, task.id, by="hugo", now=NOW)

        assert "given to somebody else" in refusal(company, task, "rita")
        tasks.release(company, task.id, by="hugo", now=NOW)
        check(company, task, {}, "rita", NOW)

    def test_executives_are_those_with_the_grade(self, company: Session) -> None:
        sign_up(company, "mara")
        sign_up(company, "ben", "hr")
        task = open_task(company, user_step("board", "group", "executive"), subject="ann")

        check(company, task, {}, "mara", NOW)
        assert "the executives" in refusal(company, task, "ben")

    def test_a_member_below_the_subject_does_not_decide_on_their_pay(self, company: Session) -> None:
        sign_up(company, "hugo", "hr")
        task = open_task(company, user_step("reward", "group", "hr"), subject="rita")

        assert "above you in the line" in refusal(company, task, "hugo")

    def test_r3_below_the_head_of_the_company_only_direct_reports_do_not(self, company: Session) -> None:
        """Everybody is below Olga: somebody of HR has to record what the board has decided."""
        sign_up(company, "hugo", "hr")
        sign_up(company, "rita", "hr")
        task = open_task(company, user_step("reward", "group", "hr"), subject="olga")

        check(company, task, {}, "hugo", NOW)
        assert "above you in the line" in refusal(company, task, "rita")


class TestHandingOn:
    STEP = user_step("review", "manager")

    def hand(self, session: Session, task: Task, to: str) -> None:
        tasks.reassign(session, task.id, to=to, by="rita", reason="Holiday", now=NOW)

    def test_to_a_colleague_works(self, company: Session) -> None:
        task = open_task(company, self.STEP, subject="ann")
        self.hand(company, task, "carl")

        check(company, task, {}, "carl", NOW)

    @pytest.mark.parametrize("to", ["ann", "nobody"])
    def test_to_the_subject_or_nobody_does_not(self, company: Session, to: str) -> None:
        task = open_task(company, self.STEP, subject="ann")

        with pytest.raises(NotAllowed):
            self.hand(company, task, to)

    def test_to_a_leaver_does_not(self, company: Session) -> None:
        become(company, replace(KNOWN["carl"], status=TERMINATED))
        task = open_task(company, self.STEP, subject="ann")

        with pytest.raises(NotAllowed, match="Carl is not in the organisation any more"):
            self.hand(company, task, "carl")

    def test_to_a_report_of_the_subject_does_not_where_pay_is_decided(self, company: Session) -> None:
        task = open_task(company, user_step("reward", "manager"), subject="ben")

        with pytest.raises(NotAllowed, match=r"decides on yours\. Mara can do it"):
            self.hand(company, task, "ann")


def test_r2_four_eyes_hold_through_the_whole_case(company: Session) -> None:
    steps = (user_step("review", "manager"), user_step("approval", "manager's manager", fourEyes="true"))
    review = open_task(company, *steps, subject="ann")
    tasks.reassign(company, review.id, to="mara", by="rita", reason="Ben is away", now=NOW)
    tasks.complete(company, review.id, by="mara", now=NOW)
    company.flush()
    approval = next_task(company, review.instance_id)

    assert approval.assignee == "olga"
    with pytest.raises(NotAllowed, match=r"four eyes.*Olga can do it"):
        tasks.reassign(company, approval.id, to="mara", by="rita", reason="Try", now=NOW)


def test_a_task_without_a_record_of_its_step_is_checked_for_everything(company: Session) -> None:
    task = open_task(company, user_step("self_assessment", "subject"), subject="ann")
    task.explanation = []

    assert "nobody decides about themselves" in refusal(company, task, "ann")


def test_r4_who_has_left_takes_nothing_back(company: Session) -> None:
    task = open_task(company, user_step("review", "manager"), user_step("approval", "manager's manager"), subject="ann")
    tasks.complete(company, task.id, by="ben", now=NOW)
    become(company, replace(KNOWN["ben"], status=TERMINATED))

    with pytest.raises(NotAllowed, match="not in the organisation any more"):
        recalling.recall(company, task.id, by="ben", now=NOW)
