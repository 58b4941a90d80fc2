"""The actors that a diagram can name. Each lists who comes into question, the first choice first.

A resolver states facts and judges nobody: who is in conflict, has left or is away is passed over in `choosing`, which
then takes the next candidate. At the end of every list stands a group, so that no task is left without anybody.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from workflows.dates import show_day
from workflows.people.accounts import ADMIN, EXECUTIVE, HR
from workflows.people.facts import PersonOnDay
from workflows.routing.facts import Question
from workflows.routing.lines import heads_from, line_above

GROUPS = {HR: "the HR group", ADMIN: "the administrators", EXECUTIVE: "the executives"}
"""The groups a task can go to, as they are called in a sentence. `executive` follows from the grade."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who comes into question, and why; the second sentence is for the eyes of that person."""

    person_id: str
    fact: str
    to_holder: str


@dataclass(frozen=True)
class ToGroup:
    """A group that comes into question."""

    group: str
    fact: str


Choice = Candidate | ToGroup
Resolver = Callable[[Question], Iterator[Choice]]


@dataclass(frozen=True)
class Actor:
    """A resolver with its plain-language label; `argument` says what has to be added to the name, if anything."""

    name: str
    label: str
    argument: str | None
    candidates: Resolver


ACTORS: dict[str, Actor] = {}


def actor(name: str, label: str, argument: str | None = None) -> Callable[[Resolver], Resolver]:
    """Register a resolver under the name that diagrams use."""

    def register(candidates: Resolver) -> Resolver:
        ACTORS[name] = Actor(name, label, argument, candidates)
        return candidates

    return register


def find_problem(name: str, argument: str) -> str | None:
    """What is wrong with an actor as written in a diagram, as a sentence; None when nothing is."""
    known = ACTORS.get(name)
    if known is None:
        return f"“{name}” is no actor. Choose one of: {', '.join(ACTORS)}."
    if known.argument is not None and not argument:
        return f"“{name}” needs {known.argument}."
    if name == "levels up" and not (argument.isdigit() and int(argument) >= 1):
        return f"“{argument}” is no number of levels. Write 1 for the manager, 2 for the manager's manager, and so on."
    if name == "group" and argument not in GROUPS:
        return f"There is no group “{argument}”. Choose one of: {', '.join(GROUPS)}."
    return None


@actor("subject", "The person it is about")
def subject(question: Question) -> Iterator[Choice]:
    """The person whom the case is about, on leave or not."""
    if person := _subject(question):
        yield Candidate(person.id, f"This step is {person.name}’s own.", "This step is your own.")


@actor("manager", "Their manager")
def manager(question: Question) -> Iterator[Choice]:
    """The primary manager of the subject; then whoever is above, level by level."""
    return _upwards(question, 1)


@actor("manager's manager", "Their manager's manager")
def managers_manager(question: Question) -> Iterator[Choice]:
    """Two levels above the subject; then whoever is above."""
    return _upwards(question, 2)


@actor("levels up", "Somebody so many levels above them", "the number of levels: 1 is the manager")
def levels_up(question: Question) -> Iterator[Choice]:
    """The manager so many levels above the subject; then whoever is above."""
    return _upwards(question, int(question.argument))


@actor("head of unit", "The head of their unit")
def head_of_unit(question: Question) -> Iterator[Choice]:
    """The head of the subject's unit; then the heads of the units above it."""
    if person := _subject(question):
        yield from _heads(question, person.org_unit)


@actor("calibration lead", "The person who leads the calibration group")
def calibration_lead(question: Question) -> Iterator[Choice]:
    """The head of the unit that the variable `group` names; then the heads of the units above it."""
    yield from _heads(question, str(question.variables.get("group") or ""))


@actor("HR partner", "Their HR partner")
def hr_partner(question: Question) -> Iterator[Choice]:
    """The HR partner of the subject; then the HR group, where a colleague can step in."""
    yield from _partner(question)


@actor("compensation owner", "The person who answers for their pay budget")
def compensation_owner(question: Question) -> Iterator[Choice]:
    """The HR partner of the subject, who answers for the pay budget of their people; then the HR group."""
    yield from _partner(question)


@actor("executive", "The first executive above them")
def executive(question: Question) -> Iterator[Choice]:
    """The first person up the line with an executive grade (E1 and above); then the next executive above."""
    for person in question.line():
        if person.is_executive:
            yield Candidate(
                person.id,
                f"{person.name} ({person.grade}) is an executive in the line above {_called(question)}.",
                f"You are an executive ({person.grade}) in the line above {_called(question)}.",
            )


