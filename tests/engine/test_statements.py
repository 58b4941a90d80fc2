"""What each verb costs: SQL statements, and exactly one commit, whatever the diagram and however long it runs."""

import pytest

from engine import clock, incidents, jobs, messages, registry, tasks
from engine.database import transaction
from tests.engine.chains import draw_chain
from tests.engine.playing import Play, gather_team, read_diagram

START = 5
"""Definition, instance, task, history, and the instance again: it is its own root."""
COMPLETE = 6
"""Task with instance; clocks taken back; next task, history, instance, task."""
LAST = 5
CLAIM = 3
JOB = 3
"""To look for due jobs, to lock one with its instance, to delete it."""


def statements(seen: list[str]) -> int:
    """How many statements were sent, after making sure that there was one commit, at the end."""
    assert seen.count("COMMIT") == 1
    assert seen[-1] == "COMMIT"
    return len(seen) - 1


def cost_of_completing(play: Play, step: str, **answers: object) -> int:
    task = play.task(step)
    with play.counting() as seen:
        play.finish(task, **answers)
    return statements(seen)


def cost_of_one_job(play: Play) -> int:
    with play.counting() as seen:
        assert jobs.work_one(play.factory, clock.now())
    return statements(seen)


class TestVerbs:
    def test_start(self, play: Play) -> None:
        definition = play.deploy("two_steps")
        with play.counting() as seen:
            play.launch(definition)
        assert statements(seen) == START

    def test_complete(self, play: Play) -> None:
        play.start("two_steps")
        assert cost_of_completing(play, "write") == COMPLETE
        assert cost_of_completing(play, "check") == LAST

    def test_complete_with_a_gateway(self, play: Play) -> None:
        play.start("exclusive_gateway")
        assert cost_of_completing(play, "ask", amount=500) == COMPLETE

    def test_complete_with_several_tasks_to_hand_out(self, play: Play) -> None:
        play.start("join_in_loop", alone=False)
        play.complete("write")
        play.complete("write_too")
        assert cost_of_completing(play, "check", outcome="again", alone=False) == COMPLETE

    def test_complete_the_last_task_of_a_member(self, play: Play) -> None:
        gather_team("E1", "E2")
        play.start("members")
        for member, more in (("E1", 0), ("E2", 1)):
            task = play.task("answer", subject=member)
            with play.counting() as seen:
                play.finish(task)
            # The counter of the members; for the last of them a job that lets the parent go on.
            assert statements(seen) == LAST + 1 + more

    def test_claim(self, play: Play) -> None:
        package = read_diagram("one_step").replace(b'rf:actor="ann"', b'rf:actor="group" rf:actorArgument="hr"')
        play.launch(play.publish({"one_step.bpmn": package}).id)
        task = play.task("write")
        with play.counting() as seen, transaction(play.factory) as session:
            tasks.claim(session, task.id, by="bob", now=clock.now())
        assert statements(seen) == CLAIM

    def test_timer(self, play: Play) -> None:
        play.start("timer_duration")
        clock.travel(days=4)
        # The instance; what waited is taken back; task, history, instance.
        assert cost_of_one_job(play) == JOB + 5

    def test_service(self, play: Play) -> None:
        registry.handler("tests.weigh")(lambda _session, _call: {"weight": 1})
        play.launch(play.deploy("service_task"), boxes=1)
        assert cost_of_one_job(play) == JOB + 5

    def test_message(self, play: Play) -> None:
        play.start("receive_task", employee="E1")
        with play.counting() as seen, transaction(play.factory) as session:
            messages.deliver(session, "answer", correlation="E1", now=clock.now())
        # Who waits; the instance, does it still; jobs and subscription taken back; task, history, instance.
        assert statements(seen) == 8

    def test_retry(self, play: Play) -> None:
        play.start("timer_expression")
        with play.factory() as session:
            ((incident, _),) = incidents.list_open(session)
        with play.counting() as seen, transaction(play.factory) as session:
            incidents.retry(session, incident.id, by="hr", now=clock.now())
        # The incident, the instance; it fails again: history, the new incident, the old one.
        assert statements(seen) == 5

    def test_members(self, play: Play) -> None:
        gather_team(*(f"E{number}" for number in range(50)))
        play.launch(play.deploy("members"))
        # The fan-out, the parent, the job that starts the members, the total.
        assert cost_of_one_job(play) == JOB + 4
        # The fan-out twice, the parent, its definition, the instances, the tasks, the history. SQLite returns new ids
        # in no order that could be relied on, so it inserts the instances one by one.
        instances = 1 if play.engine.dialect.name == "postgresql" else 50
        assert cost_of_one_job(play) == JOB + 4 + instances + 2


class TestLength:
    """A step costs the same in a short diagram and in a long one."""

    @pytest.mark.parametrize("length", [5, 100])
    def test_changes_nothing(self, play: Play, length: int) -> None:
        definition = play.publish(draw_chain(length)).id
        with play.counting() as seen:
            instance = play.launch(definition)
        assert statements(seen) == START
        sizes = set()
        for number in range(1, length):
            assert cost_of_completing(play, f"step_{number}") == COMPLETE
            sizes.add(len(play.instance(instance).blob) - len(str(number + 1)))
        assert len(sizes) == 1
        assert cost_of_completing(play, f"step_{length}") == LAST


class TestSendBack:
    """A case that was sent back fifty times costs no more than a fresh one."""

    def test_changes_nothing(self, play: Play) -> None:
        instance = play.start("send_back")
        sizes = set()
        for _ in range(50):
            assert cost_of_completing(play, "write") == COMPLETE
            assert cost_of_completing(play, "check", outcome="again") == COMPLETE
            stored = play.instance(instance)
            sizes.add((len(stored.blob), str(stored.variables)))
        assert len(sizes) == 1
