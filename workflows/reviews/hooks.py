"""What else a submission sets in motion, by the form it answers.

A hook runs in the transaction of the completion, before the process goes on. It may refuse the submission by raising
a rejection, and may return values that are added to the variables of the process. What it has set in motion is taken
back when the case is sent back to the step or to one before it, and when the step is handed in once more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import OpenTask, Task
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
Undo = Callable[[Session, Task, datetime], None]
Check = Callable[[Session, OpenTask, Mapping[str, Any], str, datetime], dict[str, str]]

_checks: list[Check] = []
_hooks: dict[str, list[Hook]] = {}
_undoing: dict[str, Undo] = {}
_repeatable: set[str] = set()
_gives: dict[str, tuple[str, ...]] = {}


def before_submit(check: Check) -> Check:
    """Ask the function of every form that is handed in what is wrong with its answers, by question, in sentences.

    It is given the task, the typed answers, by whom and when, once the rules of the form itself are kept.
    """
    if check not in _checks:
        _checks.append(check)
    return check


def find_faults(
    session: Session, found: OpenTask, answers: Mapping[str, Any], by: str, now: datetime
) -> dict[str, str]:
    """What the registered functions find wrong with the answers of a form."""
    return {key: fault for check in _checks for key, fault in check(session, found, answers, by, now).items()}


def after_submit(form: str, *, repeatable: bool = False, gives: tuple[str, ...] = ()) -> Callable[[Hook], Hook]:
    """Run the function whenever the form of that name is submitted; `gives` are the variables that it returns.

    A `repeatable` one runs again when its step is passed because the same was approved before; any other form with
    hooks is always asked again.
    """

    def register(hook: Hook) -> Hook:
        hooks = _hooks.setdefault(form, [])
        if hook not in hooks:
            hooks.append(hook)
        if repeatable:
            _repeatable.add(form)
        _gives[form] = (*_gives.get(form, ()), *gives)
        return hook

    return register


def when_taken_back(form: str) -> Callable[[Undo], Undo]:
    """Run the function when what was handed in with the form of that name is not to count any more."""

    def register(undo: Undo) -> Undo:
        _undoing[form] = undo
        return undo

    return register


def has_hooks(form: str) -> bool:
    """Whether the submission of a form sets anything in motion."""
    return bool(_hooks.get(form))


def variables_of(form: str) -> tuple[str, ...]:
    """The variables that the submission of a form gives, beside what the diagram keeps of its answers."""
    return _gives.get(form, ())


def may_repeat(form: str) -> bool:
    """Whether a form that was handed in may count again without being asked again."""
    return not has_hooks(form) or form in _repeatable


def may_take_back(form: str) -> bool:
    """Whether what a form has set in motion can be taken back."""
    return not has_hooks(form) or can_undo(form)


def can_undo(form: str) -> bool:
    """Whether there is anything to take back of what a form has set in motion."""
    return form in _undoing


def undo_hooks(session: Session, task: Task, form: str, now: datetime) -> None:
    """Take back what the submission of a task has set in motion."""
    if can_undo(form):
        _undoing[form](session, task, now)


def run_hooks(session: Session, submitted: Submitted) -> dict[str, Any]:
    """Run the hooks of the submitted form and gather the variables they add."""
    variables: dict[str, Any] = {}
    for hook in _hooks.get(submitted.submission.form, ()):
        variables.update(hook(session, submitted) or {})
    return variables
