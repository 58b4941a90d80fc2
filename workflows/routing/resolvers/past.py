"""Actors found in the past: who managed the subject before, and beside the line."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from workflows.dates import show_day
from workflows.routing.facts import Question
from workflows.routing.lines import line_above
from workflows.routing.resolvers.line import climb, upwards
from workflows.routing.resolvers.registry import Candidate, Choice, Unclear, actor


@actor("former manager", "Their manager before the present one")
def former_manager(question: Question) -> Iterator[Choice]:
    """Whoever managed the subject last in the period, other than today's manager; without one, today's managers."""
    person = question.person
    today = person.manager_id if person else None
    for period in reversed(question.past_managers):
        if period.manager_id not in (None, today, question.subject):
            name = question.name(period.manager_id or "")
            until = show_day(period.last)
            yield Candidate(
                period.manager_id or "",
                f"{name} was {question.called}’s manager until {until}.",
                f"You were {question.called}’s manager until {until}.",
            )
    yield from upwards(question, 1)


@actor("manager before the transfer", "The manager they were transferred from")
def manager_before_the_transfer(question: Question) -> Iterator[Choice]:
    """The manager whom the variable `former_manager` names; then whoever is above that one, without today's manager."""
    former, person = str(question.variables.get("former_manager") or ""), question.person
    if not former:
        yield Unclear("The process does not say who managed them before.")
        return
    name, until = question.name(former), _last_day(question)
    yield Candidate(
        former, f"{name} was {question.called}’s manager{until}.", f"You were {question.called}’s manager{until}."
    )
    today = person.manager_id if person else None
    others = (one for one in line_above(question.organisation, former) if one.id not in (today, question.subject))
    yield from climb(others, name)


def _last_day(question: Question) -> str:
    try:
        return f" until {show_day(date.fromisoformat(str(question.variables.get('served_to'))))}"
    except ValueError:
        return ""


@actor("majority manager", "Their manager for most of the period")
def majority_manager(question: Question) -> Iterator[Choice]:
    """Whoever managed the subject on most days of the period, the later one where it is even; then the others."""
    days: Counter[str] = Counter()
    for period in reversed(question.past_managers):
        if period.manager_id is not None and period.manager_id != question.subject:
            days[period.manager_id] += period.days
    for manager_id, count in days.most_common():
        name = question.name(manager_id)
        yield Candidate(
            manager_id,
            f"{name} was {question.called}’s manager on {count} days of the period.",
            f"You were {question.called}’s manager on {count} days of the period.",
        )
    yield from upwards(question, 1)


@actor("dotted-line manager", "Their dotted-line manager")
def dotted_line_manager(question: Question) -> Iterator[Choice]:
    """The first of the dotted-line managers by name, then the others; without one, the managers of the line."""
    for manager in question.organisation.dotted_managers(question.subject or ""):
        yield Candidate(
            manager.id,
            f"{manager.name} is a dotted-line manager of {question.called}.",
            f"You are a dotted-line manager of {question.called}.",
        )
    yield from upwards(question, 1)
