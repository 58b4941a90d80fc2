"""What a dry run assumes about people: how long a task takes, when it is begun, and what is answered.

The file format is described in `docs/dry-runs.md`. What is not said falls back to `Assumptions()`, which holds for
every process.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any

from engine import Rejection

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Spread = tuple[float, float, float]
"""A triangular distribution: the least, the most likely, the most."""

Weights = Mapping[str, float]


class AssumptionsInvalid(Rejection):
    """Assumptions cannot be read; the message names the entry and what to write."""


@dataclass(frozen=True)
class Work:
    """How people work off the tasks of a step.

    `minutes` is the time a task takes. `begins` is when it is begun, as a share of the time until its deadline. `late`
    and `never` are the shares of tasks that are begun after their deadline only, or not at all. `choices` weighs the
    options of questions, `numbers` spreads figures, both by the key of the question; `changed_ratings` is the share of
    ratings that a calibration session changes.
    """

    minutes: Spread = (5, 15, 40)
    begins: Spread = (0, 0.3, 0.8)
    late: float = 0.05
    never: float = 0.0
    changed_ratings: float = 0.05
    choices: Mapping[str, Weights] = field(default_factory=dict)
    numbers: Mapping[str, Spread] = field(default_factory=dict)


@dataclass(frozen=True)
class Assumptions:
    """Everything a dry run assumes. The same assumptions with the same seed give the same report.

    Without `working_days` everybody works on those of their own calendar; `holidays` come on top of it.
    """

    seed: int = 1
    minutes_a_day: float = 90
    working_days: tuple[str, ...] = ()
    holidays: tuple[date, ...] = ()
    longest: int = 400
    ratings: tuple[float, ...] = (3, 10, 50, 28, 9)
    no_rating: float = 0.1
    work: Work = field(default_factory=Work)
    own_work: Work = field(default_factory=lambda: Work(minutes=(10, 30, 90), late=0.1, never=0.02))
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    people: Mapping[str, float] = field(default_factory=dict)

    def work_at(self, step: str, *, own: bool) -> Work:
        """How a step is worked off; `own` steps are those that people do about themselves."""
        return replace(self.own_work if own else self.work, **self.steps.get(step, {}))

    def is_free(self, day: date) -> bool:
        """Whether nobody works on that day, whatever their calendars say."""
        return day in self.holidays or (bool(self.working_days) and WEEK[day.weekday()] not in self.working_days)

    def as_json(self) -> dict[str, Any]:
        """The same in the shape of the file, everything said."""
        values = asdict(self)
        values["holidays"] = [day.isoformat() for day in self.holidays]
        return values


def read_assumptions(given: Mapping[str, Any], base: Assumptions | None = None) -> Assumptions:
    """The assumptions of a file, as TOML or JSON gives them, over those of `base`. Raises AssumptionsInvalid."""
    base = base or Assumptions()
    _refuse_unknown(given, {entry.name for entry in fields(Assumptions)}, "")
    read: dict[str, Any] = {name: _READERS[name](value, name) for name, value in given.items() if name in _READERS}
    found = replace(base, **read)
    for name in ("work", "own_work"):
        if name in given:
            found = replace(found, **{name: replace(getattr(base, name), **_work(given[name], name))})
    steps = dict(base.steps)
    for step, value in _table(given.get("steps", {}), "steps").items():
        steps[step] = {**steps.get(step, {}), **_work(value, f"steps.{step}")}
    return replace(found, steps=steps)


def _work(value: Any, place: str) -> dict[str, Any]:
    """What is said about the work at a step, read; what is not said is missing."""
    given = _table(value, place)
    _refuse_unknown(given, {entry.name for entry in fields(Work)}, f"{place}.")
    read: dict[str, Any] = {name: _WORK_READERS[name](entry, f"{place}.{name}") for name, entry in given.items()}
    if read.get("late", 0) + read.get("never", 0) > 1:
        raise AssumptionsInvalid(f"“{place}”: late and never are shares of all tasks, so together at most 1.")
    return read


def _refuse_unknown(given: Mapping[str, Any], known: set[str], prefix: str) -> None:
    for name in given:
        if name not in known:
            raise AssumptionsInvalid(
                f"“{prefix}{name}” is not something a dry run assumes. Known here: {', '.join(sorted(known))}."
            )


def _table(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise AssumptionsInvalid(f"“{place}” is a table of names and values.")
    return value


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e9:
        raise AssumptionsInvalid(f"“{place}” is a number from 0 on; “{str(value)[:40]}” is none.")
    return value


def _whole(value: Any, place: str) -> int:
    number = _number(value, place)
    if number != int(number):
        raise AssumptionsInvalid(f"“{place}” is a whole number.")
    return int(number)


def _days(value: Any, place: str) -> int:
    number = _whole(value, place)
    if not 1 <= number <= 3660:
        raise AssumptionsInvalid(f"“{place}” is a number of days from 1 to 3,660.")
    return number


def _share(value: Any, place: str) -> float:
    number = _number(value, place)
    if number > 1:
        raise AssumptionsInvalid(f"“{place}” is a share: write 0.1 for 10 %.")
    return number


def _minutes_a_day(value: Any, place: str) -> float:
    number = _number(value, place)
    if not 1 <= number <= 1440:
        raise AssumptionsInvalid(f"“{place}” are minutes of a day, from 1 to 1,440.")
    return number


def _spread(value: Any, place: str) -> Spread:
    numbers = tuple(_number(entry, place) for entry in value) if isinstance(value, list | tuple) else ()
    if len(numbers) != 3 or list(numbers) != sorted(numbers):
        raise AssumptionsInvalid(f"“{place}” are three numbers: the least, the most likely, the most, as [5, 15, 40].")
    return numbers


def _begins(value: Any, place: str) -> Spread:
    spread = _spread(value, place)
    if spread[2] > 1:
        raise AssumptionsInvalid(f"“{place}” are shares of the time until the deadline, so at most 1.")
    return spread


def _weights(value: Any, place: str) -> dict[str, float]:
    found = {name: _number(entry, f"{place}.{name}") for name, entry in _table(value, place).items()}
    if not sum(found.values()):
        raise AssumptionsInvalid(f"“{place}” needs one option with a weight above 0.")
    return found


def _list_of_weights(value: Any, place: str) -> tuple[float, ...]:
    found = tuple(_number(entry, place) for entry in value) if isinstance(value, list | tuple) else ()
    if not sum(found):
        raise AssumptionsInvalid(f"“{place}” are weights, one for each point of the scale, as [3, 10, 50, 28, 9].")
    return found


def _working_days(value: Any, place: str) -> tuple[str, ...]:
    days = tuple(value) if isinstance(value, list | tuple) else ("",)
    if any(day not in WEEK for day in days):
        raise AssumptionsInvalid(f"“{place}” are days of the week: {', '.join(WEEK)}.")
    return days


def _holidays(value: Any, place: str) -> tuple[date, ...]:
    try:
        return tuple(day if isinstance(day, date) else date.fromisoformat(str(day)) for day in value)
    except (TypeError, ValueError):
        raise AssumptionsInvalid(f"“{place}” are days such as 2026-12-25.") from None


def _people(value: Any, place: str) -> dict[str, float]:
    return {person: _minutes_a_day(entry, f"{place}.{person}") for person, entry in _table(value, place).items()}


def _choices(value: Any, place: str) -> dict[str, dict[str, float]]:
    return {key: _weights(entry, f"{place}.{key}") for key, entry in _table(value, place).items()}


def _numbers(value: Any, place: str) -> dict[str, Spread]:
    return {key: _spread(entry, f"{place}.{key}") for key, entry in _table(value, place).items()}


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "seed": _whole,
    "minutes_a_day": _minutes_a_day,
    "working_days": _working_days,
    "holidays": _holidays,
    "longest": _days,
    "ratings": _list_of_weights,
    "no_rating": _share,
    "people": _people,
}
_WORK_READERS: dict[str, Callable[[Any, str], Any]] = {
    "minutes": _spread,
    "begins": _begins,
    "late": _share,
    "never": _share,
    "changed_ratings": _share,
    "choices": _choices,
    "numbers": _numbers,
}
