"""What has happened in one case, and what is open in it: the file HR reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from engine import HistoryEntry, Instance, Task
from workflows.cycles.models import Case
from workflows.cycles.progress import PLACE
from workflows.people.models import Person

HISTORY_LIMIT = 500


@dataclass(frozen=True)
class FiledTask:
    """A task about the subject, open or not, with whom it waits for or who did it, and its place in the picture."""

    task: Task
    holder: str
    place: str


@dataclass(frozen=True)
class Happening:
    """One entry of the history: what kind of thing happened at which step, when, and by whom (empty: the machine)."""

    at: datetime
    kind: str
    step: str
    by: str
    detail: dict[str, Any]


def tasks_of(session: Session, case: Case) -> Sequence[FiledTask]:
    """Every task about the subject in the cycle, in order. One statement."""
    holder = aliased(Person)
    rows = session.execute(
        select(Task, func.coalesce(holder.name, Task.group, ""), PLACE)
        .join(Instance, Instance.id == Task.instance_id)
        .outerjoin(holder, holder.id == func.coalesce(Task.closed_by, Task.assignee))
        .where(Task.root_id == case.root_id, Task.subject == case.person_id)
        .order_by(Task.created_at, Task.id)
    )
    return [FiledTask(task, name, place) for task, name, place in rows]


def history_of(session: Session, case: Case) -> Sequence[Happening]:
    """What happened in the instances about the subject, and in that of the cycle to them, the latest first.

    One statement.
    """
    own = (Instance.root_id == case.root_id) & (Instance.subject == case.person_id)
    # A case of which nothing runs ends in the instance of the cycle.
    in_cycle = (Instance.id == case.root_id) & (HistoryEntry.detail["person"].as_string() == case.person_id)
    return _history(session, own | in_cycle)


def history_of_instance(session: Session, instance_id: int) -> Sequence[Happening]:
    """What happened in one instance, the latest first. One statement."""
    return _history(session, Instance.id == instance_id)


def _history(session: Session, condition: ColumnElement[bool]) -> Sequence[Happening]:
    actor = aliased(Person)
    entry = HistoryEntry
    rows = session.execute(
        select(entry.at, entry.kind, entry.step, func.coalesce(actor.name, entry.actor, ""), entry.detail)
        .join(Instance, Instance.id == entry.instance_id)
        .outerjoin(actor, actor.id == entry.actor)
        .where(condition)
        .order_by(entry.id.desc())
        .limit(HISTORY_LIMIT)
    )
    return [Happening(at, kind, step or "", by, detail) for at, kind, step, by, detail in rows]
