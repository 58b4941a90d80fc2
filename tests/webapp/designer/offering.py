"""What both views of a process must offer about a step that people do."""

from workflows.designs.questions import ONE, list_questions
from workflows.voting.settings import PATTERNS, SETTINGS

ASKED = frozenset({"actor", "vote", *SETTINGS, *(question.name for question in list_questions())})
"""Everything that may be asked of a step that people do, apart from its name and what is kept of its answers."""


def offered(pattern: str = "", actor: str = "") -> set[str]:
    """What is asked of a step that one person does, or several by a pattern."""
    only = {"", actor} | (set() if pattern else {ONE})
    asked = {question.name for question in list_questions() if question.only in only}
    return {"actor", "vote"} | asked | (set(PATTERNS[pattern].asks) if pattern else set())
