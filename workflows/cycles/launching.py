"""Launching a cycle: its instance, and one case for each participant, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import Definition, Instance, Member, Rejection, instances, registry
from engine.feel import Field
from workflows.cycles.models import Case, Cycle
from workflows.cycles.population import (
    STANDARD,
    calibration_group,
    selection_to_json,
    without_late_joiners,
    without_those_on_leave,
)
from workflows.cycles.terms import ALL_OF_IT, terms_of
from workflows.people.facts import PersonOnDay
from workflows.people.models import Person
from workflows.people.organisation import Organisation, Selection, load_organisation
from workflows.routing.situations import WHEN_JOINED_LATE, WHEN_ON_LEAVE, complete_choices, find_choice_problems

CHUNK = 1000

registry.known_variables.update(
    cycle_name=Field("string", label="Name of the cycle", example="Annual review 2026"),
    period_from=Field("date", label="First day of the period", example="2026-01-01"),
    period_to=Field("date", label="Last day of the period", example="2026-12-31"),
    subject=Field("string", label="Whom it is about (employee id)", example="P00004"),
    group=Field("string", label="Calibration group (unit)", example="F00"),
    group_name=Field("string", label="Name of the calibration group", example="Engineering"),
)


class NobodyTakesPart(Rejection):
    """The rule of the population picks nobody."""


def launch(
    session: Session,
    definition: Definition,
    *,
    name: str,
    period: tuple[date, date],
    selection: Selection = STANDARD,
    policies: Mapping[str, str | int] = MappingProxyType({}),
    by: str,
    now: datetime,
) -> Cycle:
    """Launch a cycle for everybody the rule picks today. Their first tasks are handed out by jobs.

    `policies` names what happens in situations of its time, by their variables (`workflows.routing.situations`). Raises
    NobodyTakesPart, or Rejection when the name is empty, the period ends before it begins, or a policy is unknown.
    """
    name = name.strip()
    _check(name, period)
    for problem in find_choice_problems(policies).values():
        raise Rejection(problem)
    chosen = complete_choices(policies)
    there = without_late_joiners(selection, str(chosen[WHEN_JOINED_LATE.variable]), period)
    there = without_those_on_leave(there, str(chosen[WHEN_ON_LEAVE.variable]))
    organisation = load_organisation(session, now.date())
    participants = organisation.select(there)
    if not participants:
        raise NobodyTakesPart("Nobody fits this rule today, so there is nothing to launch. Widen the population.")
    variables = {
        "cycle_name": name,
        "period_from": period[0].isoformat(),
        "period_to": period[1].isoformat(),
        **ALL_OF_IT,
        **chosen,
    }
    instance = instances.start(session, definition, name=name, by=by, now=now, variables=variables)
    cycle = Cycle(
        name=name,
        definition_id=definition.id,
        instance_id=instance.id,
        period_from=period[0],
        period_to=period[1],
        population=selection_to_json(selection),
        state="running",
        launched_by=by,
        launched_at=now,
    )
    session.add(cycle)
    session.flush()
    open_cases_for(session, cycle, organisation, participants, str(chosen[WHEN_ON_LEAVE.variable]))
    return cycle


def _check(name: str, period: tuple[date, date]) -> None:
    if not name:
        raise Rejection("Give the cycle a name, for instance “Annual review 2026”.")
    if period[1] < period[0]:
        raise Rejection("The period ends before it begins. Correct the dates.")


def open_cases_for(
    session: Session, cycle: Cycle, organisation: Organisation, participants: Sequence[PersonOnDay], on_leave: str
) -> dict[str, dict[str, Any]]:
    """Open a case in the cycle for each of these people, and answer with the terms of those that differ from it.

    `on_leave` is what it says about leave. A statement for every thousand people, and for the shares they worked.
    """
    runs = (cycle.launched_at.date(), organisation.on)
    terms = terms_of(session, on_leave, participants, (cycle.period_from, cycle.period_to), runs)
    rows: list[dict[str, Any]] = [
        {
            "cycle_id": cycle.id,
            "root_id": cycle.instance_id,
            "person_id": person.id,
            "manager_id": person.manager_id,
            "org_unit": person.org_unit,
            "calibration_group": calibration_group(organisation, person),
            "state": "open",
            "terms": terms.get(person.id, {}),
        }
        for person in participants
    ]
    for first in range(0, len(rows), CHUNK):
        session.execute(insert(Case), rows[first : first + CHUNK])
    return terms


@registry.population("participants")
def participants_of(session: Session, instance: Instance, now: datetime) -> list[Member]:
    """The participants of the cycle whose cases are open, by name."""
    rows = session.execute(
        select(Person.id, Person.name, Case.terms)
        .join(Case, Case.person_id == Person.id)
        .where(Case.root_id == instance.root_id, Case.state == "open")
        .order_by(Person.name, Person.id)
    )
    return [Member(name, person_id, {"subject": person_id, **terms}) for person_id, name, terms in rows]
