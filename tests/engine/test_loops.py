"""Steps done again and again: while a condition holds, or so many times at most."""

from collections.abc import Iterator

from engine.spiff import Run
from tests.engine.blobs.write_blobs import NOW, do, program_of, waits_of
from tests.engine.playing import Play
from tests.engine.test_moving import begin, token_at
from tests.engine.test_state import save_and_load


class TestLoop:
    def test_that_asks_afterwards_is_done_once_at_least(self, play: Play) -> None:
        # given
        case = play.start("loop_after", good=True)
        assert play.open() == ["write"]
        # when
        play.complete("write", good=False)
        play.complete("write", good=False)
        assert play.open() == ["write"]
        play.complete("write", good=True)
        # then
        assert play.open() == ["sum_up"]
        assert [step for kind, step in play.history(case) if kind == "task_completed"] == ["write"] * 3

    def test_that_asks_first_may_be_passed_over(self, play: Play) -> None:
        play.start("loop_before", good=True)
        assert play.open() == ["sum_up"]

    def test_that_asks_first_goes_on_while_its_condition_holds(self, play: Play) -> None:
        play.start("loop_before", good=False)
        play.complete("write", good=False)
        play.complete("write", good=True)
        assert play.open() == ["sum_up"]

    def test_ends_after_the_most_rounds(self, play: Play) -> None:
        play.start("loop_maximum")
        for _ in range(3):
            play.complete("write")
        assert play.open() == ["sum_up"]

    def test_of_a_sub_process_goes_through_all_of_it_in_every_round(self, play: Play) -> None:
        play.start("loop_sub_process")
        for amount in (30, 20):
            play.complete("propose", amount=amount)
            play.complete("agree")
        assert play.open() == ["propose"]
        play.complete("propose", amount=10)
        play.complete("agree")
        assert play.open() == ["sum_up"]

    def test_is_interrupted_as_a_whole_by_a_deadline_that_is_not_wound_again(self, play: Play) -> None:
        play.start("loop_deadline")
        play.travel(days=6)
        play.complete("write", good=False)
        play.travel(days=5)
        assert play.open() == ["note_late"]

    def test_whose_condition_cannot_be_asked_is_an_incident_of_the_step(self, play: Play) -> None:
        case = play.start("loop_after")
        play.complete("write", good=7)
        assert (play.open(), len(play.incidents())) == ([], 1)
        play.change(case, good=True)
        play.retry()
        assert (play.open(), play.incidents()) == (["sum_up"], [])


class TestManyRounds:
    def test_cost_what_the_first_did(self) -> None:
        # given
        program = program_of("loop_after")
        run = Run(program, "loop_after", {"good": False}, NOW)
        run.begin()
        # when
        sizes = [len(content) for content in self.rounds(run, 5_000)]
        # then
        assert max(sizes) - min(sizes) <= len("5000")

    def rounds(self, run: Run, count: int) -> Iterator[bytes]:
        content = run.dump()
        for _ in range(count):
            again = Run(run.program, run.process, run.variables, NOW)
            again.restore(content)
            do(again, "write")
            assert waits_of(again) == [["person", "write"]]
            content = again.dump()
            yield content


class TestPutByHand:
    def test_a_token_in_a_loop_is_moved_with_its_loop(self) -> None:
        # given
        run = begin("loop_deadline", "write", good=False)
        # when
        run.move(token_at(run, "write"), "sum_up")
        # then
        assert waits_of(save_and_load(run)) == [["person", "sum_up"]]

    def test_a_step_in_a_loop_is_passed_over_for_this_round(self) -> None:
        run = begin("loop_maximum", "write")
        run.skip(token_at(run, "write"))
        assert waits_of(save_and_load(run)) == [["person", "write"]]
        run.skip(token_at(run, "write"))
        assert waits_of(save_and_load(run)) == [["person", "sum_up"]]

    def test_a_condition_that_cannot_be_asked_is_passed_over_out_of_the_loop(self) -> None:
        run = begin("loop_after", "write", good=7)
        (token,) = run.blocked
        run.skip(token)
        assert waits_of(save_and_load(run)) == [["person", "sum_up"]]
