"""reviewflow status: where the cycles stand, and what does not go on."""

from typing import Any

import click
from sqlalchemy.orm import Session

from engine import clock, incidents, jobs, reading
from webapp.commands.installation import open_installation
from webapp.commands.printing import json_option, print_json, print_table
from workflows.cycles.models import Cycle
from workflows.cycles.progress import progress_of
from workflows.cycles.queries import get_cycle, list_cycles
from workflows.notifications.models import FAILED, UNKNOWN, WAITING
from workflows.notifications.post import is_set_up
from workflows.notifications.undelivered import count_mails

SHOWN_INCIDENTS = 20
COUNTED_MAILS = (WAITING, FAILED, UNKNOWN)


@click.command()
@click.option("--cycle", "cycle_id", type=int, metavar="ID", help="Only this cycle.")
@json_option
def status(cycle_id: int | None, *, as_json: bool) -> None:
    """Show the cycles with their cases and tasks, the machine work that is due, and incidents."""
    installation = open_installation()
    with reading(installation.factory) as session:
        found = describe(session, cycle_id)
    if as_json:
        print_json(found)
    else:
        _print(found)


def describe(session: Session, cycle_id: int | None = None) -> dict[str, Any]:
    """How the installation stands, as plain data. Raises NotFound for an unknown cycle."""
    now = clock.now()
    cycles = list_cycles(session) if cycle_id is None else [get_cycle(session, cycle_id)]
    root_id = cycles[0].instance_id if cycle_id is not None else None
    return {
        "cycles": [_describe_cycle(session, cycle) for cycle in cycles],
        "mail": {"set_up": is_set_up(session), **count_mails(session, COUNTED_MAILS)},
        "jobs": {"due": jobs.count_due(session, now), "next": jobs.next_due(session)},
        "open_incidents": incidents.count_open(session, root_id=root_id),
        "incidents": [
            {"id": incident.id, "case": instance.name, "step": incident.step, "problem": incident.problem}
            for incident, instance in incidents.list_open(session, root_id=root_id)
        ],
    }


def _describe_cycle(session: Session, cycle: Cycle) -> dict[str, Any]:
    found = progress_of(session, cycle, clock.now())
    return {
        "id": cycle.id,
        "name": cycle.name,
        "state": cycle.state,
        "cases": found.cases,
        "closed": found.closed,
        "open_tasks": sum(step.open for step in found.steps),
        "overdue_tasks": sum(step.overdue for step in found.steps),
        "steps": [
            {
                "id": step.step,
                "name": step.name,
                "open": step.open,
                "overdue": step.overdue,
                "completed": step.completed,
                "cancelled": step.cancelled,
            }
            for step in found.steps
        ],
    }


def _print(found: dict[str, Any]) -> None:
    if not found["cycles"]:
        click.echo("No cycle has been launched yet. Launch one: reviewflow launch --help")
    for cycle in found["cycles"]:
        click.echo(
            f"{cycle['name']} (cycle {cycle['id']}, {cycle['state']}): {cycle['cases']:,} cases, "
            f"{cycle['closed']:,} closed; {cycle['open_tasks']:,} open tasks, {cycle['overdue_tasks']:,} overdue."
        )
        keys = ("name", "open", "overdue", "completed", "cancelled")
        print_table(("step", *keys[1:]), [[step[key] for key in keys] for step in cycle["steps"]])
        click.echo()
    _print_machine_work(found)


def _print_machine_work(found: dict[str, Any]) -> None:
    click.echo(_describe_mail(found["mail"]))
    due, upcoming = found["jobs"]["due"], found["jobs"]["next"]
    click.echo(f"Jobs due now: {due:,}." + (f" The next one: {upcoming:%Y-%m-%d %H:%M} UTC." if upcoming else ""))
    rows = [(item["id"], item["case"], item["step"] or "", item["problem"]) for item in found["incidents"]]
    click.echo(f"Open incidents: {found['open_incidents']:,}.")
    if rows:
        print_table(("id", "case", "step", "problem"), rows[:SHOWN_INCIDENTS])
        click.echo("Resolve them: reviewflow incidents --help")


def _describe_mail(mail: dict[str, Any]) -> str:
    lost = mail[FAILED] + mail[UNKNOWN]
    notes = [f"{mail[WAITING]:,} wait to be sent"] if mail[WAITING] else []
    notes += [f"{lost:,} did not arrive: see the page Mail"] if lost else []
    if not mail["set_up"]:
        notes.insert(0, "not set up, people are told inside Reviewflow alone. To send mail set REVIEWFLOW_MAIL_HOST")
    return f"Mail: {'; '.join(notes) or 'set up, everything was sent'}."
