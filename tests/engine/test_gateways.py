"""Gateways: which way a token goes, and when several become one again."""

from typing import Any

import pytest

from tests.engine.playing import Play


class TestExclusiveGateway:
    def test_takes_the_way_whose_condition_holds(self, play: Play) -> None:
        # given
        play.start("exclusive_gateway")
        # when
        play.complete("ask", amount=101)
        # then
        assert play.open() == ["approve"]

    def test_takes_the_default_flow_when_no_condition_holds(self, play: Play) -> None:
        play.start("exclusive_gateway")
        play.complete("ask", amount=100)
        assert play.open() == ["record"]


class TestParallelGateway:
    def test_opens_both_ways_and_waits_for_both(self, play: Play) -> None:
        # given
        play.start("parallel_gateway")
        assert sorted(play.open()) == ["check", "write"]
        # when
        play.complete("check")
        # then
        assert play.open() == ["write"]
        play.complete("write")
        assert play.open() == ["sign"]

    def test_ends_once(self, play: Play) -> None:
        instance = play.start("parallel_gateway")
        for step in ("write", "check", "sign"):
            play.complete(step)
        assert play.instance(instance).state == "completed"
        assert [kind for kind, _ in play.history(instance)].count("instance_completed") == 1


class TestInclusiveGateway:
    @pytest.mark.parametrize(
        ("wanted", "steps"),
        [
            ({"mentoring": True, "training": True}, ["mentor", "train"]),
            ({"mentoring": False, "training": True}, ["train"]),
            ({"mentoring": False, "training": False}, ["talk"]),
        ],
    )
    def test_waits_for_exactly_the_ways_taken(self, play: Play, wanted: dict[str, Any], steps: list[str]) -> None:
        # given
        play.start("inclusive_gateway", **wanted)
        assert sorted(play.open()) == steps
        # when
        for step in steps:
            assert "close" not in play.open()
            play.complete(step)
        # then
        assert play.open() == ["close"]
        play.complete("close")
        assert play.open() == []


class TestEventBasedGateway:
    def test_goes_the_way_of_the_message_when_it_comes_first(self, play: Play) -> None:
        # given
        play.start("event_gateway", employee="E1")
        assert len(play.jobs()) == 1
        # when
        play.send("answer", correlation="E1")
        # then
        assert play.open() == ["thank"]
        assert play.jobs() == []

    def test_goes_the_way_of_the_timer_when_time_passes_first(self, play: Play) -> None:
        instance = play.start("event_gateway", employee="E1")
        play.travel(days=3, minutes=1)
        assert play.open() == ["chase"]
        play.complete("chase")
        assert play.instance(instance).state == "completed"


class TestJoinInsideALoop:
    """A loop that was left through a join starts its next round with no tokens of the last one."""

    def test_waits_for_both_in_every_round(self, play: Play) -> None:
        play.start("join_in_loop", alone=False)
        for _ in range(5):
            assert sorted(play.open()) == ["write", "write_too"]
            play.complete("write_too")
            assert play.open() == ["write"]
            play.complete("write")
            play.complete("check", outcome="again", alone=False)

    def test_does_not_count_a_token_of_the_round_before(self, play: Play) -> None:
        # given: in the first round `write` came first and `write_too` let the join go on
        play.start("join_in_loop", alone=False)
        play.complete("write")
        play.complete("write_too")
        # when: in the second round one way is done by itself, at once
        play.complete("check", outcome="again", alone=True)
        # then
        assert play.open() == ["write"]
        play.complete("write")
        play.complete("check", outcome="approved", alone=True)
        assert play.open() == []
