"""Instances that are suspended: nothing of them goes on, nothing of them is lost, and they go on where they were."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, incidents, registry, suspending, tasks
from engine.database import transaction
from engine.errors import Conflict
from engine.models import Instance, Task
from engine.states import INSTANCE, JOB, TASK, change
from tests.engine.playing import Play, gather_team


def suspend(play: Play, instance_id: int) -> None:
    """Suspend an instance, and do what machines can do."""
    with transaction(play.factory) as session:
        suspending.suspend(session, instance_id, by="hr", reason="The unit is closed.", now=clock.now())
    play.work()


def resume(play: Play, instance_id: int, *, shift: bool = False) -> None:
    """Let an instance go on, and do what machines can do."""
    with transaction(play.factory) as session:
        suspending.resume(session, instance_id, by="hr", reason="Open again.", now=clock.now(), shift=shift)
    play.work()


def states(play: Play, instance_id: int) -> list[str]:
    """The states of the tasks of an instance, oldest first."""
    with play.factory() as session:
        return list(session.scalars(select(Task.state).where(Task.instance_id == instance_id).order_by(Task.id)))


class TestSuspendedInstance:
    def test_lets_no_task_be_completed_and_says_why(self, play: Play) -> None:
        # given
        instance = play.start("two_steps")
        task = play.task("write")
        # when
        suspend(play, instance)
        # then
        with pytest.raises(Conflict, match=r"paused for now\. What you have written is kept"):
            play.finish(task)
        assert play.open() == []
        assert states(play, instance) == ["paused"]

    def test_still_shows_its_task_to_who_has_it(self, play: Play) -> None:
        """So that a draft can be read and saved."""
        instance = play.start("two_steps")
        task = play.task("write")
        suspend(play, instance)
        with play.factory() as session:
            found = tasks.load(session, task.id, actor="ann", now=clock.now())
        assert found.task.state == "paused"

    def test_goes_on_exactly_where_it_was(self, play: Play) -> None:
        instance = play.start("parallel_gateway")
        play.complete("check")
        suspend(play, instance)
        play.travel(days=3)
        resume(play, instance)
        assert play.open() == ["write"]
        play.complete("write")
        assert play.open() == ["sign"]

    def test_holds_its_timers_and_catches_up_on_them(self, play: Play) -> None:
        # given
        instance = play.start("boundary_timer")
        suspend(play, instance)
        # when
        play.travel(days=20)
        # then
        assert states(play, instance) == ["paused"]
        assert [job.state for job in play.jobs()] == ["held"]
        # and then
        resume(play, instance)
        assert play.open() == ["help"]

    def test_may_move_its_deadlines_by_the_pause(self, play: Play) -> None:
        # given: two weeks to write
        instance = play.start("boundary_timer")
        play.travel(days=1)
        suspend(play, instance)
        play.travel(days=20)
        # when
        resume(play, instance, shift=True)
        # then
        assert play.open() == ["write"]
        play.travel(days=12)
        assert play.open() == ["write"]
        play.travel(days=2)
        assert play.open() == ["help"]

    def test_moves_the_deadline_of_a_task_too(self, play: Play) -> None:
        instance = play.start("boundary_timer")
        due = clock.now() + timedelta(days=5)
        with transaction(play.factory) as session:
            session.get_one(Task, play.task("write").id).due_at = due
        suspend(play, instance)
        play.travel(days=2)
        resume(play, instance, shift=True)
        moved = play.task("write").due_at
        assert moved is not None
        assert timedelta(days=2) <= moved - due < timedelta(days=2, minutes=5)

    def test_moves_the_rhythm_of_a_timer_that_comes_again(self, play: Play) -> None:
        # given
        instance = play.start("cycle_beside")
        suspend(play, instance)
        play.travel(days=20)
        # when
        resume(play, instance, shift=True)
        # then
        for count in (1, 2, 3):
            play.travel(days=1, minutes=1)
            assert play.open().count("look_after") == count

    def test_holds_the_next_of_its_members(self, play: Play) -> None:
        # given
        instance = play.start("one_by_one", reviewers=["cem", "dora"])
        (first,) = play.open_tasks()
        with transaction(play.factory) as session:
            tasks.complete(session, first.id, by="ann", now=clock.now(), answers={"score": 1})
        # when
        suspend(play, instance)
        assert play.open() == []
        # then
        resume(play, instance)
        assert play.open() == ["review"]
        assert play.task("review").id != first.id

    def test_holds_its_service_steps(self, play: Play) -> None:
        # given
        calls: list[int] = []
        registry.handler("tests.weigh")(lambda _session, _call: calls.append(1))
        instance = play.launch(play.deploy("service_task"), boxes=1)
        # when
        suspend(play, instance)
        # then
        assert calls == []
        resume(play, instance)
        assert (calls, play.open()) == ([1], ["ship"])

    def test_keeps_a_message_until_it_goes_on(self, play: Play) -> None:
        # given
        instance = play.start("receive_task", employee="E1")
        suspend(play, instance)
        # when
        assert play.send("answer", correlation="E1", amount=3) == 1
        # then
        assert "amount" not in play.instance(instance).variables
        resume(play, instance)
        assert play.instance(instance).variables["amount"] == 3
        assert play.open() != []

    def test_keeps_its_incidents_and_lets_none_be_tried_again(self, play: Play) -> None:
        instance = play.start("timer_expression")
        suspend(play, instance)
        with play.factory() as session:
            ((incident, _),) = incidents.list_open(session)
        with pytest.raises(Conflict, match="paused"), transaction(play.factory) as session:
            incidents.retry(session, incident.id, by="hr", now=clock.now())
        assert len(play.incidents()) == 1

    def test_can_be_cancelled(self, play: Play) -> None:
        instance = play.start("boundary_timer")
        suspend(play, instance)
        play.cancel(instance)
        assert play.instance(instance).state == "cancelled"
        assert (states(play, instance), play.jobs()) == (["cancelled"], [])

    def test_cannot_be_suspended_again_and_a_running_one_not_resumed(self, play: Play) -> None:
        instance = play.start("two_steps")
        with pytest.raises(Conflict, match="not paused"):
            resume(play, instance)
        suspend(play, instance)
        with pytest.raises(Conflict, match="paused already"):
            suspend(play, instance)
        play.cancel(instance)
        with pytest.raises(Conflict, match="ended already"):
            resume(play, instance)

    def test_records_who_and_why(self, play: Play) -> None:
        instance = play.start("two_steps")
        suspend(play, instance)
        resume(play, instance)
        kinds = [kind for kind, _ in play.history(instance)]
        assert kinds[-2:] == ["instance_suspended", "instance_resumed"]


class TestMembers:
    def test_are_suspended_and_resumed_with_their_parent(self, play: Play) -> None:
        # given
        gather_team("E1", "E2", "E3")
        parent = play.start("members")
        # when
        suspend(play, parent)
        # then
        assert {member.state for member in play.members(parent)} == {"suspended"}
        assert play.open() == []
        # and then
        resume(play, parent)
        assert sorted(play.open()) == ["answer"] * 3
        assert {member.suspended_with for member in play.members(parent)} == {None}

    def test_that_were_suspended_alone_stay_so(self, play: Play) -> None:
        gather_team("E1", "E2")
        parent = play.start("members")
        alone = play.members(parent)[0]
        suspend(play, alone.id)
        suspend(play, parent)
        resume(play, parent)
        assert [member.state for member in play.members(parent)] == ["suspended", "running"]
        resume(play, alone.id)
        assert len(play.open()) == 2

    def test_that_would_start_meanwhile_start_afterwards(self, play: Play) -> None:
        # given: the members are listed, and none has been started
        gather_team("E1", "E2")
        parent = play.launch(play.deploy("members"))
        with transaction(play.factory) as session:
            suspending.suspend(session, parent, by="hr", reason="Too early.", now=clock.now())
        play.work()
        assert play.members(parent) == []
        # when
        resume(play, parent)
        # then
        assert play.open() == ["answer", "answer"]

    def test_of_a_nested_population_are_too(self, play: Play) -> None:
        gather_team("A", "B", name="offices")
        gather_team("E1", "E2")
        parent = play.start("members_nested")
        play.complete("open_office", subject="A")
        assert sorted(play.open()) == ["answer", "answer", "open_office"]
        suspend(play, parent)
        assert play.open() == []
        with play.factory() as session:
            running = session.scalars(select(Instance.id).where(Instance.state == "running")).all()
        assert running == []
        resume(play, parent)
        assert sorted(play.open()) == ["answer", "answer", "open_office"]

    def test_that_end_while_the_parent_is_suspended_are_counted_at_its_resume(self, play: Play) -> None:
        gather_team("E1")
        parent = play.start("members")
        member = play.members(parent)[0]
        suspend(play, parent)
        resume(play, member.id)
        play.complete("answer")
        assert play.instance(parent).state == "suspended"
        resume(play, parent)
        assert play.open() == ["sum_up"]


class TestTransitions:
    @pytest.mark.parametrize("table", [INSTANCE, TASK, JOB])
    def test_lead_out_of_no_end(self, table: dict[tuple[str, str], str]) -> None:
        for ended in ("completed", "cancelled"):
            with pytest.raises(Conflict):
                change(table, ended, "complete")

    def test_cost_a_few_statements_whatever_waits(self, play: Play) -> None:
        instance = play.start("parallel_gateway")
        with play.counting() as seen, transaction(play.factory) as session:
            suspending.suspend(session, instance, by="hr", reason="Closed.", now=clock.now())
        # The instance; its tasks, its fan-outs; history, the instance.
        assert len(seen) == 5 + 1
        with play.counting() as seen, transaction(play.factory) as session:
            suspending.resume(session, instance, by="hr", reason="Open.", now=clock.now())
        # The instance; its tasks, its jobs; the job for its members, history, the instance.
        assert len(seen) == 6 + 1
