"""reviewflow simulate: a dry run of a process on the real organisation, before anybody launches it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import click
import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Definition, NotFound, Rejection, SessionFactory, clock, definitions, read_diagram, reading
from webapp.commands.accounts import find_person
from webapp.commands.cycles import population_options, read_rule
from webapp.commands.installation import open_installation
from webapp.commands.packages import find_package
from webapp.commands.printing import json_option, print_json, print_table, progress
from workflows.dates import show_day
from workflows.people.accounts import HR
from workflows.people.models import Account
from workflows.simulation.assuming import FILE_NAME, load_assumptions, usual_assumptions
from workflows.simulation.assumptions import read_assumptions
from workflows.simulation.comparing import compare
from workflows.simulation.dry_run import Follow, Moment, Plan, play_dry_run
from workflows.simulation.report import Finish, Report, read_report

MORNING = time(8)
SHOWN_PEOPLE, SHOWN_DAYS, SHOWN_AFFECTED = 20, 10, 5
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("process")
@click.option("--name", help="What the cycle would be called; the name of the process if not given.")
@click.option(
    "--from", "begins", type=DAY, metavar="DATE", help="First day of the period; that of the year if not given."
)
@click.option("--to", "ends", type=DAY, metavar="DATE", help="Last day of the period; that of the year if not given.")
@click.option("--on", "launched", type=DAY, metavar="DATE", help="The day of the launch; today if not given.")
@click.option("--by", metavar="PERSON", help="Who would launch it; somebody of HR if not given.")
@population_options
@click.option("--hired-before", type=DAY, metavar="DATE", help="Only who was there before.")
@click.option("--assumptions", type=click.Path(path_type=Path), metavar="FILE", help="What to assume, as TOML or JSON.")
@click.option("--seed", type=click.IntRange(0), help="Draw other chances; the same seed gives the same report.")
@click.option("--against", type=click.Path(path_type=Path), metavar="FILE", help="Compare with a report kept as JSON.")
@click.option("--progress", "shows_progress", is_flag=True, help="Show how far it is.")
@json_option
def simulate(process: str, *, against: Path | None, shows_progress: bool, as_json: bool, **asked: Any) -> None:
    """Play PROCESS on the real organisation: who gets how many tasks, when it ends, what will not work.

    PROCESS is the key of a published process, or a package that is not published yet: a folder, a zip or a diagram.
    It is played on a copy in memory, with invented answers. Nothing is written, nobody is told.
    """
    installation = open_installation()
    earlier = None if against is None else _read_earlier(against)
    launched: datetime | None = asked.pop("launched")
    now = clock.now() if launched is None else datetime.combine(launched.date(), MORNING, UTC)
    period = _read_period(asked.pop("begins"), asked.pop("ends"), now.date())
    with reading(installation.factory) as session:
        plan = _make_plan(session, process, period, **asked)
    report = _play(installation.factory, plan, now, shows_progress=shows_progress)
    differences = None if earlier is None else compare(earlier, report)
    if as_json:
        print_json(report.as_json() if differences is None else {**report.as_json(), "differences": differences})
    else:
        _print(report, differences)


def _read_period(begins: datetime | None, ends: datetime | None, today: date) -> tuple[date, date]:
    """The period that is reviewed; what is not said is that of the year of the launch."""
    return (
        begins.date() if begins else date(today.year, 1, 1),
        ends.date() if ends else date(today.year, 12, 31),
    )


def _make_plan(
    session: Session,
    process: str,
    period: tuple[date, date],
    *,
    name: str | None,
    by: str | None,
    assumptions: Path | None,
    seed: int | None,
    **rule: Any,
) -> Plan:
    found, files = _find_process(session, process)
    key, title = (found.key, found.name) if found else _name_of(files or {})
    beside = Path(process) / FILE_NAME
    assumed = usual_assumptions(key)
    for path in (beside if beside.is_file() else None, assumptions):
        assumed = assumed if path is None else load_assumptions(path, assumed)
    if seed is not None:
        assumed = read_assumptions({"seed": seed}, assumed)
    return Plan(
        name=name or title,
        period=period,
        by=find_person(session, by).id if by else _somebody_of_hr(session),
        definition_id=found.id if found else None,
        files=files,
        selection=read_rule(**rule),
        assumptions=assumed,
    )


def _find_process(session: Session, process: str) -> tuple[Definition | None, dict[str, bytes] | None]:
    """A file or folder before a published process, and that before a shipped one that nobody has published."""
    if not Path(process).exists():
        try:
            return definitions.latest(session, process), None
        except NotFound:
            pass
    return None, find_package(process)


def _name_of(files: dict[str, bytes]) -> tuple[str, str]:
    drawn = next(path for path in files if path.endswith(".bpmn"))
    diagram = read_diagram(files[drawn], drawn)
    return diagram.key, diagram.name


def _somebody_of_hr(session: Session) -> str:
    accounts = session.execute(select(Account.person_id, Account.roles).order_by(Account.person_id))
    found = next((person for person, roles in accounts if HR in roles), None)
    if found is None:
        raise Rejection("Nobody of HR has an account yet. Say with --by who would launch the cycle.")
    return found


def _play(factory: SessionFactory, plan: Plan, now: datetime, *, shows_progress: bool) -> Report:
    if not shows_progress:
        return play_dry_run(factory, plan, now)
    with _showing(plan.name) as follow:
        return play_dry_run(factory, plan, now, follow)


@contextmanager
def _showing(name: str) -> Iterator[Follow]:
    with progress(f"Playing {name}", 100) as bar:

        def follow(moment: Moment) -> None:
            bar.update(int(moment.share * 100) - bar.pos)

        yield follow
        bar.update(100 - bar.pos)


def _read_earlier(path: Path) -> Report:
    try:
        return read_report(orjson.loads(path.read_bytes()))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise Rejection(f"{path} is no report of a dry run. Make one with: reviewflow simulate … --json") from None


# What a person reads


def _print(report: Report, differences: Sequence[str] | None) -> None:
    version = f"version {report.version}" if report.version else "not published"
    click.echo(
        f"Dry run of {report.cycle} ({report.process_name}, {version}), launched on {show_day(report.launched_on)}."
    )
    click.echo("Answers and working times are invented: they say nothing about anybody's performance.")
    click.echo()
    for line in _summary(report):
        click.echo(line)
    if differences is not None:
        _print_list("What changes against the earlier dry run", differences or ["Nothing that matters."])
    _print_problems(report)
    _print_tables(report)


def _summary(report: Report) -> Iterator[str]:
    if report.ended_on:
        yield f"{report.participants:,} participants; the cycle ends on {show_day(report.ended_on)}."
    else:
        yield f"{report.participants:,} participants; the cycle does not end."
    yield f"{report.tasks:,} tasks for {len(report.people):,} people, {report.hours:,.1f} hours of work."
    yield f"{report.late:,} tasks are done after their deadline."
    if peak := report.peak:
        yield f"Peak day: {show_day(peak.day)}, {peak.hours:,.1f} hours of work by {peak.people:,} people."
    yield f"A conflict of interest is avoided at {report.conflicts:,} tasks."


def _print_list(title: str, lines: Sequence[str]) -> None:
    click.echo(f"\n{title}:")
    for line in lines:
        click.echo(f"  - {line}")


def _print_problems(report: Report) -> None:
    if not report.problems:
        click.echo("\nNothing needs attention.")
        return
    click.echo("\nWhat needs attention:")
    for problem in report.problems:
        click.echo(f"  {problem.severity}: {problem.text}")
        told = [person for person in problem.people if person.text and problem.count > 1][:SHOWN_AFFECTED]
        for person in told:
            click.echo(f"      {person.name}: {person.text}")
        if told and problem.count > len(told):
            click.echo(f"      {problem.count - len(told):,} more; see them with --json")


def _print_tables(report: Report) -> None:
    click.echo("\nSteps:")
    steps = [(s.name, s.tasks, s.done, s.late, f"{s.hours:,.1f}") for s in report.steps]
    print_table(("step", "tasks", "done", "late", "hours"), steps)
    click.echo("\nFinishing dates:")
    print_table(
        ("unit", "cases", "half", "nine of ten", "last"), [_finish(f) for f in (*report.units, report.finishing)]
    )
    click.echo("\nThe busiest days:")
    busiest = sorted(report.days, key=lambda day: (-day.hours, day.day))[:SHOWN_DAYS]
    rows = [(show_day(d.day), d.done, d.open, d.overdue, d.people, f"{d.hours:,.1f}") for d in busiest]
    print_table(("day", "done", "open", "overdue", "people", "hours"), rows)
    click.echo("\nThe busiest people:")
    people = [(p.id, p.name, p.tasks, p.late, f"{p.hours:,.1f}") for p in report.people[:SHOWN_PEOPLE]]
    print_table(("id", "name", "tasks", "late", "hours"), people)


def _finish(finish: Finish) -> tuple[object, ...]:
    days = (finish.median, finish.p90, finish.last)
    return (finish.name, finish.cases, *(show_day(day) if day else "never" for day in days))
