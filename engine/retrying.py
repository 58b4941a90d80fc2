"""How often, and after how long, what has failed is tried again before it becomes an incident.

Machine work fails for reasons that pass by: by default it is tried again after 5 s, 30 s, 2 min and 10 min. An
expression gives the same answer again as long as the data are the same: it becomes an incident at once. A step says
otherwise by `rf:retry`: durations separated by spaces, or “none”.
"""

from collections.abc import Sequence
from datetime import timedelta

from engine.deadlines import parse_duration
from engine.diagram import Step

BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
AT_ONCE: tuple[timedelta, ...] = ()
NEVER = "none"
MOST = 20

EXPRESSIONS = {"deadline", "retry"}
"""The kinds of job that only work an expression out."""


def rule_of(step: Step | None, default: Sequence[timedelta]) -> Sequence[timedelta]:
    """After how long what failed at a step is tried again, once for each."""
    text = step.settings.get("retry") if step is not None else None
    parsed = None if text is None else parse_rule(text)
    return default if parsed is None else parsed


def parse_rule(text: str) -> tuple[timedelta, ...] | None:
    """The waiting times that `rf:retry` names; None when it is not understood."""
    if text.strip() == NEVER:
        return AT_ONCE
    found = [parse_duration(part) for part in text.split()]
    known = [length for length in found if length is not None]
    return tuple(known) if known and len(known) == len(found) <= MOST else None
