"""From the fields of the launch page to a launch: process, name, period, and who takes part."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from webapp.presentation import format_day
from webapp.request_session import current_session
from workflows.cycles.population import STANDARD, without_late_joiners, without_those_on_leave
from workflows.people.models import ACTIVE, ON_LEAVE
from workflows.people.organisation import Selection
from workflows.people.search import find_named
from workflows.routing.situations import (
    NUMBERS,
    SITUATIONS,
    WHEN_JOINED_LATE,
    WHEN_ON_LEAVE,
    complete_choices,
    find_choice_problems,
)

LONGEST_NAME = 120
MOST_NAMED = 50
"""How many people may be named one by one: they are part of an address, which has to stay short enough."""
STATUS_NAMES = {ACTIVE: "At work", ON_LEAVE: "On leave"}
TYPE_NAMES = {"employee": "Employees", "contractor": "Contractors", "intern": "Interns"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody has chosen so far: `named` as they wrote it, `errors` say per field what is missing or wrong."""

    process: str
    name: str
    period_from: str
    period_to: str
    selection: Selection
    policies: dict[str, str | int]
    errors: dict[str, str]
    named: list[str]

    @property
    def period(self) -> tuple[date, date]:
        """The period; only without errors."""
        return date.fromisoformat(self.period_from), date.fromisoformat(self.period_to)

    @property
    def population(self) -> Selection:
        """Who takes part: what was selected, without those who joined too late for the policy of the cycle."""
        if self.errors.keys() & {"period_from", "period_to"}:
            return self.selection
        here = without_those_on_leave(self.selection, str(self.policies[WHEN_ON_LEAVE.variable]))
        return without_late_joiners(here, str(self.policies[WHEN_JOINED_LATE.variable]), self.period)


def read_choice(
    fields: MultiDict[str, str], today: date, find_people: Callable[[Collection[str]], Mapping[str, str]]
) -> Choice:
    """What the fields say; an untouched page proposes the calendar year and the standard population.

    `find_people` is asked only where people are named one by one: see `workflows.people.search.find_named`.
    """
    process = fields.get("process", "")
    name = " ".join(fields.get("name", "").split())
    period_from = fields.get("period_from", f"{today.year}-01-01")
    period_to = fields.get("period_to", f"{today.year}-12-31")
    errors = _find_errors(process, name, period_from, period_to)
    selection = STANDARD
    if "chosen" in fields:
        selection, found = _read_selection(fields, find_people)
        errors |= found
    chosen = {variable: fields[variable] for variable in (*SITUATIONS, *NUMBERS) if variable in fields}
    errors |= find_choice_problems(chosen)
    policies = complete_choices(chosen)
    return Choice(process, name, period_from, period_to, selection, policies, errors, list_named(fields))


def _find_errors(process: str, name: str, period_from: str, period_to: str) -> dict[str, str]:
    errors = {}
    if not process:
        errors["process"] = "Choose the process that everybody goes through."
    if not name:
        errors["name"] = "Give the cycle a name. Everybody who takes part reads it."
    elif len(name) > LONGEST_NAME:
        errors["name"] = f"Shorten the name to {LONGEST_NAME} characters."
    begin, end = _read_day(period_from), _read_day(period_to)
    if begin is None:
        errors["period_from"] = "Enter the first day of the period."
    if end is None:
        errors["period_to"] = "Enter the last day of the period."
    elif begin is not None and end < begin:
        errors["period_to"] = "The period ends before it begins. Correct one of the days."
    return errors


def _read_selection(
    fields: MultiDict[str, str], find_people: Callable[[Collection[str]], Mapping[str, str]]
) -> tuple[Selection, dict[str, str]]:
    statuses = frozenset(fields.getlist("statuses")) & STATUS_NAMES.keys()
    written = fields.get("hired_before", "")
    hired_before = _read_day(written)
    errors = {}
    if written and hired_before is None:
        errors["hired_before"] = "This is not a day. Choose one, or leave it empty."
    named = list_named(fields)
    people = find_people(named) if named and len(named) <= MOST_NAMED else {}
    unknown = [one for one in named if one not in people]
    if len(named) > MOST_NAMED:
        errors["people"] = f"At most {MOST_NAMED} people are named one by one. Choose units or grades for more."
    elif unknown:
        errors["people"] = f"Nobody is known as {_enumerate(unknown, 'or')}. Write an e-mail address or an employee id."
    selection = Selection(
        # "Nobody ticked" must never come to mean those who have left, too.
        statuses=frozenset(statuses or STATUS_NAMES),
        employment_types=frozenset(fields.getlist("employment_types")),
        units=frozenset(fields.getlist("units")),
        countries=frozenset(fields.getlist("countries")),
        grades=frozenset(fields.getlist("grades")),
        # Whoever is named and not known must never come to mean everybody.
        people=frozenset(people.values()) or frozenset(named),
        hired_before=hired_before,
    )
    return selection, errors


def list_named(fields: MultiDict[str, str]) -> list[str]:
    """The people who are named one by one, each once, as they were written."""
    written = re.split(r"[\s,;]+", " ".join(fields.getlist("people")))
    return list(dict.fromkeys(filter(None, written)))


def find_people(named: Collection[str]) -> dict[str, str]:
    """Those of these addresses and ids that are known, as `read_choice` asks for them."""
    return find_named(current_session(), named)


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def describe_selection(selection: Selection, unit_names: dict[str, str]) -> str:
    """Who takes part, as one sentence."""
    types = [TYPE_NAMES.get(kind, kind).lower() for kind in sorted(selection.employment_types)]
    who = _enumerate(types) if types else "everybody employed"
    states = [STATUS_NAMES[status].lower() for status in sorted(selection.statuses) if status in STATUS_NAMES]
    parts = [f"{who[:1].upper()}{who[1:]} {_enumerate(states, 'or')}".strip()]
    if selection.units:
        parts.append(f"in {_enumerate(sorted(unit_names.get(unit, unit) for unit in selection.units))}")
    if selection.countries:
        parts.append(f"in the countries {_enumerate(sorted(selection.countries))}")
    if selection.grades:
        parts.append(f"of grade {_enumerate(sorted(selection.grades), 'or')}")
    if selection.people:
        count = len(selection.people)
        parts.append(f"only the {count} people who are named" if count > 1 else "only the one who is named")
    if selection.hired_before:
        parts.append(f"hired before {format_day(selection.hired_before)}")
    return f"{', '.join(parts)}."


def _enumerate(words: list[str], link: str = "and") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {link} {words[-1]}" if words else ""
