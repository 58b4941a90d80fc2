"""Actors that name several people, who decide together by a vote. Each lists all of them, whoever leads first."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine import StepFailed
from workflows.people.accounts import EXECUTIVE
from workflows.people.committees import CHAIR, MEMBER
from workflows.people.grades import is_at_least, rank_of
from workflows.routing.facts import Question
from workflows.routing.resolvers.named import find_expression_problem, find_group_problem
from workflows.routing.resolvers.registry import GROUPS, Candidate, Choice, Unclear, actor


def _find_limit_problem(argument: str) -> str | None:
    return None if rank_of(argument) is not None else find_expression_problem(argument)


def find_level_problem(settings: Mapping[str, str]) -> str | None:
    """What is wrong with the level by which a committee is chosen, as a sentence; None when nothing is."""
    if settings.get("actor") != "committee":
        return "Only a committee has levels. Choose one, or take the level away."
    return find_expression_problem(settings["actorLevel"])


@actor("committee", "A committee", "the id of the committee", several=True)
def committee(question: Question) -> Iterator[Choice]:
    """Everybody with a seat in the committee today, or in its level for the case; whoever leads it leads the vote."""
    committee_id, rolls = question.argument, question.rolls
    named = question.step.settings.get("actorLevel", "").strip()
    if rolls is not None and named:
        committee_id = rolls.level(committee_id, _evaluate(question, named))
    found = rolls.committee(committee_id) if rolls else None
    if found is None:
        yield Unclear(f"There is no committee “{committee_id}”.")
        return
    name, seats = found
    if not seats:
        yield Unclear(f"Nobody has a seat in the committee “{name}”.")
    for seat in seats:
        does = {CHAIR: "leads", MEMBER: "is a member of"}.get(seat.role, "is in reserve for")
        you = {CHAIR: "lead", MEMBER: "are a member of"}.get(seat.role, "are in reserve for")
        yield Candidate(
            seat.person_id,
            f"{seat.name} {does} the committee “{name}”.",
            f"You {you} the committee “{name}”.",
            role=seat.role,
            weight=seat.weight,
            has_veto=seat.has_veto,
            committee=committee_id,
        )


@actor(
    "everybody of group",
    "Everybody of a group",
    "the role: hr, admin, executive or board",
    check=find_group_problem,
    several=True,
)
def everybody_of_group(question: Question) -> Iterator[Choice]:
    """Every member of the group; nobody leads."""
    name = GROUPS[question.argument]
    if question.argument == EXECUTIVE:
        members = sorted(person.id for person in question.organisation.everybody() if person.is_executive)
    else:
        members = question.rolls.with_role(question.argument) if question.rolls else []
    for person_id in members:
        yield Candidate(person_id, f"{question.name(person_id)} is one of {name}.", f"You are one of {name}.")


@actor("all managers", "Their manager and the dotted-line managers", several=True)
def all_managers(question: Question) -> Iterator[Choice]:
    """Everybody the person reports to: the manager leads, then the dotted-line managers by name."""
    called = question.called
    manager = next((person for person in question.line() if not person.has_left), None)
    if manager is not None:
        yield Candidate(
            manager.id, f"{manager.name} is {called}’s manager.", f"You are {called}’s manager.", role=CHAIR
        )
    for dotted in question.organisation.dotted_managers(question.subject or ""):
        yield Candidate(
            dotted.id,
            f"{dotted.name} is a dotted-line manager of {called}.",
            f"You are a dotted-line manager of {called}.",
        )


@actor("direct reports", "Everybody who reports to them", several=True)
def direct_reports(question: Question) -> Iterator[Choice]:
    """Everybody who reports straight to the person, by name; nobody leads."""
    for report in question.organisation.direct_reports(question.subject or ""):
        yield Candidate(report.id, f"{report.name} reports to {question.called}.", f"You report to {question.called}.")


@actor("peers", "Everybody who has the same manager", several=True)
def peers(question: Question) -> Iterator[Choice]:
    """Everybody else who reports to the manager of the person, by name; nobody leads."""
    manager = question.organisation.manager_of(question.subject or "")
    for peer in question.organisation.direct_reports(manager.id) if manager else ():
        if peer.id != question.subject:
            yield Candidate(
                peer.id,
                f"{peer.name} has the same manager as {question.called}.",
                f"You have the same manager as {question.called}.",
            )


@actor(
    "line up to",
    "Everybody above them up to a grade",
    "a grade, or a FEEL expression that gives one",
    check=_find_limit_problem,
    several=True,
)
def line_up_to(question: Question) -> Iterator[Choice]:
    """Everybody above the person, the nearest first, up to the first of the grade: the last one who decides."""
    limit = _limit(question)
    if rank_of(str(limit)) is None:
        yield Unclear(f"“{question.argument}” gives “{limit}”, which is no grade.")
        return
    for person in question.line():
        if person.has_left:
            continue
        above = f"above {question.called} in the line"
        yield Candidate(person.id, f"{person.name} ({person.grade}) is {above}.", f"You ({person.grade}) are {above}.")
        if is_at_least(person.grade, str(limit)):
            return


@actor(
    "everybody named",
    "Everybody an expression names",
    "a FEEL expression that gives a list of employee ids",
    check=find_expression_problem,
    several=True,
)
def everybody_named(question: Question) -> Iterator[Choice]:
    """Everybody of the list that a FEEL expression gives; the first of them leads."""
    found = _work_out(question)
    named = found if isinstance(found, list) else [found]
    role = CHAIR
    for person_id in named:
        if isinstance(person_id, str) and person_id:
            fact = f"{question.name(person_id)} votes: “{question.argument}” names them."
            yield Candidate(person_id, fact, "The process names you for this vote.", role=role)
            role = MEMBER
        else:
            yield Unclear(f"“{question.argument}” gives “{person_id}”, which is no employee id.")


def _limit(question: Question) -> Any:
    return question.argument if rank_of(question.argument) is not None else _work_out(question)


def _work_out(question: Question) -> Any:
    return _evaluate(question, question.argument)


def _evaluate(question: Question, text: str) -> Any:
    try:
        return question.value_of(text)
    except StepFailed as error:
        return str(error)
