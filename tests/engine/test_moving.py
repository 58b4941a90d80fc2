"""Tokens that are taken away, put before a step, or passed over a step; and where they may be put."""

from typing import Any

import pytest

from engine.errors import Conflict, NotWaiting
from engine.spiff import Run
from engine.targets import legal_targets
from tests.engine.blobs.write_blobs import NOW, do, program_of, waits_of
from tests.engine.test_state import save_and_load


def begin(diagram: str, *done: str, **variables: Any) -> Run:
    """A run of a tiny diagram in which these steps have happened, as another process would take it up."""
    run = Run(program_of(diagram), diagram, variables, NOW)
    run.begin()
    for step in done:
        do(run, step)
    return save_and_load(run)


def token_at(run: Run, step: str) -> str:
    """Where the run waits at a step."""
    return next(wait.token for wait in run.waits().values() if wait.step == step)


def targets(diagram: str, step: str | None) -> list[str]:
    """The ids of the steps before which a token at `step` may be put."""
    return [target.id for target in legal_targets(program_of(diagram).diagram, step)]


class TestMovingAToken:
    def test_forward_leaves_out_what_lies_between(self) -> None:
        # given
        run = begin("walk", "days_pass", words_wanted=True, figures_wanted=True)
        # when
        run.move(token_at(run, "note"), "noted")
        # then
        run = save_and_load(run)
        assert waits_of(run) == [["person", "figures"], ["person", "words"], ["timer", "draft_overdue"]]

    def test_back_begins_again_from_there(self) -> None:
        run = begin("two_steps", "write")
        run.move(token_at(run, "check"), "write")
        run = save_and_load(run)
        assert waits_of(run) == [["person", "write"]]
        do(run, "write")
        do(run, "check")
        assert run.ended

    def test_takes_the_events_on_its_border_along(self) -> None:
        # given
        run = begin("boundary_timer")
        assert ["timer", "too_late"] in waits_of(run)
        # when
        run.move(token_at(run, "write"), "publish")
        # then
        assert waits_of(save_and_load(run)) == [["person", "publish"]]

    def test_brings_the_events_on_the_border_of_its_new_step(self) -> None:
        run = begin("boundary_timer", "write")
        run.move(token_at(run, "publish"), "write")
        run = save_and_load(run)
        assert waits_of(run) == [["person", "write"], ["timer", "too_late"]]
        do(run, "write")
        do(run, "publish")
        assert run.ended

    def test_lets_go_on_what_an_event_beside_it_has_set_going(self) -> None:
        # given
        run = begin("boundary_timer_aside", "too_late")
        # when
        run.move(token_at(run, "write"), "publish")
        # then: help goes on, and “publish” comes once
        run = save_and_load(run)
        assert waits_of(run) == [["person", "help"], ["person", "publish"]]
        do(run, "help")
        do(run, "publish")
        assert run.ended

    def test_out_of_what_an_event_beside_it_has_set_going_leaves_the_step_alone(self) -> None:
        run = begin("boundary_timer_aside", "too_late")
        run.move(token_at(run, "help"), "helped")
        run = save_and_load(run)
        assert waits_of(run) == [["person", "write"]]
        do(run, "write")
        do(run, "publish")
        assert run.ended

    def test_inside_of_a_sub_process_stays_inside(self) -> None:
        run = begin("boundary_on_sub_process")
        run.move(token_at(run, "write"), "check")
        run = save_and_load(run)
        do(run, "check")
        assert waits_of(run) == [["person", "publish"]]

    def test_out_of_its_sub_process_takes_all_of_it_away(self) -> None:
        run = begin("boundary_on_sub_process")
        run.move(token_at(run, "write"), "publish")
        assert waits_of(save_and_load(run)) == [["person", "publish"]]

    def test_into_a_sub_process_is_refused(self) -> None:
        run = begin("boundary_on_sub_process", "write", "check")
        with pytest.raises(Conflict, match="no such step in this part"):
            run.move(token_at(run, "publish"), "write")

    def test_away_from_where_an_inclusive_join_waited_for_it_lets_the_join_go_on(self) -> None:
        # given
        run = begin("inclusive_gateway", "mentor", mentoring=True, training=True)
        # when
        run.move(token_at(run, "train"), "end")
        # then
        assert not run.blocked
        assert waits_of(save_and_load(run)) == [["person", "close"]]

    def test_from_a_gateway_of_events_gives_up_all_of_them(self) -> None:
        run = begin("event_gateway")
        run.move(token_at(run, "three_days_pass"), "thank")
        assert waits_of(save_and_load(run)) == [["person", "thank"]]

    def test_that_is_not_there_is_refused(self) -> None:
        run = begin("two_steps")
        token = token_at(run, "write")
        do(run, "write")
        with pytest.raises(NotWaiting):
            run.move(token, "check")

    def test_of_a_process_that_stands_still_begins_with_one_token(self) -> None:
        # given: a join waits for a token that never comes
        run = begin("stands_still", "ask")
        assert not run.waits()
        assert not run.ended
        # when
        run.move("", "ask")
        # then
        assert waits_of(save_and_load(run)) == [["person", "ask"]]


