"""Instances that nobody starts by hand: when a message comes, when a signal is sent, or at a time.

Only the newest version of a process waits. For one message and key, one instance at a time runs: the same message
again starts no second one until the first has ended.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.awaiting import wind_start
from engine.changes import Changes, Strike
from engine.deadlines import Cycle, next_strike
from engine.definitions import program_of
from engine.instances import StartEvent, start
from engine.models import AwaitedStart, Definition, Instance, Job
from engine.states import LIVE


def start_by_job(session: Session, job: Job, now: datetime) -> None:
    """Start an instance because its time has come or a signal was sent, and wind the clock for the next."""
    definition = session.get_one(Definition, job.payload["definition"])
    step, variables = job.payload["step"], job.payload.get("variables", {})
    start(
        session,
        definition,
        name=f"{definition.name}, {now.date().isoformat()}",
        by=None,
        now=now,
        subject=_subject(session, definition, step, variables, now),
        variables=variables,
        event=StartEvent(step),
    )
    if "every" in job.payload:
        cycle = Cycle(job.payload["times"], None, job.payload["every"])
        again = next_strike(cycle, datetime.fromisoformat(job.payload["due"]), now)
        if again is not None:
            changes = Changes(now)
            wind_start(changes, definition, step, Strike(*again))
            changes.write(session)


def start_by_message(
    session: Session, message: str, *, correlation: str, payload: dict[str, Any], now: datetime
) -> int | None:
    """Start an instance of every process that waits for this message at its start; returns how many.

    None when no process does. Without a key every message starts one.
    """
    waiting = session.execute(
        select(AwaitedStart, Definition)
        .join(Definition, Definition.id == AwaitedStart.definition_id)
        .where(AwaitedStart.kind == "message", AwaitedStart.name == message)
        .order_by(AwaitedStart.id)
    ).all()
    if not waiting:
        return None
    return sum(
        _start_for(session, awaited, definition, correlation=correlation, payload=payload, now=now)
        for awaited, definition in waiting
    )


def _start_for(
    session: Session,
    awaited: AwaitedStart,
    definition: Definition,
    *,
    correlation: str,
    payload: dict[str, Any],
    now: datetime,
) -> bool:
    """Start an instance, unless one runs for this message and key already; that it came again is noted there."""
    key = f"{definition.key}:{awaited.name}:{correlation}" if correlation else None
    if _note_again(session, key, awaited.name, now):
        return False
    try:
        with session.begin_nested():
            start(
                session,
                definition,
                name=f"{definition.name}: {correlation}" if correlation else definition.name,
                by=None,
                now=now,
                subject=_subject(session, definition, awaited.step, payload, now),
                variables=payload,
                event=StartEvent(awaited.step, key),
            )
    except IntegrityError:
        # The same message has come twice at the same time.
        if not _note_again(session, key, awaited.name, now):
            raise
        return False
    return True


def _subject(
    session: Session, definition: Definition, step: str, variables: dict[str, Any], now: datetime
) -> str | None:
    """Whom an instance is about that starts at `step`, by what came with the message or signal. Raises StepFailed."""
    program = program_of(session, definition.id, definition.checksum)
    text = program.step(step).settings.get("subject")
    subject = program.evaluate(text, variables, now) if text else None
    return None if subject is None else str(subject)


def ask_to_start(session: Session, changes: Changes, signal: str, payload: dict[str, Any]) -> None:
    """Ask for an instance of every process that starts by this signal, each by a job of its own."""
    for awaited in session.scalars(
        select(AwaitedStart).where(AwaitedStart.kind == "signal", AwaitedStart.name == signal).order_by(AwaitedStart.id)
    ):
        details = {"definition": awaited.definition_id, "step": awaited.step, "variables": payload}
        changes.job("start", None, None, changes.now, **details)


def _note_again(session: Session, key: str | None, message: str, now: datetime) -> bool:
    """Note in the instance that runs for `key`, if one does, that its message came again."""
    if key is None:
        return False
    running = session.scalar(select(Instance).where(Instance.started_for == key, Instance.state.in_(LIVE)))
    if running is None:
        return False
    changes = Changes(now)
    changes.record(running, "message_came_again", None, None, message=message)
    changes.write(session)
    return True
