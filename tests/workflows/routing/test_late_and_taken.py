"""Tasks that are late (R17, R18), and tasks of a group that somebody has taken (R16): policies and their neighbours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

import engine.job_kinds  # noqa: F401 - registers what does the jobs
from engine import UNFINISHED, Assignment, instances, jobs, tasks, turns
from engine.database import SessionFactory, transaction
from engine.diagram import Step
from engine.errors import Conflict, InvalidDiagram, NotAllowed
from engine.models import HistoryEntry, Instance, Task
from tests.workflows.routing.cast import CAST, NOW, UNITS, bring, sign_up, user_step
from tests.workflows.routing.diagrams import publish
from workflows.installing import install
from workflows.notifications.models import Notification
from workflows.reviews.sending_back import send_back
from workflows.reviews.submitting import save_draft
from workflows.routing.router import OrganisationRouter


@dataclass
class Case:
    """A case about Ann at a moment that can be moved on."""

    factory: SessionFactory
    now: datetime = NOW

    def start(self, *steps: Step, **variables: Any) -> None:
        with transaction(self.factory) as session:
            definition = publish(session, *steps)
            instances.start(
                session, definition, name="Case", by="rita", now=self.now, subject="ann", variables=variables
            )

    def travel(self, **distance: float) -> None:
        """Move on in time, with the machine at work every hour."""
        end = self.now + timedelta(**distance)
        while self.now < end:
            self.now = min(end, self.now + timedelta(hours=1))
            while jobs.drain(self.factory, now=lambda: self.now, seconds=30):
                pass

    def open(self) -> list[tuple[str, str | None]]:
        """The open tasks, with who has them."""
        with self.factory() as session:
            found = session.scalars(select(Task).where(Task.state == "open").order_by(Task.id))
            return [(task.step, task.assignee or task.group) for task in found]

    def task(self, step: str) -> Task:
        with self.factory() as session:
            return session.scalars(select(Task).where(Task.step == step, Task.state == "open")).one()

    def do(self, step: str, by: str) -> None:
        with transaction(self.factory) as session:
            tasks.complete(session, self.task(step).id, by=by, now=self.now)

    def add(self, whom: str) -> None:
        """Let somebody do “write” after Ben."""
        with transaction(self.factory) as session:
            found = tasks.find(session, self.task("write").id, lock=True)
            note = {"rule": "added", "fact": "So.", "holder": whom}
            to = Assignment(whom, None, [*found.task.explanation[:1], note])
            turns.add(session, found, to, first=False, by="ben", now=self.now)

    def history(self, kind: str) -> list[HistoryEntry]:
        with self.factory() as session:
            return list(session.scalars(select(HistoryEntry).where(HistoryEntry.kind == kind)))

    def told(self, person: str) -> list[str]:
        with self.factory() as session:
            return list(session.scalars(select(Notification.text).where(Notification.person_id == person)))


@pytest.fixture
def case(factory: SessionFactory) -> Iterator[Case]:
    install()
    with transaction(factory) as session:
        bring(session, CAST, UNITS)
        for who in ("hugo", "rita"):
            sign_up(session, who, "hr")
    return Case(factory)


def write(**settings: str) -> Step:
    """A step of Ann's manager with three days of time."""
    return user_step("write", "manager", due="P3D", **settings)


CHECK = user_step("check", "manager's manager", sendBack="yes")


