"""reviewflow account: who may sign in."""

import sys
from collections.abc import Sequence

import click
from sqlalchemy.orm import Session

from engine import NotFound, clock, transaction
from webapp.commands.installation import open_installation
from workflows.people.accounts import ROLES, create_account, set_password, set_roles
from workflows.people.facts import PersonOnDay
from workflows.people.models import Account
from workflows.people.organisation import load_organisation

role_option = click.option(
    "--role", "roles", multiple=True, type=click.Choice(sorted(ROLES)), help="What the person is besides an employee."
)
stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it."
)


@click.group()
def account() -> None:
    """Let people sign in, give roles, replace passwords."""


@account.command("create")
@click.argument("person")
@role_option
@stdin_option
def create(person: str, roles: Sequence[str], *, password_stdin: bool) -> None:
    """Let PERSON (employee id or e-mail address) sign in."""
    installation = open_installation()
    with transaction(installation.factory) as session:
        found = find_person(session, person)
        create_account(session, found.id, password=_ask(from_stdin=password_stdin), now=clock.now(), roles=roles)
    click.echo(f"{found.name} can sign in as {found.email}.")


@account.command("set-password")
@click.argument("person")
@stdin_option
def replace_password(person: str, *, password_stdin: bool) -> None:
    """Replace the password of PERSON, lift a lock, and end every session of the account."""
    installation = open_installation()
    with transaction(installation.factory) as session:
        found = find_person(session, person)
        set_password(session, _account_of(session, found), _ask(from_stdin=password_stdin))
    click.echo(f"The password of {found.name} was replaced; every browser has to sign in again.")


@account.command("set-roles")
@click.argument("person")
@role_option
def replace_roles(person: str, roles: Sequence[str]) -> None:
    """Give PERSON exactly these roles; without --role, none."""
    installation = open_installation()
    with transaction(installation.factory) as session:
        found = find_person(session, person)
        set_roles(_account_of(session, found), roles)
    click.echo(f"{found.name} has these roles now: {', '.join(sorted(roles)) or 'none'}.")


def find_person(session: Session, id_or_email: str) -> PersonOnDay:
    """The person known today under this employee id or e-mail address. Raises NotFound."""
    wanted = id_or_email.strip().lower()
    for person in load_organisation(session, clock.now().date()).everybody():
        if wanted in (person.id.lower(), person.email.lower()):
            return person
    raise NotFound(f"Nobody has the employee id or e-mail address {id_or_email}. Check it, or import the people first.")


def _account_of(session: Session, person: PersonOnDay) -> Account:
    found = session.get(Account, person.id)
    if found is None:
        raise NotFound(f"{person.name} has no account yet. Create it: reviewflow account create {person.id}")
    return found


def _ask(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return password
