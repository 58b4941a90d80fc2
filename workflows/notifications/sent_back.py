"""Telling everybody who has a part in it that a case was sent back, and why, or that the step before was taken back.

Whoever gets it again reads the reason with the task; whoever had done a step in between is told whether it stays done,
and whoever had a task in a side branch that ends with it that it waits no more.
The person a case is about is told of their own task alone.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from engine import COMPLETED, Task, recalling, registry, sending_back
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import RECALLED, SENT_BACK
from workflows.people.search import name_people
from workflows.routing.electing import is_ballot


@registry.listen("task_sent_back")
def tell_sent_back(session: Session, task: Task, sent: sending_back.SentBack, now: datetime) -> None:
    """Tell whoever gets the task, whoever did it before, and whoever did what comes after it.

    So is whoever had a task in a side branch that has ended. Three statements, and one more where there was a vote.
    """
    tasks = [sent.earlier, *sent.between.values(), *sent.ended, *([sent.sender] if sent.sender else [])]
    tasks += _other_ballots(session, tasks, sent.sender, now)
    concerned = {task.assignee, task.subject, sent.by, *map(_doer, tasks)}
    names = name_people(session, [person for person in concerned if person is not None])
    about = f" for {names[task.subject]}" if task.subject in names else ""
    what = _say(sent, about, names[sent.by])
    notices = [] if task.assignee is None else [_to_holder(sent, about, names[sent.by])]
    notices += [
        Notice(str(_doer(one)), SENT_BACK, f"{what} {_outlook(sent, one)}", one.id)
        for one in tasks
        if _doer(one) not in (None, task.assignee, task.subject, sent.by)
    ]
    inform(session, notices, now)


@registry.listen("task_recalled")
def tell_recalled(session: Session, task: Task, recalled: recalling.Recalled, now: datetime) -> None:
    """Tell whoever had got the next task that it is withdrawn for now. Three statements."""
    people = {one.assignee for one in recalled.withdrawn if one.assignee is not None} - {recalled.by}
    names = name_people(session, [person for person in (recalled.by, task.subject) if person is not None])
    about = f" for {names[task.subject]}" if task.subject in names else ""
    what = f"{names[recalled.by]} took “{task.name}”{about} back to change it"
    after = "You get it again when it is handed in. What you had begun to write is kept."
    notices = [
        Notice(str(one.assignee), RECALLED, f"{what}, so “{one.name}” does not wait for you any more. {after}", one.id)
        for one in recalled.withdrawn
        if one.assignee in people
    ]
    inform(session, notices, now)


def _other_ballots(session: Session, tasks: Sequence[Task], left: Task | None, now: datetime) -> Sequence[Task]:
    """Where one of these tasks is a ballot: those of all who voted with it; of a vote `left`, also who had still to."""
    tokens = {one.token for one in tasks if is_ballot(one.explanation)}
    if not tokens:
        return []
    had_still_to = [] if left is None else [and_(Task.token == left.token, Task.closed_at == now)]
    return session.scalars(
        select(Task)
        .where(Task.instance_id == tasks[0].instance_id, Task.token.in_(tokens))
        .where(Task.id.not_in([one.id for one in tasks]), or_(Task.state == COMPLETED, *had_still_to))
        .order_by(Task.id)
    ).all()


def _doer(task: Task) -> str | None:
    return task.closed_by or task.assignee


def _say(sent: sending_back.SentBack, about: str, by: str) -> str:
    if sent.sender is None or sent.reopened:
        return f"{by} opened “{sent.task.name}”{about} again: {sent.reason}"
    return f"{by} sent “{sent.sender.name}”{about} back to “{sent.task.name}”: {sent.reason}"


def _to_holder(sent: sending_back.SentBack, about: str, by: str) -> Notice:
    task = sent.task
    called = f"“{task.name}”" if task.assignee == task.subject else f"“{task.name}”{about}"
    did = f"opened {called} again for you" if sent.reopened else f"sent {called} back to you"
    return Notice(str(task.assignee), SENT_BACK, f"{by} {did}: {sent.reason}", task.id)


def _outlook(sent: sending_back.SentBack, done: Task) -> str:
    if done is sent.earlier:
        return "Somebody else does it this time."
    if done in sent.ended:
        return f"“{done.name}” does not wait for you any more. What you had begun to write is kept."
    if done.step in sent.staying:
        return f"Your answer to “{done.name}” stays while nothing it was based on changes."
    return f"You will be asked for “{done.name}” again."
