"""Tasks that have come to somebody, or to a group, told by mail; inside the product the inbox tells it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from engine import UNFINISHED, Changes, Instance, Job, Task, registry
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import GROUP_TASK, NEW_TASK, NOT_NEEDED, Notification
from workflows.notifications.post import is_set_up
from workflows.notifications.wording import Reader, called, due_day, people_by_id, present
from workflows.people.outside import is_outside
from workflows.people.snapshot import organisation_on
from workflows.routing.facts import day_of
from workflows.routing.gate import may_take, members_of
from workflows.routing.resolvers import GROUPS

TELL = "tell_of_tasks"


@registry.listen("task_opened")
def note_new_tasks(session: Session, tasks: Sequence[dict[str, Any]], now: datetime) -> None:
    """Have people told of the tasks that they or their groups were given; one statement, none where mail is not set up.

    The rows have no ids yet: they are found again by where they wait.
    """
    places = [(row["instance_id"], row["token"]) for row in tasks]
    if places:
        ask_to_tell(session, now, places=places, since=now)


@registry.listen("task_handed_over")
def note_hand_over(session: Session, task: Task, by: str | None, now: datetime) -> None:
    """Have the new holder told, for instance whoever stands in for somebody; not of what they took themselves."""
    if task.assignee not in (None, by):
        ask_to_tell(session, now, task=task.id)


def ask_to_tell(session: Session, now: datetime, **which: Any) -> None:
    """Have whoever holds these tasks told: one `task`, if need be `again`, or those at `places` that came `since`."""
    if is_set_up(session):
        changes = Changes(now)
        changes.job(TELL, None, None, now, **which)
        changes.write(session)


@registry.job_kind(TELL)
def tell_of_tasks(session: Session, job: Job, now: datetime) -> None:
    """Tell whoever holds these tasks by now; of those that nobody has taken the members of their groups who may."""
    if "task" in job.payload:
        which = Task.id == job.payload["task"]
    else:
        # Of several who vote at one place only those who have come now.
        since = Task.created_at >= datetime.fromisoformat(job.payload["since"])
        which = since & tuple_(Task.instance_id, Task.token).in_([tuple(place) for place in job.payload["places"]])
    found = session.scalars(select(Task).where(which, Task.state.in_(UNFINISHED)).order_by(Task.id)).all()
    told = set() if job.payload.get("again") else _told_outside(session, found)
    takers = _takers(session, [task for task in found if task.assignee is None and task.group], now)
    ids = {person for task in found for person in (task.assignee, task.owner, task.subject) if person}
    people = people_by_id(session, ids.union(*takers.values()), now)
    notices = [
        Notice(holder.id, NEW_TASK, _words(task, people, holder), task.id)
        for task in found
        if (holder := people.get(task.assignee or "")) is not None and not holder.has_left and task.id not in told
    ]
    notices += [
        Notice(member.id, GROUP_TASK, _words_of_group(task, people, member), task.id)
        for task in found
        for member in present(people, takers.get(task.id, ()))
    ]
    inform(session, notices, now)


def _told_outside(session: Session, found: Sequence[Task]) -> set[int]:
    """Which of these tasks people outside were told of, and not that they are not needed any more.

    Who has one still is written to again when somebody asks for it.
    """
    outside = {task.id: task.assignee for task in found if is_outside(task.assignee)}
    if not outside:
        return set()
    rows = session.execute(
        select(Notification.task_id, Notification.kind)
        .where(tuple_(Notification.task_id, Notification.person_id).in_(list(outside.items())))
        .where(Notification.kind.in_((NEW_TASK, NOT_NEEDED)))
        .order_by(Notification.id)
    )
    latest = {task_id: kind for task_id, kind in rows if task_id is not None}
    return {task_id for task_id, kind in latest.items() if kind == NEW_TASK}


def _takers(session: Session, found: Sequence[Task], now: datetime) -> dict[int, set[str]]:
    """Who may take each of these tasks of groups. One statement a group, and one for the cases."""
    members = {group: members_of(session, group, now) for group in {task.group or "" for task in found}}
    if not found:
        return {}
    rows = session.execute(
        select(Instance.id, Instance.variables).where(Instance.id.in_({task.instance_id for task in found}))
    )
    variables: dict[int, dict[str, Any]] = {row.id: row.variables for row in rows}
    organisation = organisation_on(session, day_of(now))
    return {
        task.id: {
            one for one in members[task.group or ""] if may_take(organisation, task, variables[task.instance_id], one)
        }
        for task in found
    }


def _words_of_group(task: Task, people: dict[str, Reader], member: Reader) -> str:
    words = f"{called(task, people, member)} waits for {GROUPS.get(task.group or '', 'your group')}: whoever takes it"
    return words + (f". It is due on {due_day(task, member)}." if task.due_at else ".")


def _words(task: Task, people: dict[str, Reader], holder: Reader) -> str:
    owner = people.get(task.owner or "")
    words = f"{called(task, people, holder)} waits for you"
    if owner is not None and owner.id != holder.id and not is_outside(holder.id):
        words += f", in place of {owner.name}"
    return words + (f". It is due on {due_day(task, holder)}." if task.due_at else ".")
