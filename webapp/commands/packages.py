"""reviewflow deploy and check: process packages, those that come with Reviewflow and your own."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from engine import (
    Definition,
    Finding,
    Inspection,
    NotFound,
    clock,
    definitions,
    inspect_package,
    read_drawing,
    read_package,
    transaction,
)
from webapp.commands.installation import open_installation
from webapp.commands.printing import json_option, print_json
from workflows.cycles.shipped import list_shipped, read_shipped
from workflows.designs.zipping import UnfitZip, unpack
from workflows.installing import install

REFUSED, UNKNOWN = 1, 2
"""Exit codes of `check`: something stands against publishing; a file was not found."""


def find_package(name: str) -> dict[str, bytes]:
    """The files of a package: path → content. A folder, diagram or zip is taken before a shipped package of that name.

    Raises NotFound when there is none, UnfitZip for a zip that cannot be unpacked.
    """
    path = Path(name)
    if path.is_dir():
        return read_package(path)
    if path.is_file():
        return unpack(path.read_bytes()) if path.suffix == ".zip" else read_drawing(path)
    shipped = [process.package for process in list_shipped()]
    if name not in shipped:
        raise NotFound(
            f"There is no file or folder {name}, and no package of that name comes with Reviewflow. "
            f"Those that do: {', '.join(shipped)}."
        )
    return read_shipped(name)


def deploy_package(session: Session, name: str, *, by: str | None) -> Definition:
    """Publish a package. Raises InvalidDiagram, NotFound, UnfitZip."""
    return definitions.deploy(session, find_package(name), by=by, now=clock.now())


@click.command()
@click.argument("package")
@click.option("--by", metavar="PERSON", help="Who publishes it, for the record.")
def deploy(package: str, by: str | None) -> None:
    """Publish a process package: one that comes with Reviewflow (annual_review), or a folder or zip of your own.

    The same content again changes nothing. Cycles that run go on with the version they were launched with.
    """
    installation = open_installation()
    began = clock.now()
    with transaction(installation.factory) as session:
        definition = deploy_package(session, package, by=by)
        found = definitions.inspect(session, find_package(package), clock.now())
    state = "is deployed" if definition.deployed_at >= began else "was deployed before; nothing has changed"
    click.echo(f"{definition.name} ({definition.key}): version {definition.version} {state}.")
    _print_findings(found)


@click.command()
@click.argument("packages", metavar="FILE...", nargs=-1, required=True)
@json_option
def check(packages: tuple[str, ...], *, as_json: bool) -> None:
    """Check process packages without publishing them: everything that would stop a running case.

    FILE is a folder, a .bpmn file with the forms/ and decisions/ beside it, a .zip, or the name of a package that comes
    with Reviewflow. Exit code: 0 all can be deployed (there may be warnings), 1 something stands against one,
    2 a file was not found.

    With --json: {"ok", "errors", "warnings", "packages": [{"package", "ok", "findings": [{"severity": "error" or
    "warning", "file", "line" (0 if none is known), "id" and "name" of the element, "problem", "remedy"}]}]}.
    """
    install()
    inspected = {name: _inspect(name) for name in packages}
    if as_json:
        print_json(_summarise(inspected))
    else:
        _print_all(inspected)
    if any(inspection.errors for inspection in inspected.values()):
        raise click.exceptions.Exit(REFUSED)


def _inspect(name: str) -> Inspection:
    try:
        files = find_package(name)
    except UnfitZip as error:
        return Inspection((Finding("file", str(error), "", file=Path(name).name),))
    except NotFound as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(UNKNOWN) from error
    return inspect_package(files)


def _summarise(inspected: dict[str, Inspection]) -> dict[str, object]:
    errors = sum(len(inspection.errors) for inspection in inspected.values())
    return {
        "ok": not errors,
        "errors": errors,
        "warnings": sum(len(inspection.findings) for inspection in inspected.values()) - errors,
        "packages": [
            {
                "package": name,
                "ok": not inspection.errors,
                "findings": [finding.to_json() for finding in inspection.findings],
            }
            for name, inspection in inspected.items()
        ],
    }


def _print_all(inspected: dict[str, Inspection]) -> None:
    for name, inspection in inspected.items():
        if len(inspected) > 1:
            click.echo(f"{name}:")
        _print_findings(inspection)
        click.echo("This package cannot be deployed." if inspection.errors else "This package can be deployed.")


def _print_findings(inspection: Inspection) -> None:
    for found in inspection.findings:
        place = f"{found.file}:{found.line}" if found.line else found.file
        said = f"{found.element}: {found.problem} {found.remedy}".strip()
        click.echo(f"{found.severity}: {place}: {said}" if place else f"{found.severity}: {said}")
