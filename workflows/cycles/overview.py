"""All cycles at a glance: how far each one is, and how much of it is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import IN_HAND, OPEN, FanOut, Task, program_for
from workflows.cycles.models import Case, Cycle
from workflows.cycles.progress import may_be_counted
from workflows.cycles.queries import list_cycles


@dataclass(frozen=True)
class CycleSummary:
    """A cycle in one line. `phase` is what goes on now, of which `done` of `total` are through (0 of 0: no count)."""

    cycle: Cycle
    cases: int
    closed: int
    overdue: int
    phase: str
    done: int
    total: int


def summarise_cycles(session: Session, now: datetime, *, viewer: str = "") -> list[CycleSummary]:
    """Every cycle with its numbers, the newest first; five statements, whatever the number of cycles and cases.

    With a `viewer`, as that person may see it: see `workflows.cycles.progress`.
    """
    cycles = list_cycles(session)
    roots = [cycle.instance_id for cycle in cycles]
    cases = _count_cases(session, viewer)
    overdue = _count_overdue(session, roots, now, viewer)
    phases = _find_phases(session, cycles)
    found = []
    for cycle in cycles:
        (count, closed), (phase, done, total) = cases.get(cycle.id, (0, 0)), phases.get(cycle.instance_id, ("", 0, 0))
        found.append(CycleSummary(cycle, count, closed, overdue.get(cycle.instance_id, 0), phase, done, total))
    return found


def _count_cases(session: Session, viewer: str) -> dict[int, tuple[int, int]]:
    closed = func.count().filter(Case.state == "closed")
    rows = session.execute(
        select(Case.cycle_id, func.count(), closed)
        .where(Case.state != "cancelled", Case.person_id != viewer)
        .group_by(Case.cycle_id)
    )
    return {cycle_id: (cases, ended) for cycle_id, cases, ended in rows}


def _count_overdue(session: Session, roots: Sequence[int], now: datetime, viewer: str) -> dict[int, int]:
    rows = session.execute(
        select(Task.root_id, func.count())
        .where(Task.root_id.in_(roots), Task.state == "open", Task.due_at < now, may_be_counted(viewer))
        .group_by(Task.root_id)
    )
    return dict(rows.all())


def _find_phases(session: Session, cycles: Sequence[Cycle]) -> dict[int, tuple[str, int, int]]:
    """What each running cycle waits for: its tasks of its own, or else the fan-out that is open."""
    running = {cycle.instance_id: cycle for cycle in cycles if cycle.state == "running"}
    phases: dict[int, tuple[str, int, int]] = {}
    fan_outs = session.scalars(
        select(FanOut).where(FanOut.instance_id.in_(running), FanOut.state != "closed").order_by(FanOut.id)
    )
    for fan_out in fan_outs:
        step = program_for(session, running[fan_out.instance_id].definition_id).step(fan_out.step)
        phases[fan_out.instance_id] = (step.name, fan_out.done, fan_out.total)
    own = session.execute(
        select(Task.instance_id, Task.name)
        .where(Task.instance_id.in_(running), Task.state.in_(IN_HAND))
        .order_by(Task.id)
    )
    phases.update({root_id: (name, 0, 0) for root_id, name in own})
    return phases


@dataclass(frozen=True)
class UnitWork:
    """The tasks about the cases of one calibration group: done, open, and of those overdue."""

    completed: int
    open: int
    overdue: int


def count_unit_work(session: Session, cycle: Cycle, now: datetime, *, viewer: str = "") -> dict[str, UnitWork]:
    """The work of every calibration group of a cycle, the viewer's own case left out. One statement."""
    is_open = Task.state == OPEN
    rows = session.execute(
        select(
            Case.calibration_group,
            func.count().filter(Task.state == "completed"),
            func.count().filter(Task.state.in_(IN_HAND)),
            func.count().filter(is_open & (Task.due_at < now)),
        )
        .join(Task, (Task.root_id == Case.root_id) & (Task.subject == Case.person_id))
        .where(Case.root_id == cycle.instance_id, Case.person_id != viewer)
        .group_by(Case.calibration_group)
    )
    return {unit: UnitWork(completed, waiting, late) for unit, completed, waiting, late in rows}
