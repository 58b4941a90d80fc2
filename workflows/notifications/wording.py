"""The words of notifications about tasks: the step, whom it is about and when it was due; never what anybody wrote."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Task
from workflows.dates import show_day
from workflows.people.facts import PersonOnDay, select_people_on
from workflows.people.models import Person
from workflows.people.outside import is_outside
from workflows.routing.facts import day_of


class Reader(Protocol):
    """Whoever is told something, or is told of."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def has_left(self) -> bool: ...


@dataclass(frozen=True)
class Outside:
    """Somebody outside of the organisation as a reader."""

    id: str
    name: str
    time_zone: str
    has_left: bool = False


def people_by_id(session: Session, ids: Iterable[str], now: datetime) -> dict[str, Reader]:
    """These people as they are on the day of `now`, by id; one statement, and one more for people outside."""
    wanted = set(ids)
    rows = session.execute(select_people_on(day_of(now)).where(Person.id.in_(wanted)))
    found: dict[str, Reader] = {person.id: person for person in (PersonOnDay(*row) for row in rows)}
    if outside := {one for one in wanted if is_outside(one)}:
        of_them = select(Person.id, Person.name, Person.time_zone).where(Person.id.in_(outside))
        found |= {row.id: Outside(*row) for row in session.execute(of_them)}
    return found


def present(people: Mapping[str, Reader], ids: Iterable[str]) -> list[Reader]:
    """Those who are known and have not left, in a fixed order."""
    return [people[person_id] for person_id in sorted(ids) if person_id in people and not people[person_id].has_left]


def called(task: Task, people: Mapping[str, Reader], reader: Reader) -> str:
    """The task as its reader knows it: “Manager review” for Ann."""
    if task.subject is None or task.subject == reader.id or task.subject not in people:
        return f"“{task.name}”"
    return f"“{task.name}” for {people[task.subject].name}"


def due_day(task: Task, reader: Reader) -> str:
    """The day on which the task is due, where its reader is."""
    if task.due_at is None:
        return "an unknown day"
    return day_for(task.due_at, reader)


def day_for(moment: datetime, reader: Reader) -> str:
    """The day of a moment where its reader is."""
    return show_day(moment.astimezone(ZoneInfo(reader.time_zone)))
