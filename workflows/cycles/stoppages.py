"""Incidents with what a person needs to understand them: the step, the cycle, and whom it is about.

Nobody sees an incident of their own case: what stopped, and why, can tell about a decision that is not released.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine import Incident, Instance, NotFound, incidents, program_for
from workflows.cycles.models import Cycle
from workflows.people.models import Person


@dataclass(frozen=True)
class Stoppage:
    """An incident in words. `case` names the instance; `resolved_by` is a name, empty while it is open."""

    incident: Incident
    step: str
    definition_id: int | None
    case: str
    subject_id: str | None
    cycle_id: int | None
    cycle: str
    resolved_by: str


@dataclass(frozen=True)
class Stoppages:
    """Some of the incidents that were asked for, and how many there are."""

    rows: Sequence[Stoppage]
    total: int


@dataclass(frozen=True)
class Group:
    """Open incidents with the same problem at the same step of the same definition; `first_id` is one of them."""

    first_id: int
    step: str
    problem: str
    count: int
    since: datetime


def find_groups(session: Session, *, viewer: str, limit: int) -> list[Group]:
    """What has stopped more than once for the same reason, the most frequent first. One statement, and the programs."""
    count = func.count()
    rows = session.execute(
        select(
            func.min(Incident.id),
            Instance.definition_id,
            Incident.step,
            Incident.problem,
            count,
            func.min(Incident.opened_at),
        )
        .join(Instance, Instance.id == Incident.instance_id)
        .where(Incident.resolved_at.is_(None), _may_be_shown(viewer))
        .group_by(Instance.definition_id, Incident.step, Incident.problem)
        .having(count > 1)
        .order_by(count.desc(), func.min(Incident.id))
        .limit(limit)
    )
    return [
        Group(first, _name_step(session, definition_id, step), problem, number, since)
        for first, definition_id, step, problem, number, since in rows
    ]


def find_alike(session: Session, incident_id: int, *, viewer: str) -> list[tuple[int, int | None]]:
    """Every open incident with the same problem as this one, as pairs of its id and its instance; two statements."""
    stoppage = get_stoppage(session, incident_id, viewer=viewer)
    rows = session.execute(
        select(Incident.id, Incident.instance_id)
        .join(Instance, Instance.id == Incident.instance_id)
        .where(_is_alike(stoppage), Incident.resolved_at.is_(None), _may_be_shown(viewer))
        .order_by(Incident.id)
    )
    return [(found, about) for found, about in rows]


def get_stoppage(session: Session, incident_id: int, *, viewer: str) -> Stoppage:
    """One incident in words. Raises NotFound for what the viewer is not shown."""
    found = _find(session, Incident.id == incident_id, viewer=viewer, limit=1)
    if not found.rows:
        raise NotFound("There is no such incident.")
    return found.rows[0]


def _may_be_shown(viewer: str) -> ColumnElement[bool]:
    return Instance.subject.is_(None) | (Instance.subject != viewer)


def _is_alike(stoppage: Stoppage) -> ColumnElement[bool]:
    incident = stoppage.incident
    return (
        (Instance.definition_id == stoppage.definition_id)
        & Incident.step.is_not_distinct_from(incident.step)
        & (Incident.problem == incident.problem)
    )


def find_stoppages(
    session: Session,
    *,
    viewer: str,
    root_id: int | None = None,
    resolved: bool = False,
    alike: Stoppage | None = None,
    search: str = "",
    limit: int,
    offset: int = 0,
) -> Stoppages:
    """Open incidents, or resolved ones, the newest first.

    Only those of one cycle if `root_id` is given, with the same problem as `alike`, or with `search` in the name of
    the case or in the problem.
    """
    condition: ColumnElement[bool] = Incident.resolved_at.is_not(None) if resolved else Incident.resolved_at.is_(None)
    if root_id is not None:
        condition &= Instance.root_id == root_id
    if alike is not None:
        condition &= _is_alike(alike)
    if search:
        words = (Instance.name, Incident.problem)
        condition &= or_(*(column.icontains(search, autoescape=True) for column in words))
    latest = Incident.resolved_at if resolved else Incident.opened_at
    return _find(session, condition, viewer=viewer, limit=limit, offset=offset, latest=latest)


def _find(
    session: Session,
    condition: ColumnElement[bool],
    *,
    viewer: str,
    limit: int,
    offset: int = 0,
    latest: Any = Incident.opened_at,
) -> Stoppages:
    resolver = aliased(Person)
    statement = (
        select(Incident, Instance.definition_id, Instance.name, Instance.subject, Cycle.id, Cycle.name, resolver.name)
        .outerjoin(Instance, Instance.id == Incident.instance_id)
        .outerjoin(Cycle, Cycle.instance_id == Instance.root_id)
        .outerjoin(resolver, resolver.id == Incident.resolved_by)
        .where(condition, _may_be_shown(viewer))
    )
    total = session.scalar(statement.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    rows = session.execute(statement.order_by(latest.desc(), Incident.id.desc()).limit(limit).offset(offset))
    found = [
        Stoppage(
            incident=incident,
            step=_name_step(session, definition_id, incident.step),
            definition_id=definition_id,
            case=name or "",
            subject_id=subject_id,
            cycle_id=cycle_id,
            cycle=cycle or "",
            resolved_by=resolved_by or "",
        )
        for incident, definition_id, name, subject_id, cycle_id, cycle, resolved_by in rows
    ]
    return Stoppages(found, total)


def retry_stoppage(session: Session, incident_id: int, *, by: str, now: datetime, root_id: int | None = None) -> None:
    """Try again what has stopped. Raises NotFound for what `by` is not shown, else as `engine.incidents.retry` does."""
    statement = (
        select(Incident.id)
        .outerjoin(Instance, Instance.id == Incident.instance_id)
        .where(Incident.id == incident_id, _may_be_shown(by))
    )
    if root_id is not None:
        statement = statement.where(Instance.root_id == root_id)
    if session.scalar(statement) is None:
        raise NotFound("There is no such incident.")
    incidents.retry(session, incident_id, by=by, now=now)


def _name_step(session: Session, definition_id: int | None, step: str | None) -> str:
    if definition_id is None or step is None:
        return "Work in the background"
    known = program_for(session, definition_id).diagram.steps.get(step)
    return known.name if known else step
