"""What running cycles do when the people their cases are about leave (R13) or go on leave (R10), as each of them says.

A case is paused, ended, given a shorter period, or told the share of its period that was worked.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import (
    CANCELLED,
    LIVE,
    RUNNING,
    SUSPENDED,
    Changes,
    Conflict,
    HistoryEntry,
    Instance,
    instances,
    suspending,
)
from workflows.cycles.models import Case, Cycle
from workflows.cycles.pausing import CANCEL, RESUME, instances_of
from workflows.cycles.pausing import PAUSE as STOP
from workflows.cycles.terms import PERIOD_TO, share_in, terms_of, usual_terms
from workflows.dates import show_day
from workflows.people.facts import PersonOnDay
from workflows.people.imports.known import chunks
from workflows.people.organisation import Organisation
from workflows.people.snapshot import organisation_on
from workflows.routing.facts import day_of
from workflows.routing.situations import END, EXCLUDE, PAUSE, PRO_RATE, SHORTEN, WHEN_LEAVING, WHEN_ON_LEAVE

EXCLUDED = "They are on leave, and this cycle leaves them out."
AWAY = "They are on leave, and in this cycle their case stands still meanwhile."
BACK = "They are back from their leave."
GONE = "They have left."
WHOLE = "whole period"
STAYS_ENDED = "stays ended"
OPEN_CASE = "open"

_IDS_A_STATEMENT = 500


@dataclass(frozen=True)
class CaseChange:
    """What becomes of a case: `action` is pause, resume, cancel, or what else a rule does; and why, as a sentence."""

    case_id: int
    person_id: str
    cycle: str
    action: str
    why: str


def follow_subjects(session: Session, changed: Collection[str], now: datetime, *, by: str) -> tuple[CaseChange, ...]:
    """End, pause or take up again the open cases about these people, as they are today and as their cycles say.

    `by` is whoever brought the change. A case that HR has paused for another reason stays so, and one of a cycle that
    was launched before it could be asked goes on.
    """
    organisation = organisation_on(session, day_of(now))
    found = []
    cases = list(open_cases(session, sorted(changed)))
    terms = _terms(session, organisation, cases)
    for case, cycle, root in cases:
        person = organisation.person(case.person_id)
        if person is None:
            continue
        change = _change_of(session, case, cycle, root, person)
        if change is None and (new := terms.get(case.id)) is not None:
            found.append(_set_terms(session, case, cycle, new, by=by, now=now))
        elif change is not None and carry_out(session, case, change, by=by, now=now):
            found.append(change)
    return tuple(found)


def cases_ended_since(session: Session, people: Collection[str], moment: datetime) -> tuple[CaseChange, ...]:
    """The cases about these people that were ended before their time at a moment or after it. They stay so."""
    found = []
    for some in chunks(sorted(people)):
        rows = session.execute(
            select(Case.id, Case.person_id, Cycle.name)
            .join(Cycle, Cycle.id == Case.cycle_id)
            .where(Case.person_id.in_(some), Case.state == CANCELLED, Case.closed_at >= moment)
            .order_by(Case.id)
        )
        found += [CaseChange(*row, STAYS_ENDED, "A case that has ended is not begun again.") for row in rows]
    return tuple(found)


def _terms(
    session: Session, organisation: Organisation, cases: Sequence[tuple[Case, Cycle, Instance]]
) -> dict[int, dict[str, Any]]:
    """By case, the terms that hold from now on where they are others than before; see `terms_of`."""
    by_cycle: dict[int, list[tuple[Case, Cycle, Instance]]] = {}
    for one in cases:
        by_cycle.setdefault(one[1].id, []).append(one)
    found: dict[int, dict[str, Any]] = {}
    for ones in by_cycle.values():
        _, cycle, root = ones[0]
        choice = str(root.variables.get(WHEN_ON_LEAVE.variable))
        people = [person for case, _, _ in ones if (person := organisation.person(case.person_id)) is not None]
        period = (cycle.period_from, cycle.period_to)
        new = terms_of(session, choice, people, period, (day_of(cycle.launched_at), organisation.on))
        usual = usual_terms(choice, period)
        for case, _, _ in ones:
            terms = new.get(case.person_id, usual if case.terms else {})
            if terms and terms != case.terms:
                found[case.id] = terms
    return found


def _set_terms(
    session: Session, case: Case, cycle: Cycle, terms: dict[str, Any], *, by: str, now: datetime
) -> CaseChange:
    """Let a case know its terms, and what runs of it."""
    case.terms = terms
    if terms.get(PERIOD_TO) == cycle.period_to.isoformat():
        change = CaseChange(case.id, case.person_id, cycle.name, WHOLE, "The leave that had shortened it is no more.")
    elif PERIOD_TO in terms:
        last = show_day(date.fromisoformat(terms[PERIOD_TO]))
        change = CaseChange(case.id, case.person_id, cycle.name, SHORTEN, f"They went on leave after {last}.")
    else:
        why = f"They work {share_in(case):.0%} of the period, as leave counts in this cycle."
        change = CaseChange(case.id, case.person_id, cycle.name, PRO_RATE, why)
    running = select(Instance.id).where(
        Instance.root_id == case.root_id, Instance.subject == case.person_id, Instance.state.in_(LIVE)
    )
    for instance_id in session.scalars(running).all():
        instances.set_variables(session, instance_id, terms, by=by, reason=change.why, now=now)
    return change


def open_cases(session: Session, people: Sequence[str]) -> Iterator[tuple[Case, Cycle, Instance]]:
    """The open cases about these people in running cycles, each with its cycle and the instance of that."""
    for first in range(0, len(people), _IDS_A_STATEMENT):
        rows = session.execute(
            select(Case, Cycle, Instance)
            .join(Cycle, Cycle.id == Case.cycle_id)
            .join(Instance, Instance.id == Cycle.instance_id)
            .where(Case.person_id.in_(people[first : first + _IDS_A_STATEMENT]), Case.state == OPEN_CASE)
            .where(Cycle.state == RUNNING)
            .order_by(Case.id)
        )
        yield from ((case, cycle, root) for case, cycle, root in rows)


def _change_of(session: Session, case: Case, cycle: Cycle, root: Instance, person: PersonOnDay) -> CaseChange | None:
    if person.has_left:
        ends = root.variables.get(WHEN_LEAVING.variable) == END
        return CaseChange(case.id, person.id, cycle.name, CANCEL, GONE) if ends else None
    choice = root.variables.get(WHEN_ON_LEAVE.variable)
    if choice == EXCLUDE and person.is_on_leave:
        return CaseChange(case.id, person.id, cycle.name, CANCEL, EXCLUDED)
    if choice != PAUSE:
        return None
    states = _states_of(session, case)
    if person.is_on_leave:
        return CaseChange(case.id, person.id, cycle.name, STOP, AWAY) if RUNNING in states else None
    stopped = SUSPENDED in states and _was_stopped_by_leave(session, case)
    return CaseChange(case.id, person.id, cycle.name, RESUME, BACK) if stopped else None


def _states_of(session: Session, case: Case) -> Sequence[str]:
    return session.scalars(
        select(Instance.state).where(Instance.root_id == case.root_id, Instance.subject == case.person_id)
    ).all()


def _was_stopped_by_leave(session: Session, case: Case) -> bool:
    """Whether it was the leave that paused the case last, and nobody of HR."""
    detail = session.scalar(
        select(HistoryEntry.detail)
        .join(Instance, Instance.id == HistoryEntry.instance_id)
        .where(HistoryEntry.root_id == case.root_id, HistoryEntry.kind == "instance_suspended")
        .where(Instance.subject == case.person_id)
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )
    return detail is not None and detail.get("reason") == AWAY


def carry_out(session: Session, case: Case, change: CaseChange, *, by: str, now: datetime) -> bool:
    """Pause, take up or end a case; whether there was anything of it to be paused or taken up now.

    A case of which nothing runs ends all the same: the steps of the cycle that are still to come leave it out.
    """
    try:
        ids = instances_of(session, case, change.action)
    except Conflict:
        if change.action == CANCEL:
            _end(session, case, change.why, by, now)
        return change.action == CANCEL
    for instance_id in ids:
        if change.action == CANCEL:
            instances.cancel(session, instance_id, by=by, reason=change.why, now=now)
        elif change.action == STOP:
            suspending.suspend(session, instance_id, by=by, reason=change.why, now=now)
        else:
            suspending.resume(session, instance_id, by=by, reason=change.why, now=now, shift=True)
    return True


def _end(session: Session, case: Case, reason: str, by: str, now: datetime) -> None:
    case.state, case.closed_at = CANCELLED, now
    ran = select(Instance).where(Instance.root_id == case.root_id, Instance.subject == case.person_id)
    latest = session.scalar(ran.order_by(Instance.id.desc()).limit(1))
    changes = Changes(now)
    changes.record(
        latest or session.get_one(Instance, case.root_id),
        "cancel_asked",
        None,
        by,
        reason=reason,
        person=case.person_id,
    )
    changes.write(session)
