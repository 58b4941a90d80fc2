"""What the layers above plug into the engine: routing, handlers, populations, listeners, checkers.

The engine knows no people. It asks the one `Router` who gets a task and who may act on it, calls the named handler
behind a service step, asks the named population for the members of a fan-out, and tells listeners what happened.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from sqlalchemy.orm import Session

from engine.database import SessionFactory
from engine.deadlines import Calendar
from engine.diagram import Diagram, Step
from engine.errors import Finding, StepFailed
from engine.feel import FeelError, Field, to_plain
from engine.feel import compile as compile_expression
from engine.models import Instance, Job, Task

if TYPE_CHECKING:
    from engine.spiff import Program


def no_table(decision: str) -> NoReturn:
    """What stands for the decision tables of a package where there are none. Raises StepFailed."""
    raise StepFailed(f"There is no decision table “{decision}” to ask here.")


def work_out_plainly(text: str, variables: dict[str, Any]) -> Any:
    """The value of a FEEL expression as JSON, where nobody says of which type a variable is. Raises StepFailed."""
    try:
        return to_plain(compile_expression(text).evaluate(variables))
    except FeelError as error:
        raise StepFailed(f"“{text.strip()}” cannot be worked out: {error}") from error


@dataclass(frozen=True)
class AssignmentRequest:
    """A task that needs a person: the step as drawn, whom the instance is about, its variables, who started it.

    `root_id` is the instance of the whole cycle, `process` the key of its process. `decide` asks a decision table of
    the package, by the id of the decision, `work_out` gives the value of a FEEL expression over variables, as the
    diagram declares them; both answer as JSON, and raise StepFailed.
    """

    step: Step
    subject: str | None
    variables: dict[str, Any]
    initiator: str | None = None
    root_id: int | None = None
    decide: Callable[[str], Any] = no_table
    work_out: Callable[[str, dict[str, Any]], Any] = work_out_plainly
    process: str = ""


@dataclass(frozen=True)
class Assignment:
    """Who gets a task: one person, or a group whose members may claim it; in whose zone its deadline counts.

    `explanation` lists why, as facts of that day: `[{"rule": …, "fact": …}, …]`. `owner` is whose task it is where
    the assignee stands in for somebody. `others` are further people who each get a task of their own at the same step,
    which then goes on by `engine.shared`.
    """

    assignee: str | None
    group: str | None
    explanation: list[dict[str, str]] = field(default_factory=list)
    zone: str = "UTC"
    owner: str | None = None
    others: tuple["Assignment", ...] = ()


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
Calendars = Callable[[Session, str | None, datetime], Calendar]
Effect = Callable[[SessionFactory], None]
"""What a job wants done outside of the database, once its transaction has committed and no lock is held any more."""

JobKind = Callable[[Session, Job, datetime], Effect | None]
Checker = Callable[[Mapping[str, bytes], "Program | None"], Iterable[Finding]]
DataChecker = Callable[[Session, Diagram, datetime], Iterable[Finding]]

handlers: dict[str, Handler] = {}
handlers_give: dict[str, tuple[str, ...]] = {}
"""By handler, the variables that it gives, where that is known."""

known_variables: dict[str, Field] = {}
"""What every instance has as variables, beside what its own diagram declares: name → type, label, example."""

shared_answers: dict[str, Field] = {}
"""What the `rf:set` lines of a step that several people share may ask for, as `known_variables`."""

populations: dict[str, Population] = {}
job_kinds: dict[str, JobKind] = {}
"""What does each kind of job. The engine's own are in `engine.job_kinds`; the layers above add theirs."""
checkers: list[Checker] = []
"""What looks at a package for what the engine cannot judge, such as its forms."""
data_checkers: list[DataChecker] = []
"""What looks at a diagram together with what the database knows, such as who belongs to a committee."""
proofs: list[DataChecker] = []
"""As `data_checkers`, but about the people of today, not the drawing: not asked while somebody draws."""

WHILE_SUSPENDED = {"cancel", "suspend", "resume"}
"""The kinds of job that are done for an instance even while it is suspended; all others are held."""

_listeners: dict[str, list[Listener]] = defaultdict(list)
_router: list[Router] = []
_calendars: list[Calendars] = []


def handler(name: str, *, gives: Iterable[str] | None = None) -> Callable[[Any], Any]:
    """Register the function behind the service steps that name it. What it returns is merged into the variables.

    `gives` are the names of what it returns; None: nobody knows.
    """

    def register(function: Any) -> Any:
        handlers[name] = function
        if gives is not None:
            handlers_give[name] = tuple(gives)
        return function

    return register


def population(name: str) -> Callable[[Any], Any]:
    """Register the function that lists the members of a population."""

    def register(function: Any) -> Any:
        populations[name] = function
        return function

    return register


def job_kind(name: str) -> Callable[[Any], Any]:
    """Register the function that does jobs of this kind, in the transaction of the job: `(session, job, now)`.

    It must be safe to run again after a crash: the job is deleted in the same commit as what it did. What reaches
    outside of the database, such as a mail, must not: the function returns it as an `Effect`, which is called once at
    most. It keeps in the database that it begins, what became of it, and what to do where nobody knows.
    """

    def register(function: Any) -> Any:
        job_kinds[name] = function
        return function

    return register


def listen(event: str) -> Callable[[Any], Any]:
    """Call the function whenever `event` happens, in the same transaction.

    Events and their keywords, each also with `now`: `task_opened(tasks)` with the rows of new tasks,
    `task_handed_over(task, by)`, `tasks_taken_away(tasks)` with the id of each task and who had it, when it was closed
    without them or handed to somebody else, `task_claimed(task, step, instance)`, `task_reminder(task)`,
    `task_overdue(task, step)`, `task_extended(task, by, reason)`, `deadlines_moved(tasks, length)` where they stood
    still as long as a case was suspended, `task_sent_back(task, sent)` and
    `task_recalled(task, recalled)` with the task that is open again, `step_stays(stay)` when a step is passed because
    it was done before on unchanged inputs,
    `instance_ended(instance)`,
    `instance_revived(instance)`, `instance_suspended(instance)`, `instance_resumed(instance)`,
    `instance_migrated(instance, tasks, before)` with its unfinished tasks, and by id what they were before,
    `incident_opened(incident)` with its row, `incident_resolved(incident)`. The layers above have events of their own.
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


def use_checker(checker: Checker) -> None:
    """Let `checker` look at the files of every package, path → content, before it is published.

    It is given the program, too: None where the diagram cannot be run yet.
    """
    if checker not in checkers:
        checkers.append(checker)


def use_data_checker(checker: DataChecker) -> None:
    """Let `checker` look at every diagram that can be run against what the database knows at a moment."""
    if checker not in data_checkers:
        data_checkers.append(checker)


def use_proof(checker: DataChecker) -> None:
    """Let `checker` look at every diagram that is to be published, against what the database knows at a moment."""
    if checker not in proofs:
        proofs.append(checker)


def use_calendars(calendars: Calendars) -> None:
    """Let `calendars` say when people work: what “5 working days” are counted by."""
    _calendars[:] = [calendars]


def calendar_of(session: Session, person: str | None, now: datetime) -> Calendar:
    """When a person works; from Monday to Friday in UTC where nobody says more."""
    return _calendars[0](session, person, now) if _calendars else Calendar()


def use_router(router: Router) -> None:
    """Make `router` the one that all tasks go through."""
    _router[:] = [router]


def router() -> Router:
    """The router in use. Raises StepFailed when none was set up."""
    if not _router:
        raise StepFailed("No routing is set up: nobody can be given a task.")
    return _router[0]
