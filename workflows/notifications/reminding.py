"""Reminders of tasks, and word to others when a task is overdue.

A notification names the step, whom it is about and when it was due; never what anybody wrote. Only whoever holds the
task and whoever the diagram names for its escalation are told. The person it is about is told of their own tasks alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine import Instance, Step, Task, program_for, registry, request_for
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import ESCALATION, EXTENDED, OVERDUE, REMINDER
from workflows.notifications.wording import Reader, called, due_day, people_by_id, present
from workflows.people.outside import is_outside
from workflows.routing.facts import ask
from workflows.routing.gate import members_of
from workflows.routing.resolvers import ACTORS, ToGroup, Unclear


@registry.listen("task_reminder")
def remind(session: Session, task: Task, now: datetime) -> None:
    """Remind whoever holds the task, or everybody in its group while nobody has taken it."""
    holders = holders_of(session, task, now)
    people = people_by_id(session, {*holders, task.subject or ""}, now)
    # A worker that was down for days may come to a reminder when the task is overdue already.
    verb = "is" if task.due_at is None or now <= task.due_at else "was"
    notices = [
        Notice(person.id, REMINDER, f"{called(task, people, person)} {verb} due on {due_day(task, person)}.", task.id)
        for person in present(people, holders)
    ]
    inform(session, notices, now)


@registry.listen("task_overdue")
def report_overdue(session: Session, task: Task, step: Step, now: datetime) -> None:
    """Tell whoever holds the task that it is overdue, and whoever the diagram names for its escalation."""
    holders = holders_of(session, task, now)
    above = _escalation(session, task, step, now) - holders
    people = people_by_id(session, {*holders, *above, task.subject or ""}, now)
    waits_for = people[task.assignee].name if task.assignee in people else "its group"
    notices = [
        Notice(person.id, OVERDUE, f"{called(task, people, person)} was due on {due_day(task, person)}.", task.id)
        for person in present(people, holders)
    ]
    notices += [
        Notice(
            person.id,
            ESCALATION,
            f"{called(task, people, person)} was due on {due_day(task, person)} and waits for {waits_for}.",
            task.id,
        )
        for person in present(people, above)
    ]
    inform(session, notices, now)


@registry.listen("task_extended")
def tell_more_time(session: Session, task: Task, by: str, reason: str, now: datetime) -> None:
    """Tell whoever holds the task until when there is time, and why; why is not for people outside."""
    holders = holders_of(session, task, now) - {by}
    people = people_by_id(session, {*holders, task.subject or ""}, now)
    readers = present(people, holders)
    notices = [Notice(one.id, EXTENDED, _more_time(task, people, one, reason), task.id) for one in readers]
    inform(session, notices, now)


@registry.listen("deadlines_moved")
def tell_moved(session: Session, tasks: Sequence[Task], length: timedelta, now: datetime) -> None:
    """Tell people outside of another day; colleagues see it in their inbox. No statement where nobody is outside."""
    outside = [task for task in tasks if is_outside(task.assignee) and length >= timedelta(days=1)]
    if not outside:
        return
    people = people_by_id(session, {one for task in outside for one in (task.assignee, task.subject) if one}, now)
    held = [(task, people[task.assignee]) for task in outside if task.assignee in people]
    inform(session, [Notice(one.id, EXTENDED, _more_time(task, people, one, ""), task.id) for task, one in held], now)


def _more_time(task: Task, people: Mapping[str, Reader], reader: Reader, reason: str) -> str:
    name, day = called(task, people, reader), due_day(task, reader)
    return f"You have until {day} for {name}." if is_outside(reader.id) else f"{name} is due on {day}: {reason}"


def holders_of(session: Session, task: Task, now: datetime) -> set[str]:
    """Whoever has the task, or everybody in its group but the person it is about while nobody has taken it."""
    if task.assignee is not None:
        return {task.assignee}
    return (members_of(session, task.group, now) if task.group else set()) - {task.subject or ""}


def _escalation(session: Session, task: Task, step: Step, now: datetime) -> set[str]:
    """The first one the diagram's resolver names who is neither the subject nor gone; everybody of a group."""
    actor = ACTORS.get(step.settings.get("escalate", ""))
    if actor is None:
        return set()
    instance, program = session.get_one(Instance, task.instance_id), program_for(session, task.definition_id)
    asked = replace(step, settings={**step.settings, "actor": actor.name})
    question = ask(session, [request_for(instance, asked, program, now)], now)[0]
    for choice in actor.candidates(question):
        if isinstance(choice, Unclear):
            continue
        if isinstance(choice, ToGroup):
            return members_of(session, choice.group, now) - {task.subject or ""}
        person = question.organisation.person(choice.person_id)
        if person is not None and not person.has_left and person.id not in (task.subject, task.assignee):
            return {person.id}
    return set()
