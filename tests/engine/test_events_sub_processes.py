"""Event sub-processes: what waits beside the flow for as long as its scope runs."""

import pytest

from tests.engine.playing import Play

KINDS = ["timer", "message", "signal", "condition"]


def happen(play: Play, kind: str) -> None:
    """Let the event happen that starts the event sub-process."""
    if kind == "timer":
        play.travel(days=4)
    elif kind == "message":
        play.send("answer", correlation="E1")
    elif kind == "signal":
        play.broadcast("freeze")
    else:
        play.complete("write", score=5, again=True)


class TestEventSubProcess:
    @pytest.mark.parametrize("kind", KINDS)
    def test_that_interrupts_takes_the_place_of_everything_else(self, play: Play, kind: str) -> None:
        # given
        case = play.start(f"event_sub_process_{kind}", employee="E1")
        assert play.open() == ["write"]
        # when
        happen(play, kind)
        # then
        assert play.open() == ["react"]
        play.complete("react")
        assert play.instance(case).state == "completed"
        assert play.jobs() == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_that_does_not_interrupt_runs_beside(self, play: Play, kind: str) -> None:
        # given
        case = play.start(f"event_sub_process_{kind}_aside", employee="E1")
        # when
        happen(play, kind)
        # then
        assert sorted(play.open()) == ["react", "write"]
        play.complete("write", score=0, again=False)
        assert play.instance(case).state == "running"
        play.complete("react")
        assert play.instance(case).state == "completed"

    @pytest.mark.parametrize("kind", ["message", "signal", "condition"])
    def test_that_does_not_interrupt_may_start_again(self, play: Play, kind: str) -> None:
        case = play.start(f"event_sub_process_{kind}_aside", employee="E1")
        sizes = set()
        for _ in range(4):
            happen(play, kind)
            assert sorted(play.open()) == ["react", "write"]
            if kind == "condition":
                play.complete("write", score=0, again=True)
            play.complete("react")
            sizes.add(len(play.instance(case).blob))
        assert len(sizes) == 1

    @pytest.mark.parametrize("kind", KINDS)
    def test_that_nobody_started_ends_with_its_scope(self, play: Play, kind: str) -> None:
        case = play.start(f"event_sub_process_{kind}", employee="E1")
        play.complete("write", score=0, again=False)
        assert play.instance(case).state == "completed"
        assert play.jobs() == []
        play.travel(days=9)
        assert play.open() == []


class TestErrorEventSubProcess:
    def test_takes_the_place_of_the_flow_that_threw(self, play: Play) -> None:
        # given
        case = play.start("event_sub_process_error")
        assert sorted(play.open()) == ["check", "write"]
        # when
        play.complete("write")
        # then
        assert play.open() == ["react"]
        play.complete("react", worse=False)
        assert play.open() == ["publish"]
        play.complete("publish")
        assert play.instance(case).state == "completed"

    def test_that_throws_again_is_caught_further_out(self, play: Play) -> None:
        play.start("event_sub_process_error")
        play.complete("write")
        play.complete("react", worse=True)
        assert play.open() == ["help"]


class TestEscalationEventSubProcess:
    def test_that_interrupts_takes_the_place_of_the_flow(self, play: Play) -> None:
        play.start("event_sub_process_escalation")
        play.complete("write")
        assert play.open() == ["react"]

    def test_that_does_not_interrupt_runs_each_time(self, play: Play) -> None:
        case = play.start("event_sub_process_escalation_aside")
        for _ in range(2):
            play.complete("write")
            assert sorted(play.open()) == ["check", "react"]
            play.complete("react")
            play.complete("check", again=True)
        play.complete("write")
        play.complete("check", again=False)
        play.complete("react")
        assert play.instance(case).state == "completed"
