"""From a cycle that was played to the report about it. Only the stage is read, in a few statements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Diagram, HistoryEntry, Incident, Instance, Task, program_for
from workflows.cycles.models import Case, Cycle
from workflows.people.organisation import Organisation
from workflows.simulation import problems
from workflows.simulation.desks import Errand
from workflows.simulation.handing_out import PEOPLE_STEPS, HandOut, count_conflicts, find_passed_over
from workflows.simulation.playing import Play
from workflows.simulation.report import SEVERITIES, DayLoad, Finish, PersonLoad, Problem, Report, StepLoad
from workflows.simulation.surveying import Foreseen

Closed = Mapping[int, datetime | None]
"""When each task was closed, None for one that is open."""


@dataclass(frozen=True)
class Played:
    """A dry run as it was played: the cycle on the stage, whom it took in, and what was known on the launch day.

    `version` is None for a process that is not published.
    """

    play: Play
    cycle: Cycle
    version: int | None
    organisation: Organisation
    participants: Sequence[str]
    foreseen: Sequence[Foreseen]
    without_account: frozenset[str]

    @property
    def names(self) -> dict[str, str]:
        """The names of everybody on the launch day, by id."""
        return {person.id: person.name for person in self.organisation.everybody()}


def gather(session: Session, played: Played) -> Report:
    """The report about a cycle that was played on the stage of `session`."""
    play, cycle = played.play, played.cycle
    diagram = program_for(session, cycle.definition_id).diagram
    closed: dict[int, datetime | None] = dict(session.execute(select(Task.id, Task.closed_at)).all())
    cases = session.scalars(select(Case).where(Case.cycle_id == cycle.id)).all()
    ended_at = session.scalar(select(Instance.ended_at).where(Instance.id == cycle.instance_id))
    ended_on = None if ended_at is None else ended_at.date()
    finishing, units = _finishes(cases, played.organisation)
    still_open = [case.person_id for case in cases if case.state == "open"]
    people = _people(played)
    hand_outs = _hand_outs(played, diagram)
    found = [
        *problems.find_unended(ended_on, still_open, play.assumptions.longest, played.names),
        *problems.find_stops(_stops(session), diagram, played.names),
        *problems.find_refused(play, played.names),
        *problems.find_unclaimed(play, played.names),
        *([] if ended_on else problems.find_waiting(play, {n for n, at in closed.items() if at is None}, played.names)),
        *find_passed_over(hand_outs, played.names),
        *problems.find_overload(people),
        *problems.find_late_for_leave(play, played.names),
        *problems.find_unreached(diagram, _reached(session, play)),
        *problems.find_without_account(played.without_account, {person.id for person in people}, played.names),
        *problems.find_idle(played.participants, {person.id for person in people}, played.names),
    ]
    return Report(
        process=diagram.key,
        process_name=diagram.name,
        version=played.version,
        cycle=cycle.name,
        period_from=cycle.period_from,
        period_to=cycle.period_to,
        launched_on=cycle.launched_at.date(),
        participants=len(played.participants),
        assumptions=play.assumptions.as_json(),
        ended_on=ended_on,
        tasks=len(play.errands),
        done=play.done,
        late=sum(errand.is_late for errand in play.errands.values()),
        hours=_hours(sum(sum(desk.minutes.values()) for desk in play.desks.values())),
        conflicts=count_conflicts(hand_outs),
        finishing=finishing,
        units=units,
        days=_days(play, closed),
        people=people,
        steps=_steps(play.errands.values(), diagram),
        problems=_sort(found),
    )


def _hours(minutes: float) -> float:
    return round(minutes / 60, 1)


def _sort(found: Iterable[Problem]) -> list[Problem]:
    return sorted(found, key=lambda problem: SEVERITIES.index(problem.severity))


def _stops(session: Session) -> list[problems.Stop]:
    rows = session.execute(
        select(Incident.step, Incident.problem, Instance.subject)
        .outerjoin(Instance, Instance.id == Incident.instance_id)
        .where(Incident.resolved_at.is_(None))
        .order_by(Incident.id)
    )
    return [problems.Stop(step or "", problem, subject or "") for step, problem, subject in rows]


def _reached(session: Session, play: Play) -> set[str]:
    served = session.scalars(select(HistoryEntry.step).where(HistoryEntry.kind == "service_done").distinct())
    return {errand.step for errand in play.errands.values()} | {step for step in served if step}


def _hand_outs(played: Played, diagram: Diagram) -> list[HandOut]:
    """Every task about a person that was handed out, and what the router would do with the others."""
    met = [
        HandOut(errand.step, errand.name, errand.subject, errand.explanation, errand.group, met=True)
        for errand in played.play.errands.values()
        if errand.subject is not None
    ]
    foreseen = [
        HandOut(one.step.id, one.step.name, one.subject, one.assignment.explanation, one.assignment.group, met=False)
        for one in played.foreseen
    ]
    return [*met, *foreseen]


# Loads


def _days(play: Play, closed: Closed) -> list[DayLoad]:
    """Every day from the launch to the last thing that happened."""
    opened = Counter(errand.opened.date() for errand in play.errands.values())
    done = Counter(errand.done.date() for errand in play.errands.values() if errand.done)
    minutes: dict[date, float] = defaultdict(float)
    at_work: Counter[date] = Counter()
    for desk in play.desks.values():
        for day, spent in desk.minutes.items():
            minutes[day] += spent
            at_work[day] += 1
    first = min(opened, default=play.now.date())
    last = max([first, *minutes, *opened, *done])
    loads = []
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        still, overdue = _open_at_end(day, play.errands.values(), closed)
        loads.append(DayLoad(day, opened[day], done[day], still, overdue, _hours(minutes[day]), at_work[day]))
    return loads


def _open_at_end(day: date, errands: Iterable[Errand], closed: Closed) -> tuple[int, int]:
    """How many tasks are open at the end of a day, and how many of them are overdue."""
    end = datetime.combine(day, time.max, UTC)
    still = [one for one in errands if one.opened <= end and ((at := closed[one.id]) is None or at > end)]
    return len(still), sum(one.due is not None and one.due < end for one in still)


def _people(played: Played) -> list[PersonLoad]:
    """Everybody who has a task, those with the most hours first."""
    held: dict[str, list[Errand]] = defaultdict(list)
    for errand in played.play.errands.values():
        if errand.holder is not None:
            held[errand.holder].append(errand)
    units = {unit.id: unit.name for unit in played.organisation.units().values()}
    loads = [_person(person, errands, played, units) for person, errands in held.items()]
    return sorted(loads, key=lambda load: (-load.hours, load.name, load.id))


def _person(person: str, errands: Sequence[Errand], played: Played, units: Mapping[str, str]) -> PersonLoad:
    desk = played.play.desks[person]
    known = played.organisation.person(person)
    busiest = max(desk.minutes, key=lambda day: (desk.minutes[day], -day.toordinal()), default=None)
    waiting, waiting_day = desk.most_waiting
    days = Counter(desk.today(errand.done).isoformat() for errand in errands if errand.done)
    presence = played.play.presence
    return PersonLoad(
        id=person,
        name=known.name if known else person,
        unit=units.get(known.org_unit, known.org_unit) if known else "",
        tasks=len(errands),
        done=sum(errand.done is not None for errand in errands),
        late=sum(errand.is_late for errand in errands),
        short=sum(errand.missed_for_lack_of_time and not problems.was_away(errand, presence) for errand in errands),
        hours=_hours(sum(desk.minutes.values())),
        hours_a_day=_hours(desk.minutes_a_day),
        busiest_day=busiest,
        busiest_hours=_hours(desk.minutes[busiest]) if busiest else 0,
        waiting_hours=_hours(waiting),
        waiting_day=waiting_day if waiting else None,
        days=dict(sorted(days.items())),
    )


def _steps(errands: Iterable[Errand], diagram: Diagram) -> list[StepLoad]:
    by_step: dict[str, list[Errand]] = defaultdict(list)
    for errand in errands:
        by_step[errand.step].append(errand)
    people_steps = [step.id for step in diagram.steps.values() if step.kind in PEOPLE_STEPS]
    # A called process has steps of its own, which are not drawn here.
    return [_step(step, by_step[step], diagram) for step in [*people_steps, *sorted(set(by_step) - set(people_steps))]]


def _step(step: str, errands: Sequence[Errand], diagram: Diagram) -> StepLoad:
    drawn = diagram.steps.get(step)
    done = [errand for errand in errands if errand.done]
    return StepLoad(
        id=step,
        name=drawn.name if drawn else errands[0].name,
        tasks=len(errands),
        done=len(done),
        late=sum(errand.is_late for errand in done),
        hours=_hours(sum(errand.minutes for errand in done)),
    )


# Finishing dates


def _finishes(cases: Sequence[Case], organisation: Organisation) -> tuple[Finish, list[Finish]]:
    names = {unit.id: unit.name for unit in organisation.units().values()}
    by_unit: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_unit[case.calibration_group].append(case)
    units = [_finish(unit, names.get(unit, unit), found) for unit, found in by_unit.items()]
    return _finish("", "All", cases), sorted(units, key=lambda unit: (unit.name, unit.id))


def _finish(unit: str, name: str, cases: Sequence[Case]) -> Finish:
    days = sorted(case.closed_at.date() for case in cases if case.closed_at is not None and case.state == "closed")
    return Finish(
        id=unit,
        name=name,
        cases=len(cases),
        unfinished=sum(case.state == "open" for case in cases),
        median=_share_of(days, 0.5, len(cases)),
        p90=_share_of(days, 0.9, len(cases)),
        last=days[-1] if days else None,
    )


def _share_of(days: Sequence[date], share: float, cases: int) -> date | None:
    """The day on which that share of all cases is closed; None when so many never are."""
    needed = ceil(share * cases)
    return days[needed - 1] if 0 < needed <= len(days) else None
