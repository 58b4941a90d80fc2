"""Tables as files that spreadsheets open: UTF-8 CSV with a byte order mark, which they need to show names properly."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet run the text of a cell as a formula."""


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as a file; no text in it is run as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([neutralise(cell) if isinstance(cell, str) else cell for cell in row])
    return codecs.BOM_UTF8 + text.getvalue().encode()


def neutralise(text: str) -> str:
    """The text in a form that no spreadsheet runs as a formula: with an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
