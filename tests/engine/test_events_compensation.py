"""Undoing what was done: compensation, and transactions that are cancelled."""

from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from engine import registry
from engine.registry import ServiceCall
from tests.engine.playing import Play


@pytest.fixture(autouse=True)
def cancelled() -> list[str]:
    """The steps that the handler behind service steps has undone."""
    steps: list[str] = []

    @registry.handler("tests.cancel")
    def cancel(_session: Session, call: ServiceCall) -> None:
        steps.append(call.step.id)

    return steps


class TestCompensation:
    def test_undoes_what_was_done_the_last_first(self, play: Play, cancelled: list[str]) -> None:
        # given
        case = play.start("compensation")
        play.complete("book_room")
        assert play.open() == ["book_train"]
        # when
        play.complete("book_train")
        # then: a service step has been undone by a job, a user task waits for its person
        assert cancelled == ["cancel_train"]
        assert play.open() == ["cancel_room"]
        play.complete("cancel_room")
        assert play.open() == ["note"]
        play.complete("note")
        assert play.instance(case).state == "completed"

    def test_of_one_step_leaves_the_others(self, play: Play) -> None:
        play.start("compensation_of_one")
        play.complete("book_room")
        play.complete("book_train")
        assert play.open() == ["cancel_room"]
        play.complete("cancel_room")
        assert play.open() == ["note"]

    @pytest.mark.parametrize("rounds", [1, 3])
    def test_of_a_sub_process_undoes_every_round_inside(self, play: Play, rounds: int) -> None:
        # given
        case = play.start("compensation_of_a_sub_process")
        for number in range(rounds):
            play.complete("book_room", again=number < rounds - 1)
        # when
        play.complete("check")
        # then
        assert play.open() == ["uncheck"]
        play.complete("uncheck")
        for _ in range(rounds):
            assert play.open() == ["cancel_room"]
            play.complete("cancel_room")
        assert play.instance(case).state == "completed"

    def test_costs_the_same_for_each_step_that_is_remembered(self, play: Play) -> None:
        case = play.start("compensation_of_a_sub_process")
        sizes = []
        for _ in range(5):
            play.complete("book_room", again=True)
            sizes.append(len(play.instance(case).blob))
        assert {after - before for before, after in pairwise(sizes)} == {len('["book_room",null],')}


class TestCompensationEventSubProcess:
    def test_takes_the_place_of_what_would_be_undone(self, play: Play) -> None:
        # given
        case = play.start("compensation_event_sub_process")
        play.complete("book_room")
        # when
        play.complete("check")
        # then: it decides itself when the steps inside are undone
        for step in ("call_them", "cancel_room", "thank"):
            assert play.open() == [step]
            play.complete(step)
        assert play.instance(case).state == "completed"


class TestTransaction:
    def test_that_succeeds_goes_on(self, play: Play) -> None:
        play.start("transaction")
        play.complete("book_room")
        play.complete("book_train", fine=True, broken=False)
        assert play.open() == ["pack"]
        play.complete("pack")
        assert play.open() == ["publish"]

    def test_that_is_cancelled_is_undone_and_left_by_its_border(self, play: Play) -> None:
        # given
        case = play.start("transaction")
        play.complete("book_room")
        assert sorted(play.open()) == ["book_train", "pack"]
        # when
        play.complete("book_train", fine=False, broken=False)
        # then: what was open is gone, what was done is undone
        for step in ("cancel_train", "cancel_room", "note"):
            assert play.open() == [step]
            play.complete(step)
        assert play.instance(case).state == "completed"

    def test_that_fails_is_left_without_undoing(self, play: Play) -> None:
        play.start("transaction")
        play.complete("book_room")
        play.complete("book_train", fine=False, broken=True)
        assert play.open() == ["help"]
