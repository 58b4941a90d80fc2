"""Adding, subtracting, multiplying and dividing values of all kinds (DMN 1.5, tables 55 to 58)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from engine.feel.durations import Months, microseconds
from engine.feel.far_moments import FarMoment, Moment, add_months, add_span, instant, split_moment
from engine.feel.numbers import NUMBERS
from engine.feel.scope import MISSING, Run
from engine.feel.temporal import clock_microseconds, offset_of
from engine.feel.values import Value, kind

_DAY = timedelta(days=1)
Operation = Callable[[Value, Value, Run], Value]


def calculate(operator: str, left: Value, right: Value, run: Run) -> Value:
    """The result, or MISSING where the operator has no meaning for these two kinds.

    Raises ArithmeticError (which decimal's and overflow errors are) or ValueError where there is no result.
    """
    operation = _OPERATIONS.get((operator, kind(left), kind(right)))
    return MISSING if operation is None else operation(left, right, run)


def _power(left: Decimal, right: Decimal, run: Run) -> Decimal:
    run.meter.spend(50)
    return NUMBERS.power(left, right)


def _join(left: str, right: str, run: Run) -> str:
    run.meter.spend_text(len(left) + len(right))
    return left + right


def _move_time(value: time, span: timedelta, direction: int = 1) -> time:
    start = datetime.combine(date(2000, 1, 1), value.replace(tzinfo=None))
    return (
        (start + timedelta(microseconds=direction * microseconds(span) % microseconds(_DAY)))
        .time()
        .replace(tzinfo=value.tzinfo)
    )


def _between_times(left: time, right: time, run: Run) -> Value:
    if (offset_of(left) is None) != (offset_of(right) is None):
        return MISSING
    return timedelta(microseconds=clock_microseconds(left) - clock_microseconds(right))


def _between_moments(left: Moment, right: Moment, run: Run) -> Value:
    """A date among dates with a time stands for its midnight in UTC."""
    if kind(left) != kind(right):
        left, right = _at_midnight(left), _at_midnight(right)
    if _has_zone(left) != _has_zone(right):
        return MISSING
    return timedelta(microseconds=instant(left) - instant(right))


def _at_midnight(value: Moment) -> Moment:
    inner, cycles = split_moment(value)
    if isinstance(inner, datetime):
        return value
    midnight = datetime(inner.year, inner.month, inner.day, tzinfo=UTC)
    return FarMoment(midnight, cycles) if cycles else midnight


def _has_zone(value: Moment) -> bool:
    inner, _ = split_moment(value)
    return isinstance(inner, datetime) and inner.tzinfo is not None


def _scale_span(span: timedelta, factor: Decimal, run: Run) -> timedelta:
    return timedelta(microseconds=_as_int(NUMBERS.multiply(Decimal(microseconds(span)), factor)))


def _scale_months(months: Months, factor: Decimal, run: Run) -> Months:
    return Months(_as_int(NUMBERS.multiply(Decimal(months.months), factor)))


def _as_int(value: Decimal) -> int:
    if value.adjusted() > 30:
        raise OverflowError("the duration is too long")
    return int(value)


def _swapped(operation: Operation) -> Operation:
    return lambda left, right, run: operation(right, left, run)


_SPAN, _MONTHS = "days and time duration", "years and months duration"
_OPERATIONS: dict[tuple[str, str, str], Operation] = {
    ("+", "number", "number"): lambda left, right, run: NUMBERS.add(left, right),
    ("-", "number", "number"): lambda left, right, run: NUMBERS.subtract(left, right),
    ("*", "number", "number"): lambda left, right, run: NUMBERS.multiply(left, right),
    ("/", "number", "number"): lambda left, right, run: NUMBERS.divide(left, right),
    ("**", "number", "number"): _power,
    ("+", "string", "string"): _join,
    ("+", _SPAN, _SPAN): lambda left, right, run: left + right,
    ("-", _SPAN, _SPAN): lambda left, right, run: left - right,
    ("+", _MONTHS, _MONTHS): lambda left, right, run: Months(left.months + right.months),
    ("-", _MONTHS, _MONTHS): lambda left, right, run: Months(left.months - right.months),
    ("+", "time", _SPAN): lambda left, right, run: _move_time(left, right),
    ("+", _SPAN, "time"): lambda left, right, run: _move_time(right, left),
    ("-", "time", _SPAN): lambda left, right, run: _move_time(left, right, -1),
    ("-", "time", "time"): _between_times,
    ("*", _SPAN, "number"): _scale_span,
    ("*", "number", _SPAN): _swapped(_scale_span),
    ("*", _MONTHS, "number"): _scale_months,
    ("*", "number", _MONTHS): _swapped(_scale_months),
    ("/", _SPAN, "number"): lambda left, right, run: timedelta(
        microseconds=_as_int(NUMBERS.divide(Decimal(microseconds(left)), right))
    ),
    ("/", _MONTHS, "number"): lambda left, right, run: Months(_as_int(NUMBERS.divide(Decimal(left.months), right))),
    ("/", _SPAN, _SPAN): lambda left, right, run: NUMBERS.divide(
        Decimal(microseconds(left)), Decimal(microseconds(right))
    ),
    ("/", _MONTHS, _MONTHS): lambda left, right, run: NUMBERS.divide(Decimal(left.months), Decimal(right.months)),
}
for _moment in ("date", "date and time"):
    _OPERATIONS |= {
        ("+", _moment, _MONTHS): lambda left, right, run: add_months(left, right.months),
        ("+", _MONTHS, _moment): lambda left, right, run: add_months(right, left.months),
        ("-", _moment, _MONTHS): lambda left, right, run: add_months(left, -right.months),
        ("+", _moment, _SPAN): lambda left, right, run: add_span(left, right),
        ("+", _SPAN, _moment): lambda left, right, run: add_span(right, left),
        ("-", _moment, _SPAN): lambda left, right, run: add_span(left, -right),
        ("-", _moment, "date"): _between_moments,
        ("-", _moment, "date and time"): _between_moments,
    }
SUPPORTED_OPERATIONS = frozenset(_OPERATIONS)
