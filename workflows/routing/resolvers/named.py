"""Actors that the diagram, the case or an earlier step names."""

from collections.abc import Iterator
from typing import Any

from engine import StepFailed, feel
from workflows.outside.steps import ACTOR as OUTSIDE
from workflows.routing.conflicts import doers_of
from workflows.routing.facts import Question
from workflows.routing.lines import line_above
from workflows.routing.resolvers.line import climb, upwards
from workflows.routing.resolvers.registry import ACTORS, GROUPS, Candidate, Choice, ToGroup, Unclear, actor


def find_group_problem(argument: str) -> str | None:
    """What is wrong with the name of a group, as a sentence; None when nothing is."""
    return None if argument in GROUPS else f"There is no group “{argument}”. Choose one of: {', '.join(GROUPS)}."


def find_expression_problem(argument: str) -> str | None:
    """What is wrong with a FEEL expression, as a sentence; None when nothing is."""
    try:
        feel.compile(argument)
    except feel.FeelError as error:
        return f"“{argument}” is not understood: {error}"
    return None


@actor("subject", "The person it is about")
def subject(question: Question) -> Iterator[Choice]:
    """The person whom the case is about, on leave or not."""
    if person := question.person:
        yield Candidate(person.id, f"This step is {person.name}’s own.", "This step is your own.")


@actor("group", "A group", "the role: hr, admin, executive or board", check=find_group_problem)
def group(question: Question) -> Iterator[Choice]:
    """A group, whose members may each take the task."""
    name = GROUPS[question.argument]
    yield ToGroup(question.argument, f"This step belongs to {name}: whoever takes it first does it.")


@actor("person who did", "The person who did an earlier step", "the id of that step")
def person_who_did(question: Question) -> Iterator[Choice]:
    """The person who completed the named step about the same subject; then the subject's managers, upwards."""
    did = next(iter(doers_of(question.variables.get("done_by", {}).get(question.argument))), None)
    did = did or question.doers.get((question.subject or "", question.argument))
    if did:
        name, step = question.name(did), question.argument.replace("_", " ")
        yield Candidate(did, f"{name} did the earlier step “{step}”.", f"You did the earlier step “{step}”.")
    yield from upwards(question, 1)


@actor("initiator", "The person who started the process")
def initiator(question: Question) -> Iterator[Choice]:
    """The person who started the process ; then whoever is above them."""
    if started := question.initiator:
        yield Candidate(started, f"{question.name(started)} started this process.", "You started this process.")
        yield from climb(line_above(question.organisation, started), question.name(started))


@actor("named person", "A certain person", "the employee id")
def named_person(question: Question) -> Iterator[Choice]:
    """The person whom the diagram names; then whoever is above them."""
    name = question.name(question.argument)
    yield Candidate(
        question.argument, f"The process names {name} for this step.", "The process names you for this step."
    )
    yield from climb(line_above(question.organisation, question.argument), name)


@actor("member", "The person this branch is for")
def member(question: Question) -> Iterator[Choice]:
    """The person whom the variable `person` names, as each branch over several people has it; then the managers."""
    yield from _people(question, question.variables.get("person"), "this branch of the process is for them")
    yield from upwards(question, 1)


@actor(
    "expression",
    "Whoever an expression names",
    "a FEEL expression that gives an employee id",
    check=find_expression_problem,
)
def expression(question: Question) -> Iterator[Choice]:
    """The person, or the first fitting one of a list, that a FEEL expression names; then the managers."""
    try:
        found = question.value_of(question.argument)
    except StepFailed as error:
        yield Unclear(str(error))
        found = None
    yield from _people(question, found, f"“{question.argument}” names them")
    yield from upwards(question, 1)


@actor("decision table", "Whoever a decision table names", "the id of the decision")
def decision_table(question: Question) -> Iterator[Choice]:
    """The actor that a decision table of the package names, such as “manager” or “group: hr”; then the managers."""
    try:
        named = question.decide(question.argument)
    except StepFailed as error:
        yield Unclear(str(error))
    else:
        yield from _as_decided(question, named)
    yield from upwards(question, 1)


def _as_decided(question: Question, named: Any) -> Iterator[Choice]:
    name, _, argument = (part.strip() for part in str(named or "").partition(":"))
    chosen = ACTORS.get(name)
    if chosen is None or chosen.name in ("decision table", OUTSIDE) or (chosen.argument is not None and not argument):
        yield Unclear(f"The decision table “{question.argument}” answers “{named}”, which is no actor.")
    elif problem := chosen.check(argument) if chosen.argument is not None else None:
        yield Unclear(f"The decision table “{question.argument}” answers “{named}”: {problem}")
    else:
        yield from chosen.candidates(question.with_argument(argument))


def _people(question: Question, named: Any, why: str) -> Iterator[Choice]:
    for person_id in named if isinstance(named, list) else [named]:
        if isinstance(person_id, str) and person_id:
            name = question.name(person_id)
            yield Candidate(person_id, f"{name} comes first: {why}.", "The process names you for this step.")
        elif person_id is not None:
            yield Unclear(f"“{person_id}” is no employee id.")
