"""How a process starts: by hand, when a message comes, at a time, and again and again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from engine import clock, definitions, messages
from engine.database import transaction
from engine.errors import Conflict, InvalidDiagram, NotFound
from engine.messages import broadcast
from engine.models import Definition
from engine.states import RUNNING
from tests.engine.playing import Play, read_diagram


def renamed(name: str) -> dict[str, bytes]:
    """The next version of a tiny diagram."""
    return {f"{name}.bpmn": read_diagram(name).replace(b'name="Welcome"', b'name="Welcome them"')}


class TestStartByMessage:
    def test_begins_with_what_the_message_says(self, play: Play) -> None:
        # given
        play.deploy("start_message")
        assert play.instances() == []
        # when
        assert play.send("hired", correlation="E1", employee="E1", office="Berlin") == 1
        # then
        (case,) = play.instances()
        assert (case.name, case.subject, case.initiator) == ("Start message: E1", "E1", None)
        assert case.variables == {"employee": "E1", "office": "Berlin"}
        assert play.open() == ["welcome"]
        play.complete("welcome")
        assert play.instance(case.id).state == "completed"

    def test_that_comes_twice_starts_one_while_it_runs(self, play: Play) -> None:
        play.deploy("start_message")
        assert play.send("hired", correlation="E1", employee="E1") == 1
        assert play.send("hired", correlation="E1", employee="E1") == 0
        (case,) = play.instances()
        assert ("message_came_again", None) in play.history(case.id)
        assert play.send("hired", correlation="E2", employee="E2") == 1
        # when the first has ended
        play.finish(play.open_tasks()[0])
        # then
        assert play.send("hired", correlation="E1", employee="E1") == 1
        assert len(play.instances()) == 3

    def test_that_comes_four_times_at_the_same_moment_starts_one(self, play: Play) -> None:
        # given
        play.deploy("start_message")
        together = Barrier(4)

        def send(_number: int) -> int:
            together.wait()
            with transaction(play.factory) as session:
                return messages.deliver(session, "hired", correlation="E1", payload={"employee": "E1"}, now=clock.now())

        # when
        with ThreadPoolExecutor(4) as threads:
            counts = list(threads.map(send, range(4)))
        # then
        assert sorted(counts) == [0, 0, 0, 1]
        assert len(play.instances()) == 1

    def test_without_a_key_always_starts_one(self, play: Play) -> None:
        play.deploy("start_message")
        assert [play.send("hired", employee="E1"), play.send("hired", employee="E1")] == [1, 1]
        assert len(play.instances()) == 2

    def test_is_for_the_newest_version_only(self, play: Play) -> None:
        play.deploy("start_message")
        new = play.publish(renamed("start_message"))
        play.send("hired", employee="E1")
        assert [case.definition_id for case in play.instances()] == [new.id]

    def test_goes_to_those_who_wait_for_it_already_and_starts_none(self, play: Play) -> None:
        # given
        waiting = play.start("receive_task", employee="E1")
        package = read_diagram("start_message").replace(b'name="hired"', b'name="answer"')
        play.publish({"start_message.bpmn": package})
        # when
        assert play.send("answer", correlation="E1", employee="E1") == 1
        # then
        assert [case.id for case in play.instances()] == [waiting]

    def test_nobody_waits_for_is_refused(self, play: Play) -> None:
        play.deploy("start_message")
        with pytest.raises(NotFound, match="Nobody waits for the message “fired”"):
            play.send("fired", correlation="E1")

    def test_cannot_be_started_by_hand(self, play: Play) -> None:
        definition = play.deploy("start_message")
        with pytest.raises(Conflict, match="“Start message” starts by itself, when the message comes"):
            play.launch(definition)


class TestStartBySignal:
    def test_happens_for_every_signal(self, play: Play) -> None:
        # given
        play.deploy("start_signal")
        # when
        for employee in ("E1", "E2"):
            with transaction(play.factory) as session:
                broadcast(session, "year begins", payload={"employee": employee}, now=clock.now())
            play.work()
        # then
        assert [(case.subject, case.variables) for case in play.instances()] == [
            ("E1", {"employee": "E1"}),
            ("E2", {"employee": "E2"}),
        ]
        assert play.open() == ["welcome", "welcome"]

    def test_is_for_the_newest_version_only(self, play: Play) -> None:
        play.deploy("start_signal")
        new = play.publish(renamed("start_signal"))
        with transaction(play.factory) as session:
            broadcast(session, "year begins", now=clock.now(), payload={"employee": "E1"})
        play.work()
        assert [case.definition_id for case in play.instances()] == [new.id]


class TestSendTask:
    def test_sends_its_message_and_goes_on(self, play: Play) -> None:
        # given
        play.deploy("start_message")
        # when
        sender = play.start("send_task", employee="E1")
        # then
        assert play.open() == ["sum_up", "welcome"]
        _, started = play.instances()
        assert (started.subject, started.variables) == ("E1", {"employee": "E1", "office": "Berlin"})
        assert ("service_done", "tell") in play.history(sender)

    def test_that_nobody_hears_goes_on_and_is_noted(self, play: Play) -> None:
        sender = play.start("send_task", employee="E1")
        assert (play.open(), play.incidents(), play.jobs()) == (["sum_up"], [], [])
        assert ("message_unheard", "tell") in play.history(sender)


class TestStartAtATime:
    def test_happens_once_on_that_date(self, play: Play) -> None:
        play.deploy("start_once")
        (job,) = play.jobs()
        assert job.due_at.isoformat() == "2099-01-01T09:00:00+00:00"
        play.travel(days=(job.due_at - clock.now()).days + 1)
        assert (len(play.instances()), play.open(), play.jobs()) == (1, ["welcome"], [])

    def test_comes_again_as_often_as_it_says(self, play: Play) -> None:
        play.deploy("start_weekly")
        for count in (1, 2, 3, 3):
            play.travel(days=7, minutes=1)
            assert len(play.instances()) == count
        assert [case.state for case in play.instances()] == [RUNNING] * 3
        assert play.jobs() == []

    def test_makes_up_once_for_what_was_missed(self, play: Play) -> None:
        play.deploy("start_weekly")
        play.travel(days=15)
        assert len(play.instances()) == 1

    def test_is_that_of_the_newest_version(self, play: Play) -> None:
        play.deploy("start_weekly")
        new = play.publish(renamed("start_weekly"))
        assert len(play.jobs()) == 1
        play.travel(days=8)
        assert [case.definition_id for case in play.instances()] == [new.id]

    def test_goes_with_a_version_that_starts_by_hand(self, play: Play) -> None:
        play.deploy("start_weekly")
        by_hand = read_diagram("one_step").replace(b'process id="one_step"', b'process id="start_weekly"')
        play.publish({"start_weekly.bpmn": by_hand})
        assert play.jobs() == []

    def test_of_another_process_with_a_longer_name_stays(self, play: Play) -> None:
        play.deploy("start_weekly")
        other = read_diagram("start_weekly").replace(b'process id="start_weekly"', b'process id="start-weekly"')
        play.publish({"other.bpmn": other})
        assert len(play.jobs()) == 2

    def test_that_cannot_be_worked_out_cannot_be_published(self, play: Play) -> None:
        package = read_diagram("start_weekly").replace(b"R3/P7D", b"rhythm")
        with pytest.raises(InvalidDiagram, match=r"Monday \(monday\): “rhythm” cannot be worked out"):
            play.publish({"start_weekly.bpmn": package})
        assert play.jobs() == []


class TestSeveralStarts:
    """One process that starts by hand, by a message, and every week."""

    def test_each_goes_its_own_way(self, play: Play) -> None:
        definition = play.deploy("starts")
        play.launch(definition)
        assert play.open() == ["welcome"]
        play.send("hired")
        assert play.open() == ["welcome", "look_around"]
        play.travel(days=8)
        assert play.open() == ["welcome", "look_around", "welcome"]
        for task in play.open_tasks():
            play.finish(task)
        assert {case.state for case in play.instances()} == {"completed"}

    def test_a_call_begins_where_it_starts_by_hand(self, play: Play) -> None:
        play.deploy("starts")
        play.publish({"calls.bpmn": read_diagram("calls").replace(b'"called"', b'"starts"')})
        with transaction(play.factory) as session:
            definition = definitions.latest(session, "calls").id
        play.launch(definition, topic="Why")
        play.work()
        assert play.open() == ["welcome"]

    def test_a_call_of_one_that_starts_only_by_itself_is_an_incident(self, play: Play) -> None:
        play.deploy("start_message")
        play.publish({"calls.bpmn": read_diagram("calls").replace(b'"called"', b'"start_message"')})
        with play.factory() as session:
            definition: Definition = definitions.latest(session, "calls")
        play.launch(definition.id, topic="Why")
        for _ in range(5):
            play.travel(minutes=11)
        assert play.incidents() == ["“Start message” cannot be called: it has no start event that waits for nothing."]
