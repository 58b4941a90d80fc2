"""All that is stored of running instances around their state: read in a fixed number of statements."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import FanOut, Incident, Instance, Job, Subscription, Task
from engine.states import UNFINISHED


@dataclass
class Standing:
    """One instance with what waits around it, unfinished or unresolved."""

    instance: Instance
    tasks: list[Task] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    fan_outs: list[FanOut] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)


@dataclass(frozen=True)
class Former:
    """An unfinished task as it was before its instance went to another version, or back."""

    definition_id: int
    step: str
    assignee: str | None
    due_at: datetime | None


def describe_tasks(tasks: Iterable[Task]) -> dict[int, Former]:
    """These tasks as they are now, by id."""
    return {task.id: Former(task.definition_id, task.step, task.assignee, task.due_at) for task in tasks}


def standing_of(session: Session, instances: Sequence[Instance], *, lock: bool = False) -> list[Standing]:
    """What waits around these instances, in the order given; five statements.

    With `lock`, tasks and fan-outs are locked: whoever starts members waits, and then starts them as the parent says.
    """
    found = {instance.id: Standing(instance) for instance in instances}
    ids = list(found)
    tasks = select(Task).where(Task.instance_id.in_(ids), Task.state.in_(UNFINISHED)).order_by(Task.id)
    for task in session.scalars(tasks.with_for_update(of=Task) if lock else tasks):
        found[task.instance_id].tasks.append(task)
    jobs = select(Job).where(Job.instance_id.in_(ids), Job.token.is_not(None)).order_by(Job.id)
    for job in session.scalars(jobs):
        found[job.instance_id or 0].jobs.append(job)
    for row in session.scalars(select(Subscription).where(Subscription.instance_id.in_(ids)).order_by(Subscription.id)):
        found[row.instance_id].subscriptions.append(row)
    fan_outs = select(FanOut).where(FanOut.instance_id.in_(ids), FanOut.state != "closed").order_by(FanOut.id)
    for fan_out in session.scalars(fan_outs.with_for_update() if lock else fan_outs):
        found[fan_out.instance_id].fan_outs.append(fan_out)
    incidents = select(Incident).where(Incident.instance_id.in_(ids), Incident.resolved_at.is_(None))
    for incident in session.scalars(incidents.order_by(Incident.id)):
        found[incident.instance_id or 0].incidents.append(incident)
    return list(found.values())


def columns_of(row: Any, *without: str) -> dict[str, Any]:
    """The columns of a row as data that JSON can hold; moments as ISO text."""
    return dict(_columns(row, without))


def _columns(row: Any, without: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for column in row.__table__.columns:
        if column.name not in without:
            value = getattr(row, column.name)
            yield column.name, value.isoformat() if hasattr(value, "isoformat") else value
