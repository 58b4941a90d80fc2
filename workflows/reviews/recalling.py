"""Taking back a form that one has handed in: it is a draft again, until the next person has acted."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import COMPLETED, Conflict, Task, program_for, recalling
from workflows.cycles.models import Case
from workflows.reviews.hooks import may_take_back, undo_hooks
from workflows.reviews.models import DRAFT, SUBMITTED, Submission
from workflows.reviews.submitting import RATING

STANDS = "What you have handed in here stands: it was signed, or others work with it already."


def may_recall(session: Session, task: Task, person_id: str) -> bool:
    """Whether somebody may take back what they handed in with a task. At most two statements."""
    if task.state != COMPLETED or task.closed_by != person_id or not _is_revocable(session, task):
        return False
    return recalling.may_recall(session, task, person_id)


def _is_revocable(session: Session, task: Task) -> bool:
    return may_take_back(_form(session, task)) and "signature" not in _settings(session, task)


def _settings(session: Session, task: Task) -> dict[str, str]:
    return program_for(session, task.definition_id).step(task.step).settings


def _form(session: Session, task: Task) -> str:
    return _settings(session, task).get("form", "")


def recall(session: Session, task_id: int, *, by: str, now: datetime) -> recalling.Recalled:
    """Take back what `by` handed in: the task is open again, with the form as a draft; the next ones are withdrawn.

    Raises Conflict for what was signed, and what `engine.recalling.recall` raises.
    """
    recalled = recalling.recall(session, task_id, by=by, now=now)
    task = recalled.task
    if not _is_revocable(session, task):
        raise Conflict(STANDS)
    undo_hooks(session, task, _form(session, task), now)
    session.execute(
        update(Submission)
        .where(Submission.task_id == task.id, Submission.state == SUBMITTED)
        .values(state=DRAFT, submitted_at=None, saved_at=now, version=Submission.version + 1)
        .execution_options(synchronize_session=False)
    )
    if task.subject is not None and any(name == RATING for name, _ in _sets(session, task)):
        _restore_rating(session, task, recalled.variables.get(RATING))
    return recalled


def _sets(session: Session, task: Task) -> tuple[tuple[str, str], ...]:
    return program_for(session, task.definition_id).step(task.step).sets


def _restore_rating(session: Session, task: Task, rating: object) -> None:
    session.execute(
        update(Case)
        .where(Case.root_id == task.root_id, Case.person_id == task.subject)
        .values(rating=rating)
        .execution_options(synchronize_session=False)
    )
