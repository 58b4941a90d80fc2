"""Tasks of people: handed out, claimed, completed, handed on."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine import clock, registry, tasks
from engine.database import transaction
from engine.errors import Conflict, NotAllowed, NotFound
from engine.models import Task
from tests.engine.playing import Play, read_diagram

BERLIN = ZoneInfo("Europe/Berlin")


def for_a_group(play: Play) -> int:
    """A task of the group `hr`, with a deadline and a reminder."""
    package = read_diagram("one_step").replace(
        b'rf:actor="ann"', b'rf:actor="group" rf:actorArgument="hr" rf:due="P14D" rf:remind="P3D"'
    )
    instance = play.launch(play.publish({"one_step.bpmn": package}).id)
    assert play.task("write").instance_id == instance
    return play.task("write").id


def claim(play: Play, task_id: int, by: str) -> Task:
    with transaction(play.factory) as session:
        return tasks.claim(session, task_id, by=by, now=clock.now())


def release(play: Play, task_id: int, by: str) -> Task:
    with transaction(play.factory) as session:
        return tasks.release(session, task_id, by=by, now=clock.now())


class TestStarting:
    def test_hands_out_the_first_task(self, play: Play) -> None:
        # when
        instance = play.start("two_steps", subject="E1", grade="G3")
        # then
        task = play.task("write")
        assert (task.instance_id, task.root_id, task.subject, task.assignee) == (instance, instance, "E1", "ann")
        assert play.instance(instance).variables == {"grade": "G3"}
        assert play.history(instance) == [("instance_started", None)]

    def test_keeps_why_the_task_is_theirs(self, play: Play) -> None:
        play.start("one_step")
        assert play.task("write").explanation == [{"rule": "ann", "fact": "The diagram names ann."}]


class TestCompleting:
    def test_hands_out_the_next_task_and_ends_after_the_last(self, play: Play) -> None:
        # given
        instance = play.start("two_steps")
        # when
        play.complete("write")
        # then
        assert play.open() == ["check"]
        play.complete("check")
        ended = play.instance(instance)
        assert (ended.state, ended.blob) == ("completed", b"")
        assert ended.ended_at is not None
        assert play.history(instance) == [
            ("instance_started", None),
            ("task_completed", "write"),
            ("task_completed", "check"),
            ("instance_completed", None),
        ]

    def test_only_what_the_step_names_reaches_the_variables(self, play: Play) -> None:
        instance = play.start("exclusive_gateway")
        play.complete("ask", amount=7, story="Not for the process.")
        assert play.instance(instance).variables == {"amount": 7, "done_by": {"ask": "ann"}}

    def test_is_refused_to_anybody_else_and_changes_nothing(self, play: Play) -> None:
        play.start("one_step")
        with pytest.raises(NotAllowed, match="belongs to ann"):
            play.complete("write", by="bob")
        assert play.open() == ["write"]

    def test_is_refused_a_second_time(self, play: Play) -> None:
        play.start("two_steps")
        task = play.task("write")
        play.complete("write")
        with pytest.raises(Conflict, match="completed already"), transaction(play.factory) as session:
            tasks.complete(session, task.id, by="ann", now=clock.now())
        assert play.open() == ["check"]

    def test_is_refused_when_the_task_has_changed_since_it_was_read(self, play: Play) -> None:
        task_id = for_a_group(play)
        claim(play, task_id, "bob")
        with pytest.raises(Conflict, match="has changed since"), transaction(play.factory) as session:
            tasks.complete(session, task_id, by="bob", now=clock.now(), revision=1)

    def test_of_a_task_that_does_not_exist_is_refused(self, play: Play) -> None:
        with pytest.raises(NotFound, match="no such task"), transaction(play.factory) as session:
            tasks.complete(session, 4711, by="ann", now=clock.now())

    def test_takes_back_the_reminder(self, play: Play) -> None:
        task_id = for_a_group(play)
        assert [job.kind for job in play.jobs()] == ["clock"]
        claim(play, task_id, "bob")
        play.complete("write", by="bob")
        assert play.jobs() == []


class TestManualTask:
    def test_waits_until_its_person_confirms_that_it_was_done_elsewhere(self, play: Play) -> None:
        # given
        instance = play.start("manual_task")
        assert (play.open(), play.task("sign").assignee) == (["sign"], "ann")
        # when
        play.complete("sign")
        # then
        assert play.open() == []
        assert play.instance(instance).state == "completed"
        assert play.instance(instance).variables == {"done_by": {"sign": "ann"}}


class TestClaiming:
    def test_the_first_claim_wins(self, play: Play) -> None:
        # given
        task_id = for_a_group(play)
        assert play.task("write").assignee is None
        # when
        claim(play, task_id, "bob")
        # then
        with pytest.raises((Conflict, NotAllowed)):
            claim(play, task_id, "eve")
        assert play.task("write").assignee == "bob"

    def test_a_released_task_can_be_claimed_again(self, play: Play) -> None:
        task_id = for_a_group(play)
        claim(play, task_id, "bob")
        release(play, task_id, "bob")
        assert claim(play, task_id, "eve").assignee == "eve"

    def test_a_task_of_one_person_cannot_be_put_back(self, play: Play) -> None:
        play.start("one_step")
        with pytest.raises(Conflict, match="not to a group"):
            release(play, play.task("write").id, "ann")


class TestClock:
    def test_reminds_and_then_tells_that_the_task_is_overdue(self, play: Play) -> None:
        # given
        told: list[tuple[str, datetime]] = []
        registry.listen("task_reminder")(lambda _session, task, now: told.append(("reminder", now)))
        registry.listen("task_overdue")(lambda _session, task, step, now: told.append(("overdue", now)))
        for_a_group(play)
        due = play.task("write").due_at
        assert due is not None
        # when
        play.travel(days=12)
        play.travel(days=3)
        play.travel(days=30)
        # then
        assert [what for what, _ in told] == ["reminder", "overdue"]
        assert told[0][1] < due < told[1][1]
        assert play.open() == ["write"]

    def test_of_whole_days_ends_with_a_day_where_the_person_lives(self, play: Play) -> None:
        package = read_diagram("one_step").replace(b'rf:actor="ann"', b'rf:actor="ann" rf:due="P14D"')
        play.launch(play.publish({"one_step.bpmn": package}).id)
        due = play.task("write").due_at
        assert due is not None
        assert due.astimezone(BERLIN).strftime("%H:%M") == "23:59"
        assert (due.astimezone(BERLIN).date() - clock.now().astimezone(BERLIN).date()).days == 14


class TestCancelling:
    def test_takes_back_everything_that_waits(self, play: Play) -> None:
        # given
        instance = play.start("boundary_timer")
        # when
        play.cancel(instance)
        # then
        assert (play.open(), play.jobs()) == ([], [])
        assert play.instance(instance).state == "cancelled"
        with pytest.raises(Conflict, match="ended already"):
            play.cancel(instance)

    def test_leaves_nobody_waiting_for_a_message(self, play: Play) -> None:
        """A message to the others must not stumble over one that has left."""
        gone = play.start("receive_task", employee="E1")
        stays = play.start("receive_task", employee="E1")
        play.cancel(gone)
        assert play.send("answer", correlation="E1") == 1
        assert play.task("thank").instance_id == stays
