"""FEEL in place of SpiffWorkflow's Python.

SpiffWorkflow hands every expression of a diagram to a script engine, and gives each new or restored workflow one
that evaluates Python. Ours evaluates FEEL over the variables of the instance; the default is made to refuse, so that
a forgotten assignment fails closed.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from engine import feel
from engine.diagram import Step
from engine.errors import StepFailed

ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[ \t]*=(?!=)(.+)")


class NotSetYet(StepFailed):
    """An expression is about a variable that does not exist, or not yet."""


def _refuse(*_args: object, **_keywords: object) -> NoReturn:
    raise StepFailed("Python in a diagram is switched off.")


TaskDataEnvironment.evaluate = _refuse
TaskDataEnvironment.execute = _refuse


@lru_cache(maxsize=4096)
def compiled(text: str, dictionary: feel.Dictionary | None) -> feel.Expression:
    """The compiled form of a FEEL text, shared by every instance that evaluates it."""
    return feel.compile(text, types=dictionary)


def evaluate(text: str, variables: dict[str, Any], now: datetime, dictionary: feel.Dictionary | None) -> Any:
    """The value of a FEEL expression over `variables`, read as the `dictionary` declares them.

    Raises StepFailed with a sentence for the person who drew the diagram.
    """
    try:
        return compiled(text, dictionary).evaluate(variables, now=now)
    except feel.FeelError as error:
        kind = NotSetYet if isinstance(error, feel.FeelNameError) else StepFailed
        raise kind(f"“{text.strip()}” cannot be worked out: {error}") from error


def assignments(script: str) -> list[tuple[str, str]]:
    """The pairs (variable, FEEL) of a “set values” step, one a line.

    Raises StepFailed for any line that is something else.
    """
    pairs = []
    for number, line in enumerate(script.splitlines(), 1):
        if not line.strip() or line.strip().startswith("//"):
            continue
        match = ASSIGNMENT.fullmatch(line.strip())
        if match is None:
            raise StepFailed(f"Line {number} of the set values step must read “name = expression”.")
        pairs.append((match[1], match[2].strip()))
    return pairs


def assigned_by(steps: Iterable[Step]) -> dict[str, tuple[str, ...]]:
    """By step, the variables that “set values” steps set; none where a text is not understood: the checks say so."""
    found = {}
    for step in steps:
        with suppress(StepFailed):
            found[step.id] = tuple(name for name, _ in assignments(step.script))
    return found


class Environment(BasePythonScriptEngineEnvironment):
    """The variables of one instance, at one moment.

    SpiffWorkflow passes its own task data along; we keep one scope an instance, so that a value set in one
    branch is seen in the others, as BPMN says of process variables.
    """

    def __init__(self, variables: dict[str, Any], now: datetime, dictionary: feel.Dictionary | None) -> None:
        super().__init__({})
        self.variables = variables
        self.now = now
        self.dictionary = dictionary
        self.consulted = False

    def evaluate(self, expression: str, context: dict[str, Any], external_context: Any = None) -> Any:
        return self.value(expression)

    def value(self, expression: str, **more: Any) -> Any:
        """The value of an expression over the variables and what `more` is known where it stands."""
        self.consulted = True
        return feel.to_plain(evaluate(expression, {**self.variables, **more}, self.now, self.dictionary))

    def execute(self, script: str, context: dict[str, Any], external_context: Any = None) -> bool:
        self.consulted = True
        # All lines or none: a step that failed half way is run again from its first line.
        values = dict(self.variables)
        for name, text in assignments(script):
            values[name] = feel.to_plain(evaluate(text, values, self.now, self.dictionary))
        self.variables.update(values)
        return True

    def call_service(self, context: dict[str, Any], **_keywords: Any) -> NoReturn:
        raise StepFailed("Service steps run as jobs, not inside a step of the diagram.")


class ScriptEngine(PythonScriptEngine):
    """What SpiffWorkflow asks for values: conditions must give true or false."""

    environment: Environment

    def __init__(self, variables: dict[str, Any], now: datetime, dictionary: feel.Dictionary | None) -> None:
        super().__init__(Environment(variables, now, dictionary))

    def validate(self, expression: str) -> None:
        feel.compile(expression)

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return self.environment.evaluate(expression, {})

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        return self.environment.execute(script, {})

    def call_service(self, task: Any, **keywords: Any) -> NoReturn:
        self.environment.call_service({}, **keywords)
