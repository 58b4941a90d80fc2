"""Releasing the results of a cycle: from one moment on, every participant reads their own review."""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from engine import ServiceCall, registry
from workflows.cycles.models import Case, ClosingReview
from workflows.cycles.queries import offered_to
from workflows.notifications.informing import inform_released
from workflows.reviews.models import CALIBRATED, DRAFT, RELEASED, SUBMITTED, Submission

RELEASE_FORM = "release"


@registry.handler("reviews.release", gives=())
def release(session: Session, call: ServiceCall) -> None:
    """Release every case of the cycle and all that was handed in about its participants, and tell them.

    A few statements, whatever the size of the cycle. What belongs to no participant, such as the minutes of a
    session, is not released.
    """
    root_id = call.instance.root_id
    session.execute(
        update(Case)
        .where(Case.root_id == root_id, Case.state == "open", Case.released_at.is_(None))
        .values(released_at=call.now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Submission)
        .where(_is_of_cycle(root_id), Submission.subject.is_not(None))
        .where(Submission.state.in_((SUBMITTED, CALIBRATED)))
        .values(state=RELEASED)
        .execution_options(synchronize_session=False)
    )
    if root_id is not None:
        inform_released(session, root_id, _message(session, root_id), call.now)


def _is_of_cycle(root_id: int | None) -> ColumnElement[bool]:
    """What was handed in in a cycle, and the closing reviews it takes in about those who take part.

    One that another cycle has asked for is left to that, as long as the case there is still to be released (R20).
    """
    own = Submission.root_id == root_id
    if root_id is None:
        return own
    people = select(Case.person_id).where(Case.root_id == root_id, Case.state == "open")
    of_others = (
        select(ClosingReview.instance_id)
        .join(Case, Case.id == ClosingReview.case_id)
        .where(Case.root_id != root_id, Case.state == "open", Case.released_at.is_(None))
        .where(ClosingReview.instance_id.is_not(None))
    )
    offered = Submission.root_id.in_(offered_to(root_id)) & Submission.root_id.not_in(of_others)
    return own | (offered & Submission.subject.in_(people))


def _message(session: Session, root_id: int) -> str:
    answers = session.scalar(
        select(Submission.answers)
        .where(Submission.root_id == root_id, Submission.form == RELEASE_FORM, Submission.state != DRAFT)
        .order_by(Submission.submitted_at.desc())
        .limit(1)
    )
    return str((answers or {}).get("message") or "").strip()
