"""What may stand in a cell: each reader turns its text into a value or says what is wrong and what to write."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, partial
from zoneinfo import available_timezones

from workflows.people.imports.currencies import CURRENCIES
from workflows.people.imports.report import Finding
from workflows.people.imports.tables import TableRow
from workflows.spreadsheets import FORMULA_STARTS

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_EMAIL = re.compile(r"[^@\s,;<>\"()]{1,64}@[^@\s.,;<>\"()]+(\.[^@\s.,;<>\"()]+)+")


class CellError(ValueError):
    """What is wrong with a cell, and what to do about it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


Read = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how its cells are read, what field they fill, and whether they may be empty (then None)."""

    name: str
    read: Read
    required: bool = False
    field: str = ""

    @property
    def target(self) -> str:
        """The name of the field that the column fills."""
        return self.field or self.name


def read_text(value: str, longest: int = 200) -> str:
    """Plain text: no formula, no control characters, not too long."""
    if value.startswith(FORMULA_STARTS):
        raise CellError("spreadsheet formula", "Write the plain text; it must not begin with =, +, -, @ or a tab.")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise CellError("line break or control character inside", "Write the text on one line.")
    if len(value) > longest:
        raise CellError(f"longer than {longest} characters", "Shorten it.")
    return value


def read_date(value: str) -> date:
    """A date as year-month-day."""
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise CellError("not a date", "Write an existing day as year-month-day, for instance 2026-11-30.")


def read_number(value: str, places: int = 2, most: Decimal | None = None) -> Decimal:
    """A number that is not negative, with a point before at most `places` decimals."""
    if not _NUMBER.fullmatch(value) or not value.isascii():
        raise CellError("not a number", "Write digits only, with a point before decimals, for instance 48250.50.")
    number = Decimal(value)
    if number < 0:
        raise CellError("negative", "Write a number that is not below 0.")
    if most is not None and number > most:
        raise CellError(f"above {most}", f"Write a number from 0 to {most}.")
    if number >= Decimal(10) ** 14:
        raise CellError("too large", "Check the number; at most 14 digits are stored.")
    if number != round(number, places):
        raise CellError(f"more than {places} decimal places", f"Round it to {places} decimal places.")
    return number


def read_fte(value: str) -> Decimal:
    """A share of full time, above 0 and up to 1."""
    number = read_number(value, places=3, most=Decimal(1))
    if number == 0:
        raise CellError("not above 0", "Write the share of full time, for instance 0.8.")
    return number


def read_percentage(value: str) -> Decimal:
    """A percentage of the salary, 0 to 999."""
    return read_number(value, most=Decimal(999))


def read_year(value: str) -> int:
    """A year of birth."""
    if re.fullmatch(r"(19|20)\d\d", value) and value.isascii():
        return int(value)
    raise CellError("not a year", "Write four digits, for instance 1985, or leave it empty.")


def read_email(value: str) -> str:
    """An e-mail address."""
    read_text(value)
    if len(value) > 254 or not value.isascii() or not _EMAIL.fullmatch(value):
        raise CellError("not an e-mail address", "Write one address, for instance name@company.example.")
    return value


def read_time_zone(value: str) -> str:
    """A time zone of the IANA database."""
    if value not in _time_zones():
        raise CellError("unknown time zone", "Write a name of the IANA database, for instance Europe/Berlin.")
    return value


def read_currency(value: str) -> str:
    """A currency code."""
    if value not in CURRENCIES:
        raise CellError("not an ISO 4217 code", "Write the three letters of the currency, for instance EUR.")
    return value


def read_country(value: str) -> str:
    """A country code."""
    if re.fullmatch("[A-Z]{2}", value):
        return value
    raise CellError("not an ISO 3166 code", "Write the two letters of the country, for instance DE.")


def read_choice(value: str, choices: tuple[str, ...]) -> str:
    """One of a few words."""
    if value not in choices:
        listed = ", ".join(choices)
        raise CellError(f"not one of {listed}", f"Write one of {listed}.")
    return value


def read_yes_or_no(value: str) -> bool:
    """The word yes or the word no."""
    return read_choice(value, ("yes", "no")) == "yes"


def read_ids(value: str) -> tuple[str, ...]:
    """Employee ids separated by semicolons, each once."""
    return tuple(sorted({read_text(one.strip(), 40) for one in value.split(";") if one.strip()}))


read_id: Read = partial(read_text, longest=40)


def read_cells(row: TableRow, columns: tuple[Column, ...], defects: list[Finding]) -> dict[str, object]:
    """The values of a row by field; what can't be read is None and added to `defects`."""
    values: dict[str, object] = {}
    for column in columns:
        text = row.cells[column.name]
        try:
            values[column.target] = _read_cell(text, column)
        except CellError as error:
            values[column.target] = None
            defects.append(Finding(row.line, column.name, text, error.problem, error.remedy))
    return values


def _read_cell(text: str, column: Column) -> object:
    if text:
        return column.read(text)
    if column.required:
        raise CellError("missing", "Fill it in.")
    return None


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
