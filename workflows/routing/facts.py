"""What routing knows when it decides: the organisation of the day, and who did what before.

Everything is read ahead for a whole batch, so that the number of statements does not grow with the tasks.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from engine import AssignmentRequest, Step, Task, no_table, work_out_plainly
from workflows.outside.naming import Outsider, look_up, outsider_of
from workflows.outside.steps import ACTOR as OUTSIDE
from workflows.people.accounts import BOARD
from workflows.people.facts import PersonOnDay
from workflows.people.lines import ManagerPeriod, list_managers_between
from workflows.people.models import Account
from workflows.people.organisation import Organisation
from workflows.people.outside import is_outside
from workflows.people.snapshot import organisation_on
from workflows.routing.conflicts import doers_of, is_about_pay
from workflows.routing.lines import line_above
from workflows.routing.rolls import Rolls

Doers = Mapping[tuple[str, str], str]
"""Who completed a step about a person: (subject, step id) → person id."""

Managers = Mapping[str, Sequence[ManagerPeriod]]
"""Who managed each subject in the period of the cycle, in order."""

ON_CHANGE = "on_change"
"""The variable of a cycle that names what happens to open tasks when somebody's manager changes; see `policies`."""

ASK_THE_PAST = {"former manager", "majority manager"}
"""The actors for which the managers of the period are read ahead."""


@dataclass(frozen=True)
class Question:
    """Who gets this task? The step as drawn, whom it is about, the variables, and the facts of the day.

    `taken` are those who have another task of the same step, where several people decide it.
    """

    step: Step
    subject: str | None
    variables: dict[str, Any]
    organisation: Organisation
    doers: Doers
    initiator: str | None = None
    managers: Mapping[str, Sequence[ManagerPeriod]] = field(default_factory=dict)
    decide: Callable[[str], Any] = no_table
    work_out: Callable[[str, dict[str, Any]], Any] = work_out_plainly
    has_board: Callable[[], bool] = bool
    process: str = ""
    rolls: Rolls | None = None
    taken: Collection[str] = ()
    outsider: Outsider | None = None

    @property
    def argument(self) -> str:
        """What the diagram adds to the name of the actor: a number, a role, a step, a person."""
        return self.step.settings.get("actorArgument", "").strip()

    def with_argument(self, argument: str) -> "Question":
        """The same question with another addition to the name of the actor."""
        return replace(self, step=replace(self.step, settings={**self.step.settings, "actorArgument": argument}))

    def value_of(self, text: str) -> Any:
        """The value of a FEEL expression of the diagram in this case, as JSON. Raises StepFailed."""
        return self.work_out(text, self.variables)

    @property
    def person(self) -> PersonOnDay | None:
        """The subject as known on the day."""
        return self.organisation.person(self.subject) if self.subject else None

    def name(self, person_id: str) -> str:
        """What a person is called in a sentence."""
        if is_outside(person_id):
            return "somebody outside"
        person = self.organisation.person(person_id)
        return person.name if person else person_id

    @property
    def called(self) -> str:
        """What the subject is called in a sentence."""
        return self.name(self.subject) if self.subject else "them"

    @property
    def past_managers(self) -> Sequence[ManagerPeriod]:
        """Who managed the subject in the period of the cycle, up to the day, in order."""
        return self.managers.get(self.subject or "", ())

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
    managers = _managers(session, requests, day)
    outsiders = _outsiders(session, requests, day)
    organisation.fetch({*_named(requests, doers, managers), *_colleagues(outsiders)})
    _read_partners(organisation, requests)
    has_board, rolls = partial(_has_board, session), Rolls(session, day)
    return [
        Question(
            step=request.step,
            subject=request.subject,
            variables=request.variables,
            organisation=organisation,
            doers=doers,
            initiator=request.initiator,
            managers=managers,
            decide=request.decide,
            work_out=request.work_out,
            has_board=has_board,
            process=request.process,
            rolls=rolls,
            outsider=outsider,
        )
        for request, outsider in zip(requests, outsiders, strict=True)
    ]


def _has_board(session: Session) -> bool:
    """Whether anybody with an account is of the board; asked in the rare case that nobody below it may decide."""
    of_board = cast(Account.roles, String).contains(f'"{BOARD}"', autoescape=True)
    return session.scalar(select(Account.person_id).where(of_board).limit(1)) is not None


def _named(requests: Iterable[AssignmentRequest], doers: Doers, managers: Managers) -> set[str]:
    named = {*doers.values(), *(period.manager_id or "" for periods in managers.values() for period in periods)}
    for request in requests:
        if request.subject:
            named.add(request.subject)
        if request.step.settings.get("actor") == "named person":
            named.add(request.step.settings.get("actorArgument", "").strip())
        if request.step.settings.get("actor") == "initiator":
            named.add(request.initiator or "")
        if request.step.settings.get("actor") == "manager before the transfer":
            named.add(str(request.variables.get("former_manager") or ""))
    return named - {""}


def _outsiders(session: Session, requests: Sequence[AssignmentRequest], day: date) -> list[Outsider | None]:
    """Whom the steps for people outside name, in the order of the requests; two statements, none without."""
    named = [
        outsider_of(request.step.settings.get("actorArgument", ""), request.variables)
        for request in requests
        if request.step.settings.get("actor") == OUTSIDE
    ]
    found = iter(look_up(session, named, day))
    return [next(found) if request.step.settings.get("actor") == OUTSIDE else None for request in requests]


def _colleagues(outsiders: Iterable[Outsider | None]) -> set[str]:
    return {one.person_id for one in outsiders if one is not None and one.is_colleague}


def _managers(session: Session, requests: Iterable[AssignmentRequest], day: date) -> Managers:
    """The managers of the period for the steps that ask for one of them; one statement a period, none without."""
    wanted: dict[tuple[date, date], set[str]] = {}
    for request in requests:
        if request.subject and _asks_the_past(request):
            wanted.setdefault(_period(request.variables, day), set()).add(request.subject)
    found: dict[str, list[ManagerPeriod]] = {}
    for (first, last), subjects in wanted.items():
        found |= list_managers_between(session, sorted(subjects), first, last)
    return found


def _asks_the_past(request: AssignmentRequest) -> bool:
    settings = request.step.settings
    policy = settings.get("onChange") or request.variables.get(ON_CHANGE)
    return settings.get("actor") in ASK_THE_PAST or policy == "majority"


def _period(variables: Mapping[str, Any], day: date) -> tuple[date, date]:
    """The period of the cycle as far as it has passed; the last year where the process knows none."""
    try:
        first = date.fromisoformat(str(variables.get("period_from")))
        last = date.fromisoformat(str(variables.get("period_to")))
    except ValueError:
        first, last = date.fromordinal(day.toordinal() - 365), day
    return first, max(first, min(last, day))


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
            if by := doers_of(request.variables.get("done_by", {}).get(key[1])):
                found[key] = by[0]
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
