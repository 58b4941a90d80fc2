"""Actors found by the units of the organisation and by who looks after the subject."""

from collections.abc import Iterator

from workflows.people.grades import is_executive
from workflows.routing.facts import Question
from workflows.routing.lines import heads_from
from workflows.routing.resolvers.registry import Candidate, Choice, actor


@actor("head of unit", "The head of their unit")
def head_of_unit(question: Question) -> Iterator[Choice]:
    """The head of the subject's unit; then the heads of the units above it."""
    if person := question.person:
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


@actor("budget owner", "The person whose budget pays for them")
def budget_owner(question: Question) -> Iterator[Choice]:
    """The head of the unit that carries the subject's cost centre; then the heads of the units above it."""
    if person := question.person:
        units = question.organisation.units().values()
        owner = next((unit for unit in units if unit.cost_centre == person.cost_centre), None)
        yield from _heads(question, owner.id if owner else person.org_unit)


@actor("executive of unit", "The executive who answers for a certain unit", "the id of the unit")
def executive_of_unit(question: Question) -> Iterator[Choice]:
    """The first head of an executive grade from that unit upwards; then the next one above."""
    for choice in _heads(question, question.argument):
        head = question.organisation.person(choice.person_id)
        if head is not None and is_executive(head.grade):
            yield choice


@actor("chief executive", "The chief executive")
def chief_executive(question: Question) -> Iterator[Choice]:
    """The head of the whole organisation."""
    if person := question.organisation.chief_executive():
        yield Candidate(person.id, f"{person.name} leads the whole organisation.", "You lead the whole organisation.")


def _heads(question: Question, unit_id: str) -> Iterator[Candidate]:
    asked = question.organisation.units().get(unit_id)
    for unit, head in heads_from(question.organisation, unit_id):
        of = f"the head of {unit.name}"
        if asked is not None and unit != asked:
            of += f", a unit above {asked.name}"
        yield Candidate(head.id, f"{head.name} is {of}.", f"You are {of}.")


def _partner(question: Question) -> Iterator[Choice]:
    person = question.person
    if person and person.hrbp_id:
        name = question.name(person.hrbp_id)
        yield Candidate(
            person.hrbp_id, f"{name} is {person.name}’s HR partner.", f"You are {person.name}’s HR partner."
        )
