"""What has happened in a case so far, for people who work on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import HistoryEntry, Task
from workflows.people.models import Person
from workflows.people.search import name_people
from workflows.routing.resolvers import GROUPS

HANDING = {"task_claimed": "taken", "task_released": "put back", "task_reassigned": "handed on"}


@dataclass(frozen=True)
class Done:
    """A step of a case that somebody has done: by `by_id`, at `at`."""

    step: str
    name: str
    by: str
    by_id: str
    at: datetime


@dataclass(frozen=True)
class Handing:
    """What happened to a task: `what` is handed out, taken, put back or handed on; `to` is a name or a group."""

    what: str
    to: str
    by: str
    at: datetime
    reason: str = ""


def done_about(session: Session, task: Task) -> list[Done]:
    """The steps done about the subject of a task in its cycle, or in its own instance when it is about nobody."""
    about = Task.subject == task.subject if task.subject else Task.instance_id == task.instance_id
    rows = session.execute(
        select(Task.step, Task.name, Person.name, Task.closed_by, Task.closed_at)
        .join(Person, Person.id == Task.closed_by)
        .where(Task.root_id == task.root_id, about, Task.state == "completed")
        .order_by(Task.closed_at, Task.id)
    )
    return [Done(step, name, by, by_id or "", at) for step, name, by, by_id, at in rows if at]


def handing_of(session: Session, task: Task) -> list[Handing]:
    """How a task came to whoever has it, oldest first. At most two statements."""
    entries = [
        entry
        for entry in session.scalars(
            select(HistoryEntry)
            .where(HistoryEntry.instance_id == task.instance_id, HistoryEntry.kind.in_(HANDING))
            .order_by(HistoryEntry.id)
        )
        if entry.detail.get("task") == task.id
    ]
    first = next((entry["holder"] for entry in reversed(task.explanation) if "holder" in entry), None)
    people = {first, *(entry.actor for entry in entries), *(entry.detail.get("to") for entry in entries)}
    names = name_people(session, [person for person in people if person is not None])
    group = GROUPS.get(task.group or "", "nobody")
    begin = Handing("handed out", names.get(first or "", group), "", task.created_at)
    return [
        begin,
        *(
            Handing(
                HANDING[entry.kind],
                names.get(entry.detail.get("to") or "", group),
                names.get(entry.actor or "", ""),
                entry.at,
                entry.detail.get("reason") or "",
            )
            for entry in entries
        ),
    ]
