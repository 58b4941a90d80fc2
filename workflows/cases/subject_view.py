"""A case as its subject may see it.

Before the release, and for what is decided about their pay, nothing tells the subject who has the case or which way
it goes inside a phase (R20). So the state of a phase is that of the whole cycle, not of their own case, and inside of
it only their own steps are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import UNFINISHED, FanOut, Instance, Program, Step, Task
from workflows.calibration.releasing import RELEASE_FORM
from workflows.cases.phases import own_steps, phases_of
from workflows.cycles.models import Case, Cycle


@dataclass(frozen=True)
class OwnCase:
    """A case for the eyes of its subject, and whether a step waits for them in it."""

    case: Case
    cycle: Cycle
    is_turn: bool


def list_own_cases(session: Session, person_id: str) -> Sequence[OwnCase]:
    """Every case of a person: those in which it is their turn first, then by the newest cycle; one statement."""
    is_turn = exists().where(
        Task.root_id == Case.root_id,
        Task.subject == person_id,
        Task.assignee == person_id,
        Task.state.in_(UNFINISHED),
    )
    rows = session.execute(
        select(Case, Cycle, is_turn)
        .join(Cycle, Cycle.id == Case.cycle_id)
        .where(Case.person_id == person_id)
        .order_by(is_turn.desc(), Cycle.launched_at.desc(), Cycle.id.desc())
    )
    return [OwnCase(case, cycle, bool(turn)) for case, cycle, turn in rows]


def releases_results(program: Program) -> bool:
    """Whether a cycle of this process has a moment at which results become readable for those they are about."""
    return any(step.settings.get("form") == RELEASE_FORM for step in program.diagram.steps.values())


State = Literal["done", "now", "next", "skipped"]


@dataclass(frozen=True)
class OwnStep:
    """A step the subject does in person. `task_id` is set while it waits for them, `at` once they have done it."""

    id: str
    name: str
    state: State
    task_id: int | None = None
    due_at: datetime | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Phase:
    """A phase of the cycle, with whose turn it is in general words, and the subject's own steps in it."""

    id: str
    name: str
    state: State
    turn: str
    steps: list[OwnStep]


TURNS = {
    "participants": "your manager’s side",
    "calibration groups": "managers and HR, who compare ratings across teams",
    "hr": "HR",
}


def follow(session: Session, case: Case, cycle: Cycle, program: Program) -> list[Phase]:
    """The phases of a case for the eyes of its subject, in order; two statements."""
    fan_outs = session.execute(select(FanOut.step, FanOut.state).where(FanOut.instance_id == case.root_id))
    states: dict[str, State] = {step: "done" if state == "closed" else "now" for step, state in fan_outs}
    own: dict[str, Task] = {}
    about = (Task.subject == case.person_id) & (Task.root_id == case.root_id)
    for task in session.scalars(
        select(Task)
        .join(Instance, Instance.id == Task.instance_id)
        .where(about | (Task.instance_id == case.root_id), Instance.called_at.is_(None))
        .order_by(Task.created_at, Task.id)
    ):
        if task.instance_id == case.root_id:
            states[task.step] = "now" if task.is_unfinished else "done"
        elif task.step not in own or not own[task.step].is_unfinished:
            own[task.step] = task
    closed = cycle.state != "running"
    return [_phase(program, step, states, own, closed=closed) for step in phases_of(program)]


def _phase(
    program: Program, step: Step, states: Mapping[str, State], own: Mapping[str, Task], *, closed: bool
) -> Phase:
    state = states.get(step.id, "next")
    if closed and state != "done":
        state = "skipped"
    turn = TURNS.get(step.over or step.settings.get("actorArgument", ""), "")
    mine = own_steps(program, step)
    return Phase(step.id, step.name, state, turn, [_own_step(one, own.get(one.id), state) for one in mine])


def _own_step(step: Step, task: Task | None, phase: State) -> OwnStep:
    if task is None:
        return OwnStep(step.id, step.name, "skipped" if phase == "done" else "next")
    if task.is_unfinished:
        return OwnStep(step.id, step.name, "now", task_id=task.id, due_at=task.due_at)
    if task.state == "completed":
        return OwnStep(step.id, step.name, "done", at=task.closed_at)
    return OwnStep(step.id, step.name, "skipped")


def current(phases: Sequence[Phase]) -> Phase | None:
    """The phase the cycle is in, None before the first and after the last."""
    return next((phase for phase in phases if phase.state == "now"), None)


def own_turn(phases: Sequence[Phase]) -> OwnStep | None:
    """The step that waits for the subject now, if any."""
    return next((step for phase in phases for step in phase.steps if step.task_id is not None), None)
