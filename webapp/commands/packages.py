"""reviewflow deploy and check: process packages, those that come with Reviewflow and your own."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from engine import checks, clock, definitions
from engine.database import transaction
from engine.errors import Finding, InvalidDiagram, NotFound
from engine.models import Definition
from engine.packages import read_package
from engine.spiff import compile_program
from webapp.commands.installation import open_installation
from workflows.cycles.shipped import list_shipped, read_shipped
from workflows.installing import install


def find_package(name_or_folder: str) -> dict[str, bytes]:
    """The files of a package: path → content. A folder is taken before a shipped package of the same name.

    Raises NotFound when there is neither.
    """
    if Path(name_or_folder).is_dir():
        return read_package(Path(name_or_folder))
    shipped = [process.package for process in list_shipped()]
    if name_or_folder not in shipped:
        raise NotFound(
            f"There is no folder {name_or_folder}, and no package of that name comes with Reviewflow. "
            f"Those that do: {', '.join(shipped)}."
        )
    return read_shipped(name_or_folder)


def deploy_package(session: Session, name_or_folder: str, *, by: str | None) -> Definition:
    """Publish a package. Raises InvalidDiagram, NotFound."""
    return definitions.deploy(session, find_package(name_or_folder), by=by, now=clock.now())


@click.command()
@click.argument("name_or_folder")
@click.option("--by", metavar="PERSON", help="Who publishes it, for the record.")
def deploy(name_or_folder: str, by: str | None) -> None:
    """Publish a process package: one that comes with Reviewflow (annual_review), or a folder of your own.

    The same content again changes nothing. Cycles that run go on with the version they were launched with.
    """
    installation = open_installation()
    began = clock.now()
    with transaction(installation.factory) as session:
        definition = deploy_package(session, name_or_folder, by=by)
    state = "is deployed" if definition.deployed_at >= began else "was deployed before; nothing has changed"
    click.echo(f"{definition.name} ({definition.key}): version {definition.version} {state}.")
    _print_findings(_find(find_package(name_or_folder)))


@click.command()
@click.argument("folder")
def check(folder: str) -> None:
    """Check a process package without publishing it: everything that would stop a running case."""
    install()
    findings = _find(find_package(folder))
    _print_findings(findings)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise click.exceptions.Exit(1)
    click.echo("This package can be deployed.")


def _find(files: dict[str, bytes]) -> list[Finding]:
    try:
        return checks.check(compile_program(files), files)
    except InvalidDiagram as invalid:
        return invalid.findings


def _print_findings(findings: list[Finding]) -> None:
    for finding in findings:
        click.echo(f"{finding.severity}: {finding}")
