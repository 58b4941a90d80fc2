"""Actors found by walking up the line of the subject."""

from collections.abc import Iterable, Iterator

from workflows.dates import show_day
from workflows.people.facts import PersonOnDay
from workflows.people.grades import is_at_least, rank_of
from workflows.routing.facts import Question
from workflows.routing.resolvers.registry import Candidate, Choice, actor


def _is_level(argument: str) -> str | None:
    if argument.isdecimal() and int(argument) >= 1:
        return None
    return f"“{argument}” is no number of levels. Write 1 for the manager, 2 for the manager's manager, and so on."


def _is_grade(argument: str) -> str | None:
    return None if rank_of(argument) is not None else f"“{argument}” is no grade. Write for instance G8 or E1."


@actor("manager", "Their manager")
def manager(question: Question) -> Iterator[Choice]:
    """The primary manager of the subject; then whoever is above, level by level."""
    return upwards(question, 1)


@actor("manager's manager", "Their manager's manager")
def managers_manager(question: Question) -> Iterator[Choice]:
    """Two levels above the subject; then whoever is above."""
    return upwards(question, 2)


@actor("levels up", "Somebody so many levels above them", "the number of levels: 1 is the manager", check=_is_level)
def levels_up(question: Question) -> Iterator[Choice]:
    """The manager so many levels above the subject; then whoever is above."""
    return upwards(question, int(question.argument))


@actor("first with grade", "The first person above them of a certain grade", "the lowest grade", check=_is_grade)
def first_with_grade(question: Question) -> Iterator[Choice]:
    """The first person up the line of at least that grade; then the next one of it above."""
    for person in question.line():
        if is_at_least(person.grade, question.argument):
            what = f"first above {question.called} of grade {question.argument} or higher"
            yield Candidate(
                person.id,
                f"{person.name} ({person.grade}) is the {what}.",
                f"You ({person.grade}) are the {what}.",
            )


@actor("executive", "The first executive above them")
def executive(question: Question) -> Iterator[Choice]:
    """The first person up the line with an executive grade (E1 and above); then the next executive above."""
    for person in question.line():
        if person.is_executive:
            yield Candidate(
                person.id,
                f"{person.name} ({person.grade}) is an executive in the line above {question.called}.",
                f"You are an executive ({person.grade}) in the line above {question.called}.",
            )


def upwards(question: Question, levels: int) -> Iterator[Choice]:
    """From so many levels above the subject to the top. A level whose holder has left counts as vacant."""
    level, below = 0, question.called
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
    name, since = question.called, question.organisation.managed_since(question.subject or "")
    subject_now = question.person
    if levels == 1 and since and subject_now and subject_now.manager_id == person.id:
        day = show_day(since)
        fact = f"{person.name} has been {name}’s manager since {day}."
        return Candidate(person.id, fact, f"You have been {name}’s manager since {day}.")
    where = {1: "next in line", 2: "the manager’s manager"}.get(levels, f"{levels} levels up")
    return Candidate(person.id, f"{person.name} is {where} above {name}.", f"You are {where} above {name}.")


def climb(line: Iterable[PersonOnDay], below: str) -> Iterator[Choice]:
    for person in line:
        yield _next_above(person, below)
        below = person.name


def _next_above(person: PersonOnDay, below: str) -> Candidate:
    return Candidate(person.id, f"{person.name} is next in line above {below}.", f"You are next in line above {below}.")
