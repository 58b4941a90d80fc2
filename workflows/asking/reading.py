"""What was asked: for whoever has the task, and for the one who was asked."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from engine import UNFINISHED, NotFound, Task
from workflows.asking.models import ANSWERED, OPEN, WITHDRAWN, Inquiry
from workflows.people.models import Person

MOST = 10
"""How many an inbox shows above its tasks; the others come up as these are answered."""


@dataclass(frozen=True)
class Asked:
    """What was asked, of whom and by whom, and what became of it. `is_waiting` while its task is open."""

    inquiry: Inquiry
    asker: str
    colleague: str
    is_waiting: bool

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer to read."""
        return self.inquiry.state == ANSWERED


def waiting_for(person_id: str | BindParameter[str]) -> ColumnElement[bool]:
    """The condition that an inquiry waits for an answer of this person; its task has to be joined."""
    return and_(Inquiry.colleague == person_id, Inquiry.state == OPEN, Task.state.in_(UNFINISHED))


def list_waiting(session: Session, person_id: str) -> list[Asked]:
    """The first of what somebody was asked and has not answered, by when it is wished for. One statement."""
    return _list(session, waiting_for(person_id), limit=MOST)


def list_at_task(session: Session, task: Task) -> list[Asked]:
    """What was asked at a task, the oldest first; and by whoever has it, at the same step of its case before.

    Not what others have asked who vote on it, approve it too, or did it another time. One statement.
    """
    at_step = and_(Task.instance_id == task.instance_id, Task.step == task.step)
    mine = or_(Inquiry.task_id == task.id, and_(at_step, Inquiry.asked_by.in_((task.assignee, task.owner))))
    return sorted(_list(session, and_(mine, Inquiry.state != WITHDRAWN)), key=lambda one: one.inquiry.id)


def read_one(session: Session, inquiry_id: int, reader: str) -> Asked:
    """One inquiry, for the one who was asked. Raises NotFound."""
    found = _list(session, and_(Inquiry.id == inquiry_id, Inquiry.colleague == reader))
    if not found:
        raise NotFound("There is no such question, or it was not put to you.")
    return found[0]


def _list(session: Session, which: ColumnElement[bool], limit: int | None = None) -> list[Asked]:
    asker, colleague = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Inquiry, asker.name, colleague.name, Task.state)
        .join(Task, Task.id == Inquiry.task_id)
        .join(asker, asker.id == Inquiry.asked_by)
        .join(colleague, colleague.id == Inquiry.colleague)
        .where(which)
        .order_by(Inquiry.due_at.asc().nulls_last(), Inquiry.id)
        .limit(limit)
    )
    return [
        Asked(inquiry, asked_by, of, inquiry.state == OPEN and state in UNFINISHED)
        for inquiry, asked_by, of, state in rows
    ]
