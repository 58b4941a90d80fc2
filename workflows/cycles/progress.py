"""Where a cycle stands: by step and by unit.

A count tells as much as a row: whoever subtracts the rows they see from a sum knows what is left. So what is decided
about the viewer is counted nowhere, only the tasks that they hold themselves; and of cases, those of everybody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine import IN_HAND, FanOut, Graph, Instance, Task, program_for
from workflows.cycles.models import Case, Cycle
from workflows.people.models import OrgUnitVersion
from workflows.routing.facts import day_of

PLACE: ColumnElement[str] = func.coalesce(Instance.called_at, Task.step)
"""Where a task is in the picture of its cycle: at its own step, or at the call of the process it belongs to."""

SHOWN = ("userTask", "manualTask", "callActivity")


@dataclass(frozen=True)
class StepProgress:
    """One step of the diagram, or a process that it calls: tasks open, of those overdue, and completed.

    Paused ones count as open; `cancelled` ones are those the process went on without. Half of the open ones have been
    waiting for `waiting` or longer; None where nothing is open.
    """

    step: str
    name: str
    open: int
    overdue: int
    completed: int
    cancelled: int
    waiting: timedelta | None = None

    @property
    def total(self) -> int:
        """All tasks there ever were at this step."""
        return self.open + self.completed + self.cancelled


@dataclass(frozen=True)
class UnitProgress:
    """The cases of one calibration group."""

    unit: str
    name: str
    cases: int
    closed: int


@dataclass(frozen=True)
class CycleProgress:
    """The whole picture of a cycle at one moment, without the case of a viewer who `takes_part` themselves."""

    cases: int
    closed: int
    steps: list[StepProgress]
    units: list[UnitProgress]
    fan_outs: Sequence[FanOut]
    takes_part: bool = False


def progress_of(session: Session, cycle: Cycle, now: datetime, *, viewer: str = "") -> CycleProgress:
    """Count the tasks of every step and the cases of every unit; six statements, whatever the size.

    With a `viewer`, as that person may see it: without their own case.
    """
    units, takes_part = _units(session, cycle, now, viewer)
    fan_outs = session.scalars(select(FanOut).where(FanOut.instance_id == cycle.instance_id).order_by(FanOut.id)).all()
    return CycleProgress(
        cases=sum(unit.cases for unit in units),
        closed=sum(unit.closed for unit in units),
        steps=_steps(session, cycle, now, viewer),
        units=units,
        fan_outs=fan_outs,
        takes_part=takes_part,
    )


def _steps(session: Session, cycle: Cycle, now: datetime, viewer: str) -> list[StepProgress]:
    counts = {
        place: (open_, overdue, completed, cancelled)
        for place, open_, overdue, completed, cancelled in session.execute(
            select(
                PLACE,
                func.count().filter(Task.state.in_(IN_HAND)),
                func.count().filter((Task.state == "open") & (Task.due_at < now)),
                func.count().filter(Task.state == "completed"),
                func.count().filter(Task.state == "cancelled"),
            )
            .join(Instance, Instance.id == Task.instance_id)
            .where(Task.root_id == cycle.instance_id, may_be_counted(viewer))
            .group_by(PLACE)
        )
    }
    waiting = _median_waits(session, cycle, now, viewer)
    graph = Graph(program_for(session, cycle.definition_id).diagram)
    people = [step for step in graph.in_order() if step.kind in SHOWN]
    return [
        StepProgress(step.id, step.name, *counts.get(step.id, (0, 0, 0, 0)), waiting=waiting.get(step.id))
        for step in people
    ]


def _median_waits(session: Session, cycle: Cycle, now: datetime, viewer: str) -> dict[str, timedelta]:
    """How long the open task in the middle of each place has been waiting, the longer one of two; one statement."""
    ranked = (
        select(
            PLACE.label("place"),
            Task.created_at,
            func.row_number().over(partition_by=PLACE, order_by=(Task.created_at, Task.id)).label("rank"),
            func.count().over(partition_by=PLACE).label("number"),
        )
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.root_id == cycle.instance_id, Task.state.in_(IN_HAND), may_be_counted(viewer))
        .subquery()
    )
    middle = select(ranked.c.place, ranked.c.created_at).where(ranked.c.rank == (ranked.c.number + 1) // 2)
    return {place: now - created_at for place, created_at in session.execute(middle)}


def may_be_counted(viewer: str) -> ColumnElement[bool]:
    """The tasks whose number tells the viewer nothing new: about others, about nobody, or in their own hands."""
    return Task.subject.is_(None) | (Task.subject != viewer) | (func.coalesce(Task.closed_by, Task.assignee) == viewer)


def _units(session: Session, cycle: Cycle, now: datetime, viewer: str) -> tuple[list[UnitProgress], bool]:
    """The cases of everybody but the viewer by unit as it is called today, or was last; and whether there is one of
    the viewer.
    """
    others = Case.person_id != viewer
    every = session.execute(
        select(
            Case.calibration_group,
            func.count().filter(others),
            func.count().filter(others & (Case.state == "closed")),
            func.count().filter(~others),
        )
        .where(Case.cycle_id == cycle.id, Case.state != "cancelled")
        .group_by(Case.calibration_group)
    ).all()
    rows = [(unit, cases, closed) for unit, cases, closed, _ in every if cases]
    names = dict(
        session.execute(
            select(OrgUnitVersion.unit_id, OrgUnitVersion.name)
            .where(OrgUnitVersion.unit_id.in_([unit for unit, _, _ in rows]), OrgUnitVersion.valid_from <= day_of(now))
            .order_by(OrgUnitVersion.valid_from)
        ).all()
    )
    found = [UnitProgress(unit, names.get(unit, unit), cases, closed) for unit, cases, closed in rows]
    return sorted(found, key=lambda unit: unit.name), any(own for *_, own in every)
