"""Late joiners (R11): people who are hired while a cycle runs.

Where the cycle says so, they take part if enough of its period is left to them; their case begins with the step that
all participants are at, and a deadline that has passed already is set to some working days from their start.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from engine import CANCELLED, LATE_START, RUNNING, Changes, FanOut, Instance, Job, Member, joining, registry
from workflows.cases.models import Comment
from workflows.cycles.following import CaseChange, carry_out, open_cases
from workflows.cycles.launching import open_cases_for
from workflows.cycles.models import Case, ClosingReview, Cycle
from workflows.cycles.outlook import PARTICIPANTS
from workflows.cycles.pausing import CANCEL
from workflows.cycles.population import selection_from_json, without_those_on_leave
from workflows.dates import show_day
from workflows.notifications.models import Notification
from workflows.people.facts import PersonOnDay
from workflows.people.organisation import Organisation
from workflows.people.snapshot import organisation_on
from workflows.reviews.models import Submission
from workflows.routing.facts import day_of
from workflows.routing.situations import CATCH_UP, DAYS_LEFT, TAKE_IN, WHEN_HIRED, WHEN_ON_LEAVE

JOINED, LEFT_OUT = "joined", "left_out"
JOIN = "join_cycle"
TAKEN_BACK = "The import that brought them was taken back."
GATHERING, OPEN = "gathering", "open"
SOON = timedelta(minutes=1)


def follow_joiners(session: Session, changed: Collection[str], now: datetime, *, by: str) -> tuple[CaseChange, ...]:
    """Take those of these people who were hired since the launch into the cycles that run, as they say.

    A job starts the case of each. Who comes too late, or after all reviews are written, is left to the next cycle; the
    answer says so. A few statements a cycle, however many people there are.
    """
    organisation = organisation_on(session, day_of(now))
    found, changes = list[CaseChange](), Changes(now)
    for cycle, root in _asking(session):
        hired = _hired_since(session, organisation, cycle, root, changed)
        fan_out = _first_of(session, cycle) if hired else None
        taken = []
        for person in hired:
            problem = _why_not(cycle, root, person, fan_out)
            if problem is None:
                taken.append(person)
            why = problem or f"They were hired on {show_day(person.hire_date)}, with enough of the period left."
            found.append(CaseChange(0, person.id, cycle.name, LEFT_OUT if problem else JOINED, why))
        open_cases_for(session, cycle, organisation, taken, str(root.variables.get(WHEN_ON_LEAVE.variable)))
        for person in taken:
            changes.job(JOIN, None, None, now, cycle=cycle.id, person=person.id, name=person.name, by=by)
    changes.write(session)
    return tuple(found)


def _asking(session: Session) -> Sequence[tuple[Cycle, Instance]]:
    """The running cycles that take people in. Nobody is taken in twice: imports wait for each other."""
    rows = session.execute(
        select(Cycle, Instance)
        .join(Instance, Instance.id == Cycle.instance_id)
        .where(Cycle.state == RUNNING, Instance.state == RUNNING)
        .order_by(Cycle.id)
    )
    return [(cycle, root) for cycle, root in rows if root.variables.get(WHEN_HIRED.variable) == TAKE_IN]


def _hired_since(
    session: Session, organisation: Organisation, cycle: Cycle, root: Instance, changed: Collection[str]
) -> list[PersonOnDay]:
    """Those of these people who fit the rule of the cycle, were hired since its launch, and have no case in it."""
    launched = day_of(cycle.launched_at)
    rule = without_those_on_leave(
        selection_from_json(cycle.population), str(root.variables.get(WHEN_ON_LEAVE.variable))
    )
    people = [person for person in organisation.select(rule) if person.id in changed and person.hire_date >= launched]
    ids = [person.id for person in people]
    there = set(session.scalars(select(Case.person_id).where(Case.cycle_id == cycle.id, Case.person_id.in_(ids))))
    return [person for person in people if person.id not in there]


def _first_of(session: Session, cycle: Cycle) -> FanOut | None:
    """The first fan-out of the cycle over its participants, if it was reached."""
    return session.scalar(
        select(FanOut)
        .where(FanOut.instance_id == cycle.instance_id, FanOut.population == PARTICIPANTS)
        .order_by(FanOut.id)
        .limit(1)
    )


def _why_not(cycle: Cycle, root: Instance, person: PersonOnDay, fan_out: FanOut | None) -> str | None:
    """Why somebody who was hired is left out of a cycle, as a sentence; None where they take part."""
    days, least = (cycle.period_to - person.hire_date).days + 1, DAYS_LEFT.chosen(root.variables)
    if days < least:
        hired = show_day(person.hire_date)
        return f"They were hired on {hired}, with {max(days, 0)} days of the period left; {least} are asked for."
    return _why_closed(fan_out)


def _why_closed(fan_out: FanOut | None) -> str | None:
    """Why a cycle takes nobody in any more, as a sentence; None while it does."""
    if fan_out is not None and fan_out.state not in (GATHERING, OPEN):
        return "They come after all reviews of this cycle were written, so the next one is theirs."
    if fan_out is not None and fan_out.sequential:
        return "In this cycle participants take their turns one after the other, so the next one is theirs."
    return None


def join_cycle(session: Session, job: Job, now: datetime) -> None:
    """Start the case of one late joiner where all participants are; once the members are gathered, where that goes on.

    Before the cycle has reached its participants there is nothing to do: they are gathered with all others. Where it
    has gone past them meanwhile, the case ends, and says why.
    """
    cycle = session.get_one(Cycle, job.payload["cycle"])
    person_id = job.payload["person"]
    case = session.scalar(select(Case).where(Case.cycle_id == cycle.id, Case.person_id == person_id))
    fan_out = _first_of(session, cycle)
    if case is None or case.state != OPEN or fan_out is None or _is_started(session, case, fan_out):
        return
    if (problem := _why_closed(fan_out)) is not None:
        left_out = CaseChange(case.id, person_id, cycle.name, CANCEL, problem)
        carry_out(session, case, left_out, by=job.payload["by"], now=now)
        return
    if fan_out.state == GATHERING:
        changes = Changes(now)
        changes.job(JOIN, None, None, now + SOON, **job.payload)
        changes.write(session)
        return
    root = session.get_one(Instance, cycle.instance_id)
    variables = {"subject": person_id, **case.terms, LATE_START: CATCH_UP.chosen(root.variables)}
    joining.join(session, fan_out.id, Member(job.payload["name"], person_id, variables), now=now)


def _is_started(session: Session, case: Case, fan_out: FanOut) -> bool:
    """Whether the case runs already or is about to, as when it was gathered with all others."""
    runs = select(Instance.id).where(
        Instance.root_id == case.root_id, Instance.subject == case.person_id, Instance.state != CANCELLED
    )
    if session.scalar(runs.limit(1)) is not None:
        return True
    waiting = select(Job.payload).where(Job.kind == "members", Job.payload["fan_out"].as_integer() == fan_out.id)
    listed = (payload.get("members") or () for payload in session.scalars(waiting))
    return any(subject == case.person_id for members in listed for _, subject, _ in members)


def withdraw_joiners(session: Session, people: Collection[str], now: datetime, *, by: str) -> tuple[CaseChange, ...]:
    """End the open cases of those of these people whom nobody knows any more, now that an import was taken back.

    Nothing is left of a case in which nobody has written anything: who is brought once more takes part then.
    """
    organisation, found = organisation_on(session, day_of(now)), list[CaseChange]()
    for case, cycle, _ in list(open_cases(session, sorted(people))):
        if organisation.person(case.person_id) is None:
            found.append(CaseChange(case.id, case.person_id, cycle.name, CANCEL, TAKEN_BACK))
            carry_out(session, case, found[-1], by=by, now=now)
            if not _is_written_in(session, case):
                session.delete(case)
    session.flush()
    return tuple(found)


def _is_written_in(session: Session, case: Case) -> bool:
    """Whether anything has to be kept of a case: answers, remarks, what somebody was told, a closing review."""
    answered = exists().where(Submission.root_id == case.root_id, Submission.subject == case.person_id)
    kept = [exists().where(model.case_id == case.id) for model in (Comment, Notification, ClosingReview)]
    return bool(session.scalar(select(or_(answered, *kept))))


def install() -> None:
    """Let the engine do these jobs."""
    registry.job_kinds[JOIN] = join_cycle
