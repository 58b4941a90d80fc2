"""The state of an instance: small, readable for ever, and the same after saving as before."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.database import transaction
from engine.errors import EngineError
from engine.models import Instance
from engine.spiff import Run, running
from engine.spiff.codec import FORMAT, UnknownFormat
from tests.engine.blobs.write_blobs import NOW, SITUATIONS, do, play_to_the_end, program_of, start, waits_of
from tests.engine.playing import Play

STORED = sorted((Path(__file__).parent / "blobs").glob("format_*.json"))


class TestStoredStates:
    """What an earlier version has written."""

    @pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
    def test_are_read_and_go_on_as_they_did(self, path: Path) -> None:
        # given
        stored = json.loads(path.read_text())
        run = Run(program_of(stored["diagram"]), stored["diagram"], stored["variables"], NOW)
        # when
        run.restore(stored["blob"].encode())
        # then
        assert list(play_to_the_end(run)) == stored["then"]
        assert run.ended == stored["ended"]

    def test_there_is_one_for_every_situation(self) -> None:
        names = {path.stem for path in STORED}
        assert {f"format_{FORMAT}_{situation.name}" for situation in SITUATIONS} <= names

    def test_of_a_later_version_are_refused_in_words(self, play: Play) -> None:
        # given
        instance_id = play.start("one_step")
        with transaction(play.factory) as session:
            session.get_one(Instance, instance_id).blob = b'{"v": 99, "new": "things"}'
        # when, then
        with pytest.raises(UnknownFormat, match=r"saved in format 99; this version of Reviewflow reads up to 1\. Upg"):
            play.complete("write")
        assert issubclass(UnknownFormat, EngineError)
        assert play.open() == ["write"]

    def test_hold_no_specification_and_no_words(self) -> None:
        run = start(SITUATIONS[-1])
        assert len(run.dump()) < 1_500
        assert b"Write" not in run.dump()


class TestSendingBack:
    def test_five_thousand_times_leaves_the_state_as_small_as_once(self) -> None:
        # given
        program = program_of("send_back")
        run = Run(program, "send_back", {"outcome": "again"}, NOW)
        run.begin()
        do(run, "write")
        do(run, "check")
        once = len(content := run.dump())
        # when
        for _ in range(5_000):
            for step in ("write", "check"):
                run = Run(program, "send_back", {"outcome": "again"}, NOW)
                run.restore(content)
                do(run, step)
                content = run.dump()
        # then
        assert waits_of(run) == [["person", "write"]]
        assert len(content) == once


Choice = tuple[int, bool, bool, str]
CHOICES = st.lists(
    st.tuples(st.integers(0, 9), st.booleans(), st.booleans(), st.sampled_from(["again", "again", "approved", "?"])),
    max_size=40,
)


def walk(diagram: str, choices: list[Choice], save: Callable[[Run], Run]) -> list[Any]:
    """What is waited for at every step of a walk, with `save` done to the run between the steps."""
    program = program_of(diagram)
    run = Run(program, diagram, {}, NOW)
    set_variables(run, choices[0] if choices else (0, True, False, "again"))
    run.begin()
    seen: list[Any] = [waits_of(run)]
    for choice in choices:
        run = save(run)
        waits = sorted({wait.step for wait in run.waits().values()})
        if not waits:
            break
        set_variables(run, choice)
        do(run, waits[choice[0] % len(waits)])
        seen.append((waits_of(run), len(run.blocked), run.ended))
    return seen


def set_variables(run: Run, choice: Choice) -> None:
    _, words, figures, outcome = choice
    wanted = {"words_wanted": words, "figures_wanted": figures, "mentoring": words, "training": figures, "alone": words}
    run.variables.update(wanted)
    run.variables.update(fine=words, broken=figures, worse=figures, again=figures, score=choice[0] % 6)
    run.variables.update(employee="E1", words="Yes.")
    run.variables["outcome"] = outcome if outcome != "?" else 7


def save_and_load(run: Run) -> Run:
    """The run as another process would take it up."""
    loaded = Run(run.program, run.process, run.variables, NOW)
    loaded.restore(orjson.dumps(orjson.loads(run.dump())))
    return loaded


DIAGRAMS = st.sampled_from(["walk", "join_in_loop", "inclusive_gateway", "boundary_timer_aside", "terminate"])

WITH_EVENTS = st.sampled_from(
    [
        *("signal_border", "signal_to_all", "signal_from_inside", "condition_border", "event_gateway_of_all", "link"),
        *("error_end", "error_outwards", "error_uncaught", "escalation", "escalation_interrupts", "message_throw"),
        *("event_sub_process_timer", "event_sub_process_message_aside", "event_sub_process_condition_aside"),
        *("event_sub_process_error", "event_sub_process_escalation_aside", "event_sub_process_signal"),
        *("compensation", "compensation_of_a_sub_process", "compensation_event_sub_process", "transaction"),
    ]
)


class TestSaving:
    @settings(max_examples=150)
    @given(DIAGRAMS, CHOICES)
    def test_between_any_two_steps_changes_nothing(self, diagram: str, choices: list[Choice]) -> None:
        assert walk(diagram, choices, save_and_load) == walk(diagram, choices, lambda run: run)

    @settings(max_examples=250)
    @given(WITH_EVENTS, CHOICES)
    def test_between_any_two_events_changes_nothing(self, diagram: str, choices: list[Choice]) -> None:
        expected = walk(diagram, choices, lambda run: run)
        assert walk(diagram, choices, save_and_load) == expected
        for waits, blocked, ended in expected[1:]:
            assert bool(waits) + bool(blocked) + ended
            assert not (ended and waits)

    @settings(max_examples=100)
    @given(DIAGRAMS | WITH_EVENTS, CHOICES)
    def test_after_every_automatic_step_changes_nothing(self, diagram: str, choices: list[Choice]) -> None:
        expected = walk(diagram, choices, lambda run: run)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(running, "COMPACT_EVERY", 1)
            assert walk(diagram, choices, lambda run: run) == expected

    @settings(max_examples=100)
    @given(CHOICES)
    def test_never_leaves_a_run_that_neither_waits_nor_ended_nor_is_blocked(self, choices: list[Choice]) -> None:
        for seen in walk("walk", choices, save_and_load)[1:]:
            waits, blocked, ended = seen
            assert bool(waits) or blocked or ended
            assert not (ended and waits)
