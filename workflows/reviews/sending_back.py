"""Sending a review back to an earlier step: whoever did it gets the form again, with what they had written.

From an approval it can be sent back unless the diagram says no, from any other step if it says yes. By default it never
goes to the person it is about: what is being decided about them is not theirs to know yet.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import (
    COMPLETED,
    Conflict,
    NotFound,
    OpenTask,
    Program,
    Stay,
    Step,
    Task,
    registry,
    reopening,
    sending_back,
    tasks,
)
from workflows.people.search import name_people
from workflows.reviews.forms import asks_for_approval, questionnaire_of
from workflows.reviews.hooks import Submitted, may_repeat, run_hooks, undo_hooks
from workflows.reviews.models import DRAFT, Submission
from workflows.reviews.reading import readable_by_holder

LONGEST_REASON = 1000
ALWAYS = "yes"


@dataclass(frozen=True)
class Target:
    """A step that a task may be sent back to, by whom it was done the last time, and when."""

    step: str
    name: str
    by: str
    at: datetime | None


def may_be_sent_back(found: OpenTask) -> bool:
    """Whether the diagram lets a task be sent back to a step that somebody else has done. No statement."""
    if found.step.settings.get("sendBack") is None and not asks_for_approval(
        questionnaire_of(found.program, found.step)
    ):
        return False
    done_by = found.instance.variables.get("done_by", {})
    others = {step for step, person in done_by.items() if _may_get_it(found, person)}
    return sending_back.may_go_back(found, others)


def _may_get_it(found: OpenTask, person: str | None) -> bool:
    return person != found.task.subject or found.step.settings.get("sendBack") == ALWAYS


def list_targets(session: Session, found: OpenTask) -> list[Target]:
    """Where a task may be sent back to, the step done last first. Two statements."""
    if not may_be_sent_back(found):
        return []
    earlier = [one for one in sending_back.find_earlier(session, found) if _may_get_it(found, one.task.closed_by)]
    names = name_people(session, [one.task.closed_by for one in earlier if one.task.closed_by])
    return [
        Target(one.step.id, one.step.name, names.get(one.task.closed_by or "", "somebody"), one.task.closed_at)
        for one in earlier
    ]


def send_back(session: Session, task_id: int, *, to: str, reason: str, by: str, now: datetime) -> sending_back.SentBack:
    """Send a task back to the step `to`; what was handed in there becomes the draft of whoever gets it.

    What the forms in between have set in motion is taken back. Raises what `engine.tasks.load` and
    `engine.sending_back.send_back` raise.
    """
    found = tasks.load(session, task_id, actor=by, now=now, lock=True)
    if found.step.is_shared:
        several = f"“{found.task.name}” is decided by several people"
        raise Conflict(f"{several}: none of them sends it back alone. Vote instead.")
    if not may_be_sent_back(found):
        raise Conflict(f"“{found.task.name}” cannot be sent back. Hand it in with your answer instead.")
    sent = sending_back.send_back(
        session,
        found,
        to=to,
        reason=reason[:LONGEST_REASON],
        by=by,
        now=now,
        may_go=lambda earlier: _may_get_it(found, earlier.task.closed_by),
        may_stay=may_stay_done,
    )
    begin_anew(session, sent, found.program, now)
    return sent


def reopen(session: Session, task_id: int, *, by: str, reason: str, now: datetime) -> sending_back.SentBack:
    """Open the step of a closed task again, as HR may for everybody but themselves (R17).

    Raises NotFound, also for a task about `by`, and what `engine.reopening.reopen` raises.
    """
    found = tasks.find(session, task_id)
    if found.task.subject == by:
        raise NotFound("There is no such task that you could open again.")
    sent = reopening.reopen(session, task_id, by=by, reason=reason[:LONGEST_REASON], now=now, may_stay=may_stay_done)
    begin_anew(session, sent, found.program, now)
    return sent


def begin_anew(session: Session, sent: sending_back.SentBack, program: Program, now: datetime) -> None:
    """Take back what the forms in between have set in motion, and begin the draft of the task that is open again."""
    for task in sorted((sent.earlier, *sent.between.values()), key=lambda one: -one.id):
        if task.state == COMPLETED:
            undo_hooks(session, task, _form(program.step(task.step)), now)
    _begin_draft(session, sent, program, now)


def may_stay_done(step: Step) -> bool:
    """Whether a step need not be asked again while nothing it was based on changes."""
    return may_repeat(_form(step))


def _form(step: Step) -> str:
    return step.settings.get("form", "")


def _begin_draft(session: Session, sent: sending_back.SentBack, program: Program, now: datetime) -> None:
    """What was handed in at the step becomes the draft of the task that is open again, as its holder may read it."""
    before = session.scalar(select(Submission).where(Submission.task_id == sent.earlier.id))
    if before is None:
        return
    session.add(
        Submission(
            task_id=sent.task.id,
            root_id=before.root_id,
            definition_id=sent.task.definition_id,
            subject=before.subject,
            step=before.step,
            form=before.form,
            author=before.author,
            state=DRAFT,
            answers=readable_by_holder(program, before, sent.task.assignee),
            version=1,
            saved_at=now,
        )
    )
    session.flush()


@registry.listen("step_stays")
def hand_in_again(session: Session, stay: Stay, now: datetime) -> None:
    """What was approved counts again: what its form sets in motion happens once more."""
    submission = session.get(Submission, stay.task_id)
    if submission is not None and stay.by is not None:
        task = session.get_one(Task, stay.task_id)
        run_hooks(session, Submitted(task, submission, submission.answers, stay.by, now))
