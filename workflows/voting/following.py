"""What happens around a vote and changes it: people move or leave, a deadline passes, a case goes on after a pause."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine import OPEN as OPEN_TASK
from engine import Instance, Job, Step, Task, registry
from engine.feel import Field
from workflows.people.snapshot import organisation_on
from workflows.routing.electing import is_ballot
from workflows.routing.facts import day_of
from workflows.voting.deciding import pass_over, renew
from workflows.voting.models import OPEN, Ballot, Vote
from workflows.voting.opening import CLOSE, LAPSE, LOOK, RENEW, ask_to_look
from workflows.voting.ranking import close_in_time, is_ranked
from workflows.voting.settings import read_settings

ANSWERS = {
    "outcome": Field("string", label="What the vote came to", example="approve"),
    "approvals": Field("number", label="Votes for it, by weight", example="4"),
    "rejections": Field("number", label="Votes against it, by weight", example="1"),
    "abstentions": Field("number", label="How many abstained", example="1"),
    "voted": Field("number", label="How many voted", example="6"),
    "called": Field("number", label="How many had a vote", example="6"),
    "place": Field("number", label="The place in a ranking", example="2"),
    "recused": Field("number", label="How many were recused", example="1"),
}
"""What `rf:set` lines of a vote may ask for."""

_IDS_A_STATEMENT = 500


def follow_people(session: Session, changed: Collection[str], now: datetime) -> int:
    """Have every open vote looked at that these people, or anybody below them, have a part in. How many there are."""
    organisation = organisation_on(session, day_of(now))
    concerned = sorted(set(changed).union(*({p.id for p in organisation.everybody_below(one)} for one in changed)))
    found: set[int] = set()
    for first in range(0, len(concerned), _IDS_A_STATEMENT):
        ids = concerned[first : first + _IDS_A_STATEMENT]
        part = or_(Vote.subject.in_(ids), Ballot.member.in_(ids), Task.assignee.in_(ids))
        ballots = select(Vote.id).join(Ballot, Ballot.vote_id == Vote.id).join(Task, Task.id == Ballot.task_id)
        found.update(session.scalars(ballots.where(Vote.state == OPEN, part)))
    for vote_id in sorted(found):
        ask_to_look(session, vote_id, RENEW, now)
    return len(found)


def follow_committee(session: Session, committee_id: str, now: datetime) -> int:
    """Have every open vote of a committee looked at after its seats have changed. How many there are."""
    rows = session.execute(select(Vote.id, Vote.committee, Vote.settings).where(Vote.state == OPEN).order_by(Vote.id))
    found = [
        vote_id
        for vote_id, committee, settings in rows
        if settings.get("actor") == "committee"
        and committee_id in (committee, settings.get("actorArgument", "").strip())
    ]
    for vote_id in found:
        ask_to_look(session, vote_id, RENEW, now)
    return len(found)


@registry.listen("task_overdue")
def follow_deadline(session: Session, task: Task, step: Step, now: datetime) -> None:
    """At the deadline end the vote, or pass over whoever has not answered, where its settings say so; asked once."""
    if not is_ballot(task.explanation):
        return
    vote = session.scalar(select(Vote).join(Ballot, Ballot.vote_id == Vote.id).where(Ballot.task_id == task.id))
    if vote is None or vote.state != OPEN:
        return
    settings = read_settings(vote.settings)
    waiting = select(func.min(Task.id)).join(Ballot, Ballot.task_id == Task.id)
    is_first = task.id == session.scalar(waiting.where(Ballot.vote_id == vote.id, Task.state == OPEN_TASK))
    if is_first and (settings.ends_when_due or settings.pattern.lapses):
        ask_to_look(session, vote.id, LAPSE if settings.pattern.lapses else CLOSE, now)


@registry.listen("instance_resumed")
def follow_resumption(session: Session, instance: Instance, now: datetime) -> None:
    """Count the votes of a case that goes on after a pause: what has changed meanwhile may have settled them."""
    for vote_id in session.scalars(select(Vote.id).where(Vote.instance_id == instance.id, Vote.state == OPEN)):
        ask_to_look(session, vote_id, RENEW, now)


def look_at_vote(session: Session, job: Job, now: datetime) -> None:
    """Bring a vote up to date, or end it."""
    vote_id, why = job.payload["vote"], job.payload["why"]
    if why == LAPSE:
        pass_over(session, vote_id, now=now)
    elif why == CLOSE and is_ranked(session, vote_id):
        close_in_time(session, vote_id, now=now)
    else:
        renew(session, vote_id, by=None, now=now, ends=why == CLOSE)


def install() -> None:
    """Let the engine open votes and bring them up to date."""
    registry.job_kinds[LOOK] = look_at_vote
    registry.shared_answers.update(ANSWERS)
