"""What a dry run found. `docs/dry-runs.md` describes its JSON, which is this with days in ISO 8601."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

FORMAT = 1
ERROR, WARNING, NOTICE = "error", "warning", "notice"
SEVERITIES = (ERROR, WARNING, NOTICE)
"""Something that stops cases; something to look at before the launch; something good to know."""


@dataclass(frozen=True)
class DayLoad:
    """One day: tasks handed out, done, still open and overdue at its end; hours worked, by how many people."""

    day: date
    opened: int
    done: int
    open: int
    overdue: int
    hours: float
    people: int


@dataclass(frozen=True)
class PersonLoad:
    """What one person has to do. `waiting_hours` is the most that lay on their desk at once, on `waiting_day`.

    `days` counts the tasks they finish by day; `short` are deadlines missed for lack of time.
    """

    id: str
    name: str
    unit: str
    tasks: int
    done: int
    late: int
    short: int
    hours: float
    hours_a_day: float
    busiest_day: date | None
    busiest_hours: float
    waiting_hours: float
    waiting_day: date | None
    days: Mapping[str, int]


@dataclass(frozen=True)
class StepLoad:
    """One step of the diagram that people do: tasks, those done, those done late, and hours of work."""

    id: str
    name: str
    tasks: int
    done: int
    late: int
    hours: float


@dataclass(frozen=True)
class Finish:
    """When the cases of a unit, or of all (id empty), are closed: half of them, nine of ten, and the last."""

    id: str
    name: str
    cases: int
    unfinished: int
    median: date | None
    p90: date | None
    last: date | None


@dataclass(frozen=True)
class Affected:
    """Somebody whom a problem is about, and what is so in their case."""

    id: str
    name: str
    text: str


@dataclass(frozen=True)
class Problem:
    """Something HR should know before the launch. `step` is empty where it belongs to none."""

    severity: str
    kind: str
    text: str
    count: int
    step: str = ""
    people: Sequence[Affected] = ()


@dataclass(frozen=True)
class Report:
    """The outcome of a dry run. `ended_on` is None when the cycle did not come to its end."""

    process: str
    process_name: str
    version: int | None
    cycle: str
    period_from: date
    period_to: date
    launched_on: date
    participants: int
    assumptions: Mapping[str, Any]
    ended_on: date | None
    tasks: int
    done: int
    late: int
    hours: float
    conflicts: int
    finishing: Finish
    units: Sequence[Finish]
    days: Sequence[DayLoad]
    people: Sequence[PersonLoad]
    steps: Sequence[StepLoad]
    problems: Sequence[Problem]
    format: int = field(default=FORMAT)

    @property
    def peak(self) -> DayLoad | None:
        """The day with the most hours of work, the first of several."""
        worked = [day for day in self.days if day.hours > 0]
        return max(worked, key=lambda day: (day.hours, -day.day.toordinal()), default=None)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON-able values."""
        values = _plain(asdict(self))
        peak = self.peak
        return {**values, "peak": None if peak is None else _plain(asdict(peak))}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value


def read_report(values: Mapping[str, Any]) -> Report:
    """The report behind its JSON."""
    given = {name: value for name, value in values.items() if name != "peak"}
    return Report(
        **given
        | {name: _day(given[name]) for name in ("period_from", "period_to", "launched_on", "ended_on")}
        | {
            "finishing": _finish(given["finishing"]),
            "units": [_finish(unit) for unit in given["units"]],
            "days": [DayLoad(**row | {"day": _day(row["day"])}) for row in given["days"]],
            "people": [_person(row) for row in given["people"]],
            "steps": [StepLoad(**row) for row in given["steps"]],
            "problems": [_problem(row) for row in given["problems"]],
        }
    )


def _day(text: str | None) -> Any:
    return None if text is None else date.fromisoformat(text)


def _finish(row: Mapping[str, Any]) -> Finish:
    return Finish(**{**row, **{name: _day(row[name]) for name in ("median", "p90", "last")}})


def _person(row: Mapping[str, Any]) -> PersonLoad:
    return PersonLoad(**{**row, **{name: _day(row[name]) for name in ("busiest_day", "waiting_day")}})


def _problem(row: Mapping[str, Any]) -> Problem:
    return Problem(**{**row, "people": [Affected(**person) for person in row["people"]]})
