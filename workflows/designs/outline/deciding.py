"""When a way is taken: the condition of a flow, and the words on its line."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine import BPMN, NotFound, known_variables
from workflows.designs.outline.conditions import say_condition
from workflows.designs.outline.settings import EXTENSION, set_answers
from workflows.designs.outline.sheet import RF, insert
from workflows.designs.outline.tree import Outline
from workflows.designs.outline.weaving import Draft

PREFIX = "answer"
VARIABLE = f"{{{RF}}}variable"
LONGEST_LABEL = 40
BEGINNINGS = {"number": "{} >= 1", "boolean": "{} = true", "string": '{} = "yes"'}


def set_condition(draft: Draft, flow: str, condition: str) -> str:
    """Say when a way is taken, in FEEL; the words on its line follow unless somebody wrote others.

    Returns the id of the gateway that the way leads out of.
    """
    element = draft.sheet.find(flow)
    before = element.findtext(f"{{{BPMN}}}conditionExpression", "").strip()
    draft.sheet.write_expression(flow, "conditionExpression", condition)
    if element.get("name", "") in ("", _label(before)):
        element.set("name", _label(condition))
    return element.get("sourceRef", "")


def first_condition(outline: Outline) -> str:
    """A condition to begin with: over the first variable that the process declares, else over the rating."""
    declared = {name: field.type for name, field in outline.diagram.variables}
    kept = [name for step in outline.diagram.steps.values() for name, _ in step.sets]
    if declared.get("rating") == "number" or "rating" in kept or not (declared or kept):
        return "rating >= 4"
    if not declared:
        return BEGINNINGS["string"].format(kept[-1])
    return next((BEGINNINGS[kind].format(name) for name, kind in declared.items() if kind in BEGINNINGS), "true")


@dataclass(frozen=True)
class Answer:
    """An answer to the form of a step, or what a vote came to, before it is kept as a variable.

    `key` is the expression that gives it. Where its type is known, the variable is declared with it and with `label`.
    """

    step: str
    key: str
    type: str = ""
    label: str = ""

    @property
    def token(self) -> str:
        """How forms of the list name it."""
        return f"{PREFIX} {self.step} {self.key}"

    @classmethod
    def of(cls, token: str) -> "Answer | None":
        """The answer that a form names; None for the name of a variable."""
        parts = token.split(" ")
        return cls(parts[1], parts[2]) if len(parts) == 3 and parts[0] == PREFIX else None


def variable_for(outline: Outline, answer: Answer) -> str:
    """The variable in which an answer is kept, or would be: by its own name, unless that means something else."""
    steps = outline.diagram.steps
    kept = [name for name, value in steps[answer.step].sets if value == answer.key] if answer.step in steps else []
    return kept[0] if kept else next(name for name in _names_for(answer) if name not in _taken(outline))


def _names_for(answer: Answer) -> Iterator[str]:
    """Names that expressions can say, the plainest first."""
    own = answer.key.partition(".")[0]
    plain = [re.sub(r"\W", "_", name, flags=re.ASCII) for name in (own, f"{answer.step}_{own}")]
    return itertools.chain(plain, (f"{plain[-1]}_{number}" for number in itertools.count(2)))


def _taken(outline: Outline) -> set[str]:
    """The variables that a process has, declares or sets."""
    diagram = outline.diagram
    steps = diagram.steps.values()
    kept = {name for step in steps for name, _ in step.sets} | {step.settings.get("result", "") for step in steps}
    return kept | {name for name, _ in diagram.variables} | known_variables.keys()


def keep(draft: Draft, answer: Answer) -> None:
    """Keep an answer as a variable, unless that is done already. Raises NotFound for a step that is not there."""
    step, name = draft.outline.diagram.steps.get(answer.step), variable_for(draft.outline, answer)
    if step is None:
        raise NotFound("The step whose answer was chosen is not there any more. Choose again.")
    if (name, answer.key) not in step.sets:
        set_answers(draft, step.id, [*step.sets, (name, answer.key)])
    if answer.type:
        _declare(draft, name, answer)


def _declare(draft: Draft, name: str, answer: Answer) -> None:
    """Put a variable into the data dictionary of the process, so that numbers and dates are compared as such."""
    sheet = draft.sheet
    own = sheet.find(draft.outline.diagram.key)
    extension = own.find(EXTENSION)
    if extension is None:
        extension = sheet.make(EXTENSION)
        insert(own, sum(child.tag == f"{{{BPMN}}}documentation" for child in own), extension)
    if any(one.get("name") == name for one in extension.iterfind(VARIABLE)):
        return
    declared = [at for at, child in enumerate(extension, start=1) if child.tag == VARIABLE]
    variable = sheet.make(VARIABLE, name=name, type=answer.type, label=answer.label or name)
    insert(extension, declared[-1] if declared else len(extension), variable)


def _label(condition: str) -> str:
    words = say_condition(condition, {}) if condition else ""
    return words if len(words) <= LONGEST_LABEL else words[: LONGEST_LABEL - 1] + "…"
