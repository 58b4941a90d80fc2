"""reviewflow incidents: what has stopped, and resolving it."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from engine import CHANGE, MOVE, RETRY, SKIP, Resolution, clock, incidents, reading, transaction
from webapp.commands.accounts import find_person
from webapp.commands.installation import open_installation
from webapp.commands.printing import json_option, print_json, print_table
from workflows.cycles.queries import get_cycle
from workflows.cycles.repairing import repair, repair_alike

LISTED = 1000


@click.group("incidents")
def stopped() -> None:
    """Show what has stopped, and let it go on."""


@stopped.command("list")
@click.option("--cycle", "cycle_id", type=int, metavar="ID", help="Only those of this cycle.")
@json_option
def list_open(cycle_id: int | None, *, as_json: bool) -> None:
    """List the open incidents, the newest first."""
    installation = open_installation()
    with reading(installation.factory) as session:
        root_id = None if cycle_id is None else get_cycle(session, cycle_id).instance_id
        total = incidents.count_open(session, root_id=root_id)
        found = [
            {
                "id": incident.id,
                "case": instance.name,
                "step": incident.step,
                "problem": incident.problem,
                "attempts": incident.attempts,
                "since": incident.opened_at,
            }
            for incident, instance in incidents.list_open(session, root_id=root_id, limit=LISTED)
        ]
    if as_json:
        print_json({"total": total, "incidents": found})
        return
    click.echo(f"Open incidents: {total:,}.")
    if found:
        keys = ("id", "case", "step", "attempts", "problem")
        print_table(keys, [[row[key] or "" for key in keys] for row in found])


def resolving(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every way to resolve needs to know."""
    for add in (
        json_option,
        click.option("--alike", is_flag=True, help="All open incidents with the same problem at the same step."),
        click.option("--reason", default="", help="Why; it stays on record. Only a retry may do without."),
        click.option("--by", required=True, metavar="PERSON", help="Who does it: employee id or e-mail address."),
        click.argument("incident_id", type=int, metavar="ID"),
    ):
        command = add(command)
    return command


@stopped.command()
@resolving
def retry(**asked: Any) -> None:
    """Try again what has stopped."""
    _resolve(Resolution(RETRY), **asked)


@stopped.command()
@resolving
@click.option("--then", "chosen", metavar="STEP", help="The step that follows a gateway.")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="A variable the step would have set.")
def skip(chosen: str | None, values: Sequence[str], **asked: Any) -> None:
    """Pass over the step as if it were done."""
    _resolve(Resolution(SKIP, _read_values(values), chosen=chosen), **asked)


@stopped.command()
@resolving
@click.option("--to", "target", required=True, metavar="STEP", help="The step before which the process goes on.")
def move(target: str, **asked: Any) -> None:
    """Let the process go on before another step."""
    _resolve(Resolution(MOVE, target=target), **asked)


@stopped.command("set")
@resolving
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE...")
def set_values(values: Sequence[str], **asked: Any) -> None:
    """Change variables of the case, and try again."""
    _resolve(Resolution(CHANGE, _read_values(values)), **asked)


def _read_values(pairs: Sequence[str]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not (equals and name.strip()):
            raise click.BadParameter(f"“{pair}” must read NAME=VALUE.")
        values[name.strip()] = text
    return values


def _resolve(resolution: Resolution, *, incident_id: int, by: str, reason: str, alike: bool, as_json: bool) -> None:
    installation = open_installation()
    with transaction(installation.factory) as session:
        person, now = find_person(session, by).id, clock.now()
        if alike:
            batch = repair_alike(session, incident_id, resolution, by=person, reason=reason, now=now)
            done: dict[str, Any] = {"batch": batch.id}
        else:
            incident = repair(session, incident_id, resolution, by=person, reason=reason, now=now)
            done = {"incident": incident.id, "resolution": incident.resolution}
    if as_json:
        print_json(done)
    elif alike:
        click.echo(f"Asked for as batch {done['batch']}. The workers do it; see how far: reviewflow incidents list")
    else:
        click.echo(f"Incident {incident_id} is resolved ({done['resolution']}). What stops again is a new incident.")
