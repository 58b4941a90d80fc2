"""What a person does next."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, select, union_all
from sqlalchemy.orm import Session

from engine import tasks
from engine.errors import Rejection
from engine.models import Task
from workflows.inbox.waiting import Holder

# How many are tried before the person is sent to the list: the gate refuses very few.
TRIED = 5


def next_task(session: Session, holder: Holder, step: str, now: datetime) -> Task | None:
    """The task to go on with after one of `step`: the same step first, then by deadline. None when nothing is left.

    What the gate would refuse, such as a task of a group about somebody whose pay one must not decide, is left out.
    """
    branches = [
        select(Task.id, Task.step, Task.due_at).where(condition).order_by(*_order(Task, step)).limit(TRIED).subquery()
        for condition in holder.conditions()
    ]
    found = union_all(*(select(branch.c.id, branch.c.step, branch.c.due_at) for branch in branches)).subquery()
    for task_id in session.scalars(select(found.c.id).order_by(*_order(found.c, step)).limit(TRIED)).all():
        try:
            return tasks.load(session, task_id, actor=holder.person_id, now=now).task
        except Rejection:
            continue
    return None


def _order(columns: Any, step: str) -> tuple[Any, ...]:
    return case((columns.step == step, 0), else_=1), columns.due_at.asc().nulls_last(), columns.id
