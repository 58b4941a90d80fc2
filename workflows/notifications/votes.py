"""Telling those who had a vote what it came to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from engine import Task, registry
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import VOTE
from workflows.people.search import name_people


@registry.listen("vote_settled")
def tell_settled(session: Session, tasks: Sequence[Task], came_to: str, by: str | None, now: datetime) -> None:
    """Tell everybody who has or had a ballot, but whoever settled it with theirs. Three statements."""
    holders = {task.closed_by or task.assignee: task for task in tasks}
    subject = next((task.subject for task in tasks), None)
    names = name_people(session, [subject] if subject else [])
    about = f" for {names[subject]}" if subject in names else ""
    notices = [
        Notice(holder, VOTE, f"The vote “{task.name}”{about} is settled: {came_to}", task.id)
        for holder, task in holders.items()
        if holder is not None and holder not in (by, subject)
    ]
    inform(session, notices, now)
