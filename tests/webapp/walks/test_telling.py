"""What somebody has decided, in words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import compile_program, read_package
from webapp.happenings import tell
from workflows.cycles.case_file import Happening
from workflows.installing import install


@pytest.mark.parametrize(
    ("step", "detail", "words"),
    [
        ("approve_reward", {"outcome": "reject"}, "rejected"),
        ("second_approval", {"outcome": "send_back"}, "answered with “Send it back to the manager”"),
        ("second_approval", {}, "completed"),
        ("manager_review", {"outcome": "fine"}, "answered with “fine”"),
    ],
)
def test_a_decision_is_told_by_what_it_was(step: str, detail: dict[str, str], words: str) -> None:
    install()
    program = compile_program(read_package(Path("bpmn/annual_review")))
    line = tell(program, Happening(datetime(2027, 1, 4, tzinfo=UTC), "task_completed", step, "Ben", detail))
    assert (line.words, line.by) == (words, "Ben")
