"""reviewflow case and reviewflow cycle: pausing them, letting them go on, cancelling them."""

from collections.abc import Callable
from typing import Any

import click

from engine import NotFound, clock, transaction
from webapp.commands.accounts import find_person
from webapp.commands.installation import open_installation
from webapp.commands.printing import json_option, print_json
from workflows.cycles.pausing import CANCEL, PAUSE, RESUME, change_case, change_cycle
from workflows.cycles.queries import case_of, get_cycle

DONE = {PAUSE: "paused", RESUME: "resumed", CANCEL: "cancelled"}
COMMANDS = (
    ("suspend", PAUSE, "Pause {}: nothing of it goes on until it is resumed."),
    ("resume", RESUME, "Let {} go on where it was."),
    ("cancel", CANCEL, "End {} before its time."),
)


@click.group()
def case() -> None:
    """Pause, resume or cancel one person's case in a cycle."""


@click.group()
def cycle() -> None:
    """Pause, resume or cancel a whole cycle."""


def changing(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every change needs to know."""
    for add in (
        json_option,
        click.option("--reason", required=True, help="Why; it stays on record."),
        click.option("--by", required=True, metavar="PERSON", help="Who does it: employee id or e-mail address."),
    ):
        command = add(command)
    return command


def _add(group: click.Group, name: str, action: str, text: str, what: str) -> None:
    """Give `group` the command `name`; a case is named by its cycle and its person."""

    @changing
    def command(cycle_id: int, person: str = "", **asked: Any) -> None:
        _change(action, cycle_id, person, **asked)

    if action == RESUME:
        help_text = "Move deadlines and timers by the length of the pause."
        command = click.option("--shift", is_flag=True, help=help_text)(command)
    if group is case:
        command = click.argument("person", metavar="PERSON")(command)
    command = click.argument("cycle_id", type=int, metavar="CYCLE")(command)
    group.command(name, help=text.format(what))(command)


for _name, _action, _text in COMMANDS:
    _add(case, _name, _action, _text, "the case of PERSON in CYCLE")
    _add(cycle, _name, _action, _text, "CYCLE with all its cases")


def _change(
    action: str, cycle_id: int, person: str, *, by: str, reason: str, as_json: bool, shift: bool = False
) -> None:
    installation = open_installation()
    with transaction(installation.factory) as session:
        found, who, now = get_cycle(session, cycle_id), find_person(session, by).id, clock.now()
        if person:
            about = find_person(session, person)
            file = case_of(session, found.instance_id, about.id)
            if file is None:
                raise NotFound(f"{about.name} takes no part in {found.name}.")
            change_case(session, file, action, by=who, reason=reason, now=now, shift=shift)
            what = f"The case of {about.name} in {found.name}"
        else:
            change_cycle(session, found, action, by=who, reason=reason, now=now, shift=shift)
            what = found.name
    if as_json:
        print_json({"cycle": cycle_id, "person": person or None, "state": DONE[action]})
    else:
        click.echo(f"{what} is {DONE[action]}.")
