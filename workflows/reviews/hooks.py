"""What else a submission sets in motion, by the form it answers.

A hook runs in the transaction of the completion, before the process goes on. It may refuse the submission by raising
a rejection, and may return values that are added to the variables of the process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.models import Task
from workflows.reviews.models import Submission


@dataclass(frozen=True)
class Submitted:
    """A form that was just submitted: the task, the stored submission, its typed answers, and by whom when."""

    task: Task
    submission: Submission
    answers: dict[str, Any]
    actor: str
    now: datetime


Hook = Callable[[Session, Submitted], dict[str, Any] | None]

_hooks: dict[str, list[Hook]] = {}


def after_submit(form: str) -> Callable[[Hook], Hook]:
    """Run the function whenever the form of that name is submitted."""

    def register(hook: Hook) -> Hook:
        hooks = _hooks.setdefault(form, [])
        if hook not in hooks:
            hooks.append(hook)
        return hook

    return register


def run_hooks(session: Session, submitted: Submitted) -> dict[str, Any]:
    """Run the hooks of the submitted form and gather the variables they add."""
    variables: dict[str, Any] = {}
    for hook in _hooks.get(submitted.submission.form, ()):
        variables.update(hook(session, submitted) or {})
    return variables
