"""The proposal behind a decision, and the signature that was put under it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import NotFound, Task
from workflows.promotions.models import Signature
from workflows.rewards.models import Proposal, waits_in


def open_proposal(session: Session, task: Task) -> Proposal:
    """The proposal that waits for a decision in this task. Raises NotFound when there is none any more."""
    proposal = session.scalar(select(Proposal).where(waits_in(task)))
    if proposal is None:
        raise NotFound("There is no open proposal to decide in this case. It was decided or taken back meanwhile.")
    return proposal


def signature_of(session: Session, task_id: int, signer: str) -> tuple[Signature, Proposal]:
    """What somebody signed in a task. Raises NotFound for everybody else and for tasks that were not signed."""
    row = session.execute(
        select(Signature, Proposal)
        .join(Proposal, Proposal.id == Signature.proposal_id)
        .where(Signature.task_id == task_id, Signature.signer == signer)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no signature of yours under this decision.")
    return row[0], row[1]
