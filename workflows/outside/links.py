"""The link by which somebody outside does one task: its form, drafts, and handing in once.

A link gives no right. What is done with it goes through the same form, the same gate and the same verbs as on the page
of the task, as whom it was sent to; and they see of the case whom it is about, what it is for, and the form.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import OPEN, NotAllowed, NotFound, OpenTask, Task, tasks
from workflows.cycles.models import Cycle
from workflows.notifications.deciding import LinkIsOver, check_link
from workflows.notifications.models import DecisionLink
from workflows.people.outside import is_outside, plain_name
from workflows.people.search import name_people
from workflows.reviews.beginning import find_beginning
from workflows.reviews.models import Submission
from workflows.reviews.submitting import save_draft, submit

VALID_FOR = timedelta(days=30)
"""How long a link is good; every reminder brings a new one."""

WHOLE_FORM = ""
"""`DecisionLink.outcome` of a link that leads to a form instead of deciding something."""


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
    check_link(link, task)
    if now >= link.expires_at:
        raise LinkIsOver("This link has expired. Whoever asked you can have a new one sent.", task.id)
    if task.state != OPEN:
        raise LinkIsOver(f"“{task.name}” is paused for now. What you have written is kept: try again later.", task.id)
    try:
        found = tasks.load(session, task.id, actor=link.person_id, now=now, lock=lock)
    except NotAllowed:
        # Why is for colleagues: the process goes on otherwise by now.
        reason = f"“{task.name}” is done by somebody else. There is nothing left for you to do."
        raise LinkIsOver(reason, task.id) from None
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
