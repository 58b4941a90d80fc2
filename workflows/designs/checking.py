"""What is asked about a process before it is published, because it runs but not as it was meant.

Whether every decision is heard, whether whoever decides reads what it is about, whether what conditions ask for is ever
given, whether an answer can be what it is compared with, and whether the steps that others are named by are there.
"""

from collections.abc import Iterator, Mapping

from engine import (
    OWN,
    WARNING,
    Diagram,
    Finding,
    Flow,
    Graph,
    Program,
    Step,
    handlers_give,
    known_variables,
    list_set,
    list_uses,
    registry,
)
from workflows.designs.asking import OUTCOME, REJECT, is_read_by, refusal_in
from workflows.designs.form_questions import Question, list_compared, list_form_questions
from workflows.designs.forms import path_of
from workflows.designs.outline.conditions import Comparison, parse_condition
from workflows.designs.parts import in_quotes
from workflows.reviews.hooks import variables_of

BRINGING = ("message", "signal")
"""The events that bring variables of which only their sender knows."""


def find_unmeant(files: Mapping[str, bytes], program: Program | None) -> Iterator[Finding]:
    """What a process says that leads to nothing, or to something else than it says; nothing of one that cannot run."""
    if program is not None:
        yield from _find_missing_doers(program.diagram)
        yield from _find_unheard(program)
        yield from _find_unread(program)
        yield from _find_ungiven(program)
        yield from _find_incomparable(program)


def install() -> None:
    """Let these checks be asked whenever a process is inspected."""
    registry.use_checker(find_unmeant)


def _find_missing_doers(diagram: Diagram) -> Iterator[Finding]:
    for step in diagram.steps.values():
        named = step.settings.get("actorArgument", "").strip()
        if step.settings.get("actor") == "person who did" and named and named not in diagram.steps:
            problem = "It goes to the person who did another step, and that step is not there any more."
            yield Finding.at(step, problem, "Choose who does it.")


def _find_unheard(program: Program) -> Iterator[Finding]:
    """Steps at which somebody can reject, and no way asks whether they did."""
    graph, uses = Graph(program.diagram), list(list_uses(program))
    for step in program.diagram.steps.values():
        kept = {name for name, value in step.sets if OUTCOME in value}
        read = [use for use in uses if use.variable in kept and use.at is not step]
        heard = any(use.step == step.id or graph.can_follow(use.step, step.id) for use in read)
        refusal = (REJECT, "Reject") if step.is_shared else refusal_in(_form_of(step, program))
        if refusal and not heard:
            problem = f"Whoever chooses “{refusal[1]}” changes nothing: no way behind this step asks for the decision."
            remedy = "Let the process end, or go back to an earlier step, when it is not approved."
            yield Finding.at(step, problem, remedy, severity=WARNING)


def _find_unread(program: Program) -> Iterator[Finding]:
    """Steps at which somebody decides who reads nothing of what others have handed in before."""
    graph, steps = Graph(program.diagram), program.diagram.steps.values()
    asking = [step for step in steps if list_form_questions(_form_of(step, program))]
    for step in steps:
        if not (step.is_shared or refusal_in(_form_of(step, program))):
            continue
        before = [one for one in asking if one is not step and graph.can_follow(step.id, one.id)]
        if before and not any(_reads(step, one, program) for one in before):
            named = in_quotes(list(dict.fromkeys(one.name or one.id for one in before)))
            problem = f"Whoever decides here reads nothing of what was handed in before, at {named}."
            remedy = "Let those who approve or vote read the answers there, too."
            yield Finding.at(step, problem, remedy, severity=WARNING)


def _reads(step: Step, before: Step, program: Program) -> bool:
    """Whether somebody who does `step` reads an answer of a step before it; their own they read always."""
    actor, argument = step.settings.get("actor", ""), step.settings.get("actorArgument", "")
    if (actor, argument) == (before.settings.get("actor", ""), before.settings.get("actorArgument", "")):
        return True
    readers = {"approver"}
    if actor == "manager":
        readers.add("manager")
    if actor == "HR partner" or argument == "hr":
        readers.add("hr")
    return is_read_by(_form_of(before, program), readers)


def _find_ungiven(program: Program) -> Iterator[Finding]:
    """Conditions and tables that ask for what nothing gives. Where something may give anything, nobody can tell."""
    given = _given(program)
    if given is None:
        return
    labels = {name: field.label for name, field in program.diagram.variables}
    told: set[tuple[str, str]] = set()
    for use in list_uses(program):
        if use.decides and use.variable not in given and (use.at.id, use.variable) not in told:
            told.add((use.at.id, use.variable))
            problem = f"Nothing gives “{labels.get(use.variable) or use.variable}”, and it is asked for here."
            remedy = "Choose the answer of an earlier step, or keep it there."
            yield Finding.at(use.at, problem, remedy, severity=WARNING)


def _given(program: Program) -> set[str] | None:
    """The variables that a process has or gets; None where nobody knows them all."""
    found = list_set(program) | OWN.keys() | {name.split(".")[0] for name in known_variables}
    for step in program.diagram.steps.values():
        handler = step.settings.get("handler")
        if step.kind == "receiveTask" or step.event in BRINGING or (handler and handler not in handlers_give):
            return None
        found |= {*handlers_give.get(handler or "", ()), *variables_of(step.settings.get("form", ""))}
    return found


def _find_incomparable(program: Program) -> Iterator[Finding]:
    chosen = _list_chosen(program)
    elements: tuple[Step | Flow, ...] = (*program.diagram.steps.values(), *program.diagram.flows)
    for drawn in elements:
        condition = parse_condition(drawn.condition or "")
        for row in condition.rows if condition else ():
            if row.name in chosen and not can_be(chosen[row.name], row):
                yield _incomparable(drawn, chosen[row.name], row)


def _list_chosen(program: Program) -> dict[str, Question]:
    """By variable, the question whose chosen answer it is; no variable that may be anything else, too."""
    found: dict[str, Question | None] = {}
    for step in program.diagram.steps.values():
        asked = {one.key: one for one in list_compared(_form_of(step, program))}
        for name, value in step.sets:
            question = asked.get(value)
            choices = question if question and question.options and not step.is_shared else None
            found[name] = choices if found.get(name, choices) == choices else None
    return {name: question for name, question in found.items() if question}


def can_be(question: Question, row: Comparison) -> bool:
    """Whether an answer can be what it is compared with."""
    if row.value == "null" or question.options:
        return row.value == "null" or row.text in dict(question.options)
    is_text = row.value.startswith('"')
    return not (is_text and question.compared_as in ("number", "boolean"))


def _form_of(step: Step, program: Program) -> bytes:
    """The form of a step; an empty one where it has none."""
    return program.files.get(path_of(step.settings.get("form", "")), b"{}")


def _incomparable(drawn: Step | Flow, question: Question, row: Comparison) -> Finding:
    answers = " or ".join(f"“{label}”" for _, label in question.options)
    problem = f"“{question.label}” is answered with {answers}, and is compared with “{row.text}” here."
    return Finding.at(drawn, problem, "Compare it with one of its answers.", severity=WARNING)
