"""Signing an executive decision: only right after the password was given again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import NotAllowed, NotFound
from workflows.cycles.models import Cycle
from workflows.promotions.chain import SIGNATURE_VARIABLE, START, signed_content, work_out_digest
from workflows.promotions.models import Signature
from workflows.reviews.hooks import Submitted, after_submit
from workflows.rewards.models import OPEN, Proposal

SIGNOFF_FORM = "executive-signoff"
FRESH = timedelta(minutes=5)
_CONFIRMED = "confirmed_signer"


@dataclass(frozen=True)
class _Confirmation:
    person_id: str
    at: datetime


def confirm_signer(session: Session, person_id: str, now: datetime) -> None:
    """Note, for this session of the database, that the person has just given their password again.

    To be called by whoever has checked the password, before the form of the signature is submitted.
    """
    session.info[_CONFIRMED] = _Confirmation(person_id, now)


@after_submit(SIGNOFF_FORM, gives=(SIGNATURE_VARIABLE,))
def sign(session: Session, submitted: Submitted) -> dict[str, str]:
    """Put the signer's name under the decision, as the next link of the cycle's chain.

    Returns the digest as a variable, so that the history of the process holds it too. Raises NotAllowed without the
    password, and for whoever is proposed or has proposed. Three statements: the cycle is locked first, so that two
    executives who sign at once do not follow the same link.
    """
    confirmed_at = _check_confirmed(session, submitted.actor, submitted.now)
    task = submitted.task
    proposal = _lock_proposal(session, task.root_id, task.subject)
    if submitted.actor in (proposal.person_id, proposal.proposed_by):
        raise NotAllowed("You have a part in this proposal, so somebody else has to sign it. Hand the task back to HR.")
    last = session.execute(
        select(Signature.number, Signature.digest)
        .where(Signature.root_id == task.root_id)
        .order_by(Signature.number.desc())
        .limit(1)
    ).one_or_none()
    number, digest = last or (0, START)
    signature = Signature(
        root_id=task.root_id,
        number=number + 1,
        task_id=task.id,
        proposal_id=proposal.id,
        signer=submitted.actor,
        outcome=str(submitted.answers["outcome"]),
        reauthenticated_at=confirmed_at,
        signed_at=submitted.now,
    )
    signature.content = signed_content(proposal, submitted.submission.answers, signature)
    signature.digest = work_out_digest(digest, signature.content)
    session.add(signature)
    session.flush()
    return {SIGNATURE_VARIABLE: signature.digest}


def _check_confirmed(session: Session, actor: str, now: datetime) -> datetime:
    # Taken out, so that one password stands under one signature.
    confirmation = session.info.pop(_CONFIRMED, None)
    if confirmation is None or confirmation.person_id != actor or now - confirmation.at > FRESH:
        raise NotAllowed("Your signature needs your password. Enter it again, then sign.")
    at: datetime = confirmation.at
    return at


def _lock_proposal(session: Session, root_id: int, person_id: str | None) -> Proposal:
    proposal = session.scalar(
        select(Proposal)
        .join(Cycle, Cycle.instance_id == Proposal.root_id)
        .where(Proposal.root_id == root_id, Proposal.person_id == person_id, Proposal.state.in_(OPEN))
        .with_for_update(of=(Proposal, Cycle))
    )
    if proposal is None:
        raise NotFound("There is no open proposal to sign in this case. It was decided or taken back meanwhile.")
    return proposal
