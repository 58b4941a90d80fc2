"""Steps done several times, side by side or one by one: for each item of a list, or so many times."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.playing import Play

THREE = ["cem", "dora", "eva"]


def answer(play: Play, number: int, **answers: Any) -> None:
    """Complete the task of the member with this number."""
    (task,) = [task for task in play.open_tasks() if play.instance(task.instance_id).variables["loopCounter"] == number]
    play.finish(task, **answers)
    play.work()


def numbers(play: Play) -> list[int]:
    """The numbers of the members that have an open task."""
    return [play.instance(task.instance_id).variables.get("loopCounter", 0) for task in play.open_tasks()]


class TestForEachItemOfAList:
    def test_everybody_has_their_task_at_once_and_the_answers_come_back_in_order(self, play: Play) -> None:
        # given
        case = play.start("several_items", subject="E1", reviewers=THREE)
        assert play.open() == ["review"] * 3
        assert [member.variables["reviewer"] for member in play.members(case)] == THREE
        assert [member.name for member in play.members(case)] == [f"Review {n} of 3" for n in (1, 2, 3)]
        assert {member.subject for member in play.members(case)} == {"E1"}
        # when
        for number, score in ((3, 30), (1, 10), (2, 20)):
            assert "sum_up" not in play.open()
            answer(play, number, score=score)
        # then
        assert play.open() == ["sum_up"]
        assert play.instance(case).variables["scores"] == [10, 20, 30]

    def test_of_a_sub_process_each_member_goes_its_own_way(self, play: Play) -> None:
        case = play.start("several_goals", goals=["grow", "learn"])
        answer(play, 1, amount=5)
        assert sorted(play.open()) == ["agree", "propose"]
        answer(play, 2, amount=7)
        play.finish(play.open_tasks()[0])
        answer(play, 2)
        assert play.open() == ["sum_up"]
        assert play.instance(case).variables["amounts"] == [5, 7]

    def test_that_is_empty_goes_on_at_once(self, play: Play) -> None:
        case = play.start("several_items", reviewers=[])
        assert play.open() == ["sum_up"]
        assert play.instance(case).variables["scores"] == []

    def test_is_interrupted_as_a_whole(self, play: Play) -> None:
        case = play.start("several_deadline", reviewers=THREE)
        answer(play, 1)
        play.travel(days=11)
        assert play.open() == ["note_late"]
        assert [member.state for member in play.members(case)] == ["completed", "cancelled", "cancelled"]

    def test_ends_with_its_parent(self, play: Play) -> None:
        case = play.start("several_items", reviewers=THREE)
        play.cancel(case)
        assert (play.open(), play.jobs()) == ([], [])

    def test_more_than_a_job_starts_keep_their_order(self, play: Play) -> None:
        case = play.start("several_items", reviewers=[f"r{number}" for number in range(60)])
        for task in reversed(play.open_tasks()):
            play.finish(task, score=play.instance(task.instance_id).variables["loopCounter"])
        play.work()
        assert play.instance(case).variables["scores"] == list(range(1, 61))


class TestSoManyTimes:
    @pytest.mark.parametrize("copies", [1, 3])
    def test_there_is_a_task_for_each(self, play: Play, copies: int) -> None:
        play.start("several_times", copies=copies)
        for _ in range(copies):
            assert play.open().count("review") == len(play.open()) > 0
            play.finish(play.open_tasks()[0])
            play.work()
        assert play.open() == ["sum_up"]

    def test_none_at_all_goes_on_at_once(self, play: Play) -> None:
        play.start("several_times", copies=0)
        assert play.open() == ["sum_up"]


class TestWhatIsNoListOrNumber:
    @pytest.mark.parametrize(
        ("copies", "problem"),
        [
            (-1, "“copies” must give how often this is done, 0 or more; it gives -1."),
            (2.5, "it gives 2.5."),
            ("many", "it gives many."),
            (None, "it gives nothing."),
            (10_001, "“copies” asks for 10001 at once; up to 10000 are possible."),
        ],
    )
    def test_a_number_that_cannot_be_is_an_incident(self, play: Play, copies: object, problem: str) -> None:
        play.start("several_times", copies=copies)
        assert (len(play.incidents()), play.open(), play.jobs()) == (1, [], [])
        assert problem in play.incidents()[0]

    def test_a_list_that_is_none_is_an_incident_and_goes_on_when_it_is_mended(self, play: Play) -> None:
        # given
        case = play.start("several_items", reviewers="cem")
        assert play.incidents() == ["“reviewers” must give a list of those to do this for; it gives cem."]
        # when
        play.change(case, reviewers=["cem"])
        play.retry()
        # then
        assert (play.open(), play.incidents()) == (["review"], [])


class TestOneByOne:
    def test_the_next_starts_when_one_has_ended(self, play: Play) -> None:
        # given
        case = play.start("one_by_one", reviewers=THREE)
        # when
        for number in (1, 2, 3):
            assert numbers(play) == [number]
            answer(play, number, score=number * 10)
        # then
        assert play.open() == ["sum_up"]
        assert play.instance(case).variables["scores"] == [10, 20, 30]

    def test_one_that_is_cancelled_lets_the_next_begin(self, play: Play) -> None:
        case = play.start("one_by_one", reviewers=THREE)
        answer(play, 1, score=10)
        play.cancel(play.members(case)[1].id)
        assert numbers(play) == [3]
        answer(play, 3, score=30)
        assert play.open() == ["sum_up"]
        assert play.instance(case).variables["scores"] == [10, 30]

    def test_ends_early_when_enough_have_been_done(self, play: Play) -> None:
        case = play.start("one_by_one_until", reviewers=THREE)
        answer(play, 1, score=1)
        answer(play, 2, score=2)
        assert play.open() == ["sum_up"]
        assert len(play.members(case)) == 2
        assert play.instance(case).variables["scores"] == [1, 2]

    def test_nobody_at_all_goes_on_at_once(self, play: Play) -> None:
        play.start("one_by_one", reviewers=[])
        assert play.open() == ["sum_up"]


class TestCounts:
    """However many there are, whichever is done or cancelled first: nobody is counted twice or forgotten."""

    @settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.sampled_from(["several_items", "one_by_one"]),
        st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=6),
    )
    def test_hold(self, play: Play, diagram: str, acts: list[tuple[int, bool]]) -> None:
        # given
        case = play.start(diagram, reviewers=[f"r{number}" for number in range(len(acts))])
        kept = []
        # when
        for left, (pick, is_done) in zip(range(len(acts), 0, -1), acts, strict=True):
            assert "sum_up" not in self.open_of(play, case)
            tasks = [task for task in play.open_tasks() if play.instance(task.instance_id).parent_id == case]
            assert len(tasks) == (1 if diagram == "one_by_one" else left)
            task = tasks[pick % len(tasks)]
            number = play.instance(task.instance_id).variables["loopCounter"]
            if is_done:
                kept.append(number)
                play.finish(task, score=number)
                play.work()
            else:
                play.cancel(task.instance_id)
        # then
        assert self.open_of(play, case) == ["sum_up"]
        assert play.instance(case).variables["scores"] == sorted(kept)
        assert len(play.members(case)) == len(acts)

    def open_of(self, play: Play, case: int) -> list[str]:
        return [task.step for task in play.open_tasks() if task.instance_id == case]
