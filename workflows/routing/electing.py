"""Choosing who votes at a step: everybody the actor names, except those who must not decide.

The same policies as for one person (`choosing`): who is in conflict or has left is not called, who is away is stood in
for. In place of whoever is not called somebody in reserve is, where the step says so; otherwise fewer vote.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from engine import Assignment
from workflows.people.committees import CHAIR, MEMBER, RESERVE
from workflows.routing.choosing import (
    Explanation,
    candidates_of,
    cover,
    heading_of,
    last_resort,
    to_person,
    why_not,
)
from workflows.routing.conflicts import Stakes
from workflows.routing.facts import Question
from workflows.routing.resolvers import GROUPS, Candidate, Unclear
from workflows.voting.settings import REPLACE, read_settings


@dataclass(frozen=True)
class Seat:
    """What a ballot says about its holder's vote, as it is kept with the explanation of the task."""

    role: str
    weight: int
    has_veto: bool
    committee: str = ""


@dataclass(frozen=True)
class Electorate:
    """Who votes, whoever leads first, and the notes about those who do not.

    Where nobody of those who are named may vote, it is one member of a group.
    """

    called: tuple[Assignment, ...]
    notes: tuple[dict[str, str], ...]


def elect(question: Question) -> Assignment:
    """Who gets a ballot when the step begins: all of them, or the first one where they are asked in turn."""
    first, *others = electorate_of(question).called
    if read_settings(question.step.settings).pattern.in_turn:
        return first
    return replace(first, others=tuple(others))


def electorate_of(question: Question, recused: Collection[str] = (), kept: Collection[str] = ()) -> Electorate:
    """Who votes as things are today.

    `recused` are those who have declared that they must not, `kept` those who have voted: nobody is called in their
    place, even if they have left since.
    """
    settings = read_settings(question.step.settings)
    stakes = Stakes.of(question.step, question.variables)
    heading: Explanation = [heading_of(question, stakes)]
    members, reserve, notes = _list_members(question, heading)
    taken = {choice.person_id for choice in members}
    called: list[tuple[Candidate, Assignment]] = []
    for choice in members:
        _call(question, stakes, choice, taken, recused, called, notes)
    if settings.recusal == REPLACE:
        stand = set(kept) & ({choice.person_id for choice in members} - {choice.person_id for choice, _ in called})
        for choice in reserve:
            if len(called) + len(stand) >= len(members):
                break
            _call(question, stakes, choice, taken, recused, called, notes)
    if not called:
        return _nobody_left(question, stakes, heading, notes)
    seats = _lead(members, called, notes, settings.chair_weight)
    noted = tuple(notes)
    return Electorate(tuple(_with_notes(one, seat, heading, noted) for one, seat in seats), noted)


def member_of(assignment: Assignment) -> str | None:
    """Whose vote it is, whoever stands in for them; None where a group has it."""
    return assignment.owner or assignment.assignee


def seat_of(explanation: Collection[dict[str, str]]) -> Seat:
    """The seat that a ballot was handed out for."""
    kept = next((entry for entry in explanation if "seat" in entry), {})
    return Seat(kept.get("seat", MEMBER), int(kept.get("weight", "1")), "veto" in kept, kept.get("committee", ""))


def is_ballot(explanation: Collection[dict[str, str]]) -> bool:
    """Whether a task with this explanation is one of a vote."""
    return any("seat" in entry for entry in explanation)


def _list_members(question: Question, notes: Explanation) -> tuple[list[Candidate], list[Candidate], Explanation]:
    """Those who are to vote and those in reserve, each once, and what was unclear about them."""
    found: dict[str, Candidate] = {}
    unclear: Explanation = []
    for choice in candidates_of(question, unclear):
        if isinstance(choice, Candidate):
            found.setdefault(choice.person_id, choice)
        elif isinstance(choice, Unclear):
            unclear.append({"rule": "R3", "fact": choice.fact})
    members = [choice for choice in found.values() if choice.role != RESERVE]
    return members, [choice for choice in found.values() if choice.role == RESERVE], unclear


def _call(  # noqa: PLR0917 - one candidate, and what is known of the others
    question: Question,
    stakes: Stakes,
    choice: Candidate,
    taken: set[str],
    recused: Collection[str],
    called: list[tuple[Candidate, Assignment]],
    notes: Explanation,
) -> None:
    """Add a candidate to those who are called, or the reason why not to the notes."""
    if choice.person_id in recused:
        notes.append({"rule": "R14", "fact": f"{question.name(choice.person_id)} is recused."})
        return
    passed_over = why_not(question, stakes, choice.person_id)
    if passed_over is None:
        taken.add(choice.person_id)
        called.append((choice, to_person(question, choice, [])))
        return
    rule, reason = passed_over
    if rule == "R7":
        tried: Explanation = []
        if (covered := cover(replace(question, taken=taken), stakes, choice, tried)) is not None:
            taken.add(covered.assignee or "")
            called.append((choice, covered))
            return
        notes.extend(tried)
    notes.append({"rule": rule, "fact": f"{choice.fact.rstrip('.')}, but {reason}: they have no vote here."})


def _lead(
    members: list[Candidate], called: list[tuple[Candidate, Assignment]], notes: Explanation, chair_weight: int
) -> list[tuple[Assignment, Seat]]:
    """The seats of those who are called. Where whoever leads is not among them, the first one leads."""
    roles = [MEMBER if choice.role == RESERVE else choice.role for choice, _ in called]
    if CHAIR not in roles and any(choice.role == CHAIR for choice in members):
        roles[0] = CHAIR
        notes.append({"rule": "lead", "fact": "The first of those who vote leads in their place."})
    return [
        (one, Seat(role, max(choice.weight, chair_weight if role == CHAIR else 1), choice.has_veto, choice.committee))
        for role, (choice, one) in zip(roles, called, strict=True)
    ]


def _with_notes(one: Assignment, seat: Seat, heading: Explanation, notes: tuple[dict[str, str], ...]) -> Assignment:
    kept = {"seat": seat.role, "weight": str(seat.weight), **({"veto": "yes"} if seat.has_veto else {})}
    if seat.committee:
        kept["committee"] = seat.committee
    first, *others = one.explanation
    return replace(one, explanation=[*heading, {**first, **kept}, *others, *notes])


def _nobody_left(question: Question, stakes: Stakes, heading: Explanation, notes: Explanation) -> Electorate:
    group = last_resort(question, stakes)
    fact = f"Nobody who is named for it may vote, so {GROUPS[group]} decide: whoever takes it first."
    explanation = [*heading, *notes, {"rule": "R3", "fact": fact, "seat": CHAIR, "weight": "1"}]
    return Electorate((Assignment(None, group, explanation),), tuple(notes))
