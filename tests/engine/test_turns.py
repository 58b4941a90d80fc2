"""Steps that several approve one after the other: whose turn it is, until when, and what survives pauses and moves."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, registry, suspending, tasks, turns
from engine.database import transaction
from engine.errors import Conflict
from engine.models import Task
from engine.registry import Assignment
from tests.engine.drawing import draw, element, person
from tests.engine.moving import Versions
from tests.engine.playing import Play

APPROVE = person("approve", actor="bob", due="P5D", remind="P1D")


def add(play: Play, whom: str, *, first: bool, step: str = "approve") -> int:
    """Let somebody approve a step too; answers with their task."""
    here = play.task(step)
    with transaction(play.factory) as session:
        found = tasks.load(session, here.id, actor=here.assignee or "", now=clock.now(), lock=True)
        asked = Assignment(whom, None, [{"rule": "drawn", "fact": "Drawn."}, {"rule": "added", "fact": "Asked."}])
        return turns.add(session, found, asked, first=first, by=here.assignee or "", now=clock.now()).id


def act(play: Play, verb: Any, task_id: int, by: str) -> None:
    """Let somebody pass a task on, or take back whom they have added."""
    with transaction(play.factory) as session:
        verb(session, tasks.find(session, task_id, lock=True), by=by, now=clock.now())


def line(play: Play) -> list[tuple[str | None, str, datetime | None]]:
    """Those who approve, whether it is their turn, and until when."""
    with play.factory() as session:
        rows = session.scalars(select(Task).where(Task.turn.is_not(None)).order_by(Task.turn))
        return [(one.assignee, one.state, one.due_at) for one in rows]


@pytest.fixture
def overdue(play: Play) -> list[str | None]:
    """Who was told that a task of theirs is overdue."""
    told: list[str | None] = []
    registry.listen("task_overdue")(lambda _session, task, **_details: told.append(task.assignee))
    return told


def paused(play: Play, instance: int, days: int, *, shift: bool = False) -> None:
    """Let a case rest for some days."""
    said: dict[str, Any] = {"by": "hr", "reason": "So."}
    with transaction(play.factory) as session:
        suspending.suspend(session, instance, now=clock.now(), **said)
    play.travel(days=days)
    with transaction(play.factory) as session:
        suspending.resume(session, instance, now=clock.now(), shift=shift, **said)
    play.work()


def test_nobody_is_taken_out_of_the_line_while_the_case_is_paused(play: Play) -> None:
    # given
    versions = Versions(play, draw("start > approve > end", APPROVE))
    instance = versions.start()
    added = add(play, "eve", first=True)
    with transaction(play.factory) as session:
        suspending.suspend(session, instance, by="hr", reason="So.", now=clock.now())
    # when
    with pytest.raises(Conflict, match="paused"):
        act(play, turns.remove, added, "bob")
    # then
    with transaction(play.factory) as session:
        suspending.resume(session, instance, by="hr", reason="So.", now=clock.now())
    act(play, turns.remove, added, "bob")
    play.complete("approve")
    assert play.instance(instance).state == "completed"


def test_nobody_is_done_without_whom_alone_the_step_still_waits_for(play: Play) -> None:
    # given
    instance = Versions(play, draw("start > approve > end", APPROVE)).start()
    first = play.task("approve").id
    added = add(play, "eve", first=False)
    act(play, turns.pass_on, first, "bob")
    # when
    with pytest.raises(Conflict, match="waits for nobody else"):
        act(play, turns.remove, added, "bob")
    # then
    play.complete("approve")
    assert play.instance(instance).state == "completed"


def test_whoever_has_passed_it_on_has_acted_for_the_branches_beside_it(play: Play) -> None:
    # given
    fork, join = element("parallelGateway", "fork"), element("parallelGateway", "join")
    flows = "start > fork > approve > join > end; fork > check > join"
    instance = Versions(play, draw(flows, fork, join, APPROVE, person("check"))).start()
    added = add(play, "eve", first=True)
    # when
    act(play, turns.pass_on, added, "eve")
    # then
    assert play.instance(instance).variables["done_by"] == {"approve": "eve"}
    play.complete("approve")
    assert play.instance(instance).variables["done_by"] == {"approve": ["eve", "bob"]}


def test_a_pause_moves_the_deadline_of_who_comes_next_too(play: Play) -> None:
    # given
    instance = Versions(play, draw("start > approve > end", APPROVE)).start()
    add(play, "eve", first=True)
    before = [due and due.date() for _, _, due in line(play)]
    # when
    paused(play, instance, 10, shift=True)
    # then
    assert [due and due.date() - timedelta(days=10) for _, _, due in line(play)] == before


@pytest.mark.parametrize("due", ["P5D", "last_day"])
def test_whoever_has_their_turn_after_the_deadline_has_as_much_time_again(
    play: Play, overdue: list[str | None], due: str
) -> None:
    # given
    last_day = (clock.now() + timedelta(days=5)).date().isoformat()
    approve = person("approve", actor="bob", due=due, remind="P1D")
    versions = Versions(play, draw("start > approve > end", approve, variables={"last_day": "string"}))
    versions.start(last_day=last_day)
    added = add(play, "eve", first=True)
    # when no worker has told that it is overdue before it is passed on
    clock.travel(days=6)
    act(play, turns.pass_on, added, "eve")
    play.work()
    # then
    assert overdue == []
    assert [job.kind for job in play.jobs()] == ["clock"]
    _, (_, state, until) = line(play)
    assert state == "open"
    assert until is not None
    assert until - clock.now() > timedelta(days=4)
    play.travel(days=7)
    assert overdue == ["bob"]


def test_whoever_was_added_is_asked_in_the_next_version_too(play: Play) -> None:
    # given
    versions = Versions(play, draw("start > approve > end", APPROVE))
    versions.start()
    add(play, "eve", first=True)
    # when
    versions.publish(draw("start > approve > end", person("approve", actor="carl", due="P5D", remind="P1D")))
    versions.move()
    # then
    assert [(who, state) for who, state, _ in line(play)] == [("eve", "open"), ("carl", "next")]
