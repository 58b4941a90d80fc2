"""Forgetting the addresses of people outside, when the cases for which they were given have ended long enough ago.

Their names stay, as those of everybody who wrote something do.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from engine import HistoryEntry, Instance, Task, program_for
from workflows.outside.models import OutsideAddress
from workflows.outside.steps import ACTOR, answers_of
from workflows.reviews.models import Submission


def forget_addresses(session: Session, before: datetime, *, limit: int) -> int:
    """Forget addresses that no case needs since `before`, `limit` at most, with the answers that gave them; how many.

    One statement where there is none, and some for each that is forgotten.
    """
    needed = (
        select(Task.id)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.assignee == OutsideAddress.person_id, or_(Instance.ended_at.is_(None), Instance.ended_at >= before))
    )
    statement = (
        select(OutsideAddress)
        .where(OutsideAddress.named_at < before, ~needed.exists())
        .order_by(OutsideAddress.person_id)
        .limit(limit)
    )
    found = session.scalars(statement).all()
    for one in found:
        for task, instance in session.execute(
            select(Task, Instance).join(Instance, Instance.id == Task.instance_id).where(Task.assignee == one.person_id)
        ).all():
            _forget_in_case(session, task, instance, one.address)
    session.execute(delete(OutsideAddress).where(OutsideAddress.person_id.in_([one.person_id for one in found])))
    return len(found)


def _forget_in_case(session: Session, task: Task, instance: Instance, address: str) -> None:
    """Take an address out of the variables, the history and the answers of a case."""
    for name in _variables(session, task):
        if _is(instance.variables.get(name), address):
            instance.variables = {**instance.variables, name: None}
        for entry in session.scalars(select(HistoryEntry).where(HistoryEntry.instance_id == instance.id)):
            values = entry.detail.get("values") or {}
            if _is(values.get(name), address):
                entry.detail = {**entry.detail, "values": {**values, name: None}}
    answered = (Submission.root_id == task.root_id) & (Submission.subject == task.subject)
    for submission in session.scalars(select(Submission).where(answered)):
        answers = {key: "" if _is(value, address) else value for key, value in submission.answers.items()}
        if answers != submission.answers:
            submission.answers = answers
    session.flush()


def _variables(session: Session, task: Task) -> Iterator[str]:
    settings = program_for(session, task.definition_id).step(task.step).settings
    if settings.get("actor") == ACTOR:
        yield answers_of(settings.get("actorArgument", ""))[0]


def _is(value: Any, address: str) -> bool:
    return isinstance(value, str) and value.strip().lower() == address.lower()
