"""Closing reviews (R12): what a former manager has to say when somebody gets another one in the middle of a cycle.

Where the cycle says so, whoever managed the person for long enough of the period is asked by a process of its own, once
for each time under them. What they hand in is read beside the review of that cycle, and of any other one in whose
period the time ends (`queries.offered_to`).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import LIVE, Changes, Definition, Instance, Job, NotFound, definitions, instances, registry
from workflows.cycles.following import CaseChange, open_cases
from workflows.cycles.models import Case, ClosingReview, Cycle
from workflows.cycles.shipped import CLOSING_REVIEW, read_shipped
from workflows.dates import show_day
from workflows.people.facts import PersonOnDay, valid_on
from workflows.people.lines import ManagerPeriod, list_managers_between
from workflows.people.models import Person, PersonVersion
from workflows.people.organisation import Organisation
from workflows.people.snapshot import organisation_on
from workflows.reviews.models import Submission
from workflows.routing.facts import day_of
from workflows.routing.lines import line_above
from workflows.routing.situations import ASK, DAYS_SERVED, DAYS_TO_WRITE, WHEN_TRANSFERRED

ASKED, SKIPPED, WITHDRAWN = "closing_review_asked", "closing_review_skipped", "closing_review_withdrawn"
BEGIN = "begin_closing_review"
TAKEN_BACK = "The import that brought the transfer was taken back."


@dataclass(frozen=True)
class _Transfer:
    """Somebody who has another manager now, in a running cycle: who managed them before, and when in its period."""

    case: Case
    cycle: Cycle
    root: Instance
    person: PersonOnDay
    former: str
    served: ManagerPeriod


def follow_transfers(session: Session, changed: Collection[str], now: datetime, *, by: str) -> tuple[CaseChange, ...]:
    """Ask for a closing review about each of these people who has another manager now, as their cycles say.

    A job starts the process of each. Where nobody but the new manager could write it, the case says so. The statements
    grow with the cycles, not with the people.
    """
    today = day_of(now)
    organisation = organisation_on(session, today)
    transfers = list(_transfers(session, organisation, changed, today))
    known, imports = _known(session, transfers), _imports(session, transfers, today)
    reviews: list[tuple[_Transfer, ClosingReview]] = []
    for one in transfers:
        time = (one.person.id, one.former, one.served.last)
        if time not in known:
            known.add(time)
            reviews.append((one, _review(organisation, one, imports.get(one.person.id), by, now)))
    session.add_all([review for _, review in reviews])
    session.flush()
    _record(session, reviews, by, now)
    return tuple(
        CaseChange(one.case.id, one.person.id, one.cycle.name, SKIPPED if review.skipped else ASKED, review.note)
        for one, review in reviews
    )


def _transfers(
    session: Session, organisation: Organisation, changed: Collection[str], today: date
) -> Iterator[_Transfer]:
    """Those of these people who have had another manager since the launch, and served long enough under the former."""
    by_cycle: dict[int, list[tuple[Case, Cycle, Instance]]] = {}
    for case, cycle, root in open_cases(session, sorted(changed)):
        if root.variables.get(WHEN_TRANSFERRED.variable) == ASK:
            by_cycle.setdefault(cycle.id, []).append((case, cycle, root))
    for cases in by_cycle.values():
        _, cycle, root = cases[0]
        managers = list_managers_between(session, [case.person_id for case, _, _ in cases], cycle.period_from, today)
        for case, _, _ in cases:
            person, periods = organisation.person(case.person_id), managers.get(case.person_id, [])
            if person is None or person.has_left or not periods or periods[-1].first < day_of(cycle.launched_at):
                continue
            former = next((one for one in reversed(periods[:-1]) if one.manager_id is not None), None)
            if former is None or former.manager_id is None or periods[-1].manager_id in (None, former.manager_id):
                continue
            served = replace(former, last=min(former.last, cycle.period_to))
            if served.days >= DAYS_SERVED.chosen(root.variables):
                yield _Transfer(case, cycle, root, person, former.manager_id, served)


def _known(session: Session, transfers: Iterable[_Transfer]) -> set[tuple[str, str, date]]:
    about = select(ClosingReview.person_id, ClosingReview.manager_id, ClosingReview.served_to)
    rows = session.execute(about.where(ClosingReview.person_id.in_(sorted({one.person.id for one in transfers}))))
    return {(person_id, manager_id, served_to) for person_id, manager_id, served_to in rows}


def _imports(session: Session, transfers: Iterable[_Transfer], today: date) -> dict[str, int | None]:
    """Which import wrote what holds for each of these people today."""
    people = sorted({one.person.id for one in transfers})
    rows = session.execute(
        select(PersonVersion.person_id, PersonVersion.import_id).where(
            PersonVersion.person_id.in_(people), valid_on(PersonVersion, today)
        )
    )
    return dict(rows.all())


def _review(
    organisation: Organisation, transfer: _Transfer, import_id: int | None, by: str, now: datetime
) -> ClosingReview:
    problem = _why_nobody(organisation, transfer)
    return ClosingReview(
        case_id=transfer.case.id,
        person_id=transfer.person.id,
        manager_id=transfer.former,
        served_from=transfer.served.first,
        served_to=transfer.served.last,
        days=DAYS_TO_WRITE.chosen(transfer.root.variables),
        asked_by=by,
        asked_at=now,
        skipped=problem is not None,
        note=problem or _why(organisation, transfer),
        import_id=import_id,
    )


def _why(organisation: Organisation, transfer: _Transfer) -> str:
    name, until = _name(organisation, transfer.former), show_day(transfer.served.last)
    return f"{name} was {transfer.person.name}’s manager for {transfer.served.days} days of the period, until {until}."


def _why_nobody(organisation: Organisation, transfer: _Transfer) -> str | None:
    """Why there is nobody to write it, as a sentence; None where there is: the former manager or who is above them."""
    former = organisation.person(transfer.former)
    if former is not None and not former.has_left:
        return None
    above = (one for one in line_above(organisation, transfer.former) if not one.has_left)
    nearest = next((one for one in above if one.id != transfer.person.id), None)
    if nearest is not None and nearest.id != transfer.person.manager_id:
        return None
    name = _name(organisation, transfer.former)
    if nearest is None:
        return f"{name} has left, and nobody is above them who could write it."
    return f"{name} has left, and {nearest.name}, who is next in line, is the new manager."


def _name(organisation: Organisation, person_id: str) -> str:
    person = organisation.person(person_id)
    return person.name if person else person_id


def _record(session: Session, reviews: Iterable[tuple[_Transfer, ClosingReview]], by: str, now: datetime) -> None:
    """Note it in each case, and ask for the job that starts the process."""
    reviews, changes = list(reviews), Changes(now)
    members = _members(session, [one.case for one, _ in reviews])
    for one, review in reviews:
        kind = SKIPPED if review.skipped else ASKED
        changes.record(members.get((one.root.id, one.person.id), one.root), kind, None, by, reason=review.note)
        if not review.skipped:
            changes.job(BEGIN, None, None, now, review=review.id)
    changes.write(session)


def _members(session: Session, cases: Iterable[Case]) -> dict[tuple[int, str], Instance]:
    """The instance in which each case runs now, if it runs for itself; one statement."""
    cases = list(cases)
    rows = session.scalars(
        select(Instance)
        .where(Instance.root_id.in_({case.root_id for case in cases}), Instance.state.in_(LIVE))
        .where(Instance.subject.in_({case.person_id for case in cases}))
        .order_by(Instance.id.desc())
    )
    return {(one.root_id or one.id, one.subject or ""): one for one in rows}


def begin(session: Session, job: Job, now: datetime) -> None:
    """Start the process of one closing review; nothing where it was taken back meanwhile."""
    review = session.get(ClosingReview, job.payload["review"], with_for_update=True)
    if review is None or review.instance_id is not None:
        return
    root = session.get_one(Instance, session.get_one(Case, review.case_id).root_id)
    instance = instances.start(
        session,
        _definition(session, review.asked_by, now),
        name=f"Closing review of {session.get_one(Person, review.person_id).name}",
        by=review.asked_by,
        now=now,
        subject=review.person_id,
        variables={
            "former_manager": review.manager_id,
            "served_from": review.served_from.isoformat(),
            "served_to": review.served_to.isoformat(),
            "write_within": f"P{review.days}D",
            "cycle_name": root.variables.get("cycle_name"),
            "subject": review.person_id,
        },
    )
    review.instance_id = instance.id


def _definition(session: Session, by: str, now: datetime) -> Definition:
    """The process as it is published; the one that comes with Reviewflow where nobody has published one yet."""
    try:
        return definitions.latest(session, CLOSING_REVIEW)
    except NotFound:
        return definitions.deploy(session, read_shipped(CLOSING_REVIEW), by=by, now=now)


def withdraw_closing_reviews(session: Session, import_id: int, *, by: str, now: datetime) -> tuple[CaseChange, ...]:
    """Take back what an import has made former managers be asked for, as far as nobody has begun to write it."""
    begun = exists().where(Submission.root_id == ClosingReview.instance_id)
    ended = exists().where(Instance.id == ClosingReview.instance_id, Instance.state.not_in(LIVE))
    rows = session.execute(
        select(ClosingReview, Case, Cycle.name)
        .join(Case, Case.id == ClosingReview.case_id)
        .join(Cycle, Cycle.id == Case.cycle_id)
        .where(ClosingReview.import_id == import_id, ~begun, ~ended)
        .order_by(ClosingReview.id)
    ).all()
    for review, _, _ in rows:
        session.delete(review)
        if review.instance_id is not None:
            instances.cancel(session, review.instance_id, by=by, reason=TAKEN_BACK, now=now)
    session.flush()
    return tuple(
        CaseChange(case.id, review.person_id, cycle, WITHDRAWN, TAKEN_BACK)
        for review, case, cycle in rows
        if not review.skipped
    )


def install() -> None:
    """Let the engine do these jobs."""
    registry.job_kinds[BEGIN] = begin