class TestR18:
    """What happens at the deadline."""

    def test_r18_by_default_it_stays_and_r17_can_still_be_done(self, case: Case) -> None:
        case.start(write(), CHECK)
        case.travel(days=9)
        assert case.open() == [("write", "ben")]
        case.do("write", "ben")
        assert case.open() == [("check", "mara")]

    @pytest.mark.parametrize("by_step", [True, False], ids=["of the step", "of the cycle"])
    def test_r18_the_review_goes_on_without_it_and_says_so(self, case: Case, *, by_step: bool) -> None:
        step = write(whenOverdue="advance") if by_step else write()
        case.start(step, CHECK, on_overdue="keep" if by_step else "advance")
        case.travel(days=3)
        assert case.open() == [("write", "ben")], "the day is not over where Ben is"
        case.travel(days=1)
        assert case.open() == [("check", "mara")]
        (entry,) = case.history("step_passed_over")
        assert (entry.step, entry.actor, entry.detail["reason"]) == ("write", None, "It was not done in time.")
        with case.factory() as session:
            assert session.scalars(select(Instance.variables)).one()["passed_over"] == ["write"]
        assert "the review has gone on without it" in case.told("ben")[-1]

    def test_r18_a_step_may_stay_open_in_a_cycle_that_goes_on(self, case: Case) -> None:
        case.start(write(whenOverdue="keep"), CHECK, on_overdue="advance")
        case.travel(days=9)
        assert case.open() == [("write", "ben")]

    def test_r18_it_goes_to_whoever_is_told(self, case: Case) -> None:
        case.start(write(whenOverdue="escalate", escalate="manager's manager"), CHECK)
        case.travel(days=9)
        assert case.open() == [("write", "mara")]
        assert case.history("task_reassigned")[0].detail["reason"] == "It was not done in time."

    def test_r18_and_to_hr_where_nobody_is_named(self, case: Case) -> None:
        case.start(write(whenOverdue="escalate"), CHECK)
        case.travel(days=9)
        assert case.open() == [("write", "hr")]

    def test_r18_never_to_the_person_it_is_about(self, case: Case) -> None:
        case.start(write(whenOverdue="escalate", escalate="subject"), CHECK)
        case.travel(days=9)
        assert ("write", "ann") not in case.open()

    def test_r18_never_to_somebody_who_does_the_step_already(self, case: Case) -> None:
        # Given a step that Mara does after Ben, and of which she is told when he is late
        case.start(write(whenOverdue="escalate", escalate="manager's manager"), CHECK)
        case.add("mara")
        # When he is late
        case.travel(days=9)
        # Then whoever is above her does his part, and she does it once.
        assert case.open() == [("write", "olga")]
        with case.factory() as session:
            held = session.scalars(select(Task.assignee).where(Task.step == "write", Task.state.in_(UNFINISHED)))
            assert sorted(str(one) for one in held) == ["mara", "olga"]

    def test_r18_without_one_of_several_it_is_the_turn_of_the_next(self, case: Case) -> None:
        case.start(write(whenOverdue="advance"), CHECK)
        case.add("mara")
        case.travel(days=4)
        # Ben was late, and Mara has time of her own.
        assert case.open() == [("write", "mara")]
        (entry,) = case.history("part_dropped")
        assert (entry.step, entry.actor, entry.detail["reason"]) == ("write", None, "It was not done in time.")
        assert "not done in time" in case.told("ben")[-1]
        case.travel(days=2)
        assert case.open() == [("write", "mara")]
        case.do("write", "mara")
        assert case.open() == [("check", "mara")]

    def test_r18_without_the_last_of_several_the_review_goes_on(self, case: Case) -> None:
        case.start(write(whenOverdue="advance"), CHECK)
        case.add("mara")
        case.travel(days=14)
        assert case.open() == [("check", "mara")]
        assert len(case.history("step_passed_over")) == 1

    def test_r18_what_the_gate_refuses_stays_where_it_is(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_given: object) -> None:
            raise NotAllowed("Not today.")

        case.start(write(whenOverdue="escalate", escalate="manager's manager"), CHECK)
        monkeypatch.setattr(OrganisationRouter, "check", refuse)
        case.travel(days=9)
        assert case.open() == [("write", "ben")]
        assert case.history("task_reassigned") == []

    def test_r18_what_was_sent_back_after_the_deadline_is_not_advanced_in_the_same_night(self, case: Case) -> None:
        # Given a step with a day as deadline, and one that sends it back when that day has passed
        case.start(user_step("write", "manager", due="2026-11-26", whenOverdue="advance"), CHECK)
        case.do("write", "ben")
        case.travel(days=5)
        with transaction(case.factory) as session:
            send_back(session, case.task("check").id, to="write", reason="Once more.", by="mara", now=case.now)
        # When it is late from the beginning, on a Friday
        assert case.now.strftime("%A") == "Friday"
        case.travel(days=2)
        # Then it stays over the weekend, and until the end of the next working day.
        assert case.open() == [("write", "ben")]
        case.travel(days=2)
        assert case.open() == [("check", "mara")]

    def test_r18_done_in_time_nothing_happens(self, case: Case) -> None:
        case.start(write(whenOverdue="advance"), CHECK)
        case.do("write", "ben")
        case.travel(days=9)
        assert case.open() == [("check", "mara")]
        assert case.history("step_passed_over") == []

    def test_r18_a_word_that_nobody_knows_is_told_before_publishing(self, case: Case) -> None:
        with pytest.raises(InvalidDiagram, match="is no policy for “When a task is not done in time”"):
            case.start(write(whenOverdue="panic"))


