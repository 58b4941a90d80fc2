"""Closing a calibration session."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.models import Instance
from workflows.calibration.changing import RatingNotChanged, change_case
from workflows.calibration.groups import REVIEW_FORM
from workflows.cycles.models import Case
from workflows.reviews.hooks import Submitted, after_submit
from workflows.reviews.models import CALIBRATED, SUBMITTED, Submission

CALIBRATION_FORM = "calibration"


@after_submit(CALIBRATION_FORM)
def close_session(session: Session, submitted: Submitted) -> None:
    """Make the changes that were written into the form, and mark the reviews of the group as calibrated.

    Changes made on the session's page are there already and are not made twice.
    """
    instance = session.get_one(Instance, submitted.task.instance_id)
    root_id, group = submitted.task.root_id, str(instance.variables["group"])
    if changes := submitted.answers.get("changes"):
        _make_changes(session, submitted, group, changes)
    members = select(Case.person_id).where(Case.root_id == root_id, Case.calibration_group == group)
    session.execute(
        update(Submission)
        .where(Submission.root_id == root_id, Submission.form == REVIEW_FORM, Submission.state == SUBMITTED)
        .where(Submission.subject.in_(members))
        .values(state=CALIBRATED)
        .execution_options(synchronize_session=False)
    )


def _make_changes(session: Session, submitted: Submitted, group: str, changes: list[dict[str, Any]]) -> None:
    wanted = {str(change["subject"]).strip(): change for change in changes}
    cases = session.scalars(
        select(Case)
        .where(Case.root_id == submitted.task.root_id, Case.calibration_group == group, Case.person_id.in_(wanted))
        .with_for_update()
    ).all()
    if unknown := wanted.keys() - {case.person_id for case in cases}:
        raise RatingNotChanged(f"{', '.join(sorted(unknown))} does not belong to this group. Remove the line.")
    for case in cases:
        change = wanted[case.person_id]
        if case.final_rating != int(change["rating"]):
            reason = str(change.get("reason") or "")
            change_case(session, case, int(change["rating"]), reason, by=submitted.actor, now=submitted.now)
    session.flush()
