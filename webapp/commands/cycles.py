"""reviewflow launch: starting a cycle for everybody a rule picks."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from threading import Event
from typing import Any

import click
from sqlalchemy.orm import Session

from engine import SessionFactory, clock, definitions, jobs, reading, transaction
from webapp.commands.accounts import find_person
from webapp.commands.installation import Installation, open_installation
from webapp.commands.printing import json_option, print_json, print_table, progress
from workflows.cycles.launching import launch as launch_cycle
from workflows.cycles.models import Cycle
from workflows.cycles.population import Preview, preview, without_late_joiners, without_those_on_leave
from workflows.cycles.progress import progress_of
from workflows.cycles.queries import get_cycle
from workflows.people.models import ACTIVE, ON_LEAVE, STATUSES
from workflows.people.organisation import Selection
from workflows.routing.situations import NUMBERS, SITUATIONS, WHEN_JOINED_LATE, WHEN_ON_LEAVE

SHOWN_PROBLEMS = 20
JOBS_AT_ONCE = 2

POPULATION = (
    ("status", "statuses", (ACTIVE, ON_LEAVE), "Status of employment", click.Choice(STATUSES)),
    ("employment-type", "employment_types", ("employee",), "Type of employment", None),
    ("unit", "units", (), "Organisation unit, with those below it", None),
    ("grade", "grades", (), "Grade", None),
    ("site", "sites", (), "Site", None),
    ("country", "countries", (), "Country", None),
    ("job-family", "job_families", (), "Job family", None),
)


def population_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say who takes part; each may be given several times."""
    for name, field, default, help_text, kind in reversed(POPULATION):
        default_text = " or ".join(default) if default else "any"
        command = click.option(
            f"--{name}",
            field,
            multiple=True,
            default=default,
            type=kind,
            help=f"{help_text}; {default_text} if not given.",
        )(command)
    return command


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what happens in situations of the cycle's time."""
    for situation in reversed(SITUATIONS.values()):
        for number in reversed(situation.numbers):
            command = click.option(
                f"--{number.variable.replace('_', '-')}",
                number.variable,
                type=click.IntRange(number.least, number.most),
                default=number.default,
                show_default=True,
                help=f"{situation.label}: {number.label.lower()} so many {number.unit}.",
            )(command)
        command = click.option(
            f"--{situation.variable.replace('_', '-')}",
            situation.variable,
            type=click.Choice([choice.name for choice in situation.choices]),
            default=situation.default,
            show_default=True,
            help=f"{situation.label}.",
        )(command)
    return command


@click.command()
@click.argument("process")
@click.option("--name", required=True, help="What people see, for instance “Annual review 2026”.")
@click.option("--from", "begins", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@click.option("--to", "ends", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@click.option("--by", required=True, metavar="PERSON", help="Who launches it: employee id or e-mail address.")
@population_options
@click.option("--hired-before", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Only who was there before.")
@policy_options
@click.option("--dry-run", is_flag=True, help="Show who would take part; launch nothing.")
@click.option("--wait", is_flag=True, help="Hand out the first tasks before the command ends.")
@json_option
def launch(process: str, name: str, by: str, *, dry_run: bool, wait: bool, as_json: bool, **rule: Any) -> None:
    """Launch a cycle of PROCESS, the key of a deployed process such as annual_review.

    Without --wait the workers hand out the first tasks in the background.
    """
    installation = open_installation()
    period = (rule.pop("begins").date(), rule.pop("ends").date())
    policies = {variable: rule.pop(variable) for variable in (*SITUATIONS, *NUMBERS)}
    selection = read_rule(**rule)
    if dry_run:
        with reading(installation.factory) as session:
            definitions.latest(session, process)
            selection = without_late_joiners(selection, policies[WHEN_JOINED_LATE.variable], period)
            selection = without_those_on_leave(selection, policies[WHEN_ON_LEAVE.variable])
            _print_preview(preview(session, selection, clock.now().date()), as_json=as_json)
        return
    with transaction(installation.factory) as session:
        person = find_person(session, by).id
        cycle = launch_latest(session, process, name, period, selection, policies=policies, by=person)
    if wait:
        hand_out_first_tasks(installation.factory, cycle.id)
    _tell(installation, cycle.id, as_json=as_json)


def read_rule(*, hired_before: datetime | None, **wanted: tuple[str, ...]) -> Selection:
    """The rule behind `population_options`."""
    sets = {field: frozenset(values) for field, values in wanted.items()}
    return Selection(**sets, hired_before=hired_before.date() if hired_before else None)


def launch_latest(
    session: Session,
    process: str,
    name: str,
    period: tuple[date, date],
    selection: Selection,
    *,
    policies: Mapping[str, str | int] | None = None,
    by: str,
) -> Cycle:
    """Launch the newest version of a process. Raises NotFound and what launching raises."""
    definition = definitions.latest(session, process)
    return launch_cycle(
        session,
        definition,
        name=name,
        period=period,
        selection=selection,
        policies=policies or {},
        by=by,
        now=clock.now(),
    )


def hand_out_first_tasks(factory: SessionFactory, cycle_id: int) -> None:
    """Do what is due, beside any worker that does so too, and show how many cases have begun."""
    cases, _ = _count(factory, cycle_id)
    with progress("Handing out the first tasks", cases) as bar:
        while jobs.is_any_due(factory, clock.now()):
            if not jobs.drain(factory, limit=JOBS_AT_ONCE):
                # Another worker holds what is left.
                Event().wait(0.1)
            bar.update(_count(factory, cycle_id)[1] - bar.pos)


def _count(factory: SessionFactory, cycle_id: int) -> tuple[int, int]:
    """How many cases a cycle has, and how many of them have begun."""
    with reading(factory) as session:
        found = progress_of(session, get_cycle(session, cycle_id), clock.now())
    return found.cases, min(found.cases, max((fan_out.started for fan_out in found.fan_outs), default=0))


def _tell(installation: Installation, cycle_id: int, *, as_json: bool) -> None:
    with reading(installation.factory) as session:
        cycle = get_cycle(session, cycle_id)
    cases, begun = _count(installation.factory, cycle_id)
    if as_json:
        print_json({"cycle": cycle.id, "name": cycle.name, "cases": cases, "begun": begun})
        return
    click.echo(f"{cycle.name} is launched as cycle {cycle.id}: {cases:,} cases, {begun:,} of them have begun.")
    if begun < cases:
        click.echo(f"Workers hand out the other first tasks. Look again: reviewflow status --cycle {cycle.id}")


def _print_preview(found: Preview, *, as_json: bool) -> None:
    if as_json:
        problems = [{"person": problem.person.id, "problem": problem.text} for problem in found.problems]
        print_json(
            {
                "participants": [person.id for person in found.participants],
                "left_out": found.left_out,
                "problems": problems,
                "by_unit": dict(found.by_unit),
                "by_country": dict(found.by_country),
            }
        )
        return
    click.echo(f"{len(found.participants):,} people would take part.")
    for title, rows in (("left out", found.left_out.items()), ("unit", found.by_unit), ("country", found.by_country)):
        if rows:
            click.echo()
            print_table((title, "people"), list(rows))
    if found.problems:
        click.echo()
        shown = [(problem.person.id, problem.person.name, problem.text) for problem in found.problems[:SHOWN_PROBLEMS]]
        print_table(("id", "needs attention", "because the person"), shown)
        if len(found.problems) > SHOWN_PROBLEMS:
            click.echo(f"  {len(found.problems) - SHOWN_PROBLEMS:,} more; see them with --json")
