"""Playing a vote: a case with one vote in it, and what its voters do."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import Instance, Job, Task, instances, registry
from engine.diagram import Step
from tests.workflows.routing.cast import NOW
from tests.workflows.routing.diagrams import publish
from workflows.voting.casting import attend, cast, recuse
from workflows.voting.models import Ballot, Vote
from workflows.voting.standing import Standing

APPROVE, REJECT, ABSTAIN = "approve", "reject", "abstain"


def vote_step(pattern: str, actor: str = "committee", argument: str = "promotions", **settings: str) -> Step:
    """A step that several people decide."""
    given = {"vote": pattern, "actor": actor, "actorArgument": argument, **settings}
    sets = (("decision", "outcome"), ("votes_for", "approvals"))
    return Step("decide", "userTask", "Decide on the promotion", "review", given, sets)


class Case:
    """A case with one vote, about Ann unless said otherwise."""

    def __init__(self, session: Session, step: Step, subject: str | None = "ann", **variables: Any) -> None:
        self.session = session
        definition = publish(session, step)
        self.instance = instances.start(
            session, definition, name="Promotion", by="rita", now=NOW, subject=subject, variables=variables
        )
        session.flush()

    @property
    def vote(self) -> Vote:
        """The vote."""
        return self.session.scalars(select(Vote).where(Vote.instance_id == self.instance.id)).one()

    @property
    def outcome(self) -> Any:
        """What the process knows of it: nothing before it is settled."""
        self.session.expire_all()
        return self.session.get_one(Instance, self.instance.id).variables.get("decision")

    @property
    def ended(self) -> bool:
        """Whether the process has gone on to its end."""
        self.session.expire_all()
        return self.session.get_one(Instance, self.instance.id).state == "completed"

    def open(self) -> list[str]:
        """Who has a ballot to cast."""
        rows = self.session.scalars(
            select(Task.assignee).where(Task.instance_id == self.instance.id, Task.state == "open").order_by(Task.id)
        )
        return [person or "a group" for person in rows]

    def task(self, holder: str) -> Task:
        """The latest task that somebody has or had in the vote."""
        return self.session.scalars(
            select(Task)
            .where(Task.instance_id == self.instance.id, Task.assignee == holder)
            .order_by(Task.id.desc())
            .limit(1)
        ).one()

    def ballot(self, holder: str) -> Ballot:
        """Their ballot."""
        self.session.expire_all()
        return self.session.get_one(Ballot, self.task(holder).id)

    def votes(self, who: str, choice: str, reason: str = "", **when: Any) -> Standing:
        """Let somebody vote."""
        return cast(self.session, self.task(who).id, choice, reason=reason, by=who, now=when.get("now", NOW))

    def comes(self, *people: str) -> None:
        """Let them say that they are there."""
        for who in people:
            attend(self.session, self.task(who).id, by=who, now=NOW)

    def is_recused(self, who: str, reason: str = "We are related.") -> Standing:
        """Let somebody declare that they must not vote."""
        return recuse(self.session, self.task(who).id, reason=reason, by=who, now=NOW)


def work(session: Session, now: Any = NOW) -> None:
    """Do the jobs that are due, in the transaction of the test."""
    while (job := session.scalar(select(Job).where(Job.due_at <= now, Job.state == "waiting").limit(1))) is not None:
        number = job.id
        registry.job_kinds[job.kind](session, job, now)
        session.flush()
        # What the process does not need any more is gone already.
        session.execute(delete(Job).where(Job.id == number))
    session.expire_all()
