"""The people of these stories, as rows.

Olga leads the company; Mara leads Engineering below her, Ben a team below Mara, with Ann, Carl and Nina in it.
Hugo is everybody's HR partner and reports to Rita, who leads HR below Olga; Hugo's own HR partner is Rita.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from engine.diagram import Step
from workflows.people.models import (
    ACTIVE,
    Account,
    Import,
    OrgUnit,
    OrgUnitVersion,
    Person,
    PersonVersion,
    ProjectMembership,
)

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
START = date(2024, 3, 1)


@dataclass(frozen=True)
class Somebody:
    """What matters for routing about a person."""

    id: str
    manager: str | None = None
    unit: str = "TEAM"
    grade: str = "G4"
    status: str = ACTIVE
    hrbp: str | None = "hugo"
    zone: str = "Europe/Berlin"


CAST = [
    Somebody("olga", None, "TOP", "E3"),
    Somebody("mara", "olga", "ENG", "E1"),
    Somebody("ben", "mara", grade="G8", zone="America/Sao_Paulo"),
    Somebody("ann", "ben"),
    Somebody("carl", "ben"),
    Somebody("nina", "ben"),
    Somebody("rita", "olga", "HR", "E1"),
    Somebody("hugo", "rita", "HR", "G6", hrbp="rita"),
]
UNITS = [("TOP", None, "olga"), ("ENG", "TOP", "mara"), ("TEAM", "ENG", "ben"), ("HR", "TOP", "rita")]


def bring(session: Session, people: Iterable[Somebody], units: Iterable[tuple[str, str | None, str | None]]) -> None:
    """Write people and units that have been like that since `START`."""
    people, units = list(people), list(units)
    session.add_all(OrgUnit(id=unit) for unit, _, _ in units)
    session.add_all(person_of(somebody) for somebody in people)
    session.flush()
    session.add_all(
        OrgUnitVersion(
            unit_id=unit, valid_from=START, name=unit.title(), parent_id=parent, head_id=head, cost_centre="CC"
        )
        for unit, parent, head in units
    )
    session.add_all(version_of(somebody, START) for somebody in people)
    session.flush()


def become(session: Session, somebody: Somebody, since: date = TODAY) -> None:
    """Let other things be true of a person from a day on."""
    version = session.get_one(PersonVersion, (somebody.id, START))
    version.valid_to = since
    session.add(version_of(somebody, since))
    session.flush()


def join(session: Session, project: str, *members: str, lead: str = "", since: date = START) -> None:
    """Let these people be in a project from a day on, and one of them lead it."""
    session.add_all(
        ProjectMembership(project=project, person_id=who, valid_from=since, is_lead=who == lead)
        for who in {*members, lead} - {""}
    )
    session.flush()


def sign_up(session: Session, person_id: str, *roles: str) -> None:
    """Give somebody an account with these roles."""
    session.add(
        Account(
            person_id=person_id,
            password_hash="",
            roles=list(roles),
            session_token=person_id,
            created_at=NOW,
        )
    )
    session.flush()


def user_step(identifier: str, actor: str, argument: str = "", **settings: str) -> Step:
    """A user task of a diagram."""
    given = {"actor": actor, **({"actorArgument": argument} if argument else {}), **settings}
    sets = (("reward_outcome", "outcome"),) if "reward" in identifier else ()
    return Step(identifier, "userTask", identifier.replace("_", " ").capitalize(), "review", given, sets)


def person_of(somebody: Somebody) -> Person:
    """The row of a person, whenever they are looked at."""
    return Person(
        id=somebody.id,
        name=somebody.id.title(),
        email=f"{somebody.id}@company.example",
        language="en",
        time_zone=somebody.zone,
        hire_date=START,
    )


def version_of(somebody: Somebody, since: date) -> PersonVersion:
    """The version of a person that begins on `since`."""
    return PersonVersion(
        person_id=somebody.id,
        valid_from=since,
        manager_id=somebody.manager,
        org_unit=somebody.unit,
        site="Berlin",
        country="DE",
        works_council=False,
        job_title="Specialist",
        grade=somebody.grade,
        job_family="Engineering",
        employment_type="employee",
        status=somebody.status,
        hrbp_id=somebody.hrbp,
        cost_centre="CC",
        fte=Decimal(1),
        salary=Decimal(50000),
        currency="EUR",
        bonus_target_pct=Decimal(8),
    )


def an_import() -> Import:
    """The row that an import leaves."""
    return Import(
        kind="people",
        file_name="people.csv",
        digest="",
        imported_by="hugo",
        imported_at=datetime(2026, 11, 22, tzinfo=UTC),
        effective=TODAY,
        rows=0,
        added=0,
        changed=0,
        unchanged=0,
    )