@actor("chief executive", "The chief executive")
def chief_executive(question: Question) -> Iterator[Choice]:
    """The head of the whole organisation."""
    if person := question.organisation.chief_executive():
        yield Candidate(person.id, f"{person.name} leads the whole organisation.", "You lead the whole organisation.")


@actor("group", "A group", "the role: hr, admin or executive")
def group(question: Question) -> Iterator[Choice]:
    """A group, whose members may each take the task."""
    name = GROUPS[question.argument]
    yield ToGroup(question.argument, f"This step belongs to {name}: whoever takes it first does it.")


@actor("person who did", "The person who did an earlier step", "the id of that step")
def person_who_did(question: Question) -> Iterator[Choice]:
    """The person who completed the named step about the same subject; then the subject's managers, upwards."""
    did = question.variables.get("done_by", {}).get(question.argument)
    did = did or question.doers.get((question.subject or "", question.argument))
    if did:
        name, step = _name(question, did), question.argument.replace("_", " ")
        yield Candidate(did, f"{name} did the earlier step “{step}”.", f"You did the earlier step “{step}”.")
    yield from _upwards(question, 1)


@actor("initiator", "The person who started the process")
def initiator(question: Question) -> Iterator[Choice]:
    """The person who started the process ; then whoever is above them."""
    if started := question.initiator:
        yield Candidate(started, f"{_name(question, started)} started this process.", "You started this process.")
        yield from _climb(line_above(question.organisation, started), _name(question, started))


@actor("named person", "A certain person", "the employee id")
def named_person(question: Question) -> Iterator[Choice]:
    """The person whom the diagram names; then whoever is above them."""
    name = _name(question, question.argument)
    yield Candidate(
        question.argument, f"The process names {name} for this step.", "The process names you for this step."
    )
    yield from _climb(line_above(question.organisation, question.argument), name)


def _subject(question: Question) -> PersonOnDay | None:
    return question.organisation.person(question.subject) if question.subject else None


def _name(question: Question, person_id: str) -> str:
    person = question.organisation.person(person_id)
    return person.name if person else person_id


def _called(question: Question) -> str:
    return _name(question, question.subject) if question.subject else "them"


def _upwards(question: Question, levels: int) -> Iterator[Choice]:
    """From so many levels above the subject to the top. A level whose holder has left counts as vacant."""
    level, below = 0, _called(question)
    for person in question.line():
        level += not person.has_left
        if level > levels:
            yield _next_above(person, below)
        elif person.has_left:
            yield _level(question, person, 1)
        elif level == levels:
            yield _level(question, person, levels)
        below = person.name


def _level(question: Question, person: PersonOnDay, levels: int) -> Candidate:
    name, since = _called(question), question.organisation.managed_since(question.subject or "")
    subject_now = _subject(question)
    if levels == 1 and since and subject_now and subject_now.manager_id == person.id:
        day = show_day(since)
        fact = f"{person.name} has been {name}’s manager since {day}."
        return Candidate(person.id, fact, f"You have been {name}’s manager since {day}.")
    where = {1: "next in line", 2: "the manager’s manager"}.get(levels, f"{levels} levels up")
    return Candidate(person.id, f"{person.name} is {where} above {name}.", f"You are {where} above {name}.")


def _climb(line: Iterable[PersonOnDay], below: str) -> Iterator[Choice]:
    for person in line:
        yield _next_above(person, below)
        below = person.name


def _next_above(person: PersonOnDay, below: str) -> Candidate:
    return Candidate(person.id, f"{person.name} is next in line above {below}.", f"You are next in line above {below}.")


def _heads(question: Question, unit_id: str) -> Iterator[Choice]:
    asked = question.organisation.units().get(unit_id)
    for unit, head in heads_from(question.organisation, unit_id):
        of = f"the head of {unit.name}"
        if asked is not None and unit != asked:
            of += f", a unit above {asked.name}"
        yield Candidate(head.id, f"{head.name} is {of}.", f"You are {of}.")


def _partner(question: Question) -> Iterator[Choice]:
    person = _subject(question)
    if person and person.hrbp_id:
        name = _name(question, person.hrbp_id)
        yield Candidate(
            person.hrbp_id, f"{name} is {person.name}’s HR partner.", f"You are {person.name}’s HR partner."
        )
