"""Writes stored states of the format of today: `python -m tests.engine.blobs.write_blobs`.

What a released version has written must be readable for ever, so a file that is there is never written again.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.spiff import Run, compile_program
from engine.spiff.codec import FORMAT
from tests.engine.playing import DIAGRAMS

FOLDER = Path(__file__).parent
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


EVENTS = ("timer", "message", "signal", "condition")


@dataclass(frozen=True)
class Situation:
    """A diagram in which these steps have happened."""

    name: str
    diagram: str
    done: tuple[str, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)


NOT_AGAIN = {"again": False}
SITUATIONS = (
    Situation("first_task", "two_steps"),
    Situation("second_task", "two_steps", ("write",)),
    Situation("both_ways", "parallel_gateway"),
    Situation("one_way_done", "parallel_gateway", ("write",)),
    Situation("two_of_three_wanted", "inclusive_gateway", (), {"mentoring": True, "training": True}),
    Situation("one_of_two_wanted_done", "inclusive_gateway", ("mentor",), {"mentoring": True, "training": True}),
    Situation("several_events", "event_gateway"),
    Situation("inside_a_sub_process", "sub_process", ("write",)),
    Situation("task_with_a_deadline", "boundary_timer"),
    Situation("deadline_passed_task_still_open", "boundary_timer_aside", ("too_late",)),
    Situation("sub_process_with_a_deadline", "boundary_on_sub_process"),
    Situation("awaiting_a_message", "receive_task"),
    Situation("members", "members"),
    Situation("sent_back_twice", "send_back", ("write", "check", "write", "check"), {"outcome": "again"}),
    Situation("second_round_of_a_join", "join_in_loop", ("write", "write_too", "check", "write_too")),
    Situation("condition_failed", "exclusive_gateway", ("ask",), {"amount": "a lot"}),
    Situation("second_round_of_a_loop", "loop_deadline", ("write",), {"good": False}),
    Situation("second_round_of_a_sub_process", "loop_sub_process", ("propose", "agree", "propose"), {"amount": 20}),
    Situation("several_at_once", "several_deadline", (), {"reviewers": ["cem", "dora"]}),
    Situation("another_process", "calls", (), {"topic": "Why"}),
    Situation("awaiting_a_signal", "signal_catch"),
    Situation("signal_on_the_border_came_twice", "signal_border", ("warned", "warned")),
    Situation("awaiting_a_condition", "condition_catch", ("measure",), {"score": 1}),
    Situation("condition_on_the_border_held", "condition_border", (), {"score": 1}),
    Situation("caught_an_error", "error_end", ("write",), {"fine": False}),
    Situation("error_nothing_catches", "error_uncaught", ("write",)),
    Situation("escalated", "escalation", ("write",)),
    Situation("event_sub_process_stands_by", "event_sub_process_timer"),
    Situation("event_sub_process_runs", "event_sub_process_message", ("begin",)),
    Situation("event_sub_process_runs_beside_twice", "event_sub_process_signal_aside", ("begin", "begin")),
    Situation("something_to_undo", "compensation", ("book_room",)),
    Situation("undoing", "compensation", ("book_room", "book_train")),
    Situation("undoing_a_sub_process", "compensation_of_a_sub_process", ("book_room", "check", "uncheck"), NOT_AGAIN),
    Situation("undoing_by_an_event_sub_process", "compensation_event_sub_process", ("book_room", "check", "call_them")),
    Situation("inside_a_transaction", "transaction", ("book_room",), {"fine": True, "broken": False}),
    Situation("undoing_a_transaction", "transaction", ("book_room", "book_train"), {"fine": False, "broken": False}),
    Situation("many_things_at_once", "walk", ("days_pass",), {"words_wanted": True, "figures_wanted": True}),
)


def start(situation: Situation) -> Run:
    """A run in this situation."""
    variables = {"alone": False, "outcome": "again", "again": True, **situation.variables}
    run = Run(program_of(situation.diagram), situation.diagram, variables, NOW)
    run.begin()
    for step in situation.done:
        do(run, step)
    return run


def program_of(diagram: str) -> Any:
    """The program of a tiny diagram, with its decision tables."""
    return compile_program({f"{diagram}.bpmn": (DIAGRAMS / f"{diagram}.bpmn").read_bytes()})


def do(run: Run, step: str) -> None:
    """Let the step that waits be done, or the event happen; the first of them if it waits more than once."""
    wait = next(wait for wait in run.waits().values() if wait.step == step)
    act: Callable[[str], Any] = run.trigger if wait.kind in EVENTS else run.complete
    act(wait.token)


def waits_of(run: Run) -> list[list[str]]:
    """What a run waits for: kinds and steps."""
    return sorted([wait.kind, wait.step] for wait in run.waits().values())


def play_to_the_end(run: Run) -> Iterator[list[list[str]]]:
    """Do the first thing that can be done, again and again; what is waited for after each."""
    for _ in range(40):
        yield waits_of(run)
        if not run.waits():
            return
        run.variables.update(outcome="approved", again=False)
        # What is waited for beside a condition comes first: a condition comes to hold by what is done.
        do(run, min(waits_of(run), key=lambda wait: (wait[0] == "condition", wait))[1])


def describe(situation: Situation) -> dict[str, Any]:
    """The stored state of a situation, and how it must go on."""
    content = start(situation).dump().decode()
    run = start(situation)
    return {
        "name": situation.name,
        "diagram": situation.diagram,
        "variables": dict(run.variables),
        "blob": content,
        "then": list(play_to_the_end(run)),
        "ended": run.ended,
    }


if __name__ == "__main__":
    for situation in SITUATIONS:
        path = FOLDER / f"format_{FORMAT}_{situation.name}.json"
        if not path.exists():
            path.write_text(json.dumps(describe(situation), indent=1) + "\n")
