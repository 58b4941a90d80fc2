"""What an actor is, and the one list of them that routing, the publish checks and the designer read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workflows.people.accounts import ADMIN, BOARD, EXECUTIVE, HR
from workflows.people.committees import MEMBER
from workflows.routing.facts import Question

GROUPS = {
    HR: "the HR group",
    ADMIN: "the administrators",
    EXECUTIVE: "the executives",
    BOARD: "the board",
}
"""The groups a task can go to, as they are called in a sentence. `executive` follows from the grade."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who comes into question, and why; the second sentence is for the eyes of that person.

    In a vote, `role` is chair, member or reserve, `weight` how much their vote counts, and `has_veto` whether it is
    enough to reject; `committee` is the one they sit in, by its id.
    """

    person_id: str
    fact: str
    to_holder: str
    role: str = MEMBER
    weight: int = 1
    has_veto: bool = False
    committee: str = ""


@dataclass(frozen=True)
class ToGroup:
    """A group that comes into question."""

    group: str
    fact: str


@dataclass(frozen=True)
class Unclear:
    """Why the actor as drawn names nobody in this case, as a sentence: it is noted, and the next choice follows."""

    fact: str


Choice = Candidate | ToGroup | Unclear
Resolver = Callable[[Question], Iterator[Choice]]
Check = Callable[[str], str | None]


@dataclass(frozen=True)
class Actor:
    """A resolver with its plain-language label.

    `argument` says what has to be added to the name, if anything; `check` tells what is wrong with it, as a sentence.
    With `several`, all of them are meant and not the first who may: they vote.
    """

    name: str
    label: str
    argument: str | None
    candidates: Resolver
    check: Check
    several: bool = False

    @property
    def help(self) -> str:
        """What the resolver does, in a sentence or two."""
        return " ".join((self.candidates.__doc__ or "").split())


ACTORS: dict[str, Actor] = {}


def _anything(_argument: str) -> None:
    return None


def actor(
    name: str, label: str, argument: str | None = None, *, check: Check = _anything, several: bool = False
) -> Callable[[Resolver], Resolver]:
    """Register a resolver under the name that diagrams use."""

    def register(candidates: Resolver) -> Resolver:
        ACTORS[name] = Actor(name, label, argument, candidates, check, several)
        return candidates

    return register


def find_problem(name: str, argument: str) -> str | None:
    """What is wrong with an actor as written in a diagram, as a sentence; None when nothing is."""
    known = ACTORS.get(name)
    if known is None:
        return f"“{name}” is no actor. Choose one of: {', '.join(ACTORS)}."
    if known.argument is not None and not argument:
        return f"“{known.label}” needs {known.argument}."
    return known.check(argument)


def find_number_problem(name: str, *, votes: bool) -> str | None:
    """Whether an actor names several where one is asked for, or the other way round, as a sentence."""
    if ACTORS[name].several == votes:
        return None
    if votes:
        several = ", ".join(actor.name for actor in ACTORS.values() if actor.several)
        return f"“{name}” names one person, and a vote needs several. Choose one of: {several}."
    return f"“{name}” names several people. Choose how they vote, or choose one person."
