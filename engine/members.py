"""Who or what a step is done for several times, and what comes back from them.

A fan-out counts members: people of a population, items of a list, a number of times, or the one run of another
process that a call activity waits for.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session, aliased

from engine.definitions import latest, program_of
from engine.diagram import Step
from engine.errors import StepFailed
from engine.feel import to_plain
from engine.models import Definition, FanOut, Instance
from engine.registry import Member
from engine.spiff import Program
from engine.spiff.expressions import evaluate

MAX_MEMBERS = 10_000
MAX_DEPTH = 20
COUNTER = "loopCounter"
"""The variable with the number of a member, counted from 1 as FEEL does."""


def drawn_members(program: Program, instance: Instance, step: Step, now: datetime) -> list[Member] | None:
    """The members that the diagram itself names; None where a population will list them.

    Raises StepFailed when they cannot be worked out.
    """
    if step.over is not None:
        return None
    if step.repetition is None:
        return [Member(step.name, instance.subject, inputs_of(program, step, instance.variables, now))]
    items = _items(program, step, instance.variables, now)
    members = []
    for number, item in enumerate(items, 1):
        own = {COUNTER: number} | ({step.repetition.item: item} if step.repetition.item else {})
        values = own | inputs_of(program, step, instance.variables | own, now)
        members.append(Member(f"{step.name} {number} of {len(items)}", instance.subject, values))
    return members


def inputs_of(program: Program, step: Step, variables: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What a call activity hands to the process it calls. Raises StepFailed."""
    return {name: program.evaluate(text, variables, now) for name, text in step.inputs}


def _items(program: Program, step: Step, variables: dict[str, Any], now: datetime) -> list[Any]:
    repetition = step.repetition
    text = (repetition and (repetition.items or repetition.count)) or ""
    value = program.evaluate(text, variables, now)
    if repetition and repetition.items is None:
        value = _numbers(text, value)
    if not isinstance(value, list):
        raise StepFailed(f"“{text}” must give a list of those to do this for; it gives {_show(value)}.")
    if len(value) > MAX_MEMBERS:
        raise StepFailed(f"“{text}” asks for {len(value)} at once; up to {MAX_MEMBERS} are possible.")
    return value


def _numbers(text: str, value: Any) -> list[int]:
    """The numbers from 1 to `value`."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or value < 0 or value != int(value):
        raise StepFailed(f"“{text}” must give how often this is done, 0 or more; it gives {_show(value)}.")
    if value > MAX_MEMBERS:
        raise StepFailed(f"“{text}” asks for {value} at once; up to {MAX_MEMBERS} are possible.")
    return list(range(1, int(value) + 1))


def _show(value: Any) -> str:
    return "nothing" if value is None else str(value)


def called_definition(session: Session, step: Step, parent: Instance) -> Definition:
    """The newest version of the process that a call activity calls.

    Raises NotFound, or StepFailed when it starts only by itself, or when processes call each other too deep: they
    would never end.
    """
    above = (
        select(Instance.id, Instance.parent_id, literal(1).label("depth"))
        .where(Instance.id == parent.id)
        .cte(recursive=True)
    )
    next_up = aliased(Instance)
    above = above.union_all(
        select(next_up.id, next_up.parent_id, above.c.depth + 1).where(
            next_up.id == above.c.parent_id, above.c.depth <= MAX_DEPTH
        )
    )
    if (session.scalar(select(func.max(above.c.depth))) or 0) > MAX_DEPTH:
        raise StepFailed(
            f"“{step.name}” calls a process {MAX_DEPTH} levels deep: the processes call each other in a circle."
        )
    definition = latest(session, step.called or "")
    if program_of(session, definition.id, definition.checksum).plain_start is None:
        raise StepFailed(f"“{definition.name}” cannot be called: it has no start event that waits for nothing.")
    return definition


def results_of(session: Session, program: Program, step: Step, fan_out: FanOut, now: datetime) -> dict[str, Any]:
    """What the members that were completed hand back, by variable of the parent. Raises StepFailed.

    Each `rf:collect` gives a list in the order of the members; each `rf:out` of a call the value at its end, or
    nothing when it was cancelled.
    """
    if not (step.collects or step.outputs):
        return {}
    ended = session.scalars(
        select(Instance.variables)
        .where(Instance.parent_id == fan_out.instance_id, Instance.parent_token == fan_out.token)
        .where(Instance.state == "completed")
        .order_by(Instance.id)
    ).all()
    members = sorted(ended, key=lambda variables: variables.get(COUNTER, 0))
    found: dict[str, Any] = {
        name: [_value(program, step, text, own, now) for own in members] for name, text in step.collects
    }
    for name, text in step.outputs:
        found[name] = _value(program, step, text, members[-1], now) if members else None
    return found


def _value(program: Program, step: Step, text: str, variables: dict[str, Any], now: datetime) -> Any:
    if step.called is None:
        return program.evaluate(text, variables, now)
    # The variables are those of another process, which this one's dictionary does not know.
    return to_plain(evaluate(text, variables, now, None))
