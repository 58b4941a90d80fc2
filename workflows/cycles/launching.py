"""Launching a cycle: its instance, and one case for each participant, in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import instances, registry
from engine.errors import Rejection
from engine.feel import Field
from engine.models import Definition, Instance
from engine.registry import Member
from workflows.cycles.models import Case, Cycle
from workflows.cycles.population import STANDARD, calibration_group, selection_to_json
from workflows.people.facts import PersonOnDay
from workflows.people.models import Person
from workflows.people.organisation import Organisation, Selection, load_organisation

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
    by: str,
    now: datetime,
) -> Cycle:
    """Launch a cycle for everybody the rule picks today. Their first tasks are handed out by jobs.

    Raises NobodyTakesPart, or Rejection when the name is empty or the period ends before it begins.
    """
    name = name.strip()
    _check(name, period)
    organisation = load_organisation(session, now.date())
    participants = organisation.select(selection)
    if not participants:
        raise NobodyTakesPart("Nobody fits this rule today, so there is nothing to launch. Widen the population.")
    variables = {"cycle_name": name, "period_from": period[0].isoformat(), "period_to": period[1].isoformat()}
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
    _open_cases(session, cycle, organisation, participants)
    return cycle


def _check(name: str, period: tuple[date, date]) -> None:
    if not name:
        raise Rejection("Give the cycle a name, for instance “Annual review 2026”.")
    if period[1] < period[0]:
        raise Rejection("The period ends before it begins. Correct the dates.")


def _open_cases(
    session: Session, cycle: Cycle, organisation: Organisation, participants: Sequence[PersonOnDay]
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "cycle_id": cycle.id,
            "root_id": cycle.instance_id,
            "person_id": person.id,
            "manager_id": person.manager_id,
            "org_unit": person.org_unit,
            "calibration_group": calibration_group(organisation, person),
            "state": "open",
        }
        for person in participants
    ]
    for first in range(0, len(rows), CHUNK):
        session.execute(insert(Case), rows[first : first + CHUNK])


@registry.population("participants")
def participants_of(session: Session, instance: Instance, now: datetime) -> list[Member]:
    """The participants of the cycle whose cases are open, by name."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Case, Case.person_id == Person.id)
        .where(Case.root_id == instance.root_id, Case.state == "open")
        .order_by(Person.name, Person.id)
    )
    return [Member(name, person_id, {"subject": person_id}) for person_id, name in rows]
