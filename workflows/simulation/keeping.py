"""Dry runs that are asked for on a page: asked, played by a process of their own, kept, stopped.

A job starts the process that plays, since playing takes a minute and a job holds a transaction. That process says now
and then how far it is; one that has not been heard of for a while has been lost, and the dry run with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import Changes, Conflict, Definition, NotFound, program_for
from workflows.cycles.population import selection_to_json
from workflows.designs.reading import files_of, get_design
from workflows.people.organisation import Selection
from workflows.simulation.assuming import usual_assumptions
from workflows.simulation.assumptions import Assumptions, read_assumptions
from workflows.simulation.dry_run import Moment, Plan
from workflows.simulation.models import CANCELLED, DONE, FAILED, RUNNING, WAITING, DryRun
from workflows.simulation.report import ERROR, WARNING, Report

JOB = "dry_run"
SILENCE = timedelta(minutes=2)
"""So long after a dry run was last heard of, or asked for, it counts as lost."""
SHOWN = 30


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see played: a published definition, or a draft as it is when the dry run begins.

    `assumed` goes over what is usual for the process.
    """

    name: str
    period: tuple[date, date]
    selection: Selection
    assumed: Mapping[str, Any]
    definition_id: int | None = None
    design_id: int | None = None


def ask(session: Session, wish: Wish, *, by: str, now: datetime) -> DryRun:
    """Ask for a dry run, launched now. Raises NotFound, AssumptionsInvalid."""
    process, key, revision = name_process(session, wish.definition_id, wish.design_id)
    assumptions = read_assumptions(wish.assumed, usual_assumptions(key))
    asked = DryRun(
        definition_id=wish.definition_id,
        design_id=wish.design_id,
        revision=revision,
        process=process,
        name=wish.name,
        settings={
            "key": key,
            "period": [day.isoformat() for day in wish.period],
            "population": selection_to_json(wish.selection),
            "assumptions": assumptions.as_json(),
        },
        asked_by=by,
        asked_at=now,
        state=WAITING,
    )
    session.add(asked)
    session.flush()
    changes = Changes(now)
    changes.job(JOB, None, None, now, dry_run=asked.id)
    changes.write(session)
    return asked


def name_process(session: Session, definition_id: int | None, design_id: int | None) -> tuple[str, str, int | None]:
    """The name and the key of a published process or of a draft, and the revision of the draft. Raises NotFound."""
    if design_id is not None:
        design = get_design(session, design_id)
        return design.name, design.key, design.revision
    definition = None if definition_id is None else session.get(Definition, definition_id)
    if definition is None:
        raise NotFound("There is no such process.")
    return program_for(session, definition.id).diagram.name, definition.key, None


def begin(session: Session, dry_run_id: int, *, now: datetime) -> tuple[Plan, datetime] | None:
    """Take a dry run that waits: what to play, launched when. None when another process has it, or nobody wants it."""
    begun = (
        update(DryRun)
        .where(DryRun.id == dry_run_id, DryRun.state == WAITING)
        .values(state=RUNNING, heard_at=now)
        .returning(DryRun.id)
    )
    if session.scalar(begun) is None:
        return None
    asked = session.get_one(DryRun, dry_run_id)
    settings = asked.settings
    first, last = (date.fromisoformat(day) for day in settings["period"])
    plan = Plan(
        name=asked.name,
        period=(first, last),
        by=asked.asked_by,
        definition_id=asked.definition_id,
        files=None if asked.design_id is None else files_of(session, asked.design_id),
        selection=_read_selection(settings["population"]),
        assumptions=read_assumptions(settings["assumptions"], Assumptions()),
        # They come with the process as it was shipped or published; a draft may have lost some of its steps.
        checks_steps=False,
    )
    return plan, asked.asked_at


def _read_selection(kept: dict[str, Any]) -> Selection:
    sets: dict[str, Any] = {name: frozenset(value) for name, value in kept.items() if isinstance(value, list)}
    hired_before = kept.get("hired_before")
    return Selection(**sets, hired_before=date.fromisoformat(hired_before) if hired_before else None)


def note_progress(session: Session, dry_run_id: int, moment: Moment, *, now: datetime) -> bool:
    """Keep how far a dry run is. Whether it is still wanted."""
    return _change(session, dry_run_id, heard_at=now, share=moment.share, tasks_done=moment.done, played_to=moment.at)


def keep(session: Session, dry_run_id: int, report: Report, *, now: datetime) -> bool:
    """Keep the report of a dry run, unless it was stopped meanwhile."""
    return _change(
        session,
        dry_run_id,
        state=DONE,
        share=1.0,
        tasks_done=report.done,
        ended_at=now,
        summary=_summarise(report),
        report=report.as_json(),
    )


def fail(session: Session, dry_run_id: int, problem: str, *, now: datetime) -> bool:
    """Keep why a dry run could not be played to its end."""
    return _change(session, dry_run_id, state=FAILED, ended_at=now, problem=problem)


def _change(session: Session, dry_run_id: int, **values: Any) -> bool:
    statement = update(DryRun).where(DryRun.id == dry_run_id, DryRun.state == RUNNING).values(**values)
    return session.scalar(statement.returning(DryRun.id)) is not None


def _summarise(report: Report) -> dict[str, Any]:
    peak = report.peak
    severities = [problem.severity for problem in report.problems]
    return {
        "participants": report.participants,
        "tasks": report.tasks,
        "late": report.late,
        "hours": report.hours,
        "ended_on": report.ended_on.isoformat() if report.ended_on else None,
        "peak": peak.day.isoformat() if peak else None,
        "errors": severities.count(ERROR),
        "warnings": severities.count(WARNING),
    }


def cancel(session: Session, dry_run_id: int, *, now: datetime) -> DryRun:
    """Stop a dry run; its process notices and ends. Raises NotFound, Conflict when it has ended already."""
    statement = (
        update(DryRun)
        .where(DryRun.id == dry_run_id, DryRun.state.in_((WAITING, RUNNING)))
        .values(state=CANCELLED, ended_at=now)
        .returning(DryRun.id)
    )
    if session.scalar(statement) is None:
        get_dry_run(session, dry_run_id)
        raise Conflict("This dry run has ended already, so there is nothing to stop.")
    return session.get_one(DryRun, dry_run_id, populate_existing=True)


def get_dry_run(session: Session, dry_run_id: int) -> DryRun:
    """A dry run. Raises NotFound."""
    found = session.get(DryRun, dry_run_id)
    if found is None:
        raise NotFound("There is no such dry run.")
    return found


def is_lost(dry_run: DryRun, now: datetime) -> bool:
    """Whether nothing has been heard of a dry run for so long that it will not come to its end any more."""
    return dry_run.state in (WAITING, RUNNING) and now - (dry_run.heard_at or dry_run.asked_at) > SILENCE


def list_dry_runs(session: Session, *, limit: int = SHOWN, offset: int = 0) -> Sequence[DryRun]:
    """Dry runs without their reports, the newest first."""
    return session.scalars(
        select(DryRun).order_by(DryRun.asked_at.desc(), DryRun.id.desc()).limit(limit).offset(offset)
    ).all()
