"""What commands print: results on standard output, progress on standard error, JSON for machines."""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import orjson

LABEL_WIDTH = 46

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for machines.")


def print_json(value: Any) -> None:
    """The value as indented JSON; moments in ISO form, exact numbers as text."""
    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]], *, indent: str = "  ") -> None:
    """Rows under their headings; columns of numbers to the right."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(header), *texts]) for column in range(len(header))]
    right = [bool(rows) and all(isinstance(row[column], int) for row in rows) for column in range(len(header))]
    for line in [list(header), *texts]:
        cells = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True))
        click.echo(f"{indent}{'  '.join(cells).rstrip()}")


def _text(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


@contextmanager
def progress(label: str, length: int) -> Iterator[Any]:
    """A progress bar on standard error, where that is a terminal; several stand below each other in line."""
    with click.progressbar(
        length=length, label=label.ljust(LABEL_WIDTH), file=sys.stderr, hidden=not sys.stderr.isatty(), show_pos=True
    ) as bar:
        yield bar


def log_to_terminal() -> None:
    """Send what the background has to say to standard error."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
