"""Opening a closed step again (R17): while the case runs, and when a member has ended."""

import pytest
from sqlalchemy import select

from engine import clock, registry, reopening
from engine.database import reading, transaction
from engine.errors import Conflict, Rejection
from engine.models import HistoryEntry, Task
from engine.sending_back import SentBack
from tests.engine.drawing import deadline, draw, element, person, sub
from tests.engine.playing import Play, gather_team
from tests.engine.test_sending_back import CHAIN, start

LATE = draw(
    "start > write > joined > check > end; late > joined",
    *(person("write"), deadline("late", "write", "P5D"), element("exclusiveGateway", "joined"), person("check")),
)
MEMBERS = draw(
    "start > each > release > end",
    sub(
        "each",
        "start_in > write > approve_it > end_in",
        *(person("write", actor="subject", sets="text=text"), person("approve_it", actor="bob")),
        over="team",
    ),
    person("release"),
)


def reopen(play: Play, task: Task, reason: str = "It was too early.") -> SentBack:
    with transaction(play.factory) as session:
        sent = reopening.reopen(session, task.id, by="hr", reason=reason, now=clock.now())
    play.work()
    return sent


def test_r17_what_the_deadline_has_closed_is_open_again_for_whoever_had_it(play: Play) -> None:
    start(play, LATE)
    task = play.task("write")
    play.travel(days=6)
    assert play.open() == ["check"]
    sent = reopen(play, task)
    assert (play.open(), sent.task.assignee) == (["write"], "ann")
    with reading(play.factory) as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "task_reopened")).one()
        assert (entry.actor, entry.step, entry.detail["reason"]) == ("hr", "write", "It was too early.")
    play.complete("write")
    assert play.open() == ["check"]


def test_r17_what_was_done_since_stays_done_when_nothing_changes(play: Play) -> None:
    start(play, CHAIN)
    task = play.task("write")
    play.complete("write", amount=1)
    play.complete("approve_it", outcome="yes")
    reopen(play, task)
    play.complete("write", amount=1)
    assert play.open() == ["check"]


def test_r17_a_member_that_has_ended_runs_again(play: Play) -> None:
    gather_team("E1", "E2")
    start(play, MEMBERS)
    task = play.task("write", subject="E1")
    play.complete("write", subject="E1", text="A")
    play.complete("approve_it", subject="E1")
    reopen(play, task)
    assert sorted(play.open()) == ["write", "write"]
    # The others do not go on without it.
    play.complete("write", subject="E2", text="B")
    play.complete("approve_it", subject="E2")
    assert play.open() == ["write"]
    play.complete("write", subject="E1", text="A")
    assert play.open() == ["release"], "the same text stays approved"


def test_r17_not_when_what_comes_after_all_members_has_begun(play: Play) -> None:
    gather_team("E1")
    start(play, MEMBERS)
    task = play.task("write", subject="E1")
    play.complete("write", subject="E1", text="A")
    play.complete("approve_it", subject="E1")
    assert play.open() == ["release"]
    with pytest.raises(Conflict, match="has gone on since"):
        reopen(play, task)
    assert play.open() == ["release"]


def test_r17_not_past_what_was_done_for_good_nor_what_is_open(play: Play) -> None:
    registry.handlers["tests.pay"] = lambda _session, _call: None
    pay = element("serviceTask", "pay", handler="tests.pay")
    start(play, draw("start > write > pay > check > end", person("write"), pay, person("check")))
    task = play.task("write")
    with pytest.raises(Conflict, match="is open: it can be done, however late"):
        reopen(play, task)
    play.complete("write")
    with pytest.raises(Conflict, match="done for good"):
        reopen(play, task)
    play.complete("check")
    with pytest.raises(Conflict, match="done for good"):
        reopen(play, task)


def test_r17_needs_a_reason(play: Play) -> None:
    start(play, LATE)
    task = play.task("write")
    play.travel(days=6)
    with pytest.raises(Rejection, match="Say why"):
        reopen(play, task, " ")
