"""reviewflow diff: what changed between two versions of a process, in words."""

import click

from engine import Program, compile_program, definitions, reading
from webapp.commands.installation import open_installation
from webapp.commands.packages import find_package
from webapp.commands.printing import json_option, print_json
from workflows.designs.difference import describe_change
from workflows.installing import install


@click.command()
@click.argument("old")
@click.argument("new")
@json_option
def diff(old: str, new: str, *, as_json: bool) -> None:
    """Tell what is different in NEW, by its meaning: ids, positions and formatting do not count.

    Each is a folder, a package that comes with Reviewflow, or a deployed version such as annual_review:2.
    """
    install()
    changes = describe_change(read_version(old), read_version(new))
    if as_json:
        print_json([{"kind": c.kind, "step": c.step, "file": c.file, "text": c.text} for c in changes])
        return
    for change in changes:
        click.echo(change.text)
    if not changes:
        click.echo("Both mean the same.")


def read_version(name: str) -> Program:
    """A package by its folder or name, or a deployed version by key and number. Raises NotFound, InvalidDiagram."""
    key, colon, version = name.rpartition(":")
    if not (colon and version.isdigit()):
        return compile_program(find_package(name))
    with reading(open_installation().factory) as session:
        definition = definitions.version_of(session, key, int(version))
        return definitions.program_for(session, definition.id)
