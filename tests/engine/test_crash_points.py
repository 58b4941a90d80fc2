"""A crash at every single statement and at the commit: afterwards all is as before, and doing it again succeeds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from engine import clock, jobs, messages
from engine.database import Base, transaction
from tests.engine.playing import Play, gather_team


class Crash(Exception):
    """The power fails."""


@contextmanager
def crashing(play: Play, point: int) -> Iterator[None]:
    """Let the statement with this number fail before it is sent, the commit counted as one."""
    seen = 0

    def count(*_details: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            raise Crash

    def count_statement(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            count()

    event.listen(play.engine, "before_cursor_execute", count_statement)
    event.listen(play.engine, "commit", count)
    try:
        yield
    finally:
        event.remove(play.engine, "before_cursor_execute", count_statement)
        event.remove(play.engine, "commit", count)


def content(play: Play) -> dict[str, list[Any]]:
    """Everything in the database, but how often a job was tried."""
    with play.engine.connect() as connection:
        return {
            table.name: sorted(
                str({key: value for key, value in row.items() if key not in ("attempts", "due_at")})
                for row in connection.execute(text(f'SELECT * FROM "{table.name}"')).mappings()
            )
            for table in Base.metadata.sorted_tables
            if not table.name.startswith("alembic")
        }


def complete(play: Play) -> None:
    play.finish(play.task("ask"), amount=500)


def one_job(play: Play) -> None:
    """The one job that is due, done as `drain` does it, its failure let through."""
    with transaction(play.factory) as session:
        claimed = jobs._claim(session, clock.now())
        assert claimed is not None
        jobs._work(session, claimed[0], clock.now())


def deliver(play: Play) -> None:
    with transaction(play.factory) as session:
        messages.deliver(session, "answer", correlation="E1", now=clock.now())


def before_completing(play: Play) -> None:
    play.start("exclusive_gateway")


def before_the_timer(play: Play) -> None:
    play.start("boundary_timer")
    clock.travel(days=15)


def before_the_message(play: Play) -> None:
    play.start("receive_task", employee="E1")


def before_gathering(play: Play) -> None:
    gather_team("E1", "E2", "E3")
    play.launch(play.deploy("members"))


def before_the_members(play: Play) -> None:
    before_gathering(play)
    one_job(play)


def before_going_on(play: Play) -> None:
    gather_team("E1")
    play.start("members")
    play.finish(play.task("answer"))


Act = Callable[[Play], None]

SCENARIOS: dict[str, tuple[Act, Act, list[str]]] = {
    "complete": (before_completing, complete, ["approve"]),
    "timer": (before_the_timer, one_job, ["help"]),
    "message": (before_the_message, deliver, ["thank"]),
    "gather": (before_gathering, one_job, ["answer", "answer", "answer"]),
    "members": (before_the_members, one_job, ["answer", "answer", "answer"]),
    "fan_out_done": (before_going_on, one_job, ["sum_up"]),
}


class TestCrash:
    @pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
    def test_at_any_point_loses_nothing_and_doubles_nothing(
        self, play: Play, scenario: tuple[Act, Act, list[str]]
    ) -> None:
        # given
        prepare, act, expected = scenario
        prepare(play)
        before = content(play)
        points = 0
        # when
        while True:
            points += 1
            with crashing(play, points):
                try:
                    act(play)
                except Crash:
                    crashed = True
                else:
                    crashed = False
            if not crashed:
                break
            # then
            assert content(play) == before
        assert points > 5
        play.work()
        assert play.open() == expected
        assert (play.jobs(), play.incidents()) == ([], [])


class TestCrashOfAWorker:
    @pytest.mark.parametrize("point", range(3, 10))
    def test_is_made_good_by_the_next_attempt(self, play: Play, point: int) -> None:
        # given
        play.start("timer_duration")
        clock.travel(days=4)
        # when
        with crashing(play, point):
            jobs.work_one(play.factory, clock.now())
        # then
        play.travel(minutes=1)
        assert play.open() == ["write"]
        assert (play.jobs(), play.incidents()) == ([], [])
