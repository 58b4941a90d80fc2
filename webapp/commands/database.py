"""reviewflow db: the schema of the database."""

import click

from webapp.commands.installation import open_installation
from workflows.migrations import check_schema, upgrade


@click.group()
def db() -> None:
    """Create, migrate and check the database."""


@db.command("upgrade")
def upgrade_database() -> None:
    """Create the tables, or bring them to those of this version. Data is kept."""
    installation = open_installation(check=False)
    upgrade(installation.engine)
    click.echo("The database has the schema of this version.")


@db.command("check")
def check_database() -> None:
    """Say whether the database answers and has the schema of this version."""
    installation = open_installation(check=False)
    check_schema(installation.engine)
    click.echo("The database answers and has the schema of this version.")
