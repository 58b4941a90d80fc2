"""Taking back what was handed in: the case is as it was before, until something else has happened in it."""

from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, instances, recalling, registry, suspending
from engine.database import reading, transaction
from engine.errors import Conflict, NotFound
from engine.models import HistoryEntry, Instance, Job, Task
from engine.recalling import Recalled
from tests.engine.drawing import deadline, draw, element, message, person, timer
from tests.engine.playing import Play, gather_team
from tests.engine.test_sending_back import CHAIN, send_back, start


def recall(play: Play, task: Task, *, by: str | None = None) -> Recalled:
    with transaction(play.factory) as session:
        recalled = recalling.recall(session, task.id, by=by or task.assignee or "anybody", now=clock.now())
    play.work()
    return recalled


def may(play: Play, task: Task) -> bool:
    with reading(play.factory) as session:
        return recalling.may_recall(session, session.get_one(Task, task.id), task.assignee or "anybody")


def standing(play: Play, instance_id: int) -> tuple[Any, ...]:
    """All that there is of an instance: its state, its open tasks and their deadlines, and its timers."""
    with reading(play.factory) as session:
        instance = session.get_one(Instance, instance_id)
        tasks = session.scalars(select(Task).where(Task.state == "open").order_by(Task.id))
        jobs = session.scalars(select(Job).order_by(Job.kind, Job.due_at))
        return (
            (instance.state, bytes(instance.blob), instance.variables),
            [(task.id, task.step, task.assignee, task.due_at, task.created_at) for task in tasks],
            [(job.kind, job.token, job.due_at, job.payload) for job in jobs],
        )


DRAWN: dict[str, tuple[str, ...]] = {
    "a step": ("start > write > sign > end", person("write", due="P3D", remind="P1D"), person("sign", due="P3D")),
    "branches": (
        "start > write > split > a > join > end; split > b > join",
        *(person("write", sets="rating=rating"), element("parallelGateway", "split"), person("a"), person("b")),
        element("parallelGateway", "join"),
    ),
    "a wait": ("start > write > wait > sign > end", person("write"), timer("wait", "P2D"), person("sign")),
    "a message": ("start > write > wait > sign > end", person("write"), message("wait"), person("sign")),
    "the end": ("start > write > end", person("write")),
    "a border": (
        "start > write > joined > end; late > joined; nudge > end",
        *(person("write"), deadline("late", "write", "P9D"), deadline("nudge", "write", "P1D", aside=True)),
        element("exclusiveGateway", "joined"),
    ),
    "a join": (
        "start > split > write > join > sign > end; split > b > join",
        *(element("parallelGateway", "split"), person("write"), person("b")),
        *(element("parallelGateway", "join"), person("sign")),
    ),
}


@pytest.mark.parametrize("what", DRAWN)
def test_everything_is_as_it_was_before(play: Play, what: str) -> None:
    instance_id = start(play, draw(*DRAWN[what]), rating=1)
    task, before = play.task("write"), standing(play, instance_id)
    clock.travel(hours=5)
    play.complete("write", rating=5)
    assert may(play, task)
    recall(play, task)
    assert standing(play, instance_id) == before
    assert not may(play, task)
    play.complete("write", rating=4)
    assert play.instance(instance_id).variables["rating"] == (4 if what == "branches" else 1)


