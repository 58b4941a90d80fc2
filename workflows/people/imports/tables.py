"""Reading a CSV file that somebody uploaded, whatever it really is."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflows.people.imports.report import FileRejected, Finding

SIZE_LIMIT = 100 * 1024 * 1024

_HOW_TO_SAVE = 'In the spreadsheet choose "Save as" and "CSV UTF-8 (comma delimited)", then upload that file.'
_SIGNATURES = (
    (b"PK\x03\x04", "This is an Excel workbook or a ZIP archive, not a CSV file."),
    (b"\xff\xfe", "The file is saved as UTF-16, not as UTF-8."),
    (b"\xfe\xff", "The file is saved as UTF-16, not as UTF-8."),
    (b"%PDF", "This is a PDF, not a CSV file."),
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the table: where it starts in the file and its cells by column, without surrounding space."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, what is wrong with single lines, and what was ignored."""

    rows: list[TableRow]
    defects: list[Finding]
    notes: list[Finding]


def read_table(content: bytes, columns: Sequence[str]) -> Table:
    """The rows of a CSV file that has these columns, in any order.

    Unknown columns are ignored with a note; a line with too many or too few cells is a defect. Raises FileRejected,
    with what to do, for anything that is no such table: wrong kind of file or encoding, missing or doubled columns.
    """
    lines = _number_lines(_decode(content))
    _, first = next(lines)
    header = [_clean(cell) for cell in first]
    _check_header(header, columns)
    return _read_rows(lines, header, columns)


def _number_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of every line, with the number of the line they begin in: a quoted cell may span several."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    end = 0
    try:
        for cells in reader:
            yield end + 1, cells
            end = reader.line_num
    except csv.Error as error:
        raise FileRejected(
            f"Line {end + 1} can't be read ({error}). Look for a quotation mark that is not closed or not doubled "
            f"in that line, or for a very long cell. {_HOW_TO_SAVE}"
        ) from None


def _decode(content: bytes) -> str:
    if len(content) > SIZE_LIMIT:
        raise FileRejected(
            f"The file has {len(content) / 1024 / 1024:.0f} MB; the limit is {SIZE_LIMIT // 1024 // 1024} MB. "
            "Split it, or remove columns that are not asked for."
        )
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise FileRejected("The file is empty. Export it again, and check that the export found any rows.")
    for signature, problem in _SIGNATURES:
        if content.startswith(signature):
            raise FileRejected(f"{problem} {_HOW_TO_SAVE}")
    if b"\x00" in content:
        line = content[: content.index(b"\x00")].count(b"\n") + 1
        raise FileRejected(f"Line {line} contains a NUL byte, which no text file has. {_HOW_TO_SAVE}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileRejected(
            f"Line {line} is not UTF-8; the file is probably saved in a Windows or Latin-1 encoding. {_HOW_TO_SAVE}"
        ) from None


def _clean(cell: str) -> str:
    # One spelling a letter: "ã" typed as two characters must be the same name as "ã" typed as one.
    return unicodedata.normalize("NFC", cell).strip(" \u00a0")


def _check_header(header: list[str], columns: Sequence[str]) -> None:
    for delimiter, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and header[0].count(delimiter) >= len(columns) // 2:
            raise FileRejected(f"The columns are separated by {word}; they must be separated by commas. {_HOW_TO_SAVE}")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise FileRejected(f"These columns appear more than once: {', '.join(doubled)}. Keep one of each.")
    absent = [name for name in columns if name not in header]
    if absent:
        raise FileRejected(
            f"These columns are missing: {', '.join(absent)}. The first line must name every column exactly so; "
            "a column may be empty where nothing is known."
        )


def _read_rows(lines: Iterator[tuple[int, list[str]]], header: list[str], columns: Sequence[str]) -> Table:
    table = Table([], [], _note_unknown_columns(header, columns))
    for line, cells in lines:
        if not any(cells):
            continue
        if len(cells) != len(header):
            table.defects.append(_ragged(line, cells, header))
            continue
        row = dict(zip(header, map(_clean, cells), strict=True))
        table.rows.append(TableRow(line, {name: row[name] for name in columns}))
    return table


def _note_unknown_columns(header: list[str], columns: Sequence[str]) -> list[Finding]:
    return [
        Finding(1, name, "", "the column is not known and was ignored", "Remove it, or check its spelling.")
        for name in header
        if name not in columns
    ]


def _ragged(line: int, cells: list[str], header: list[str]) -> Finding:
    return Finding(
        line,
        header[0],
        cells[0],
        f"{len(cells)} cells where the header has {len(header)}",
        'Put a cell that contains a comma between quotation marks ("Director, Sales").',
    )
