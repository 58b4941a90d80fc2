"""Many at once, on PostgreSQL: exactly one wins, nobody waits for ever, nothing happens twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import clock, jobs, registry, suspending, tasks
from engine.database import transaction
from engine.errors import Conflict, Rejection
from engine.models import FanOut, HistoryEntry, Instance
from engine.registry import ServiceCall
from tests.engine.playing import Play, gather_team, read_diagram

THREADS = 20


@pytest.fixture
def play(postgres_url: str) -> Iterator[Play]:
    play = Play(postgres_url, pool_size=THREADS)
    yield play
    play.engine.dispose()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do these at the same moment, each in a thread; returns what each gave, or its rejection."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return act()
        except Rejection as rejection:
            return rejection

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def count_history(play: Play, kind: str) -> int:
    with play.factory() as session:
        return session.scalar(select(func.count()).select_from(HistoryEntry).where(HistoryEntry.kind == kind)) or 0


class TestCompleting:
    def test_the_same_task_succeeds_once(self, play: Play) -> None:
        # given
        play.start("two_steps")
        task = play.task("write")
        # when
        results = at_once(*[lambda: play.finish(task)] * THREADS)
        # then
        assert Counter(type(result) for result in results) == {type(None): 1, Conflict: THREADS - 1}
        assert play.open() == ["check"]
        assert count_history(play, "task_completed") == 1

    def test_both_ways_of_a_join_at_once_loses_neither(self, play: Play) -> None:
        for _ in range(10):
            play.start("parallel_gateway")
            write, check = play.task("write"), play.task("check")
            results = at_once(lambda one=write: play.finish(one), lambda other=check: play.finish(other))
            assert results == [None, None]
            play.complete("sign")
        assert play.open() == []

    def test_is_seen_by_who_had_read_the_case_before(self, play: Play) -> None:
        """Somebody looks at a case to pause it, and a task of it is completed in that moment."""
        case = play.start("two_steps")
        with transaction(play.factory) as session:
            seen = session.get_one(Instance, case)
            play.finish(play.task("write"))
            suspending.suspend(session, seen.id, by="hr", reason="So.", now=clock.now())
        assert play.instance(case).state == "suspended"
        assert play.instance(case).variables["done_by"] == {"write": "ann"}

    def test_and_claiming_leave_one_holder(self, play: Play) -> None:
        package = read_diagram("one_step").replace(b'rf:actor="ann"', b'rf:actor="group" rf:actorArgument="hr"')
        play.launch(play.publish({"one_step.bpmn": package}).id)
        task = play.task("write")

        def claim(person: str) -> str:
            with transaction(play.factory) as session:
                return tasks.claim(session, task.id, by=person, now=clock.now()).assignee or ""

        results = at_once(*[lambda who=f"E{number}": claim(who) for number in range(THREADS)])
        winners = [result for result in results if isinstance(result, str)]
        assert winners == [play.task("write").assignee]

    def test_the_last_members_lets_the_parent_go_on_once(self, play: Play) -> None:
        # given
        gather_team(*(f"E{number}" for number in range(THREADS)))
        play.start("members")
        # when
        results = at_once(*[lambda task=task: play.finish(task) for task in play.open_tasks()])
        play.work()
        # then
        assert results == [None] * THREADS
        assert play.open() == ["sum_up"]
        with play.factory() as session:
            assert session.scalars(select(FanOut.done)).one() == THREADS


class TestTimerAgainstCompletion:
    def test_one_of_them_wins(self, play: Play) -> None:
        for _ in range(20):
            # given
            play.start("boundary_timer")
            task = play.task("write")
            clock.travel(days=15)
            # when
            completion, _ = at_once(lambda one=task: play.finish(one), lambda: jobs.work_one(play.factory, clock.now()))
            play.work()
            # then
            (left,) = play.open()
            assert left == ("publish" if completion is None else "help")
            assert completion is None or isinstance(completion, Conflict)
            assert (play.incidents(), play.jobs()) == ([], [])
            play.complete(left)

    def test_a_deadline_against_members_leaves_none_behind(self, play: Play) -> None:
        for _ in range(5):
            gather_team(*(f"E{number}" for number in range(120)))
            parent = play.launch(play.deploy("members_deadline"))
            jobs.work_one(play.factory, clock.now())
            clock.travel(days=11)
            at_once(*[lambda: jobs.drain(play.factory)] * 4)
            play.work()
            assert play.instance(parent).state == "running"
            assert {member.state for member in play.members(parent)} <= {"cancelled"}
            assert play.open() == ["note_late"]
            play.complete("note_late")


class TestWorkers:
    def test_do_every_job_once(self, play: Play) -> None:
        # given
        calls: Counter[int] = Counter()

        @registry.handler("tests.errand")
        def run_errand(_session: Session, call: ServiceCall) -> dict[str, int]:
            calls[call.instance.id] += 1
            return {"errands": call.variables.get("errands", 0) + 1}

        definition = play.deploy("errands")
        instances = [play.launch(definition) for _ in range(30)]
        # when
        at_once(*[lambda: drain_all(play)] * 4)
        play.work()
        # then
        assert [play.instance(instance).variables for instance in instances] == [{"errands": 5}] * 30
        assert set(calls.values()) == {5}
        assert count_history(play, "service_done") == 150
        assert (play.jobs(), play.incidents()) == ([], [])


class TestPublishing:
    def test_different_versions_at_once_gives_each_its_number(self, play: Play) -> None:
        packages = [
            {"one_step.bpmn": read_diagram("one_step").replace(b'"Write"', b'"Write %d"' % number)}
            for number in range(6)
        ]
        results = at_once(*[lambda one=package: play.publish(one).version for package in packages])
        versions = [result for result in results if isinstance(result, int)]
        assert len(versions) == len(set(versions)) >= 1
        assert all(isinstance(result, int | Conflict) for result in results)


def drain_all(play: Play) -> None:
    while jobs.drain(play.factory):
        pass
