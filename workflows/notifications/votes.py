"""Telling those who had a vote what it came to, and those who rank when it is theirs to close."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from engine import Task, registry
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import TO_CLOSE, VOTE
from workflows.people.search import name_people
from workflows.voting.ranking import is_ranked, load_ranking
from workflows.voting.standing import vote_id_of


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


@registry.listen("leader_lost")
def tell_to_close(session: Session, task: Task, now: datetime) -> None:
    """Tell everybody who ranks that they can close it, where nobody leads it any more. Six statements at most."""
    vote_id = vote_id_of(session, task.id)
    if not is_ranked(session, vote_id):
        return
    ranking = load_ranking(session, vote_id, now)
    if ranking.leaders:
        return
    told = f"Nobody leads the ranking “{task.name}” any more, so you can close it."
    notices = [Notice(person, TO_CLOSE, told, ranking.held[person][0][2].id) for person in ranking.closers]
    inform(session, notices, now)
