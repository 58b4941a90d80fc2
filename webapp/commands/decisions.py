"""reviewflow feel and decide: trying out an expression or a decision table."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from engine import Rejection, clock, dmn, feel
from webapp.commands.printing import print_json


class NoAnswer(Rejection):
    """The expression or decision cannot be worked out; the message says why."""


def _read_data(_context: click.Context, _parameter: click.Parameter, text: str) -> dict[str, Any]:
    try:
        data = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"this is no JSON: {error.msg} at character {error.pos + 1}.") from None
    if not isinstance(data, dict):
        raise click.BadParameter('write an object, for instance {"rating": 4}.')
    return data


data_option = click.option(
    "--data", default="{}", metavar="JSON", callback=_read_data, help='What it may refer to, such as {"rating": 4}.'
)


@click.command("feel")
@click.argument("expression")
@data_option
def work_out(expression: str, data: dict[str, Any]) -> None:
    """Work out a FEEL expression and print its value as JSON.

    Numbers that are not whole are printed as text, so that they stay exact.
    """
    try:
        print_json(feel.to_plain(feel.compile(expression).evaluate(data, now=clock.now())))
    except feel.FeelError as error:
        raise NoAnswer(_point_at(error)) from None


def _point_at(error: feel.FeelError) -> str:
    said = f"{error.message} {error.hint}".strip()
    return f"{said}\n{error.pointer()}".rstrip()


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("decision", required=False)
@data_option
@click.option("--trace", is_flag=True, help="Print which rows and cells decided, too.")
def decide(file: Path, decision: str | None, data: dict[str, Any], *, trace: bool) -> None:
    """Make a decision of a DMN file and print it as JSON. Without DECISION, list the decisions of the file."""
    try:
        model = dmn.load(file.read_bytes())
        if decision is None:
            print_json([{"id": identifier, "name": name} for identifier, name in model.decisions])
            return
        result = model.evaluate(decision, data, now=clock.now())
        value = feel.to_plain(result.value)
        print_json({"value": value, "trace": _plain_trace(result)} if trace else value)
    except feel.FeelError as error:
        raise NoAnswer(str(error)) from None


def _plain_trace(result: dmn.Result) -> list[dict[str, Any]]:
    return [
        {
            "decision": made.id,
            "name": made.name,
            "value": feel.to_plain(made.value),
            "tables": [_plain_table(table) for table in made.tables],
        }
        for made in result.trace
    ]


def _plain_table(table: dmn.TableTrace) -> dict[str, Any]:
    return {
        "table": table.name,
        "hit_policy": table.hit_policy,
        "inputs": {column: feel.to_plain(value) for column, value in table.inputs},
        "rows": [{"row": row.number, "matched": row.matched, "cells": list(row.cells)} for row in table.rows],
        "matched": list(table.matched),
        "decided": list(table.decided),
        "used_default": table.used_default,
    }
