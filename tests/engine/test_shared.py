"""A step that several people share: one token, a task for each, and it goes on once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine import clock, extending, registry, sending_back, shared, tasks
from engine.database import transaction
from engine.errors import Conflict
from engine.models import Task
from engine.registry import Assignment, AssignmentRequest
from tests.engine.drawing import deadline, draw, person
from tests.engine.moving import Versions
from tests.engine.playing import Play, TinyCompany

DECIDE = person("decide", actor="ann bob eve", vote="all", due="P5D", remind="P1D", sets="decision=outcome")
REPORT = person("report")
SHARED = draw("start > decide > report > end", DECIDE, REPORT)


class SharingCompany(TinyCompany):
    """Names everybody whom the diagram names, each with a task of their own."""

    def _assign(self, request: AssignmentRequest) -> Assignment:
        if not request.step.is_shared:
            return super()._assign(request)
        first, *others = [
            Assignment(who, None, [{"rule": who, "fact": who}], "Europe/Berlin")
            for who in request.step.settings["actor"].split()
        ]
        return replace(first, others=tuple(others))


@pytest.fixture
def company(play: Play) -> Play:
    """The play with this router."""
    registry.use_router(SharingCompany())
    return play


def contribute(play: Play, who: str) -> None:
    """Somebody does their part."""
    with transaction(play.factory) as session:
        task = next(one for one in play.open_tasks() if one.assignee == who)
        found = tasks.load(session, task.id, actor=who, now=clock.now(), lock=True)
        shared.contribute(session, found, by=who, now=clock.now())


def go_on(play: Play, **answers: Any) -> None:
    """Whoever knows when it is done lets it go on."""
    with transaction(play.factory) as session:
        task = session.get_one(Task, play.open_tasks()[0].id)
        at = shared.lock_step(session, task)
        shared.go_on(session, at, answers=answers, done_by=["bob", "ann"], now=clock.now())
    play.work()


def holders(play: Play) -> list[str | None]:
    return [task.assignee for task in play.open_tasks()]


def test_each_has_a_task_and_the_step_goes_on_once(company: Play) -> None:
    instance = Versions(company, SHARED).start()
    assert holders(company) == ["ann", "bob", "eve"]
    contribute(company, "ann")
    contribute(company, "bob")
    assert company.open() == ["decide"], "the step waits for whoever knows when it is done"

    go_on(company, outcome="approve")

    assert company.open() == ["report"], "the task of eve is withdrawn"
    variables = company.instance(instance).variables
    assert (variables["decision"], variables["done_by"]["decide"]) == ("approve", ["bob", "ann"])


def test_one_of_them_alone_cannot_complete_it(company: Play) -> None:
    Versions(company, SHARED).start()

    with pytest.raises(Conflict, match="several people"):
        company.finish(company.open_tasks()[0])

    assert holders(company) == ["ann", "bob", "eve"]


def test_everybody_is_reminded_by_one_clock(company: Play) -> None:
    reminded: list[str | None] = []
    late: list[str | None] = []
    registry.listen("task_reminder")(lambda _session, task, now: reminded.append(task.assignee))
    registry.listen("task_overdue")(lambda _session, task, step, now: late.append(task.assignee))
    Versions(company, SHARED).start()
    assert [job.kind for job in company.jobs()] == ["clock"]
    contribute(company, "bob")

    company.travel(days=5)
    company.travel(days=2)

    assert reminded == late == ["ann", "eve"]


def test_more_time_for_one_of_them_is_more_time_for_all(company: Play) -> None:
    told: list[str | None] = []
    registry.listen("task_extended")(lambda _session, task, by, reason, now: told.append(task.assignee))
    Versions(company, SHARED).start()
    contribute(company, "bob")
    first = company.open_tasks()[0]
    with transaction(company.factory) as session:
        due = clock.now() + timedelta(days=20)
        extending.extend(session, first.id, due=due, by="hr", reason="So.", now=clock.now())
    assert told == ["ann", "eve"]
    assert {task.due_at for task in company.open_tasks()} == {due}
    assert [job.kind for job in company.jobs()] == ["clock"]


def test_a_deadline_on_its_border_takes_all_of_it_back(company: Play) -> None:
    limited = draw("start > decide > end; late > report > end", DECIDE, REPORT, deadline("late", "decide", "P10D"))
    Versions(company, limited).start()
    contribute(company, "ann")

    company.travel(days=11)

    assert company.open() == ["report"]
    assert company.jobs() == []


def test_another_version_changes_its_time_but_not_who_shares_it(company: Play) -> None:
    versions = Versions(company, SHARED)
    versions.start()
    contribute(company, "ann")
    changed = DECIDE.replace("ann bob eve", "zoe").replace("P5D", "P9D")
    versions.publish(draw("start > decide > report > end", changed, REPORT))

    assert versions.move() == ["done: “Decide”, as before"]

    assert holders(company) == ["bob", "eve"]
    assert [job.kind for job in company.jobs()] == ["clock"]
    assert len({task.due_at for task in company.open_tasks()}) == 1


def test_it_never_becomes_a_step_of_one_person_while_it_is_under_way(company: Play) -> None:
    versions = Versions(company, SHARED)
    versions.start()
    versions.publish(draw("start > decide > report > end", person("decide"), REPORT))

    [note] = versions.move()

    assert note.startswith("failed:")
    assert holders(company) == ["ann", "bob", "eve"]


def test_a_case_is_not_sent_back_by_one_of_them(company: Play) -> None:
    Versions(company, draw("start > report > decide > end", DECIDE, REPORT)).start()
    company.complete("report")
    with transaction(company.factory) as session:
        task = company.open_tasks()[0]
        found = tasks.load(session, task.id, actor="ann", now=clock.now())
        assert sending_back.find_earlier(session, found) == []
