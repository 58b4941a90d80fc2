"""Telling people outside by mail that a task they were asked for is not needed any more.

A colleague sees it in the inbox; whoever knows of a task by a mail alone would go on writing. Why is told to nobody
outside: it is a matter of the case.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from engine import COMPLETED, UNFINISHED, Changes, Job, Task, registry
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import NEW_TASK, NOT_NEEDED, SENDING, SENT, UNKNOWN, Mail, Notification
from workflows.notifications.post import is_set_up
from workflows.notifications.wording import called, people_by_id
from workflows.outside.models import OutsideAddress
from workflows.people.outside import is_outside

TELL = "tell_not_needed"
WENT_OUT = (SENDING, SENT, UNKNOWN)
"""The states of a mail that may have been read."""

Asked = tuple[int, str]
"""A task, and who was asked to do it."""


@registry.listen("tasks_taken_away")
def note_taken_away(session: Session, tasks: Sequence[Asked], now: datetime) -> None:
    """Have people outside told of what they do not have any more; one statement, none where there is nobody outside."""
    outside = [one for one in tasks if is_outside(one[1])]
    if outside and is_set_up(session):
        changes = Changes(now)
        changes.job(TELL, None, None, now, tasks=outside)
        changes.write(session)


@registry.job_kind(TELL)
def tell_not_needed(session: Session, job: Job, now: datetime) -> None:
    """Tell whoever was asked by mail, unless they have done it, or have it once more. Five statements at most."""
    asked = _asked_by_mail(session, [(task_id, person) for task_id, person in job.payload["tasks"]])
    if not asked:
        return
    tasks = {task.id: task for task in session.scalars(select(Task).where(Task.id.in_({one[0] for one in asked})))}
    lost = [one for one in sorted(asked) if not _is_done_by(tasks[one[0]], one[1])]
    again = _have_it_again(session, [(tasks[task_id], person) for task_id, person in lost])
    lost = [one for one in lost if one not in again]
    people = people_by_id(session, {one for pair in lost for one in (pair[1], tasks[pair[0]].subject) if one}, now)
    inform(
        session,
        [
            Notice(person, NOT_NEEDED, _words(called(tasks[task_id], people, people[person])), task_id)
            for task_id, person in lost
        ],
        now,
    )


def _words(name: str) -> str:
    return f"{name} is not needed any more. There is nothing left for you to do: thank you all the same."


def _is_done_by(task: Task, person: str) -> bool:
    return task.state == COMPLETED and task.closed_by == person


def _asked_by_mail(session: Session, pairs: Sequence[Asked]) -> set[Asked]:
    rows = session.execute(
        select(Notification.task_id, Notification.person_id)
        .join(Mail, Mail.id == Notification.mail_id)
        .where(tuple_(Notification.task_id, Notification.person_id).in_(pairs))
        .where(Notification.kind == NEW_TASK, Mail.state.in_(WENT_OUT))
    )
    return {(task_id, person) for task_id, person in rows if task_id is not None}


def _have_it_again(session: Session, lost: Sequence[tuple[Task, str]]) -> Collection[Asked]:
    """Who has an open task at the same step of the same case, perhaps by another name at the same address."""
    places = {(task.instance_id, task.step) for task, _ in lost}
    address = func.lower(OutsideAddress.address)
    rows = session.execute(
        select(Task.instance_id, Task.step, Task.assignee, address)
        .join(OutsideAddress, OutsideAddress.person_id == Task.assignee)
        .where(tuple_(Task.instance_id, Task.step).in_(places), Task.state.in_(UNFINISHED))
    ).all()
    if not rows:
        return set()
    persons = {person for _, person in lost}
    of = select(OutsideAddress.person_id, address).where(OutsideAddress.person_id.in_(persons))
    addresses: dict[str, str] = dict(session.execute(of).all())
    asked = {(instance_id, step, at) for instance_id, step, _, at in rows}
    return {(task.id, person) for task, person in lost if (task.instance_id, task.step, addresses.get(person)) in asked}