class TestPassingOver:
    def test_a_task_lets_what_follows_come(self) -> None:
        run = begin("two_steps")
        run.skip(token_at(run, "write"))
        assert waits_of(save_and_load(run)) == [["person", "check"]]

    def test_a_gateway_takes_the_chosen_way(self) -> None:
        # given
        run = begin("exclusive_gateway", amount="a lot")
        failures = run.complete(token_at(run, "ask"))
        # when
        run = save_and_load(run)
        with pytest.raises(Conflict, match="Choose which way"):
            run.skip(failures[0].token)
        with pytest.raises(Conflict, match="no such step"):
            run.skip(failures[0].token, chosen="nowhere")
        run.skip(failures[0].token, chosen="approve")
        # then
        assert waits_of(save_and_load(run)) == [["person", "approve"]]

    def test_an_event_on_a_border_leaves_the_step_without_it(self) -> None:
        run = begin("boundary_timer")
        run.skip(token_at(run, "too_late"))
        assert waits_of(save_and_load(run)) == [["person", "write"]]

    def test_a_timer_lets_it_have_happened(self) -> None:
        run = begin("timer_duration")
        (token,) = run.waits()
        run.skip(token)
        assert waits_of(run) != [["timer", "wait"]]


class TestLegalTargets:
    def test_are_the_other_steps_a_token_can_come_to(self) -> None:
        assert targets("two_steps", "write") == ["check", "end"]
        assert targets("two_steps", "check") == ["write", "end"]

    def test_in_a_branch_are_those_of_the_branch(self) -> None:
        """Anywhere else, the join would wait for ever, or be come to twice by the same flow."""
        assert targets("walk", "note") == ["what_comes_first", "either", "noted"]
        assert targets("parallel_gateway", "write") == []
        assert targets("inclusive_gateway", "mentor") == []

    def test_are_never_an_event_that_only_a_gateway_waits_for(self) -> None:
        assert targets("event_gateway", "thank") == ["what_comes_first", "chase", "end"]

    def test_outside_of_the_branches_are_those_before_and_after_them(self) -> None:
        assert targets("walk", "check") == ["begin_again", "both_begin", "good_enough", "end"]

    def test_are_of_the_same_sub_process(self) -> None:
        assert targets("boundary_on_sub_process", "write") == ["check", "inner_end"]
        assert "write" not in targets("boundary_on_sub_process", "publish")

    def test_of_what_an_event_beside_a_step_has_set_going_are_on_its_way(self) -> None:
        assert targets("boundary_timer_aside", "help") == ["helped"]
        assert targets("boundary_timer_aside", "write") == ["publish", "end"]

    def test_of_a_process_that_stands_still_lie_outside_of_branches(self) -> None:
        assert targets("walk", None) == ["begin_again", "both_begin", "check", "good_enough", "end"]