class TestUntil:
    def test_the_next_one_has_acted(self, play: Play) -> None:
        start(play, CHAIN)
        task = play.task("write")
        play.complete("write", amount=1)
        play.complete("approve_it", outcome="yes")
        assert not may(play, task)
        with pytest.raises(Conflict, match="has gone on since"):
            recall(play, task)
        assert play.open() == ["check"]

    def test_a_timer_has_struck(self, play: Play) -> None:
        start(play, draw(*DRAWN["a wait"]))
        task = play.task("write")
        play.complete("write")
        play.travel(days=3)
        with pytest.raises(Conflict, match="has gone on since"):
            recall(play, task)
        assert play.open() == ["sign"]

    def test_the_same_was_begun_anew(self, play: Play) -> None:
        play.deploy("start_message")
        play.send("hired", correlation="E1", employee="E1")
        task = play.task("welcome")
        play.complete("welcome")
        play.send("hired", correlation="E1", employee="E1")
        with pytest.raises(Conflict, match="only one at a time runs"):
            recall(play, task)
        assert [case.state for case in play.instances()] == ["completed", "running"]

    def test_a_machine_has_done_its_part(self, play: Play) -> None:
        registry.handlers["tests.pay"] = lambda _session, _call: None
        pay = element("serviceTask", "pay", handler="tests.pay")
        start(play, draw("start > write > pay > sign > end", person("write"), pay, person("sign")))
        task = play.task("write")
        play.finish(task)
        assert may(play, task), "the job has not been done yet"
        play.work()
        assert not may(play, task)

    def test_somebody_else_was_told_by_a_message(self, play: Play) -> None:
        tell = '<bpmn:messageEventDefinition messageRef="answer" />'
        told = element("intermediateThrowEvent", "told", "", tell)
        start(play, draw("start > write > told > sign > end", person("write"), told, person("sign")))
        task = play.task("write")
        play.complete("write")
        assert not may(play, task)

    def test_it_was_sent_back_or_cancelled_or_is_suspended(self, play: Play) -> None:
        instance_id = start(play, CHAIN)
        task = play.task("write")
        play.complete("write", amount=1)
        with transaction(play.factory) as session:
            suspending.suspend(session, instance_id, by="hr", reason="Stop.", now=clock.now())
        with pytest.raises(Conflict, match="paused"):
            recall(play, task)
        with transaction(play.factory) as session:
            suspending.resume(session, instance_id, by="hr", reason="Go.", now=clock.now())
            instances.cancel(session, instance_id, by="hr", reason="Enough.", now=clock.now())
        with pytest.raises(Conflict):
            recall(play, task)

    def test_it_is_only_for_whoever_did_it(self, play: Play) -> None:
        start(play, CHAIN)
        task = play.task("write")
        with pytest.raises(Conflict, match="not completed"):
            recall(play, task)
        play.complete("write", amount=1)
        with pytest.raises(NotFound):
            recall(play, task, by="bob")


class TestMembers:
    def test_that_have_ended_run_again_while_the_others_are_waited_for(self, play: Play) -> None:
        gather_team("E1", "E2")
        parent = play.start("members")
        task = play.task("answer", subject="E1")
        play.complete("answer", subject="E1")
        recall(play, task)
        assert play.open() == ["answer", "answer"]
        play.complete("answer", subject="E2")
        assert play.instance(parent).state == "running"
        play.complete("answer", subject="E1")
        assert [one.state for one in play.members(parent)] == ["completed", "completed"]
        assert ("members_done", "each_answers") in play.history(parent)

    def test_stay_ended_when_the_parent_has_gone_on(self, play: Play) -> None:
        gather_team("E1")
        play.start("members")
        task = play.task("answer", subject="E1")
        play.complete("answer", subject="E1")
        with pytest.raises(Conflict, match="has gone on since"):
            recall(play, task)


def test_it_is_on_record_and_whoever_had_it_next_is_named(play: Play) -> None:
    told: list[Recalled] = []
    registry.listen("task_recalled")(lambda _session, task, recalled, now: told.append(recalled))
    start(play, CHAIN)
    task = play.task("write")
    play.complete("write", amount=1)
    recall(play, task)
    assert [one.assignee for one in told[0].withdrawn] == ["bob"]
    with reading(play.factory) as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "task_recalled")).one()
        assert (entry.actor, entry.step, entry.detail["task"]) == ("ann", "write", task.id)


def test_what_stayed_approved_is_asked_again_after_a_recall_and_a_change(play: Play) -> None:
    start(play, CHAIN)
    play.complete("write", amount=1)
    play.complete("approve_it", outcome="yes")
    play.complete("check", outcome="yes")
    send_back(play, "sign", "write")
    task = play.task("write")
    play.complete("write", amount=1)
    assert play.open() == ["sign"]
    recall(play, task)
    play.complete("write", amount=2)
    assert play.open() == ["approve_it"]
