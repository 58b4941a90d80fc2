"""What routing knows when it decides: the organisation of the day, and who did what before.

Everything is read ahead for a whole batch, so that the number of statements does not grow with the tasks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.diagram import Step
from engine.models import Task
from engine.registry import AssignmentRequest
from workflows.people.facts import PersonOnDay
from workflows.people.organisation import Organisation
from workflows.people.snapshot import organisation_on
from workflows.routing.conflicts import is_about_pay
from workflows.routing.lines import line_above

Doers = Mapping[tuple[str, str], str]
"""Who completed a step about a person: (subject, step id) → person id."""


@dataclass(frozen=True)
class Question:
    """Who gets this task? The step as drawn, whom it is about, the variables, and the facts of the day."""

    step: Step
    subject: str | None
    variables: dict[str, Any]
    organisation: Organisation
    doers: Doers
    initiator: str | None = None

    @property
    def argument(self) -> str:
        """What the diagram adds to the name of the actor: a number, a role, a step, a person."""
        return self.step.settings.get("actorArgument", "").strip()

    def line(self) -> Iterator[PersonOnDay]:
        """Everybody above the subject, the nearest first; see `line_above`."""
        return iter(()) if self.subject is None else line_above(self.organisation, self.subject)


def day_of(now: datetime) -> date:
    """The day whose organisation is asked: that of the moment, in UTC."""
    return now.astimezone(UTC).date()


def ask(session: Session, requests: Sequence[AssignmentRequest], now: datetime) -> list[Question]:
    """The questions behind these requests, with all facts read ahead.

    The organisation comes from memory and costs one statement; “person who did” costs one more where the variables do
    not say.
    """
    day = day_of(now)
    organisation = organisation_on(session, day)
    doers = _doers(session, requests)
    organisation.fetch(_named(requests, doers))
    _read_partners(organisation, requests)
    return [Question(r.step, r.subject, r.variables, organisation, doers, r.initiator) for r in requests]


def _named(requests: Iterable[AssignmentRequest], doers: Doers) -> set[str]:
    named = set(doers.values())
    for request in requests:
        if request.subject:
            named.add(request.subject)
        if request.step.settings.get("actor") == "named person":
            named.add(request.step.settings.get("actorArgument", "").strip())
        if request.step.settings.get("actor") == "initiator":
            named.add(request.initiator or "")
    return named - {""}


def _read_partners(organisation: Organisation, requests: Iterable[AssignmentRequest]) -> None:
    """Read who is above the HR partners, where that decides on a conflict about pay."""
    subjects = [r.subject for r in requests if r.subject and is_about_pay(r.step, r.variables)]
    partners = [partner for subject in subjects if (partner := organisation.hr_partner(subject))]
    organisation.fetch(partner.manager_id for partner in partners if partner.manager_id)


def _doers(session: Session, requests: Iterable[AssignmentRequest]) -> Doers:
    """Who did the steps that “person who did” names: from the variables, else from the last task of that name.

    A step of another branch of the cycle is not in the variables of this one.
    """
    found: dict[tuple[str, str], str] = {}
    wanted: set[tuple[str, str]] = set()
    for request in requests:
        if request.step.settings.get("actor") == "person who did" and request.subject:
            key = (request.subject, request.step.settings.get("actorArgument", "").strip())
            if by := request.variables.get("done_by", {}).get(key[1]):
                found[key] = by
            else:
                wanted.add(key)
    if wanted:
        found.update(_completed(session, wanted))
    return found


def _completed(session: Session, wanted: set[tuple[str, str]]) -> Doers:
    subjects, steps = {subject for subject, _ in wanted}, {step for _, step in wanted}
    rows = session.execute(
        select(Task.subject, Task.step, Task.closed_by)
        .where(Task.subject.in_(sorted(subjects)), Task.state == "completed", Task.step.in_(sorted(steps)))
        .order_by(Task.closed_at, Task.id)
    )
    return {(subject or "", step): by for subject, step, by in rows if (subject, step) in wanted and by}
