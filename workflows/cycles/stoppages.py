"""Incidents with what a person needs to understand them: the step, the cycle, and whom it is about.

Nobody sees an incident of their own case: what stopped, and why, can tell about a decision that is not released.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from engine import incidents
from engine.definitions import program_for
from engine.errors import NotFound
from engine.models import Incident, Instance
from workflows.cycles.models import Cycle
from workflows.people.models import Person


@dataclass(frozen=True)
class Stoppage:
    """An incident in words. `case` names the instance; `resolved_by` is a name, empty while it is open."""

    incident: Incident
    step: str
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


def find_stoppages(
    session: Session, *, viewer: str, root_id: int | None = None, resolved: bool = False, limit: int, offset: int = 0
) -> Stoppages:
    """Open incidents, or resolved ones, the newest first; only those of one cycle if `root_id` is given."""
    resolver = aliased(Person)
    statement = (
        select(Incident, Instance.definition_id, Instance.name, Instance.subject, Cycle.id, Cycle.name, resolver.name)
        .outerjoin(Instance, Instance.id == Incident.instance_id)
        .outerjoin(Cycle, Cycle.instance_id == Instance.root_id)
        .outerjoin(resolver, resolver.id == Incident.resolved_by)
        .where(Instance.subject.is_(None) | (Instance.subject != viewer))
    )
    statement = statement.where(Incident.resolved_at.is_not(None) if resolved else Incident.resolved_at.is_(None))
    if root_id is not None:
        statement = statement.where(Instance.root_id == root_id)
    total = session.scalar(statement.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    latest = Incident.resolved_at if resolved else Incident.opened_at
    rows = session.execute(statement.order_by(latest.desc(), Incident.id.desc()).limit(limit).offset(offset))
    found = [
        Stoppage(
            incident=incident,
            step=_name_step(session, definition_id, incident.step),
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
        .where(Incident.id == incident_id, Instance.subject.is_(None) | (Instance.subject != by))
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
