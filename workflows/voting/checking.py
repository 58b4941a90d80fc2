"""What is asked about the votes of a diagram before it is published: whether those who are to decide exist and may."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from engine import Diagram, Finding, Graph, Step, registry
from workflows.people.committees import CHAIR, RESERVE, SeatOnDay, list_committees
from workflows.routing.conflicts import REWARD_VARIABLES
from workflows.routing.facts import day_of
from workflows.routing.rolls import Rolls
from workflows.voting.settings import VoteSettings, read_settings

PROPOSED = "reward_kind"
NEVER_ON_PAY = {
    "peers": "Whoever has the same manager competes for the same money, so a peer never votes on pay.",
    "project peers": "Whoever works in the same project is a peer, too, and peers never vote on each other’s pay.",
    "direct reports": "They depend on the person whose pay it is, so they never vote on it.",
}
"""The actors whose every member is in conflict where it is about pay, and why (R9, R14)."""


def find_vote_faults(session: Session, diagram: Diagram, now: datetime) -> Iterator[Finding]:
    """What keeps the votes of a diagram from being held as they are drawn, with the committees of the day.

    Two statements a committee, none without a vote.
    """
    votes = [step for step in diagram.steps.values() if step.is_shared]
    rolls = Rolls(session, day_of(now))
    for step in votes:
        actor, argument = step.settings.get("actor", ""), step.settings.get("actorArgument", "").strip()
        if actor == "committee":
            for one in rolls.parts_of(argument) if step.settings.get("actorLevel") else [argument]:
                yield from _committee(session, step, rolls.committee(one), one, now)
        if actor in NEVER_ON_PAY and _is_about_pay(diagram, step):
            remedy = "Let a committee, the managers above or HR decide, or ask them before anything is proposed."
            yield Finding.at(step, f"It is about pay. {NEVER_ON_PAY[actor]}", remedy)


def install() -> None:
    """Let these checks be asked whenever a process is published."""
    registry.use_data_checker(find_vote_faults)


def _committee(
    session: Session, step: Step, found: tuple[str, list[SeatOnDay]] | None, argument: str, now: datetime
) -> Iterable[Finding]:
    if found is None:
        known = ", ".join(one.id for one in list_committees(session, day_of(now)))
        choice = f", or choose one of: {known}." if known else "."
        remedy = f"Make it on the page Committees{choice}"
        return [Finding.at(step, f"There is no committee “{argument}”.", remedy)]
    name, seats = found
    return _seats(step, name, seats, read_settings(step.settings))


def _seats(step: Step, name: str, seats: list[SeatOnDay], settings: VoteSettings) -> Iterator[Finding]:
    """Whether a committee has enough seats for what is asked of it; those in reserve do not count."""
    members = [seat for seat in seats if seat.role != RESERVE]
    if not members:
        remedy = "Give its seats on the page Committees, or choose another."
        yield Finding.at(step, f"Nobody has a seat in the committee “{name}”.", remedy)
        return
    have = f"the committee “{name}” has {_count(len(members), 'member')}"
    remedy = "Give it more seats on the page Committees, or ask for fewer."
    present = settings.attendance.number if settings.attendance else None
    voting = settings.rules.quorum.number if settings.rules.quorum else None
    approving = settings.rules.needs.number if settings.rules.needs else None
    if present is not None and present > len(members):
        yield Finding.at(step, f"{present} have to be there before anybody votes, and {have}.", remedy)
    elif voting is not None and voting > len(members):
        yield Finding.at(step, f"{voting} have to vote, and {have}.", remedy)
    weight = sum(seat.weight for seat in members)
    if approving is not None and approving > weight:
        yield Finding.at(step, f"{approving} have to approve, and {have}, whose votes weigh {weight}.", remedy)
    if _asks_whoever_leads(settings) and all(seat.role != CHAIR for seat in members):
        remedy = "Let somebody lead it on the page Committees, or choose another rule."
        yield Finding.at(step, f"Whoever leads decides here, and nobody leads the committee “{name}”.", remedy)


def _asks_whoever_leads(settings: VoteSettings) -> bool:
    rules = settings.rules
    return settings.pattern.ranks or rules.chair_decides or (rules.needs is None and rules.tie == "chair")


def _count(number: int, noun: str) -> str:
    return f"one {noun}" if number == 1 else f"{number} {noun}s"


def _is_about_pay(diagram: Diagram, step: Step) -> bool:
    """Whether a step sets a reward, or can come after one was proposed: what `conflicts.is_about_pay` finds later."""
    if any(name in REWARD_VARIABLES for name, _ in step.sets):
        return True
    graph = Graph(diagram)
    return any(
        graph.can_follow(step.id, other.id)
        for other in diagram.steps.values()
        if any(name == PROPOSED for name, _ in other.sets)
    )
