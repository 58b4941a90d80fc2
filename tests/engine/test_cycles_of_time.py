"""Timers that come again: beside a step, never drifting, and once for what was missed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import jobs
from engine.deadlines import Cycle, first_strike, next_strike, parse_cycle
from engine.errors import StepFailed
from tests.engine.playing import Play

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


class TestTimerThatComesAgain:
    def test_strikes_as_often_as_it_says_while_the_step_waits(self, play: Play) -> None:
        # given
        case = play.start("cycle_beside")
        # when, then
        for count in (1, 2, 3, 3):
            play.travel(days=1, minutes=1)
            assert (play.open().count("look_after"), play.open().count("write")) == (count, 1)
        assert play.jobs() == []
        for _ in range(3):
            play.finish(play.open_tasks()[-1])
        play.complete("write")
        play.complete("sum_up")
        assert play.instance(case).state == "completed"

    def test_ends_with_its_step(self, play: Play) -> None:
        play.start("cycle_for_ever")
        play.travel(days=8)
        play.complete("write")
        assert play.jobs() == []
        play.travel(days=8)
        assert sorted(play.open()) == ["look_after", "sum_up"]

    def test_may_go_on_for_ever_and_leaves_the_state_as_small(self, play: Play) -> None:
        case = play.start("cycle_for_ever")
        sizes = set()
        for _ in range(10):
            play.travel(days=7)
            play.complete("look_after")
            sizes.add(len(play.instance(case).blob))
        assert len(sizes) == 1
        assert play.open() == ["write"]

    def test_makes_up_once_for_what_was_missed_and_keeps_its_rhythm(self, play: Play) -> None:
        # given
        play.start("cycle_for_ever")
        (first,) = play.jobs()
        # when: nothing worked for five weeks and a day
        play.travel(days=36)
        # then
        assert play.open() == ["write", "look_after"]
        (following,) = play.jobs()
        assert following.due_at - first.due_at == timedelta(weeks=5)

    def test_counts_what_was_missed(self, play: Play) -> None:
        play.start("cycle_beside")
        play.travel(days=10)
        assert (play.open(), play.jobs()) == (["write", "look_after"], [])

    def test_of_an_expression_is_worked_out_at_its_start(self, play: Play) -> None:
        play.start("cycle_expression", rhythm="R2/PT1H")
        for _ in range(3):
            play.travel(hours=1, minutes=1)
        assert play.open() == ["write", "look_after", "look_after"]

    def test_that_is_waited_for_strikes_once(self, play: Play) -> None:
        play.start("cycle_catch")
        play.travel(days=2, hours=1)
        assert (play.open(), play.jobs()) == (["sum_up"], [])

    def test_that_cannot_be_worked_out_is_an_incident(self, play: Play) -> None:
        play.start("cycle_expression", rhythm="soon")
        assert play.open() == ["write"]
        assert play.incidents() == ["“soon” is no repetition such as R3/P1D or R/P7D."]

    def test_strikes_once_each_time_whoever_works(self, play: Play) -> None:
        play.start("cycle_beside")
        play.travel(days=1)
        assert not jobs.work_one(play.factory, play.jobs()[0].due_at - timedelta(seconds=1))
        assert play.open() == ["write", "look_after"]


class TestRhythm:
    @given(st.integers(1, 500), st.integers(0, 10_000), st.integers(1, 400))
    def test_no_strike_is_lost_for_good_or_comes_twice(self, times: int, late: int, hours: int) -> None:
        # given
        cycle, last, now = Cycle(times, None, f"PT{hours}H"), MONDAY, MONDAY + timedelta(hours=late)
        # when
        again = next_strike(cycle, last, now)
        # then
        passed = 1 + late // hours
        if passed >= times:
            assert again is None
        else:
            assert again == (MONDAY + passed * timedelta(hours=hours), Cycle(times - passed, None, f"PT{hours}H"))
            assert now < again[0] <= now + timedelta(hours=hours)

    def test_that_began_in_the_past_goes_on(self) -> None:
        due, _ = first_strike("R/2026-11-02T09:00Z/P7D", MONDAY + timedelta(hours=1))
        assert due == MONDAY + timedelta(days=7)

    def test_that_begins_later_begins_then(self) -> None:
        due, cycle = first_strike("R2/2027-01-04T09:00Z/P7D", MONDAY)
        assert (due, cycle.times) == (datetime(2027, 1, 4, 9, tzinfo=UTC), 2)

    @pytest.mark.parametrize(
        "text", ["R3", "R3/", "P1D", "R0/P1D", "R3/PT0S", "R-1/P1D", "R3/tomorrow", "R99999/P1D", ""]
    )
    def test_what_is_none_is_said(self, text: str) -> None:
        assert parse_cycle(text) is None
        with pytest.raises(StepFailed, match="is no repetition such as R3/P1D"):
            first_strike(text, MONDAY)
