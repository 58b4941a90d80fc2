"""What is wrong with answers that name somebody outside, said at their fields before the form is handed in.

The router would give the step to HR, or to the colleague whose address it is; whoever names somebody can still mend it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import OpenTask
from workflows.outside.naming import (
    LONGEST_NAME,
    NO_ADDRESS,
    NO_NAME,
    WRONG_ADDRESS,
    WRONG_NAME,
    list_colleagues,
    read_outsider,
)
from workflows.outside.steps import ACTOR, answers_of
from workflows.people.search import name_people
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.hooks import before_submit
from workflows.routing.facts import day_of

ADVICE = {
    NO_ADDRESS: "Give their e-mail address, too: the link is sent to it.",
    WRONG_ADDRESS: "This is no e-mail address. Write one alone, as in vera@client.example.",
    NO_NAME: "Give their name, too: the mail to them begins with it.",
    WRONG_NAME: f"Write their name alone, in at most {LONGEST_NAME} letters: no figures, signs or addresses.",
}
"""What to write instead of what nobody can be asked by."""
TWICE = "Somebody is named by this address already. Name somebody else."


@dataclass(frozen=True)
class Naming:
    """The questions of a form by which somebody outside is named, and the variable that keeps the address."""

    address: str
    name: str
    variable: str


@before_submit
def find_faults(
    session: Session, found: OpenTask, answers: Mapping[str, Any], by: str, now: datetime
) -> dict[str, str]:
    """What is wrong, by question. One statement where somebody is named, and one more for the name of a colleague."""
    asked = [one for one in _namings(found) if answers.get(one.address) or answers.get(one.name)]
    if not asked:
        return {}
    read = {one: read_outsider(answers.get(one.address), answers.get(one.name)) for one in asked}
    faults = {one.name if it.is_misnamed else one.address: ADVICE[it.problem] for one, it in read.items() if it.problem}
    named = {one: it.address.lower() for one, it in read.items() if not it.problem}
    colleagues = list_colleagues(session, set(named.values()), day_of(now)) if named else {}
    before = _named_before(found, asked)
    for one, address in named.items():
        if address in colleagues:
            faults[one.address] = _say_colleague(session, colleagues[address], by)
        elif address in before:
            faults[one.address] = TWICE
        before.add(address)
    return faults


def invent_names(found: OpenTask) -> dict[str, str]:
    """Answers that name somebody to every question that names somebody outside: for whoever plays without people."""
    namings = enumerate(_namings(found), start=1)
    pairs = [{one.address: f"somebody{at}@elsewhere.example", one.name: "Somebody Elsewhere"} for at, one in namings]
    return {key: answer for pair in pairs for key, answer in pair.items()}


def _say_colleague(session: Session, person_id: str, by: str) -> str:
    if person_id == by:
        return "This is your own address. Name somebody outside."
    who = name_people(session, [person_id])[person_id]
    return f"This is the address of {who}, who works here. Ask {who} as a colleague, and name somebody outside here."


def _namings(found: OpenTask) -> list[Naming]:
    """The pairs of questions that the step keeps for a step of people outside, each as it was answered."""
    kept = {name: text.strip() for name, text in found.step.sets}
    pairs = dict.fromkeys(pair for pair in _pairs(found) if kept.keys() >= set(pair))
    if not pairs:
        return []
    asked = {str(field.key[0]) for field in questionnaire_of(found.program, found.step).fields() if len(field.key) == 1}
    namings = [Naming(kept[address], kept[name], address) for address, name in pairs]
    return [one for one in namings if {one.address, one.name} <= asked]


def _pairs(found: OpenTask) -> Iterator[tuple[str, str]]:
    """The variables with the address and with the name, for each step of people outside."""
    for step in found.program.diagram.steps.values():
        if step.settings.get("actor") == ACTOR:
            yield answers_of(step.settings.get("actorArgument", ""))


def _named_before(found: OpenTask, asked: list[Naming]) -> set[str]:
    """The addresses by which other steps of the case have named somebody."""
    now = {one.variable for one in asked} | {name for name, _ in found.step.sets}
    kept = (found.instance.variables.get(address) for address, _ in _pairs(found) if address not in now)
    return {one.strip().lower() for one in kept if isinstance(one, str) and one.strip()}
