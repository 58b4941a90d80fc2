"""What becomes of a proposal: approved by the line, then granted or rejected."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import HistoryEntry, ServiceCall, StepFailed, Task, registry
from workflows.reviews.hooks import Submitted, after_submit, when_taken_back
from workflows.rewards.models import APPROVED, GRANTED, OPEN, PROPOSED, REJECTED, Proposal

APPROVAL_FORM = "reward-approval"
APPROVE = "approve"


@after_submit(APPROVAL_FORM, repeatable=True)
def approve(session: Session, submitted: Submitted) -> None:
    """Note that the line has approved a proposal. Whether it is granted, the process decides later."""
    if submitted.answers.get("outcome") != APPROVE:
        return
    session.execute(
        update(Proposal)
        .where(Proposal.root_id == submitted.task.root_id, Proposal.person_id == submitted.task.subject)
        .where(Proposal.state == PROPOSED)
        .values(state=APPROVED, decided_by=submitted.actor, decided_at=submitted.now)
        .execution_options(synchronize_session=False)
    )


@when_taken_back(APPROVAL_FORM)
def take_approval_back(session: Session, task: Task, now: datetime) -> None:
    """Let a proposal wait for the line again."""
    session.execute(
        update(Proposal)
        .where(Proposal.root_id == task.root_id, Proposal.person_id == task.subject, Proposal.state == APPROVED)
        .values(state=PROPOSED, decided_by=None, decided_at=None)
        .execution_options(synchronize_session=False)
    )


DECIDED = ("task_completed", "step_settled")
"""What the history says where a step of people is decided."""


@registry.handler("rewards.grant", gives=())
def grant(session: Session, call: ServiceCall) -> None:
    """Grant the proposal of the case, so that it stands on the list of rewards. Raises StepFailed when none is open."""
    _settle(session, call, GRANTED)


@registry.handler("rewards.reject", gives=())
def reject(session: Session, call: ServiceCall) -> None:
    """Close the proposal of the case as not granted. Raises StepFailed when none is open."""
    _settle(session, call, REJECTED)


def _settle(session: Session, call: ServiceCall, state: str) -> None:
    """Whoever completed the last task before this step has decided, whichever approvals the diagram asks for.

    What was settled by votes nobody has decided alone.
    """
    last = session.execute(
        select(HistoryEntry.actor, HistoryEntry.at)
        .where(HistoryEntry.instance_id == call.instance.id, HistoryEntry.kind.in_(DECIDED))
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    ).one_or_none()
    decided_by, decided_at = last or (None, call.now)
    found = session.scalar(
        select(Proposal)
        .where(Proposal.root_id == call.instance.root_id, Proposal.person_id == call.instance.subject)
        .where(Proposal.state.in_(OPEN))
        .with_for_update()
    )
    if found is None:
        raise StepFailed(
            f"There is no open reward proposal in this case, so “{call.step.name}” has nothing to close. "
            "Check that the process asks for the proposal with the form “reward-proposal”."
        )
    found.state = state
    found.decided_by = decided_by
    found.decided_at = decided_at
