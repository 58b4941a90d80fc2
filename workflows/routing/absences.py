"""Being out of office: planning it, naming who stands in, and what that does to tasks that are open already (R8).

A task that a stand-in takes over keeps its owner: it is done for them, and what is still open comes back when they do.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine import (
    UNFINISHED,
    Assignment,
    Changes,
    Conflict,
    Instance,
    Job,
    NotAllowed,
    NotFound,
    Rejection,
    Task,
    hand_out_again,
    program_for,
    registry,
    request_for,
)
from workflows.people.facts import PersonOnDay
from workflows.people.models import Absence, Substitute
from workflows.people.snapshot import organisation_on
from workflows.routing.choosing import find_stand_in
from workflows.routing.facts import ask, day_of
from workflows.routing.gate import others_at, stakes_of
from workflows.routing.standing_in import Absent, absence_of

MOST_STAND_INS = 5
LONGEST = timedelta(days=366)
BATCH = 50
BEGINS, ENDS = "absence_begins", "absence_ends"


def plan_absence(
    session: Session, person_id: str, first_day: date, last_day: date | None, *, by: str, now: datetime
) -> Absence:
    """Enter that somebody is out of office from the first to the last day, both included, in UTC.

    The caller checks that `by` may. Raises Rejection when the days make no sense or another absence covers them.
    """
    today = day_of(now)
    if last_day is not None and last_day < max(first_day, today):
        raise Rejection("The absence ends before it begins, or is over already. Correct the days.")
    if first_day - today > LONGEST or (last_day is not None and last_day - first_day > LONGEST):
        raise Rejection("Plan an absence at most a year ahead and a year long.")
    overlapping = [
        one
        for one in absences_of(session, person_id, now)
        if (last_day is None or one.first_day <= last_day) and (one.last_day is None or one.last_day >= first_day)
    ]
    if overlapping:
        raise Conflict("There is an absence on some of these days already. End that one first, or choose other days.")
    absence = Absence(
        person_id=person_id, first_day=first_day, last_day=last_day, created_by=by, created_at=now, changed_at=now
    )
    session.add(absence)
    _change(session, absence, now)
    _ask(session, BEGINS, absence, max(now, _midnight(first_day)))
    if last_day is not None:
        _ask(session, ENDS, absence, _midnight(last_day + timedelta(days=1)))
    return absence


def absences_of(session: Session, person_id: str, now: datetime) -> Sequence[Absence]:
    """The present and coming absences of a person, the first one first."""
    return [
        one
        for one in session.scalars(
            select(Absence)
            .where(Absence.person_id == person_id, Absence.ended_at.is_(None))
            .order_by(Absence.first_day, Absence.id)
        )
        if one.last_day is None or one.last_day >= day_of(now)
    ]


def find_absence(session: Session, absence_id: int, now: datetime) -> Absence:
    """A present or coming absence, locked. Raises NotFound when there is none or it is over."""
    absence = session.get(Absence, absence_id, with_for_update=True)
    if absence is None or absence.ended_at is not None or (absence.last_day or date.max) < day_of(now):
        raise NotFound("There is no such absence, or it is over.")
    return absence


def name_substitute(session: Session, absence_id: int, person_id: str, *, process: str = "", now: datetime) -> None:
    """Let somebody stand in during an absence, after those named before; in one process, or in all of them.

    What is open already goes to them as well. Raises NotFound, Rejection when they cannot stand in.
    """
    absence = find_absence(session, absence_id, now)
    named = substitutes_of(session, absence_id)
    person = organisation_on(session, day_of(now)).person(person_id)
    if person is None or person.has_left:
        raise Rejection("Choose somebody who works here.")
    if person_id == absence.person_id:
        raise Rejection("Choose somebody else: nobody stands in for themselves.")
    if any(one.person_id == person_id and one.process in ("", process) for one in named):
        raise Rejection(f"{person.name} stands in already.")
    if len(named) >= MOST_STAND_INS:
        raise Rejection(f"At most {MOST_STAND_INS} people can stand in. Take one away first.")
    position = max((one.position for one in named), default=0) + 1
    session.add(Substitute(absence_id=absence_id, position=position, person_id=person_id, process=process))
    _change(session, absence, now)
    _ask(session, BEGINS, absence, max(now, _midnight(absence.first_day)))


def substitutes_of(session: Session, absence_id: int) -> Sequence[Substitute]:
    """Who stands in during an absence, the first choice first."""
    return session.scalars(
        select(Substitute).where(Substitute.absence_id == absence_id).order_by(Substitute.position)
    ).all()


def drop_substitute(session: Session, absence_id: int, position: int, *, now: datetime) -> None:
    """Take somebody away from those who stand in; what they have taken over already stays with them."""
    absence = find_absence(session, absence_id, now)
    substitute = session.get(Substitute, (absence_id, position))
    if substitute is not None:
        session.delete(substitute)
        _change(session, absence, now)


def end_absence(session: Session, absence_id: int, *, now: datetime) -> None:
    """Be back before the last day, or not go at all: what is still open comes back. Raises NotFound."""
    absence = find_absence(session, absence_id, now)
    absence.ended_at = now
    _change(session, absence, now)
    _ask(session, ENDS, absence, now)


def _change(session: Session, absence: Absence, now: datetime) -> None:
    # Strictly later than every change before: by this moment what is kept in memory is known to be old.
    session.flush()
    latest = session.scalar(select(func.max(Absence.changed_at)))
    absence.changed_at = max(now, latest + timedelta(microseconds=1)) if latest else now
    session.flush()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _ask(session: Session, kind: str, absence: Absence, at: datetime, *, after: int = 0) -> None:
    changes = Changes(absence.changed_at)
    changes.job(kind, None, None, at, absence=absence.id, after=after)
    changes.write(session)


def begin_absence(session: Session, job: Job, now: datetime) -> None:
    """Give the open tasks of somebody who is away to those who stand in; a batch, then the next job goes on."""
    absence = session.get(Absence, job.payload["absence"])
    if absence is None or absence.ended_at is not None:
        return
    organisation = organisation_on(session, day_of(now))
    person = organisation.person(absence.person_id)
    absent = absence_of(organisation, person) if person else None
    if person is None or absent is None or absent.absence_id != absence.id:
        return
    found = _open_tasks(session, Task.assignee == person.id, job.payload["after"])
    for task in found:
        if (covered := _covered(session, task, person, absent, now)) is not None:
            _hand(session, task, covered, absence, f"{person.name} {absent.reason}.", now=now)
    _go_on(session, BEGINS, absence, found, now)


def _covered(session: Session, task: Task, person: PersonOnDay, absent: Absent, now: datetime) -> Assignment | None:
    """Who does an open task of somebody who is away; None where it is their own, or nobody may stand in."""
    program, instance = program_for(session, task.definition_id), session.get_one(Instance, task.instance_id)
    stakes = stakes_of(task, instance.variables)
    if not stakes.decides:
        return None
    [question] = ask(session, [request_for(instance, program.step(task.step), program, now)], now)
    question = replace(question, taken=others_at(session, task))
    deputy, notes = find_stand_in(question, stakes, person, absent)
    if deputy is None:
        return None
    return Assignment(deputy.id, task.group, [*task.explanation, *notes], owner=task.owner or person.id)


def end_absence_of(session: Session, job: Job, now: datetime) -> None:
    """Give back to somebody what others took over during their absence and have not done yet; a batch at a time."""
    absence = session.get(Absence, job.payload["absence"])
    if absence is None or (absence.ended_at is None and (absence.last_day or date.max) >= day_of(now)):
        return
    found = _open_tasks(session, Task.owner == absence.person_id, job.payload["after"])
    person = organisation_on(session, day_of(now)).person(absence.person_id)
    back = f"{person.name if person else absence.person_id} is back."
    note = {"rule": "R8", "fact": back, "to_holder": "You are back.", "holder": absence.person_id}
    for task in found:
        if any(entry.get("absence") == str(absence.id) for entry in task.explanation):
            own = Assignment(absence.person_id, task.group, [*task.explanation, note])
            _hand(session, task, own, absence, back, now=now)
    _go_on(session, ENDS, absence, found, now)


def _hand(session: Session, task: Task, to: Assignment, absence: Absence, reason: str, *, now: datetime) -> None:
    """Hand a task over, unless it has been closed or the gate refuses: then it stays where it is."""
    trial = session.begin_nested()
    try:
        hand_out_again(session, task.id, to, by=absence.created_by, reason=reason, now=now)
        trial.commit()
    except (Conflict, NotAllowed):
        trial.rollback()


def _open_tasks(session: Session, whose: ColumnElement[bool], after: int) -> Sequence[Task]:
    statement = select(Task).where(Task.state.in_(UNFINISHED), whose, Task.id > after).order_by(Task.id).limit(BATCH)
    return session.scalars(statement).all()


def _go_on(session: Session, kind: str, absence: Absence, found: Sequence[Task], now: datetime) -> None:
    if len(found) == BATCH:
        _ask(session, kind, absence, now, after=found[-1].id)


def install() -> None:
    """Let the engine do these jobs."""
    registry.job_kinds[BEGINS] = begin_absence
    registry.job_kinds[ENDS] = end_absence_of
