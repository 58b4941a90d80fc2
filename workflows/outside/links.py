"""The link by which somebody outside does one task: its form, drafts, and handing in or declining, once.

A link gives no right. What is done with it goes through the same form, the same gate and the same verbs as on the page
of the task, as whom it was sent to; and they see of the case whom it is about, what it is for, and the form.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import (
    CANCELLED,
    COMPLETED,
    OPEN,
    Assignment,
    NotAllowed,
    NotFound,
    OpenTask,
    Rejection,
    Task,
    hand_out_again,
    tasks,
)
from workflows.cycles.models import Cycle
from workflows.notifications.deciding import LinkIsOver
from workflows.notifications.models import DecisionLink
from workflows.people.accounts import HR
from workflows.people.outside import is_outside, plain_name
from workflows.people.search import name_people
from workflows.reviews.beginning import find_beginning
from workflows.reviews.models import Submission
from workflows.reviews.submitting import save_draft, submit
from workflows.routing.resolvers import GROUPS

VALID_FOR = timedelta(days=30)
"""How long a link is good; every reminder brings a new one."""

LONGEST_REASON = 500
"""How much somebody may say about why they cannot answer, in characters."""

WHOLE_FORM = ""
"""`DecisionLink.outcome` of a link that leads to a form instead of deciding something."""


class ReasonTooLong(Rejection):
    """What somebody says about why they cannot answer is longer than anybody reads."""


@dataclass(frozen=True)
class Opened:
    """What a link leads to, for whom, and what the form may be told: whom it is about, and what for."""

    link: DecisionLink
    found: OpenTask
    name: str
    subject: str
    cycle: str
    draft: Submission | None

    @property
    def told(self) -> dict[str, Any]:
        """What the words and conditions of the form may refer to."""
        return {"subject_name": self.subject, "cycle_name": self.cycle, "actor_name": self.name}


def make_links(session: Session, wanted: Iterable[tuple[int, str]], now: datetime) -> dict[tuple[int, str], int]:
    """A new link for each pair of a task and who does it from outside, by its id; one insert for all."""
    links = {
        (task_id, person_id): DecisionLink(
            person_id=person_id,
            task_id=task_id,
            outcome=WHOLE_FORM,
            seen="",
            expires_at=now + VALID_FOR,
            used_at=None,
        )
        for task_id, person_id in wanted
    }
    if links:
        session.add_all(links.values())
        session.flush()
    return {key: link.id for key, link in links.items()}


def open_link(session: Session, link_id: int, now: datetime, *, lock: bool = False) -> Opened:
    """What a link leads to. Raises NotFound, and LinkIsOver also where the gate refuses."""
    link = session.get(DecisionLink, link_id, with_for_update=lock, populate_existing=lock)
    task = session.get(Task, link.task_id) if link else None
    if link is None or task is None or link.outcome != WHOLE_FORM or not is_outside(link.person_id):
        raise NotFound("There is no such link.")
    if reason := _find_end(session, link, task):
        raise LinkIsOver(reason, task.id)
    if now >= link.expires_at:
        raise LinkIsOver("This link has expired. Whoever asked you can have a new one sent.", task.id)
    if task.state != OPEN:
        raise LinkIsOver(f"“{task.name}” is paused for now. What you have written is kept: try again later.", task.id)
    try:
        found = tasks.load(session, task.id, actor=link.person_id, now=now, lock=lock)
    except NotAllowed:
        # Why is for colleagues: the process goes on otherwise by now.
        raise LinkIsOver(_by_others(task), task.id) from None
    names = name_people(session, [one for one in (link.person_id, task.subject) if one])
    cycle = session.scalar(select(Cycle.name).where(Cycle.instance_id == task.root_id))
    return Opened(
        link=link,
        found=found,
        name=plain_name(names.get(link.person_id, "")),
        subject=names.get(task.subject or "", ""),
        cycle=cycle or found.instance.name,
        draft=find_beginning(session, found, link.person_id),
    )


def _find_end(session: Session, link: DecisionLink, task: Task) -> str:
    """Why there is nothing to do any more behind a link, in words for whoever it was sent to; empty where there is."""
    if task.state == COMPLETED and task.closed_by == link.person_id:
        return f"You have handed in “{task.name}” already: thank you. There is nothing left for you to do."
    if link.used_at is not None or (task.assignee != link.person_id and _has_declined(session, link)):
        return f"You have told us that you cannot answer “{task.name}”: thank you. There is nothing left for you to do."
    if task.state == CANCELLED:
        return f"“{task.name}” is not needed any more. There is nothing left for you to do: thank you all the same."
    return "" if task.assignee == link.person_id else _by_others(task)


def _by_others(task: Task) -> str:
    return f"“{task.name}” is with somebody else by now. There is nothing left for you to do."


def _has_declined(session: Session, link: DecisionLink) -> bool:
    used = (DecisionLink.task_id == link.task_id) & (DecisionLink.person_id == link.person_id)
    return bool(session.scalar(select(exists().where(used, DecisionLink.used_at.is_not(None)))))


def keep_draft(
    session: Session, link_id: int, answers: Mapping[str, Any], now: datetime, *, version: int | None
) -> Submission:
    """Keep what was typed so far. Raises what `open_link` and `save_draft` raise."""
    opened = open_link(session, link_id, now)
    return save_draft(session, opened.found.task.id, answers, by=opened.link.person_id, now=now, version=version)


def hand_in(session: Session, link_id: int, answers: Mapping[str, Any], now: datetime) -> Opened:
    """Hand in the form; the link is used up. Raises what `open_link` and `submit` raise; then nothing has changed."""
    opened = open_link(session, link_id, now, lock=True)
    submit(session, opened.found.task.id, answers, by=opened.link.person_id, now=now)
    opened.link.used_at = now
    return opened


def decline(session: Session, link_id: int, reason: str, now: datetime) -> Opened:
    """Give the task back, as a colleague does what they do for somebody else; the link is used up.

    It is with whoever it was done for again, or with HR where there is nobody, or they must not have it. What was
    written so far stays unread. Raises what `open_link` raises, and ReasonTooLong.
    """
    opened = open_link(session, link_id, now, lock=True)
    task, by = opened.found.task, opened.link.person_id
    reason = reason.replace("\0", "").strip()
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(f"Say it in at most {LONGEST_REASON} characters.")
    opened.link.used_at = now
    if task.owner is None or not _is_given_back(session, task, reason, by=by, now=now):
        note = {"rule": "R3", "fact": f"{opened.name} gave it back, and {GROUPS[HR]} sees to it."}
        again = Assignment(None, HR, [*task.explanation, note])
        hand_out_again(session, task.id, again, by=by, reason=reason, now=now)
    return opened


def _is_given_back(session: Session, task: Task, reason: str, *, by: str, now: datetime) -> bool:
    trial = session.begin_nested()
    try:
        tasks.give_back(session, task.id, by=by, reason=reason, now=now)
    except NotAllowed:
        trial.rollback()
        return False
    trial.commit()
    return True
