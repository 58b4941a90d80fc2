"""Call activities: another process runs, and the case waits for it."""

import pytest

from engine.errors import InvalidDiagram
from tests.engine.playing import Play, read_diagram


class TestCall:
    def test_hands_values_in_and_takes_them_back(self, play: Play) -> None:
        # given
        play.deploy("called")
        case = play.start("calls", topic="Why", secret="yes")
        assert play.open() == ["answer"]
        (called,) = play.members(case)
        assert (called.process, called.variables, called.root_id) == ("called", {"question": "Why?"}, case)
        # when
        play.complete("answer", words="Because.")
        # then
        assert play.open() == ["sum_up"]
        variables = play.instance(case).variables
        assert (variables["reply"], "answer" in variables) == ("Because.", False)

    def test_takes_the_newest_version_at_that_moment(self, play: Play) -> None:
        old = play.deploy("called")
        case = play.start("calls", topic="Why")
        package = {"called.bpmn": read_diagram("called").replace(b'"Answer"', b'"Answer well"')}
        new = play.publish(package)
        again = play.start("calls", topic="Why")
        assert [play.members(one)[0].definition_id for one in (case, again)] == [old, new.id]

    def test_for_each_of_a_list_may_end_early(self, play: Play) -> None:
        play.deploy("called")
        case = play.start("calls_several", topics=["pay", "team", "tools"])
        assert [member.variables["question"] for member in play.members(case)] == ["pay", "team", "tools"]
        for number in (2, 0):
            task = next(one for one in play.open_tasks() if one.instance_id == play.members(case)[number].id)
            play.finish(task, words=f"about {number}")
            play.work()
        assert play.open() == ["sum_up"]
        assert play.instance(case).variables["replies"] == ["about 0", "about 2"]

    def test_that_is_cancelled_hands_nothing_back(self, play: Play) -> None:
        play.deploy("called")
        case = play.start("calls", topic="Why")
        play.cancel(play.members(case)[0].id)
        assert play.open() == ["sum_up"]
        assert play.instance(case).variables["reply"] is None

    def test_of_a_process_nobody_published_cannot_be_published(self, play: Play) -> None:
        with pytest.raises(InvalidDiagram, match=r"Ask \(ask\): There is no process “called”"):
            play.deploy("calls")

    def test_in_a_circle_is_stopped(self, play: Play) -> None:
        play.start("calls_itself")
        for _ in range(5):
            play.travel(minutes=11)
        assert len(play.incidents()) == 1
        assert "“Ask” calls a process 20 levels deep" in play.incidents()[0]
