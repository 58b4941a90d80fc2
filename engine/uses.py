"""Where a process reads its variables: what its expressions and its decision tables ask for."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from engine import dmn, feel
from engine.deadlines import parse_duration, parse_working_days
from engine.diagram import Flow, Step
from engine.errors import StepFailed
from engine.spiff import Program
from engine.spiff.expressions import assigned_by, assignments
from engine.variables import set_by_steps

NO_EXPRESSION = re.compile(r"R\d*/|P\d|\d{4}-")
"""How the times begin that are no expression."""

EXPRESSIONS = ("correlate", "subject", "actorLevel", "voteCost")
"""The settings of steps that are expressions, whatever they hold."""


@dataclass(frozen=True)
class Use:
    """One place that reads a variable: the element that says it, and the step at which it is read.

    `decides` tells a condition or a decision table from what only hands the value on.
    """

    variable: str
    at: Step | Flow
    step: str
    decides: bool


def list_uses(program: Program) -> Iterator[Use]:
    """Every place where a variable is read, in the order of the file.

    Not what the answers to a form are called, and not what the functions behind service steps ask for.
    """
    for step in program.diagram.steps.values():
        yield from (Use(name, step, step.id, decides=True) for name in _asked(step, program))
        yield from (Use(name, step, step.id, decides=False) for name in _names(_handed_on(step), program))
    for flow in program.diagram.flows:
        if flow.condition:
            yield from (Use(name, flow, flow.source, decides=True) for name in _names([flow.condition], program))


def _asked(step: Step, program: Program) -> set[str]:
    """What the conditions of a step and its decision table ask for."""
    repeats = step.repetition.condition if step.repetition else None
    model = program.decisions.get(step.settings.get("decision", ""))
    tables = set() if model is None else {name.split(".")[0] for name in dmn.asked(model)}
    return tables | _names([text for text in (step.condition, repeats) if text], program)


def _handed_on(step: Step) -> Iterator[str]:
    """The expressions of a step that give a value."""
    for pairs in (step.sets, step.parameters, step.inputs, step.outputs, step.collects):
        yield from (text for _, text in pairs)
    with suppress(StepFailed):
        yield from (text for _, text in assignments(step.script))
    yield from (step.settings[name] for name in EXPRESSIONS if name in step.settings)
    if step.repetition:
        yield from (text for text in (step.repetition.items, step.repetition.count) if text)
    yield from (text for text in (step.timer, step.settings.get("due")) if text and not _is_time(text))


def list_set(program: Program) -> set[str]:
    """The variables that the steps of a process set, as far as the diagram says."""
    diagram = program.diagram
    return set(set_by_steps(diagram, assigned_by(diagram.steps.values())))


def _is_time(text: str) -> bool:
    """Whether a time is written as such, and not as an expression that gives one."""
    written = NO_EXPRESSION.match(text) is not None
    return written or parse_duration(text) is not None or parse_working_days(text) is not None


def _names(texts: Iterable[str], program: Program) -> set[str]:
    """The variables that expressions name; none of one that is not understood."""
    found: set[str] = set()
    for text in texts:
        with suppress(feel.FeelError):
            expression = feel.compile(text, types=program.dictionary)
            found |= {name.split(".")[0] for name in expression.free_names}
    return found
