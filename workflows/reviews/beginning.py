"""What a form begins with when somebody comes to a task: what was saved, or what was handed in the last time.

A step that is done once more in the same case begins with what was handed in there before. Each round of a loop, or of
what comes again after a wait, begins with nothing, and a decision is made anew (decision 36).
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, make_transient

from engine import CANCELLED, COMPLETED, OpenTask, Task, comes_in_rounds
from workflows.reviews.forms import outcomes_of, questionnaire_of
from workflows.reviews.models import DRAFT, Submission
from workflows.reviews.reading import readable_by_holder
from workflows.reviews.submitting import of_their_side


def find_beginning(session: Session, found: OpenTask, reader: str) -> Submission | None:
    """What the form of an open task begins with for `reader`, in one statement; None where it begins with nothing.

    A draft is what was saved for the task, or what they had begun themselves when its step was withdrawn before. With
    `submitted_at` it is what was handed in at the step the last time, of which the answers are those that `reader` may
    read. Of what somebody outside of the organisation wrote, colleagues read nothing here, and the other way round.
    """
    task = found.task
    here = (Task.instance_id == task.instance_id) & (Task.step == task.step)
    own, of_their_own_side = Submission.author == reader, of_their_side(reader)
    on_hand = (Submission.task_id == task.id) & of_their_own_side
    begun = (Task.state == CANCELLED) & (Submission.state == DRAFT) & own
    # Where several have done the step one after the other, each begins with their own.
    handed_in = (Task.state == COMPLETED) & (own | (Task.turn.is_(None) & of_their_own_side))
    at_the_step = select(Submission).join(Task, Task.id == Submission.task_id).where(here)
    latest = session.scalar(at_the_step.where(on_hand | begun | handed_in).order_by(Task.id.desc()).limit(1))
    if latest is None or latest.state == DRAFT:
        return latest
    return _as_read_by(session, found, latest, reader) if _is_done_once_more(found) else None


def _is_done_once_more(found: OpenTask) -> bool:
    """Whether the step is none that decides, and comes again because the same is to be done once more."""
    if found.step.is_shared or outcomes_of(questionnaire_of(found.program, found.step)):
        return False
    return not comes_in_rounds(found.program.diagram, found.step.id, found.instance.process)


def _as_read_by(session: Session, found: OpenTask, before: Submission, reader: str) -> Submission | None:
    """A copy of what was handed in, apart from the session, with what `reader` may read of it."""
    answers = readable_by_holder(found.program, before, reader)
    if not answers:
        return None
    session.expunge(before)
    make_transient(before)
    before.answers = answers
    return before
