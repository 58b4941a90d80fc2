"""What instances, tasks and jobs can be, and what makes one the other: the whole of it in one table a kind.

Every verb that changes a state asks here, so that what the tables do not name cannot happen. Definitions, fan-outs and
incidents need none: a definition never changes, a fan-out only grows, an incident is open until it is resolved.
"""

from collections.abc import Mapping

from engine.errors import Conflict

RUNNING, SUSPENDED, COMPLETED, CANCELLED = "running", "suspended", "completed", "cancelled"
OPEN, PAUSED, NEXT = "open", "paused", "next"
WAITING, HELD, FAILED = "waiting", "held", "failed"

LIVE = (RUNNING, SUSPENDED)
"""The states of an instance that has not ended."""

IN_HAND = (OPEN, PAUSED)
"""The states of a task that a case waits for: one a token, but where several share a step."""

UNFINISHED = (*IN_HAND, NEXT)
"""The states of a task that somebody still has to do, if only when it is their turn."""

Transitions = Mapping[tuple[str, str], str]

INSTANCE: Transitions = {
    (RUNNING, "complete"): COMPLETED,
    (RUNNING, "cancel"): CANCELLED,
    (RUNNING, "suspend"): SUSPENDED,
    (SUSPENDED, "cancel"): CANCELLED,
    (SUSPENDED, "resume"): RUNNING,
    (COMPLETED, "revive"): RUNNING,
}
TASK: Transitions = {
    (OPEN, "complete"): COMPLETED,
    (OPEN, "withdraw"): CANCELLED,
    (OPEN, "pause"): PAUSED,
    (OPEN, "let pass"): NEXT,
    (NEXT, "call"): OPEN,
    (NEXT, "withdraw"): CANCELLED,
    (PAUSED, "withdraw"): CANCELLED,
    (PAUSED, "resume"): OPEN,
    (COMPLETED, "recall"): OPEN,
}
JOB: Transitions = {
    (WAITING, "fail"): FAILED,
    (WAITING, "hold"): HELD,
    (FAILED, "retry"): WAITING,
    (HELD, "release"): WAITING,
}
"""A job that is done, or not needed any more, is deleted."""

REFUSALS: Mapping[tuple[str, str], str] = {
    (RUNNING, "resume"): "This case is not paused: it goes on already.",
    (SUSPENDED, "suspend"): "This case is paused already.",
    (SUSPENDED, "complete"): "This case is paused. Resume it first.",
    (
        NEXT,
        "complete",
    ): "Somebody does this before you. What you have written is kept; you are told when it is your turn.",
    (PAUSED, "let pass"): "This case is paused. Resume it first.",
    (PAUSED, "complete"): "This task is paused for now. What you have written is kept; hand it in when it goes on.",
}
"""What to tell whoever asks for something that is not in the tables."""


def change(transitions: Transitions, state: str, event: str) -> str:
    """The state that follows when `event` happens. Raises Conflict, in words, when it cannot happen now."""
    following = transitions.get((state, event))
    if following is None:
        raise Conflict(REFUSALS.get((state, event), "This has ended already."))
    return following


def before(transitions: Transitions, event: str) -> list[str]:
    """The states in which `event` can happen: what a statement over many rows asks for."""
    return [state for state, happening in transitions if happening == event]
