"""Taking back the move of one instance: what was there is kept, and put back exactly, unless it has gone on since."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes, drop_incidents, withdraw, withdraw_fan_outs
from engine.definitions import program_for
from engine.errors import Conflict
from engine.migration.standing import Standing, columns_of, describe_tasks, standing_of
from engine.models import FanOut, Incident, Instance, Job, Subscription, Task
from engine.states import UNFINISHED

STAYS = ("revision", "instance_id", "root_id", "subject", "created_at")
"""What no move changes of a task."""

CLOCK = "clock"

MOMENTS = {"due_at", "closed_at", "resolved_at", "opened_at"}


def remember(session: Session, standing: Standing, renamed: Collection[str]) -> dict[str, Any]:
    """What is put back when the move of this instance is undone, as data; `renamed` are the steps with other ids."""
    instance = standing.instance
    closed = select(Task.id, Task.definition_id, Task.step).where(
        Task.instance_id == instance.id, Task.state.not_in(UNFINISHED), Task.step.in_(renamed)
    )
    return {
        "instance": {
            "definition_id": instance.definition_id,
            "process": instance.process,
            "variables": instance.variables,
            "blob": instance.blob.decode("latin-1"),
        },
        "tasks": [columns_of(task, *STAYS) for task in standing.tasks],
        "closed": [list(row) for row in session.execute(closed)] if renamed else [],
        "jobs": [columns_of(job) for job in standing.jobs],
        "subscriptions": [columns_of(row) for row in standing.subscriptions],
        "fan_outs": [_only(row, ("id", "token", "step")) for row in standing.fan_outs],
        "incidents": [_only(row, ("id", "token", "step")) for row in standing.incidents],
    }


def _only(row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in columns_of(row).items() if name in columns}


def describe_standing(standing: Standing) -> dict[str, Any]:
    """How to tell that an instance has not gone on: its revision, its open tasks, and its members.

    With them the clocks of its tasks, which strike without its going on.
    """
    return {
        "revision": standing.instance.revision,
        "tasks": sorted([task.id, task.revision] for task in standing.tasks),
        "fan_outs": sorted([row.id, row.state, row.total, row.started] for row in standing.fan_outs),
        "clocks": sorted(job.due_at.isoformat() for job in standing.jobs if job.kind == CLOCK),
    }


def undo(
    session: Session, instance: Instance, before: dict[str, Any], after: dict[str, Any], *, by: str, now: datetime
) -> None:
    """Put back what was there before an instance was moved. It must be locked.

    Raises Conflict when it has gone on since.
    """
    [standing] = standing_of(session, [instance], lock=True)
    found = describe_standing(standing)
    struck = set(after.get("clocks", ())) - set(found["clocks"])
    if found | {"clocks": ()} != after | {"clocks": ()}:
        raise Conflict("It has gone on since it was moved, and stays on the new version.")
    changes, moved = Changes(now), describe_tasks(standing.tasks)
    _take_back(session, changes, standing, before, now)
    _put_back_jobs(session, changes, standing, before, struck)
    _put_back(session, standing, before)
    former = before["instance"]
    instance.definition_id, instance.process = former["definition_id"], former["process"]
    instance.variables, instance.blob = former["variables"], former["blob"].encode("latin-1")
    changes.record(instance, "migration_undone", None, by)
    changes.write(session)
    session.flush()
    tasks = [task for task in standing.tasks if task.state in UNFINISHED]
    registry.emit(session, "instance_migrated", instance=instance, tasks=tasks, before=moved, now=now)


def _take_back(session: Session, changes: Changes, standing: Standing, before: dict[str, Any], now: datetime) -> None:
    """Take away what the move has brought: tasks, jobs, messages, members and incidents of the new version."""
    instance = standing.instance
    known = {kind: {row["id"] for row in before[kind]} for kind in ("tasks", "fan_outs", "incidents")}
    new_tasks = [task.token for task in standing.tasks if task.id not in known["tasks"]]
    new_members = [row.token for row in standing.fan_outs if row.id not in known["fan_outs"]]
    new_incidents = {row.token or "" for row in standing.incidents if row.id not in known["incidents"]}
    if new_tasks:
        withdraw(session, instance.id, new_tasks, people=True, now=now)
    if new_members:
        withdraw_fan_outs(session, changes, instance.id, new_members)
    if new_incidents:
        drop_incidents(session, instance.id, new_incidents, now=now)
    connection = session.connection()
    connection.execute(delete(Job).where(Job.instance_id == instance.id, Job.token.is_not(None)))
    connection.execute(delete(Subscription).where(Subscription.instance_id == instance.id))
    for job in standing.jobs:
        session.expunge(job)
    for subscription in standing.subscriptions:
        session.expunge(subscription)


def _put_back(session: Session, standing: Standing, before: dict[str, Any]) -> None:
    connection = session.connection()
    for subscription in before["subscriptions"]:
        connection.execute(insert(Subscription), subscription)
    tasks = {task.id: task for task in standing.tasks}
    for kept in before["tasks"]:
        task = tasks.get(kept["id"]) or session.get_one(Task, kept["id"], populate_existing=True)
        for name, value in _with_moments(kept).items():
            setattr(task, name, value)
        task.revision += 1
        tasks[task.id] = task
    standing.tasks = list(tasks.values())
    for task_id, definition_id, step in before["closed"]:
        connection.execute(update(Task).where(Task.id == task_id).values(definition_id=definition_id, step=step))
    for kept in before["fan_outs"]:
        fan_out = session.get_one(FanOut, kept["id"])
        fan_out.token, fan_out.step = kept["token"], kept["step"]
    for kept in before["incidents"]:
        incident = session.get_one(Incident, kept["id"], populate_existing=True)
        incident.token, incident.step, incident.resolved_at, incident.resolution = (
            kept["token"],
            kept["step"],
            None,
            None,
        )
    session.flush()


def _put_back_jobs(
    session: Session, changes: Changes, standing: Standing, before: dict[str, Any], struck: Collection[str]
) -> None:
    """Put back the jobs; in place of a clock that has struck since, at one of these moments, its next strike."""
    instance, program = standing.instance, program_for(session, before["instance"]["definition_id"])
    tasks = {task["token"]: task for task in before["tasks"] if task["due_at"]}
    for job in before["jobs"]:
        task = tasks.get(job["token"])
        if job["kind"] == CLOCK and task and job["due_at"] in struck:
            at, due = datetime.fromisoformat(job["due_at"]), datetime.fromisoformat(task["due_at"])
            changes.wind_clock(instance.id, job["token"], program.step(task["step"]), due, after=at)
        else:
            session.connection().execute(insert(Job), _with_moments(job))


def _with_moments(row: dict[str, Any]) -> dict[str, Any]:
    """A remembered row with its moments as moments again."""
    return {name: datetime.fromisoformat(value) if name in MOMENTS and value else value for name, value in row.items()}
