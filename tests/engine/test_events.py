"""Timers, messages, events on the border of steps, ends."""

import pytest

from engine import clock
from engine.errors import NotFound
from tests.engine.playing import Play


class TestTimer:
    def test_of_a_duration_strikes_when_it_has_passed(self, play: Play) -> None:
        # given
        play.start("timer_duration")
        # when
        play.travel(days=2, hours=23)
        assert play.open() == []
        play.travel(hours=2)
        # then
        assert play.open() == ["write"]

    def test_of_a_date_strikes_on_that_date(self, play: Play) -> None:
        play.start("timer_date")
        (job,) = play.jobs()
        assert job.due_at.isoformat() == "2099-01-01T09:00:00+00:00"
        play.travel(days=(job.due_at - clock.now()).days + 1)
        assert play.open() == ["write"]

    @pytest.mark.parametrize(("variables", "days"), [({"urgent": True}, 1), ({"urgent": False}, 7)])
    def test_of_an_expression_is_worked_out_at_its_start(
        self, play: Play, variables: dict[str, bool], days: int
    ) -> None:
        play.start("timer_expression", **variables)
        play.travel(days=days, hours=-1)
        assert play.open() == []
        play.travel(hours=2)
        assert play.open() == ["write"]

    def test_that_was_long_due_strikes_once(self, play: Play) -> None:
        instance = play.start("timer_duration")
        play.travel(days=400)
        play.travel(days=400)
        assert play.history(instance) == [("instance_started", None), ("timer_fired", "wait")]


class TestTimerOnTheBorder:
    def test_that_interrupts_takes_the_task_away(self, play: Play) -> None:
        # given
        instance = play.start("boundary_timer")
        # when
        play.travel(days=15)
        # then
        assert play.open() == ["help"]
        play.complete("help")
        assert play.instance(instance).state == "completed"

    def test_that_does_not_interrupt_leaves_the_task(self, play: Play) -> None:
        instance = play.start("boundary_timer_aside")
        play.travel(days=15)
        assert sorted(play.open()) == ["help", "write"]
        play.complete("write")
        play.complete("publish")
        assert play.instance(instance).state == "running"
        play.complete("help")
        assert play.instance(instance).state == "completed"

    def test_is_taken_back_when_the_task_is_done_in_time(self, play: Play) -> None:
        play.start("boundary_timer")
        play.complete("write")
        assert play.jobs() == []
        play.travel(days=15)
        assert play.open() == ["publish"]

    def test_of_a_sub_process_takes_away_what_is_open_inside(self, play: Play) -> None:
        play.start("boundary_on_sub_process")
        play.complete("write")
        assert play.open() == ["check"]
        play.travel(days=6)
        assert play.open() == ["apologise"]

    def test_starts_anew_when_a_step_is_reached_again(self, play: Play) -> None:
        """Each round has its own clock: the one of the round before is gone."""
        play.start("walk", words_wanted=True, figures_wanted=False)
        for _ in range(3):
            play.send("answer")
            play.travel(days=1)
            for step in ("words", "note", "check"):
                play.complete(step, outcome="again")
        assert sorted(job.payload["step"] for job in play.jobs()) == ["days_pass", "draft_overdue"]


class TestMessage:
    @pytest.mark.parametrize("diagram", ["receive_task", "message_catch"])
    def test_reaches_the_one_it_is_for(self, play: Play, diagram: str) -> None:
        # given
        play.start(diagram, employee="E1")
        play.start(diagram, employee="E2")
        # when
        received = play.send("answer", correlation="E2", words="Yes.")
        # then
        task = play.task("thank")
        assert received == 1
        assert play.instance(task.instance_id).variables == {"employee": "E2", "words": "Yes."}

    def test_reaches_everybody_who_waits_for_it(self, play: Play) -> None:
        for _ in range(3):
            play.start("receive_task", employee="all")
        assert play.send("answer", correlation="all") == 3
        assert play.open() == ["thank"] * 3

    def test_for_nobody_is_refused(self, play: Play) -> None:
        play.start("receive_task", employee="E1")
        with pytest.raises(NotFound, match="Nobody waits for the message “answer” with the key “E9”"):
            play.send("answer", correlation="E9")

    def test_a_second_time_finds_nobody(self, play: Play) -> None:
        play.start("receive_task", employee="E1")
        play.send("answer", correlation="E1")
        with pytest.raises(NotFound):
            play.send("answer", correlation="E1")

    def test_on_the_border_takes_the_task_away(self, play: Play) -> None:
        play.start("boundary_message", employee="E1")
        assert play.open() == ["write"]
        play.send("withdrawal", correlation="E1")
        assert play.open() == ["note"]

    def test_on_the_border_is_not_awaited_any_more_when_the_task_is_done(self, play: Play) -> None:
        instance = play.start("boundary_message", employee="E1")
        play.complete("write")
        assert play.instance(instance).state == "completed"
        with pytest.raises(NotFound):
            play.send("withdrawal", correlation="E1")


class TestSubProcess:
    def test_runs_its_steps_and_goes_on(self, play: Play) -> None:
        instance = play.start("sub_process")
        for step in ("write", "check", "publish"):
            assert play.open() == [step]
            play.complete(step)
        assert play.instance(instance).state == "completed"


class TestTerminateEnd:
    def test_ends_everything_at_once(self, play: Play) -> None:
        # given
        instance = play.start("terminate")
        # when
        play.complete("object")
        # then
        assert play.open() == []
        assert play.instance(instance).state == "completed"

    def test_an_ordinary_end_waits_for_the_other_way(self, play: Play) -> None:
        instance = play.start("terminate")
        play.complete("write")
        assert play.open() == ["object"]
        assert play.instance(instance).state == "running"
