"""Giving a group's task back to the group when whoever took it does not do it (R16).

Everybody in a group sees its tasks, the first claim wins, and who took one can put it back. By policy it goes back by
itself after some days in which its holder has written nothing; what they had begun stays with the task.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import OPEN, Changes, Instance, Job, Step, Task, parse_duration, registry, tasks
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import RELEASED
from workflows.reviews.models import Submission
from workflows.routing.situations import NEVER, WHEN_TAKEN

PUT_BACK = "put_back"


@registry.listen("task_claimed")
def watch(session: Session, task: Task, step: Step, instance: Instance, now: datetime) -> None:
    """Look at a task again when its policy says that it may not wait any longer."""
    period = WHEN_TAKEN.chosen(step, instance.variables)
    if period != NEVER:
        _look_again(session, task, period, since=now, now=now)


def _look_again(session: Session, task: Task, period: str, *, since: datetime, now: datetime) -> None:
    length = parse_duration(period)
    if length is None:
        return
    changes = Changes(now)
    changes.job(
        PUT_BACK, task.instance_id, task.token, since + length, task=task.id, revision=task.revision, period=period
    )
    changes.write(session)


@registry.job_kind(PUT_BACK)
def put_back(session: Session, job: Job, now: datetime) -> None:
    """Put a task back to its group, unless it changed hands or its holder has written something in that time."""
    task, period = session.get(Task, job.payload["task"]), job.payload["period"]
    if task is None or task.state != OPEN or task.revision != job.payload["revision"] or task.assignee is None:
        return
    written = session.scalar(
        select(Submission.saved_at).where(Submission.task_id == task.id, Submission.author == task.assignee)
    )
    if written is not None and now < written + (parse_duration(period) or now - written):
        _look_again(session, task, period, since=written, now=now)
        return
    days = period.removeprefix("P").removesuffix("D")
    text = f"“{task.name}” is back with its group: nobody had worked on it for {days} days. What was written is kept."
    inform(session, [Notice(task.assignee, RELEASED, text, task.id)], now)
    tasks.put_back(session, task.id, reason=f"Nobody had worked on it for {days} days.", now=now)
