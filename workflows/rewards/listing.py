"""The list of rewards: what was proposed for whom and what became of it; what was granted is what is to be paid."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from workflows.cycles.models import Cycle
from workflows.people.models import Person
from workflows.rewards.models import GRANTED, Proposal


@dataclass(frozen=True)
class ListedReward:
    """One proposal with the names of those in it. `decider` is None while it is open, or where votes decided."""

    proposal: Proposal
    person: str
    proposer: str
    decider: str | None
    cycle: str


@dataclass(frozen=True)
class Rewards:
    """One page of a list, with how many there are in all."""

    rows: Sequence[ListedReward]
    total: int


def list_rewards(
    session: Session, *, viewer: str, state: str = "", kind: str = "", limit: int, offset: int = 0
) -> Rewards:
    """Proposals in a state and of a kind ("" for any), the newest first. Two statements.

    Nobody finds a proposal about themselves before it is granted, HR staff included.
    """
    shown: list[ColumnElement[bool]] = [or_(Proposal.person_id != viewer, Proposal.state == GRANTED)]
    shown += [Proposal.state == state] if state else []
    shown += [Proposal.kind == kind] if kind else []
    person, proposer, decider = aliased(Person), aliased(Person), aliased(Person)
    statement = (
        select(Proposal, person.name, func.coalesce(proposer.name, Proposal.proposed_by), decider.name, Cycle.name)
        .join(person, person.id == Proposal.person_id)
        .outerjoin(proposer, proposer.id == Proposal.proposed_by)
        .outerjoin(decider, decider.id == Proposal.decided_by)
        .join(Cycle, Cycle.instance_id == Proposal.root_id)
        .where(*shown)
    )
    newest = statement.order_by(Proposal.proposed_at.desc(), Proposal.id.desc())
    rows = session.execute(newest.limit(limit).offset(offset))
    total = session.scalar(statement.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    return Rewards([ListedReward(*row) for row in rows], total)
