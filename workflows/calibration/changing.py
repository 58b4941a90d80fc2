"""Changing a rating in a calibration session, and taking a change back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Conflict, Instance, NotAllowed, NotFound, Rejection, Task, program_for, tasks
from workflows.calibration.models import RatingChange
from workflows.cycles.models import Case

LOWEST, HIGHEST = 1, 5
SESSION_PAGE = "calibration"


class RatingNotChanged(Rejection):
    """A rating cannot be changed like this; the message says why."""


def find_session(session: Session, root_id: int, group: str) -> Task | None:
    """The open task of a group's calibration session, None before it begins and after it is closed."""
    candidates = session.scalars(
        select(Task)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.root_id == root_id, Task.state == "open", Task.subject.is_(None))
        .where(Instance.variables["group"].as_string() == group)
    )
    for task in candidates:
        if program_for(session, task.definition_id).step(task.step).settings.get("page") == SESSION_PAGE:
            return task
    return None


def change_rating(session: Session, case_id: int, rating: int, reason: str, *, by: str, now: datetime) -> RatingChange:
    """Change the rating of a case in its open session, held by `by`.

    Raises NotFound, NotAllowed from the task's gate and for one's own case, Conflict when the session is not open,
    RatingNotChanged for a missing reason, a rating outside of 1 to 5, or a review in words alone.
    """
    case = _open_case(session, case_id, by, now)
    before = case.final_rating
    if not LOWEST <= rating <= HIGHEST:
        raise RatingNotChanged(f"A rating is a number from {LOWEST} to {HIGHEST}.")
    if before is None:
        raise RatingNotChanged("This review was written in words alone. Calibration does not add a rating to it.")
    if before == rating:
        raise RatingNotChanged(f"The rating is {rating} already. Nothing was changed.")
    if not reason.strip():
        raise RatingNotChanged("Say why the rating is changed: the writer of the review will read it.")
    change = RatingChange(
        case_id=case.id, from_rating=before, to_rating=rating, reason=reason.strip(), changed_by=by, changed_at=now
    )
    session.add(change)
    case.calibrated_rating = rating
    session.flush()
    return change


def undo_change(session: Session, change_id: int, *, by: str, now: datetime) -> RatingChange:
    """Take back the latest change of a case, as long as its session is open.

    Raises NotFound, NotAllowed as `change_rating` does, Conflict when the session is closed, the change has been
    taken back already, or another change came after it.
    """
    change = session.get(RatingChange, change_id)
    if change is None:
        raise NotFound("There is no such change of a rating.")
    case = _open_case(session, change.case_id, by, now)
    latest = session.scalar(
        select(RatingChange)
        .where(RatingChange.case_id == case.id, RatingChange.undone_at.is_(None))
        .order_by(RatingChange.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if latest is not change:
        raise Conflict("This change was taken back already, or the rating was changed again. Look at the board again.")
    change.undone_by = by
    change.undone_at = now
    case.calibrated_rating = None if change.from_rating == case.rating else change.from_rating
    session.flush()
    return change


def _open_case(session: Session, case_id: int, by: str, now: datetime) -> Case:
    """The case, locked, once the gate of its session's task has let `by` through. Nobody gets their own."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound("There is no such case in this session.")
    task = find_session(session, case.root_id, case.calibration_group)
    if task is None:
        raise Conflict("The calibration session of this group is not open, so no rating can be changed.")
    tasks.load(session, task.id, actor=by, now=now, lock=True)
    if case.person_id == by:
        raise NotAllowed("This is your own rating: somebody else in the session has to change it.")
    session.refresh(case, with_for_update=True)
    return case
