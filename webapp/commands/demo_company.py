"""The company of the demo: its people, their accounts, and its annual review."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import SessionFactory, clock, transaction
from webapp.commands.cycles import launch_latest
from webapp.commands.demo_story import Cast, choose_unit, play_nearly_to_the_end, play_the_beginning
from webapp.commands.packages import deploy_package
from webapp.commands.people import FileHasDefects, take_in
from workflows.cycles.models import Cycle
from workflows.cycles.population import STANDARD
from workflows.cycles.queries import list_cycles
from workflows.people.accounts import ADMIN, HR, create_accounts
from workflows.people.facts import PersonOnDay
from workflows.people.models import Person
from workflows.people.organisation import Organisation, load_organisation
from workflows.people.sample import write_sample
from workflows.routing.receiving import PEOPLE, UNITS

PASSWORD = "a walk in the woods"  # noqa: S105 - the demo prints it for everybody to see
PROCESS = "annual_review"
TEAM = range(4, 11)
"""How many reports the manager of the demo has: enough to see a list, few enough to work it off."""
COMPANY_FOLDER = Path("shared", "data", "northwind")


@dataclass(frozen=True)
class Login:
    """Somebody to sign in as, and what there is to see."""

    name: str
    role: str
    email: str


def prepare(factory: SessionFactory, data: Path | None) -> None:
    """Fill an empty database; what is there already stays as it is."""
    with transaction(factory) as session:
        if session.scalar(select(Person.id).limit(1)) is None:
            _import(session, data or find_company())
        organisation = load_organisation(session, clock.now().date())
        create_accounts(session, password=PASSWORD, now=clock.now(), roles=_roles(organisation))
        known = {cycle.name for cycle in list_cycles(session)}
        if not known:
            deploy_package(session, PROCESS, by=None)
    for cycle, play in _launch(factory, organisation, known):
        play(factory, cycle, _cast(organisation))


def _launch(
    factory: SessionFactory, organisation: Organisation, known: set[str]
) -> Iterator[tuple[Cycle, Callable[[SessionFactory, Cycle, Cast], None]]]:
    """The two cycles of the demo, unless they are there, each with what has happened in it so far."""
    year, by = organisation.on.year, _partners(organisation)[0].id
    unit = choose_unit(organisation, _choose_manager(organisation).id)
    for name, ends, selection, play in (
        (
            f"Mid-year review {year}",
            date(year, 6, 30),
            replace(STANDARD, units=frozenset({unit})),
            play_nearly_to_the_end,
        ),
        (f"Annual review {year}", date(year, 12, 31), STANDARD, play_the_beginning),
    ):
        if name not in known:
            with transaction(factory) as session:
                cycle = launch_latest(session, PROCESS, name, (date(year, 1, 1), ends), selection, by=by)
            yield cycle, play


def _cast(organisation: Organisation) -> Cast:
    manager = _choose_manager(organisation)
    team = _team_of(organisation, manager)
    hr = [partner.id for partner in _partners(organisation)]
    return Cast(hr, manager.id, team[0].id, frozenset(person.id for person in team))


def find_company() -> Path | None:
    """The folder of the company that comes with the sources, where there is one beside them."""
    checkout = Path(__file__).resolve().parents[2]
    places = (place / COMPANY_FOLDER for place in (Path.cwd(), Path.cwd().parent, checkout.parent))
    return next((place for place in places if (place / "people.csv").is_file()), None)


def _import(session: Session, folder: Path | None) -> None:
    with TemporaryDirectory() as made_up:
        if folder is None:
            write_sample(Path(made_up), clock.now().date())
            folder = Path(made_up)
        click.echo(f"Importing the people of {folder if folder.name == COMPANY_FOLDER.name else 'the company'} …")
        reports = take_in(session, {UNITS: folder / "org_units.csv", PEOPLE: folder / "people.csv"}, by="demo")
    for report in reports:
        if report.defects:
            raise FileHasDefects(f"{report.file_name} cannot be used: {report.defects[0]}")


def _roles(organisation: Organisation) -> dict[str, list[str]]:
    """Every HR partner is of HR; the one with the most people administers, too."""
    partners = _partners(organisation)
    return {partner.id: [HR, ADMIN] if partner == partners[0] else [HR] for partner in partners}


def choose_logins(organisation: Organisation) -> list[Login]:
    """An HR partner, a manager with a team, somebody of that team, who approves above, and the executive who signs.

    The executive is not the approver: an approval and a signature need four eyes.
    """
    manager = _choose_manager(organisation)
    team = _team_of(organisation, manager)
    above = [person for person in organisation.managers_up(manager.id) if person.is_active]
    executive = next((person for person in above[1:] if person.is_executive), None)
    found = [
        ("HR", _partners(organisation)[0]),
        ("employee", team[0]),
        (f"manager of a team of {len(team)}", manager),
        ("approves the manager’s proposals", above[0] if above else None),
        ("executive, signs", executive),
    ]
    return [Login(person.name, role, person.email) for role, person in found if person is not None]


def _choose_manager(organisation: Organisation) -> PersonOnDay:
    """The manager with the largest team that is still easy to look through."""
    people = [person for person in organisation.everybody() if _takes_part(person)]
    reports = Counter(person.manager_id for person in people)
    managers = [person for person in people if not person.is_executive and reports[person.id]]
    fitting = [person for person in managers if reports[person.id] in TEAM] or managers
    return max(fitting, key=lambda person: (reports[person.id], person.id))


def _team_of(organisation: Organisation, manager: PersonOnDay) -> list[PersonOnDay]:
    return [person for person in organisation.direct_reports(manager.id) if _takes_part(person)]


def _takes_part(person: PersonOnDay) -> bool:
    return person.is_active and STANDARD.takes(person)


def _partners(organisation: Organisation) -> list[PersonOnDay]:
    """The HR partners, those with the most people first."""
    active = [person for person in organisation.everybody() if person.is_active]
    counted = Counter(person.hrbp_id for person in active if person.hrbp_id).most_common()
    found = (organisation.person(partner) for partner, _ in counted)
    return [partner for partner in found if partner is not None and partner.is_active]
