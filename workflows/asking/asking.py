"""Asking, answering, and going on without an answer.

The colleague reads what was asked, and of the case nothing they may not read anyway. So the one who asks says in the
question what it takes, and the gate says whom they may not ask.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from engine import Conflict, NotAllowed, NotFound, OpenTask, Rejection, due_at, registry, tasks
from workflows.asking.models import ANSWERED, OPEN, WITHDRAWN, Inquiry
from workflows.asking.reminding import plan_reminder
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import ANSWER, ASKED
from workflows.people.search import name_people
from workflows.questionnaires.disclosure import DEFAULT
from workflows.reviews.forms import questionnaire_of
from workflows.routing.gate import check_asked

LONGEST = 2000
LATEST_DUE = 366
"""How many days ahead an answer can be asked for."""


def ask(session: Session, task_id: int, *, of: str, text: str, due: date | None, by: str, now: datetime) -> Inquiry:
    """Ask a colleague something at a task that `by` has; they get it in their inbox.

    `due` is the day by whose end, where the colleague is, an answer is wished for; they are reminded once before it.
    Raises what `engine.tasks.load` raises, Conflict for a task that nobody has taken, Rejection for a text or a day
    that makes no sense, NotAllowed for a colleague who may not be asked.
    """
    found = tasks.load(session, task_id, actor=by, now=now, lock=True)
    task, text = found.task, text.replace("\0", "").strip()
    if task.assignee != by:
        raise Conflict("Take this task first: whoever has it asks.")
    if not 0 < len(text) <= LONGEST:
        raise Rejection(f"Write what you want to know, in at most {LONGEST:,} characters.")
    if of in (by, task.owner):
        raise Rejection("Choose somebody else: it is their own task.")
    if of == task.subject and not may_ask_subject(found):
        raise NotAllowed("The person it is about must not know of this step. Ask somebody else.")
    check_asked(session, task, of, now)
    inquiry = Inquiry(
        task_id=task.id,
        asked_by=by,
        colleague=of,
        text=text,
        asked_at=now,
        due_at=_end_of(session, due, of, now),
        state=OPEN,
        answer="",
    )
    session.add(inquiry)
    tasks.record(session, found, "colleague_asked", by=by, now=now, to=of)
    name = name_people(session, [by])[by]
    inform(session, [Notice(of, ASKED, f"{name} asks you something.", inquiry_id=inquiry.id)], now)
    plan_reminder(session, found, inquiry, now)
    return inquiry


def may_ask_subject(found: OpenTask) -> bool:
    """Whether the person a task is about may know of it: they will read something of its form (R20)."""
    fields = questionnaire_of(found.program, found.step).fields()
    return any("subject" in (field.disclosure or DEFAULT).visible_to for field in fields)


def _end_of(session: Session, due: date | None, colleague: str, now: datetime) -> datetime | None:
    if due is None:
        return None
    moment = due_at(due.isoformat(), now, registry.calendar_of(session, colleague, now).zone)
    if not now < moment or (due - now.date()).days > LATEST_DUE:
        raise Rejection("Choose a day that is still to come, within a year; or none.")
    return moment


def answer(session: Session, inquiry_id: int, text: str, *, by: str, now: datetime) -> Inquiry:
    """Answer what `by` was asked; whoever has the task by now reads it there.

    Raises NotFound, Conflict when it is not waited for any more, Rejection for a text that is empty or too long,
    NotAllowed when they may not be asked any more.
    """
    inquiry, found = _load(session, inquiry_id)
    if inquiry.colleague != by:
        raise NotFound("There is no such question, or it was not put to you.")
    if inquiry.state == ANSWERED:
        raise Conflict("You have answered this already.")
    if inquiry.state != OPEN or not found.task.is_unfinished:
        raise Conflict("This is not needed any more: it was decided without your answer.")
    text = text.replace("\0", "").strip()
    if not 0 < len(text) <= LONGEST:
        raise Rejection(f"Write an answer of at most {LONGEST:,} characters.")
    try:
        check_asked(session, found.task, by, now)
    except NotAllowed:
        # The reason would tell them what is being decided.
        raise NotAllowed("Your answer may not be used any more: a conflict of interest stands against it.") from None
    _close(inquiry, ANSWERED, now, text)
    tasks.record(session, found, "colleague_answered", by=by, now=now, to=found.task.assignee)
    _tell_answered(session, found, inquiry, now)
    return inquiry


def withdraw(session: Session, inquiry_id: int, *, by: str, now: datetime) -> Inquiry:
    """Go on without an answer; whoever has the task may. Raises NotFound, or Conflict when it was answered."""
    inquiry, found = _load(session, inquiry_id)
    if found.task.assignee != by:
        raise NotFound("There is no such question at a task of yours.")
    if inquiry.state != OPEN:
        raise Conflict("It was answered or withdrawn in the meantime. Look at the task again.")
    _close(inquiry, WITHDRAWN, now)
    tasks.record(session, found, "question_withdrawn", by=by, now=now)
    return inquiry


def _load(session: Session, inquiry_id: int) -> tuple[Inquiry, OpenTask]:
    """What was asked, with its task, both locked."""
    inquiry = session.get(Inquiry, inquiry_id)
    if inquiry is None:
        raise NotFound("There is no such question, or it was not put to you.")
    found = tasks.find(session, inquiry.task_id, lock=True)
    session.refresh(inquiry)
    return inquiry, found


def _close(inquiry: Inquiry, state: str, now: datetime, text: str = "") -> None:
    inquiry.state, inquiry.closed_at, inquiry.answer = state, now, text


def _tell_answered(session: Session, found: OpenTask, inquiry: Inquiry, now: datetime) -> None:
    task = found.task
    holder = task.assignee or inquiry.asked_by
    names = name_people(session, [one for one in (inquiry.colleague, task.subject) if one is not None])
    about = f" for {names[task.subject]}" if task.subject in names and task.subject != holder else ""
    told = f"{names[inquiry.colleague]} has answered what was asked at “{task.name}”{about}."
    inform(session, [Notice(holder, ANSWER, told, task.id)], now)
