"""The words of notifications about tasks: the step, whom it is about and when it was due; never what anybody wrote."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine import Task
from workflows.dates import show_day
from workflows.people.facts import PersonOnDay, select_people_on
from workflows.people.models import Person
from workflows.routing.facts import day_of


def people_by_id(session: Session, ids: Iterable[str], now: datetime) -> dict[str, PersonOnDay]:
    """These people as they are on the day of `now`, by id; one statement."""
    rows = session.execute(select_people_on(day_of(now)).where(Person.id.in_(set(ids))))
    return {person.id: person for person in (PersonOnDay(*row) for row in rows)}


def present(people: Mapping[str, PersonOnDay], ids: Iterable[str]) -> list[PersonOnDay]:
    """Those who are known and have not left, in a fixed order."""
    return [people[person_id] for person_id in sorted(ids) if person_id in people and not people[person_id].has_left]


def called(task: Task, people: Mapping[str, PersonOnDay], reader: PersonOnDay) -> str:
    """The task as its reader knows it: “Manager review” for Ann."""
    if task.subject is None or task.subject == reader.id or task.subject not in people:
        return f"“{task.name}”"
    return f"“{task.name}” for {people[task.subject].name}"


def due_day(task: Task, reader: PersonOnDay) -> str:
    """The day on which the task is due, where its reader is."""
    if task.due_at is None:
        return "an unknown day"
    return show_day(task.due_at.astimezone(ZoneInfo(reader.time_zone)))
