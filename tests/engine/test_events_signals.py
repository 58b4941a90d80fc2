"""Signals, which reach everybody who waits for them, and conditions, which wait for the variables to change."""

import pytest
from sqlalchemy import select

from engine import clock
from engine.errors import NotFound
from engine.models import Job, Subscription
from tests.engine.playing import Play, read_diagram


def subscriptions(play: Play) -> list[tuple[str, str]]:
    with play.factory() as session:
        return [(row.kind, row.message) for row in session.scalars(select(Subscription))]


class TestSignalCatchEvent:
    def test_waits_for_the_signal_of_another_case(self, play: Play) -> None:
        # given
        waiting = [play.start("signal_catch") for _ in range(3)]
        play.start("signal_throw")
        # when
        play.complete("announce")
        # then
        assert play.open() == ["write", "check", "write", "write", "write"]
        assert [play.instance(case).variables["until"] for case in waiting] == [5, 5, 5]
        assert subscriptions(play) == []

    def test_waits_for_a_signal_from_outside(self, play: Play) -> None:
        case = play.start("signal_catch")
        play.broadcast("freeze", until=7)
        assert play.open() == ["write"]
        assert play.instance(case).variables == {"until": 7}
        assert ("signal_received", None) in play.history(case)

    def test_does_not_wait_for_another_signal_or_a_message_of_that_name(self, play: Play) -> None:
        play.start("signal_catch")
        play.broadcast("thaw")
        assert play.open() == []
        with pytest.raises(NotFound, match="Nobody waits for the message “freeze”"):
            play.send("freeze")

    def test_many_are_reached_in_batches_of_fifty(self, play: Play) -> None:
        definition = play.deploy("signal_catch")
        for _ in range(60):
            play.launch(definition)
        with play.factory() as session:
            assert len(session.scalars(select(Job)).all()) == 0
        play.broadcast("freeze")
        assert play.open() == ["write"] * 60

    def test_that_waits_no_more_when_its_turn_comes_is_left_alone(self, play: Play) -> None:
        # given
        case = play.start("signal_border")
        with play.factory.begin() as session:
            session.add(Job(kind="receive_signal", instance_id=case, payload=SENT, due_at=clock.now()))
        play.complete("write")
        # when
        play.work()
        # then
        assert (play.jobs(), play.incidents()) == ([], [])
        assert ("signal_received", None) not in play.history(case)


SENT = {"signal": "freeze", "payload": {}, "by": None}


class TestSignalThrowEvent:
    def test_goes_on_and_is_noted(self, play: Play) -> None:
        case = play.start("signal_throw")
        play.complete("announce")
        assert play.open() == ["write", "check"]
        assert ("signal_sent", "tell") in play.history(case)

    def test_does_not_reach_its_own_case_later(self, play: Play) -> None:
        """What comes to wait after the throw has missed it."""
        case = play.start("signal_to_all")
        play.complete("announce")
        assert sorted(play.open()) == ["stop", "write"]
        play.complete("write")
        play.complete("stop")
        assert play.instance(case).state == "completed"

    def test_reaches_everything_in_its_own_case_in_one_go(self, play: Play) -> None:
        play.start("signal_to_all")
        task = play.task("announce")
        # when: no job has run yet
        play.finish(task)
        # then
        assert sorted(play.open()) == ["stop", "write"]

    def test_that_ends_what_it_was_thrown_in_goes_no_further(self, play: Play) -> None:
        play.start("signal_from_inside")
        play.complete("announce")
        assert play.open() == ["note"]


class TestSignalEndEvent:
    def test_ends_and_reaches_others(self, play: Play) -> None:
        play.start("signal_catch")
        case = play.start("signal_end")
        play.complete("announce")
        assert play.instance(case).state == "completed"
        assert play.open() == ["write"]


class TestSignalOnTheBorder:
    def test_that_interrupts_takes_the_task_away(self, play: Play) -> None:
        play.start("signal_border")
        play.broadcast("freeze")
        assert play.open() == ["note"]
        assert subscriptions(play) == []

    def test_that_does_not_interrupt_may_happen_again_and_again(self, play: Play) -> None:
        # given
        case = play.start("signal_border")
        # when
        sizes = set()
        for _ in range(3):
            play.broadcast("warning")
            play.complete("help")
            sizes.add(len(play.instance(case).blob))
        # then
        assert len(sizes) == 1
        assert sorted(subscriptions(play)) == [("signal", "freeze"), ("signal", "warning")]
        play.complete("write")
        assert play.instance(case).state == "completed"


class TestSignalThatIsNotAwaited:
    def test_is_nobody_s_incident(self, play: Play) -> None:
        play.broadcast("freeze")
        assert (play.jobs(), play.incidents()) == ([], [])


class TestConditionCatchEvent:
    def test_goes_on_when_the_variables_change(self, play: Play) -> None:
        play.start("condition_catch")
        assert play.open() == ["measure"]
        play.complete("measure", score=5)
        assert play.open() == ["write"]

    def test_goes_on_at_once_when_it_holds_already(self, play: Play) -> None:
        play.start("condition_catch", score=4)
        assert sorted(play.open()) == ["measure", "write"]

    def test_waits_while_it_does_not_hold(self, play: Play) -> None:
        case = play.start("condition_catch", score=1)
        play.complete("measure", score=3)
        assert (play.open(), play.incidents()) == ([], [])
        assert play.instance(case).state == "running"

    def test_that_is_neither_true_nor_false_is_an_incident(self, play: Play) -> None:
        # given
        diagram = read_diagram("condition_catch").replace(b"score &gt; 3", b"score")
        # when
        play.launch(play.publish({"condition_catch.bpmn": diagram}).id, score=4)
        # then
        assert play.incidents() == ["The condition “score” must give true or false; it gives 4."]
        play.retry()
        assert len(play.incidents()) == 1


class TestConditionOnTheBorder:
    def test_that_interrupts_takes_the_task_away(self, play: Play) -> None:
        play.start("condition_border", again=True)
        play.complete("measure", score=4)
        assert sorted(play.open()) == ["measure", "stop"]

    def test_that_does_not_interrupt_happens_each_time_it_comes_to_hold(self, play: Play) -> None:
        # given
        play.start("condition_border", again=True)
        # when, then
        for score, helps in ((1, 1), (0, 1), (2, 1), (1, 2), (1, 2)):
            play.complete("measure", score=score)
            assert play.open().count("help") == helps
        assert "write" in play.open()


class TestEventGateway:
    @pytest.mark.parametrize(("event", "step"), [("signal", "write"), ("condition", "check"), ("timer", "help")])
    def test_goes_the_way_of_what_happens_first(self, play: Play, event: str, step: str) -> None:
        # given
        case = play.start("event_gateway_of_all", **({"score": 5} if event == "condition" else {}))
        # when
        if event == "signal":
            play.broadcast("freeze")
        else:
            play.travel(days=4)
        # then
        assert play.open() == [step]
        assert (play.jobs(), subscriptions(play)) == ([], [])
        play.complete(step)
        assert play.instance(case).state == "completed"
