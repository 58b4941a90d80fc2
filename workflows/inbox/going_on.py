"""What a person does next."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, case, select, union_all
from sqlalchemy.orm import Session

from engine import Rejection, Task, UtcDateTime, tasks
from workflows.inbox.waiting import KEPT, Holder, Inbox, Parts

# How many are tried before the person is sent to the list: the gate refuses very few.
TRIED = 5

_AFTER: BindParameter[int] = bindparam("after")
DUE, WITHOUT_DEADLINE = "due", "without deadline"


def next_task(session: Session, holder: Holder, step: str, now: datetime, *, after: Task | None = None) -> Task | None:
    """The task to go on with after one of `step`: the same step first, then by deadline. None when nothing is left.

    With `after`, a task that is passed over, those behind it come first, then one begins again from the start.

    What the gate would refuse, such as a task of a group about somebody whose pay one must not decide, is left out.
    """
    inbox, passed = Inbox(holder, now), _passed(after)
    values = {**inbox.values(), "step": step, **({"after": after.id, "after_due": after.due_at} if after else {})}
    for task_id in session.scalars(_select_first(inbox.parts, passed), values).all():
        try:
            return tasks.load(session, task_id, actor=holder.person_id, now=now).task
        except Rejection:
            continue
    return None


def _passed(task: Task | None) -> str | None:
    """What kind of task is passed over, if any."""
    if task is None:
        return None
    return WITHOUT_DEADLINE if task.due_at is None else DUE


@lru_cache(KEPT)
def _select_first(parts: Parts, passed: str | None) -> Select[int]:
    branches = [
        select(Task.id, Task.step, Task.due_at)
        .where(condition if passed is None else condition & (Task.id != _AFTER))
        .order_by(*_order(Task, passed))
        .limit(TRIED)
        .subquery()
        for condition in parts.conditions()
    ]
    found = union_all(*(select(branch.c.id, branch.c.step, branch.c.due_at) for branch in branches)).subquery()
    return select(found.c.id).order_by(*_order(found.c, passed)).limit(TRIED)


def _order(columns: Any, passed: str | None) -> tuple[Any, ...]:
    same_step = case((columns.step == bindparam("step"), 0), else_=1)
    behind = () if passed is None else (case((_is_behind(columns, passed), 0), else_=1),)
    return same_step, *behind, columns.due_at.asc().nulls_last(), columns.id


def _is_behind(columns: Any, passed: str) -> Any:
    later_id = columns.id > _AFTER
    if passed == WITHOUT_DEADLINE:
        return columns.due_at.is_(None) & later_id
    due_at = bindparam("after_due", type_=UtcDateTime)
    return (columns.due_at > due_at) | columns.due_at.is_(None) | ((columns.due_at == due_at) & later_id)
