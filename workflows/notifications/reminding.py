"""Reminders of tasks, and word to others when a task is overdue.

A notification names the step, whom it is about and when it was due; never what anybody wrote. Only whoever holds the
task and whoever the diagram names for its escalation are told. The person it is about is told of their own tasks alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from engine import registry
from engine.diagram import Step
from engine.models import Instance, Task
from engine.registry import AssignmentRequest
from workflows.dates import show_day
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import ESCALATION, OVERDUE, REMINDER
from workflows.people.facts import PersonOnDay, select_people_on, valid_on
from workflows.people.grades import is_executive
from workflows.people.models import TERMINATED, Account, Person, PersonVersion
from workflows.routing.facts import ask, day_of
from workflows.routing.resolvers import ACTORS, Candidate

EXECUTIVES = "executive"


@registry.listen("task_reminder")
def remind(session: Session, task: Task, now: datetime) -> None:
    """Remind whoever holds the task, or everybody in its group while nobody has taken it."""
    holders = _holders(session, task, now)
    people = _people(session, {*holders, task.subject or ""}, now)
    # A worker that was down for days may come to a reminder when the task is overdue already.
    verb = "is" if task.due_at is None or now <= task.due_at else "was"
    notices = [
        Notice(person.id, REMINDER, f"{_called(task, people, person)} {verb} due on {_due(task, person)}.", task.id)
        for person in _present(people, holders)
    ]
    inform(session, notices, now)


@registry.listen("task_overdue")
def report_overdue(session: Session, task: Task, step: Step, now: datetime) -> None:
    """Tell whoever holds the task that it is overdue, and whoever the diagram names for its escalation."""
    holders = _holders(session, task, now)
    above = _escalation(session, task, step, now) - holders
    people = _people(session, {*holders, *above, task.subject or ""}, now)
    waits_for = people[task.assignee].name if task.assignee in people else "its group"
    notices = [
        Notice(person.id, OVERDUE, f"{_called(task, people, person)} was due on {_due(task, person)}.", task.id)
        for person in _present(people, holders)
    ]
    notices += [
        Notice(
            person.id,
            ESCALATION,
            f"{_called(task, people, person)} was due on {_due(task, person)} and waits for {waits_for}.",
            task.id,
        )
        for person in _present(people, above)
    ]
    inform(session, notices, now)


def _holders(session: Session, task: Task, now: datetime) -> set[str]:
    if task.assignee is not None:
        return {task.assignee}
    return (_members(session, task.group, now) if task.group else set()) - {task.subject or ""}


def _escalation(session: Session, task: Task, step: Step, now: datetime) -> set[str]:
    """The first one the diagram's resolver names who is neither the subject nor gone; everybody of a group."""
    actor = ACTORS.get(step.settings.get("escalate", ""))
    if actor is None:
        return set()
    variables = session.get_one(Instance, task.instance_id).variables
    asked = replace(step, settings={**step.settings, "actor": actor.name})
    question = ask(session, [AssignmentRequest(asked, task.subject, variables)], now)[0]
    for choice in actor.candidates(question):
        if not isinstance(choice, Candidate):
            return _members(session, choice.group, now) - {task.subject or ""}
        person = question.organisation.person(choice.person_id)
        if person is not None and not person.has_left and person.id not in (task.subject, task.assignee):
            return {person.id}
    return set()


def _members(session: Session, group: str, now: datetime) -> set[str]:
    """The people of a group who have not left. Executives follow from the grade, the others have an account's role."""
    version = PersonVersion
    present = select(version.person_id, version.grade).where(
        valid_on(version, day_of(now)), version.status != TERMINATED
    )
    if group == EXECUTIVES:
        return {person_id for person_id, grade in session.execute(present) if is_executive(grade)}
    with_role = present.join(Account, Account.person_id == version.person_id).where(
        cast(Account.roles, String).contains(f'"{group}"', autoescape=True)
    )
    return {person_id for person_id, _ in session.execute(with_role)}


def _people(session: Session, ids: set[str], now: datetime) -> dict[str, PersonOnDay]:
    rows = session.execute(select_people_on(day_of(now)).where(Person.id.in_(ids)))
    return {person.id: person for person in (PersonOnDay(*row) for row in rows)}


def _present(people: Mapping[str, PersonOnDay], ids: Iterable[str]) -> list[PersonOnDay]:
    return [people[person_id] for person_id in sorted(ids) if person_id in people and not people[person_id].has_left]


def _called(task: Task, people: Mapping[str, PersonOnDay], reader: PersonOnDay) -> str:
    if task.subject is None or task.subject == reader.id or task.subject not in people:
        return f"“{task.name}”"
    return f"“{task.name}” for {people[task.subject].name}"


def _due(task: Task, reader: PersonOnDay) -> str:
    if task.due_at is None:
        return "an unknown day"
    return show_day(task.due_at.astimezone(ZoneInfo(reader.time_zone)))
