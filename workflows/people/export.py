"""Handing people out as a CSV file.

The file has the columns of the people import, so that what was exported can be corrected in a spreadsheet and
imported again: an export of a day that is imported as of that day changes nothing. Cells a spreadsheet would run as a
formula are prefixed with an apostrophe. No imported text begins like that, so the prefix only ever meets text from
elsewhere, and such text comes back with the apostrophe.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from workflows.people.facts import PersonOnDay
from workflows.people.imports.people_file import PEOPLE_COLUMNS, PEOPLE_HEADER
from workflows.people.organisation import Organisation
from workflows.spreadsheets import neutralise, write_csv

PAY_COLUMNS = ("salary", "currency", "band_min", "band_mid", "band_max", "bonus_target_pct")
"""The columns that only those who may see pay should be given."""


def export_people(
    organisation: Organisation, people: Iterable[PersonOnDay], columns: Sequence[str] = PEOPLE_HEADER
) -> bytes:
    """These people as a file for spreadsheets.

    The caller chooses people and columns: who may see them is not decided here.
    """
    targets = {column.name: column.target for column in PEOPLE_COLUMNS}
    rows = ([_cell(organisation, person, targets[name]) for name in columns] for person in people)
    return write_csv(columns, rows)


def _cell(organisation: Organisation, person: PersonOnDay, field: str) -> str:
    if field == "dotted_manager_ids":
        return ";".join(neutralise(manager.id) for manager in organisation.dotted_managers(person.id))
    return _as_text(getattr(person, field))


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
