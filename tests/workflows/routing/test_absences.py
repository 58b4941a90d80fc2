"""Somebody is away: who stands in, for how long, and what comes back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import tasks
from engine.diagram import Step
from engine.errors import Conflict, NotAllowed, NotFound, Rejection
from engine.models import HistoryEntry, Job
from engine.registry import AssignmentRequest, job_kinds
from tests.workflows.routing.cast import CAST, NOW, TODAY, an_import, become, user_step
from tests.workflows.routing.test_gate import open_task
from workflows.people.models import ON_LEAVE, TERMINATED
from workflows.routing import absences
from workflows.routing.absences import (
    absences_of,
    drop_substitute,
    end_absence,
    name_substitute,
    plan_absence,
    substitutes_of,
)
from workflows.routing.explain import explain
from workflows.routing.router import OrganisationRouter

KNOWN = {somebody.id: somebody for somebody in CAST}
REVIEW = user_step("manager_review", "manager")
REWARD = user_step("reward_proposal", "manager")
LATER = TODAY + timedelta(days=20)


@pytest.fixture(autouse=True)
def _jobs() -> None:
    absences.install()


def be_away(
    session: Session, person: str, *stand_ins: str, first: date = TODAY, last: date | None = LATER, process: str = ""
) -> int:
    absence = plan_absence(session, person, first, last, by=person, now=NOW)
    for stand_in in stand_ins:
        name_substitute(session, absence.id, stand_in, process=process, now=NOW)
    return absence.id


def work(session: Session, now: datetime = NOW) -> None:
    """Do the jobs that are due, one after the other."""
    while job := session.scalar(select(Job).where(Job.due_at <= now, Job.kind.startswith("absence")).order_by(Job.id)):
        session.delete(job)
        session.flush()
        job_kinds[job.kind](session, job, now)
        session.flush()


def assigned(session: Session, step: Step, subject: str = "ann", **more: Any) -> tuple[str | None, str | None]:
    [assignment] = OrganisationRouter().assign(session, [AssignmentRequest(step, subject, {}, **more)], NOW)
    return assignment.assignee, assignment.owner


class TestANewTask:
    def test_r7_goes_to_the_stand_in_and_stays_the_owners(self, company: Session) -> None:
        be_away(company, "ben", "carl")

        task = open_task(company, REVIEW, subject="ann")

        assert (task.assignee, task.owner) == ("carl", "ben")
        assert explain(task.explanation, holder="carl", reader="carl") == (
            "Ben has been Ann’s manager since 1 March 2024. "
            "You stand in for Ben, who is out of office until 12 December 2026."
        )

    def test_r9_goes_to_the_next_one_where_the_first_is_in_conflict(self, company: Session) -> None:
        be_away(company, "ben", "ann", "nina")

        task = open_task(company, REVIEW, subject="ann")

        assert task.assignee == "nina"
        assert "Ann would stand in, but nobody decides about themselves." in explain(
            task.explanation, holder="nina", reader=""
        )

    def test_r9_about_pay_never_goes_to_a_peer_of_the_subject(self, company: Session) -> None:
        be_away(company, "ben", "carl", "rita")

        assert assigned(company, REWARD) == ("rita", "ben")

    def test_r9_that_an_executive_decides_goes_to_no_stand_in_who_is_none(self, company: Session) -> None:
        step = user_step("sign_off", "executive")
        be_away(company, "mara", "ben")
        assert assigned(company, step) == ("olga", None)

        be_away(company, "olga", "ben", "rita")
        assert assigned(company, step) == ("rita", "olga")

    def test_follows_whoever_stands_in_for_the_stand_in(self, company: Session) -> None:
        be_away(company, "carl", "ben", "nina")
        be_away(company, "ben", "carl")

        assert assigned(company, REVIEW) == ("nina", "ben")

    def test_ends_in_a_circle_with_the_next_level(self, company: Session) -> None:
        be_away(company, "carl", "ben")
        be_away(company, "ben", "carl")

        assert assigned(company, REVIEW) == ("mara", None)

    def test_of_another_process_is_not_meant(self, company: Session) -> None:
        be_away(company, "ben", "carl", process="annual_review")

        assert assigned(company, REVIEW, process="promotion") == ("mara", None)
        assert assigned(company, REVIEW, process="annual_review") == ("carl", "ben")

    def test_is_the_owners_again_after_the_last_day(self, company: Session) -> None:
        be_away(company, "ben", "carl", first=TODAY - timedelta(days=9), last=TODAY)
        [assignment] = OrganisationRouter().assign(
            company, [AssignmentRequest(REVIEW, "ann", {})], NOW + timedelta(days=1)
        )

        assert (assignment.assignee, assignment.owner) == ("ben", None)

    def test_is_routed_by_absences_entered_at_the_same_moment(self, company: Session) -> None:
        company.add(an_import())
        company.flush()
        be_away(company, "ben", last=None)
        assert assigned(company, REVIEW) == ("mara", None)

        be_away(company, "mara", last=None)

        assert assigned(company, REVIEW) == ("olga", None)

    def test_of_ones_own_stays(self, company: Session) -> None:
        be_away(company, "ann", "carl")

        assert assigned(company, user_step("self_assessment", "subject")) == ("ann", None)

    def test_costs_no_statement_more(self, company: Session, statements: list[str]) -> None:
        company.add(an_import())
        company.flush()
        be_away(company, "ben", "carl")
        assigned(company, REVIEW)
        statements.clear()

        assert assigned(company, REVIEW) == ("carl", "ben")
        assert len(statements) == 1


class TestWithoutAStandIn:
    @pytest.mark.parametrize(("days", "holder"), [(6, "ben"), (7, "mara"), (None, "mara")])
    def test_r7_a_short_absence_is_waited_for(self, company: Session, days: int | None, holder: str) -> None:
        be_away(company, "ben", last=None if days is None else TODAY + timedelta(days=days))

        assert assigned(company, REVIEW) == (holder, None)

    @pytest.mark.parametrize(("policy", "days", "holder"), [("wait", 60, "ben"), ("next level", 1, "mara")])
    def test_the_step_may_say_otherwise(self, company: Session, policy: str, days: int, holder: str) -> None:
        be_away(company, "ben", last=TODAY + timedelta(days=days))

        assert assigned(company, user_step("manager_review", "manager", whenAway=policy)) == (holder, None)

    def test_r7_leave_of_the_hr_system_goes_to_the_next_level(self, company: Session) -> None:
        become(company, replace(KNOWN["ben"], status=ON_LEAVE))

        assert assigned(company, REVIEW) == ("mara", None)


class TestAnOpenTask:
    def test_r8_is_covered_from_the_first_day_and_comes_back(self, company: Session) -> None:
        first = TODAY + timedelta(days=3)
        task = open_task(company, REVIEW, subject="ann")
        be_away(company, "ben", "carl", first=first)
        work(company)
        assert task.assignee == "ben"

        work(company, NOW + timedelta(days=3))
        assert (task.assignee, task.owner) == ("carl", "ben")

        work(company, datetime.combine(LATER + timedelta(days=1), datetime.min.time(), tzinfo=UTC))
        assert (task.assignee, task.owner) == ("ben", None)
        assert explain(task.explanation, holder="ben", reader="ben").endswith("You are back.")

    def test_done_by_the_stand_in_is_on_record_for_the_owner(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="ann")
        be_away(company, "ben", "carl")
        work(company)

        tasks.complete(company, task.id, by="carl", now=NOW)

        entry = company.scalars(select(HistoryEntry).where(HistoryEntry.kind == "task_completed")).one()
        assert (entry.actor, entry.detail["for"]) == ("carl", "ben")
        assert (task.closed_by, task.owner) == ("carl", "ben")

    def test_about_the_stand_in_stays(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="carl")
        be_away(company, "ben", "carl")

        work(company)

        assert (task.assignee, task.owner) == ("ben", None)

    def test_of_ones_own_stays(self, company: Session) -> None:
        task = open_task(company, user_step("self_assessment", "subject"), subject="ben")
        be_away(company, "ben", "carl")

        work(company)

        assert (task.assignee, task.owner) == ("ben", None)

    def test_comes_back_when_the_absence_ends_early(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="ann")
        absence = be_away(company, "ben", "carl")
        work(company)

        end_absence(company, absence, now=NOW)
        work(company)

        assert (task.assignee, task.owner) == ("ben", None)
        assert absences_of(company, "ben", NOW) == []
        assert assigned(company, REVIEW) == ("ben", None)

    def test_r8_that_was_delegated_by_hand_stays_delegated(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="ann")
        tasks.delegate(company, task.id, to="nina", by="ben", reason="Knows more", now=NOW)
        absence = be_away(company, "ben", "carl")
        work(company)
        end_absence(company, absence, now=NOW)
        work(company)

        assert (task.assignee, task.owner) == ("nina", "ben")

    def test_many_are_covered_in_batches(self, company: Session) -> None:
        many = [open_task(company, REVIEW, subject="ann") for _ in range(2)]
        be_away(company, "ben", "carl")
        before, absences.BATCH = absences.BATCH, 1
        try:
            work(company)
        finally:
            absences.BATCH = before

        assert {task.assignee for task in many} == {"carl"}


class TestPlanning:
    def test_a_stand_in_is_somebody_else_who_works_here(self, company: Session) -> None:
        become(company, replace(KNOWN["carl"], status=TERMINATED))
        absence = be_away(company, "ben", "nina")

        for nobody in ("ben", "carl", "stranger", "nina"):
            with pytest.raises(Rejection):
                name_substitute(company, absence, nobody, now=NOW)
        assert [one.person_id for one in substitutes_of(company, absence)] == ["nina"]

    def test_five_are_enough(self, company: Session) -> None:
        absence = be_away(company, "ben", "ann", "carl", "nina", "mara", "rita")

        with pytest.raises(Rejection, match="At most 5"):
            name_substitute(company, absence, "hugo", now=NOW)

    def test_whoever_is_taken_away_stands_in_no_more(self, company: Session) -> None:
        absence = be_away(company, "ben", "carl", "nina")
        drop_substitute(company, absence, 1, now=NOW)

        assert assigned(company, REVIEW) == ("nina", "ben")

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            (TODAY, TODAY - timedelta(days=1)),
            (TODAY - timedelta(days=9), TODAY - timedelta(days=2)),
            (TODAY + timedelta(days=400), None),
            (TODAY, TODAY + timedelta(days=400)),
        ],
    )
    def test_days_that_make_no_sense_are_refused(self, company: Session, first: date, last: date | None) -> None:
        with pytest.raises(Rejection):
            plan_absence(company, "ben", first, last, by="ben", now=NOW)

    def test_two_at_once_are_refused(self, company: Session) -> None:
        be_away(company, "ben")

        with pytest.raises(Conflict):
            plan_absence(company, "ben", LATER, None, by="ben", now=NOW)
        be_away(company, "ben", first=LATER + timedelta(days=1), last=None)
        assert len(absences_of(company, "ben", NOW)) == 2

    def test_what_is_over_is_changed_no_more(self, company: Session) -> None:
        absence = be_away(company, "ben", last=TODAY)

        with pytest.raises(NotFound):
            end_absence(company, absence, now=NOW + timedelta(days=2))


class TestDelegating:
    def test_lets_somebody_else_do_it_and_keeps_it_ones_own(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="ann")

        tasks.delegate(company, task.id, to="carl", by="ben", reason="Knows more", now=NOW)

        assert (task.assignee, task.owner) == ("carl", "ben")
        with pytest.raises(NotAllowed):
            tasks.complete(company, task.id, by="ben", now=NOW)

    def test_can_be_taken_back(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="ann")
        tasks.delegate(company, task.id, to="carl", by="ben", reason="", now=NOW)

        with pytest.raises(NotFound):
            tasks.take_back(company, task.id, by="carl", now=NOW)
        tasks.take_back(company, task.id, by="ben", now=NOW)

        assert (task.assignee, task.owner) == ("ben", None)

    def test_can_be_given_back_with_a_reason(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="ann")
        tasks.delegate(company, task.id, to="carl", by="ben", reason="", now=NOW)

        tasks.give_back(company, task.id, by="carl", reason="I know too little", now=NOW)

        assert (task.assignee, task.owner) == ("ben", None)
        entry = company.scalars(select(HistoryEntry).where(HistoryEntry.kind == "task_given_back")).one()
        assert entry.detail["reason"] == "I know too little"
        with pytest.raises(Conflict, match="your own"):
            tasks.give_back(company, task.id, by="ben", reason="", now=NOW)

    def test_on_again_keeps_the_first_owner(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="ann")
        tasks.delegate(company, task.id, to="carl", by="ben", reason="", now=NOW)
        tasks.delegate(company, task.id, to="nina", by="carl", reason="", now=NOW)

        assert (task.assignee, task.owner) == ("nina", "ben")
        with pytest.raises(Conflict, match="theirs already"):
            tasks.delegate(company, task.id, to="ben", by="nina", reason="", now=NOW)

    @pytest.mark.parametrize("to", ["ann", "stranger"])
    def test_to_the_subject_or_nobody_is_refused(self, company: Session, to: str) -> None:
        task = open_task(company, REVIEW, subject="ann")

        with pytest.raises(NotAllowed):
            tasks.delegate(company, task.id, to=to, by="ben", reason="", now=NOW)

    def test_r9_a_decision_on_pay_to_a_peer_of_the_subject_is_refused(self, company: Session) -> None:
        task = open_task(company, REWARD, subject="ann")

        with pytest.raises(NotAllowed, match="the same manager as you"):
            tasks.delegate(company, task.id, to="carl", by="ben", reason="", now=NOW)

    def test_only_what_is_in_ones_hands(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="ann")

        with pytest.raises(NotAllowed):
            tasks.delegate(company, task.id, to="nina", by="carl", reason="", now=NOW)

    def test_handed_on_by_hr_it_is_nobody_elses_any_more(self, company: Session) -> None:
        task = open_task(company, REVIEW, subject="ann")
        tasks.delegate(company, task.id, to="carl", by="ben", reason="", now=NOW)

        tasks.reassign(company, task.id, to="nina", by="rita", reason="", now=NOW)

        assert (task.assignee, task.owner) == ("nina", None)
