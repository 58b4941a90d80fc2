"""Where a published process waits to be started: for messages, signals, and at times. Only its newest version does."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.changes import Changes, Strike, timer_due
from engine.errors import Finding, InvalidDiagram, StepFailed
from engine.models import AwaitedStart, Definition, Job
from engine.spiff import Program


def await_starts(session: Session, definition: Definition, program: Program, now: datetime) -> None:
    """Let a new version wait where its start events say so, in place of the version before.

    Raises InvalidDiagram when the time of a start cannot be worked out.
    """
    earlier = select(Definition.id).where(Definition.key == definition.key)
    keys = Job.key.startswith(f"start:{definition.key}:", autoescape=True)
    session.execute(delete(AwaitedStart).where(AwaitedStart.definition_id.in_(earlier)))
    session.execute(delete(Job).where(Job.kind == "start", keys))
    changes = Changes(now)
    for step in program.starts:
        name = step.reference if step.event == "signal" else step.message
        if name is not None:
            kind = "signal" if step.event == "signal" else "message"
            session.add(AwaitedStart(definition_id=definition.id, step=step.id, kind=kind, name=name))
        elif step.timer is not None:
            try:
                strike = timer_due(program, step, {}, now, repeats=True)
            except StepFailed as error:
                raise InvalidDiagram([Finding.at(step, str(error), "No variable is known at a start.")]) from error
            wind_start(changes, definition, step.id, strike)
    changes.write(session)


def wind_start(changes: Changes, definition: Definition, step: str, strike: Strike) -> None:
    """Ask for the start of an instance at a moment, and say how it comes again."""
    key = f"start:{definition.key}:{step}"
    changes.job("start", None, None, strike.due, definition=definition.id, step=step, key=key, **strike.again)
