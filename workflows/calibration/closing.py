"""Closing a calibration session."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import Instance
from workflows.calibration.groups import REVIEW_FORM
from workflows.cycles.models import Case
from workflows.reviews.hooks import Submitted, after_submit
from workflows.reviews.models import CALIBRATED, SUBMITTED, Submission

CALIBRATION_FORM = "calibration"


@after_submit(CALIBRATION_FORM)
def close_session(session: Session, submitted: Submitted) -> None:
    """Mark the reviews of the group as calibrated."""
    root_id = submitted.task.root_id
    group = str(session.get_one(Instance, submitted.task.instance_id).variables["group"])
    members = select(Case.person_id).where(Case.root_id == root_id, Case.calibration_group == group)
    session.execute(
        update(Submission)
        .where(Submission.root_id == root_id, Submission.form == REVIEW_FORM, Submission.state == SUBMITTED)
        .where(Submission.subject.in_(members))
        .values(state=CALIBRATED)
        .execution_options(synchronize_session=False)
    )