class TestStaying:
    """What was approved stays approved only while whoever approved it might still do so."""

    def test_r2_who_writes_it_anew_has_not_approved_it_before(self, case: Case) -> None:
        approve = user_step("approve", "manager's manager", fourEyes="true", sendBack="yes")
        sign = user_step("sign", "group", actorArgument="hr", sendBack="yes")
        case.start(user_step("write", "manager"), approve, sign)
        case.do("write", "ben")
        case.do("approve", "mara")
        sign_it = case.task("sign").id
        with transaction(case.factory) as session:
            tasks.claim(session, sign_it, by="hugo", now=case.now)
        with transaction(case.factory) as session:
            again = send_back(session, sign_it, to="write", reason="Once more.", by="hugo", now=case.now).task
            tasks.reassign(session, again.id, to="mara", by="hugo", reason="Ben is ill.", now=case.now)
        # When Mara, who had approved it, hands in the same in the place of Ben
        case.do("write", "mara")
        # Then somebody else has to approve it.
        assert case.open() == [("approve", "olga")]


class TestR16:
    """A task of a group."""

    STEP = user_step("look", "group", actorArgument="hr", autoRelease="P3D")

    def claim(self, case: Case, who: str = "hugo") -> None:
        with transaction(case.factory) as session:
            tasks.claim(session, case.task("look").id, by=who, now=case.now)

    def test_r16_all_see_it_the_first_claim_wins_and_it_can_be_put_back(self, case: Case) -> None:
        case.start(self.STEP)
        self.claim(case)
        with pytest.raises(NotAllowed):
            self.claim(case, "rita")
        with transaction(case.factory) as session:
            tasks.release(session, case.task("look").id, by="hugo", now=case.now)
        self.claim(case, "rita")
        assert case.open() == [("look", "rita")]

    @pytest.mark.parametrize("by_step", [True, False], ids=["of the step", "of the cycle"])
    def test_r16_goes_back_after_some_days_without_a_word(self, case: Case, *, by_step: bool) -> None:
        step = self.STEP if by_step else user_step("look", "group", actorArgument="hr")
        case.start(step, auto_release="never" if by_step else "P3D")
        self.claim(case)
        case.travel(days=2, hours=23)
        assert case.open() == [("look", "hugo")]
        case.travel(hours=2)
        assert case.open() == [("look", "hr")]
        (entry,) = case.history("task_released")
        assert (entry.actor, entry.detail["reason"]) == (None, "Nobody had worked on it for 3 days.")
        assert "is back with its group" in case.told("hugo")[-1]

    def test_r16_who_writes_keeps_it(self, case: Case) -> None:
        case.start(self.STEP)
        self.claim(case)
        case.travel(days=2)
        with transaction(case.factory) as session:
            save_draft(session, case.task("look").id, {}, by="hugo", now=case.now)
        case.travel(days=2)
        assert case.open() == [("look", "hugo")]
        case.travel(days=2)
        assert case.open() == [("look", "hr")]

    def test_r16_the_days_of_one_holder_are_not_those_of_the_next(self, case: Case) -> None:
        case.start(self.STEP)
        self.claim(case)
        case.travel(days=2)
        with transaction(case.factory) as session:
            tasks.release(session, case.task("look").id, by="hugo", now=case.now)
        self.claim(case, "rita")
        case.travel(days=2)
        assert case.open() == [("look", "rita")]

    def test_r16_by_default_it_stays_with_whoever_took_it(self, case: Case) -> None:
        case.start(user_step("look", "group", actorArgument="hr"))
        self.claim(case)
        case.travel(days=30)
        assert case.open() == [("look", "hugo")]

    def test_r16_what_is_done_does_not_come_back(self, case: Case) -> None:
        case.start(self.STEP)
        self.claim(case)
        case.do("look", "hugo")
        case.travel(days=9)
        with case.factory() as session, pytest.raises(Conflict):
            tasks.put_back(session, session.scalars(select(Task.id)).one(), reason="Too late.", now=case.now)
