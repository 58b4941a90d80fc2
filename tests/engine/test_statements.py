"""What each verb costs: SQL statements, and exactly one commit, whatever the diagram and however long it runs."""

import pytest

from engine import clock, incidents, jobs, messages, recalling, registry, sending_back, tasks
from engine.database import transaction
from tests.engine.chains import draw_chain
from tests.engine.drawing import draw, person
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

    def test_complete_beside_events(self, play: Play) -> None:
        """What is waited for beside the flow, and what is remembered to be undone, costs no statement more."""
        play.start("compensation_of_a_sub_process")
        assert cost_of_completing(play, "book_room", again=True) == COMPLETE
        play.start("condition_border", again=True)
        assert cost_of_completing(play, "measure", score=2, again=True) == COMPLETE

    def test_signal(self, play: Play) -> None:
        play.start("signal_catch")
        with transaction(play.factory) as session:
            messages.broadcast(session, "freeze", now=clock.now())
        # Who waits; which processes start by it; the jobs that tell them.
        assert cost_of_one_job(play) == JOB + 3
        # The instance; what waited is taken back, jobs and subscription; task, history, instance.
        assert cost_of_one_job(play) == JOB + 6

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
        # Whose incident it is, the instance, the incident; it fails again: history, the new incident, the old one.
        assert statements(seen) == 6

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


class TestSendingBack:
    """To send a case back by hand, and to hand in again what stays approved, costs the same every time."""

    def test_changes_nothing(self, play: Play) -> None:
        flows = "start > write > approve_it > sign > end"
        play.launch(play.publish(draw(flows, person("write"), person("approve_it"), person("sign"))).id)
        play.complete("write")
        play.complete("approve_it")
        for _ in range(10):
            task = play.task("sign")
            with play.counting() as seen, transaction(play.factory) as session:
                found = tasks.load(session, task.id, actor="ann", now=clock.now(), lock=True)
                sending_back.send_back(session, found, to="write", reason="Once more.", by="ann", now=clock.now())
            # Task with instance; what was done, and what the history knows of it; clocks taken back; the next task and
            # its id; history; instance, task.
            assert statements(seen) == 9
            # The task of what stays approved: whoever did it passes the gate again.
            assert cost_of_completing(play, "write") == COMPLETE + 1
        assert play.open() == ["sign"]


class TestRecall:
    def test_costs_the_same_every_time(self, play: Play) -> None:
        play.launch(play.publish(draw("start > write > sign > end", person("write"), person("sign"))).id)
        task = play.task("write")
        for _ in range(5):
            play.finish(play.task("write"))
            with play.counting() as seen, transaction(play.factory) as session:
                recalling.recall(session, task.id, by="ann", now=clock.now())
            # Task with instance; how it stood before; whose task is withdrawn; its jobs and itself taken back;
            # the task; history; the instance.
            assert statements(seen) == 8


class TestRounds:
    """A round of a loop and a member of many cost the same every time."""

    def test_of_a_loop(self, play: Play) -> None:
        instance = play.start("loop_after", good=False)
        sizes = set()
        for _ in range(20):
            assert cost_of_completing(play, "write", good=False) == COMPLETE
            sizes.add(len(play.instance(instance).blob))
        assert max(sizes) - min(sizes) <= len("20") - len("1")

    def test_of_members_one_by_one(self, play: Play) -> None:
        play.start("one_by_one", reviewers=["cem", "dora", "eva"])
        for more in (1, 1, 1):
            task = play.task("review")
            with play.counting() as seen:
                play.finish(task, score=1)
            # The counter of the members, and a job: for the next of them, and at last for the parent.
            assert statements(seen) == LAST + 1 + more
            play.work()

    def test_of_a_call(self, play: Play) -> None:
        play.deploy("called")
        play.start("calls", topic="Why")
        # The counter; the definition of the parent, where a condition would be; the job that lets the parent go on.
        assert cost_of_completing(play, "answer", words="Because.") == LAST + 3
