"""What the layers above plug into the engine: routing, handlers, populations, listeners.

The engine knows no people. It asks the one `Router` who gets a task and who may act on it, calls the named handler
behind a service step, asks the named population for the members of a fan-out, and tells listeners what happened.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from engine.diagram import Step
from engine.errors import StepFailed
from engine.feel import Field
from engine.models import Instance, Task


@dataclass(frozen=True)
class AssignmentRequest:
    """A task that needs a person: the step as drawn, whom the instance is about, its variables, who started it.

    `root_id` is the instance of the whole cycle.
    """

    step: Step
    subject: str | None
    variables: dict[str, Any]
    initiator: str | None = None
    root_id: int | None = None


@dataclass(frozen=True)
class Assignment:
    """Who gets a task: one person, or a group whose members may claim it; in whose zone its deadline counts.

    `explanation` lists why, as facts of that day: `[{"rule": …, "fact": …}, …]`.
    """

    assignee: str | None
    group: str | None
    explanation: list[dict[str, str]] = field(default_factory=list)
    zone: str = "UTC"


class Router(Protocol):
    """Who gets a task, and who may act on it. Implemented above the engine."""

    def assign(self, session: Session, requests: Sequence[AssignmentRequest], now: datetime) -> list[Assignment]:
        """One assignment a request, in order; never a person in conflict, never nobody at all."""

    def check(self, session: Session, task: Task, variables: dict[str, Any], actor: str, now: datetime) -> None:
        """Raise NotAllowed, with the reason, unless `actor` may hold and decide this task."""

    def find_problem(self, step: Step) -> str | None:
        """What is wrong with whom a step names to do it, as a sentence; None when it can be routed."""


@dataclass(frozen=True)
class ServiceCall:
    """What a handler gets: the instance it works for, the step, its parameters, the variables, the moment."""

    instance: Instance
    step: Step
    parameters: dict[str, Any]
    variables: dict[str, Any]
    now: datetime


@dataclass(frozen=True)
class Member:
    """One member of a population: whom its instance is about, what to call it, and the variables it adds."""

    name: str
    subject: str | None
    variables: dict[str, Any]


Handler = Callable[[Session, ServiceCall], dict[str, Any] | None]
Population = Callable[[Session, Instance, datetime], Sequence[Member]]
Listener = Callable[..., None]

handlers: dict[str, Handler] = {}
known_variables: dict[str, Field] = {}
"""What every instance has as variables, beside what its own diagram declares: name → type, label, example."""

populations: dict[str, Population] = {}
_listeners: dict[str, list[Listener]] = defaultdict(list)
_router: list[Router] = []


def handler(name: str) -> Callable[[Any], Any]:
    """Register the function behind the service steps that name it. What it returns is merged into the variables."""

    def register(function: Any) -> Any:
        handlers[name] = function
        return function

    return register


def population(name: str) -> Callable[[Any], Any]:
    """Register the function that lists the members of a population."""

    def register(function: Any) -> Any:
        populations[name] = function
        return function

    return register


def listen(event: str) -> Callable[[Any], Any]:
    """Call the function whenever `event` happens, in the same transaction.

    Events and their keywords, each also with `now`: `task_opened(tasks)` with the rows of new tasks,
    `task_handed_over(task)`, `task_reminder(task)`, `task_overdue(task, step)`, `instance_ended(instance)`,
    `incident_opened(incident)`.
    """

    def register(function: Any) -> Any:
        if function not in _listeners[event]:
            _listeners[event].append(function)
        return function

    return register


def emit(session: Session, event: str, **details: Any) -> None:
    """Tell every listener of `event`."""
    for listener in _listeners[event]:
        listener(session, **details)


def use_router(router: Router) -> None:
    """Make `router` the one that all tasks go through."""
    _router[:] = [router]


def router() -> Router:
    """The router in use. Raises StepFailed when none was set up."""
    if not _router:
        raise StepFailed("No routing is set up: nobody can be given a task.")
    return _router[0]
