"""Charts of a report as SVG: geometry alone, so that the template only writes what is worked out here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workflows.simulation.report import DayLoad

HEIGHT = 120
WIDTH = 720
MOST_TICKS = 8


@dataclass(frozen=True)
class Bar:
    """One day: where its bar stands, and what it says."""

    x: float
    y: float
    width: float
    height: float
    is_peak: bool


@dataclass(frozen=True)
class Tick:
    """A day written below the chart."""

    x: float
    day: date
    anchor: str


@dataclass(frozen=True)
class Chart:
    """An amount by day. `top` is the value of the upper edge; `highest` is the most there is, first on `peak`."""

    bars: Sequence[Bar]
    ticks: Sequence[Tick]
    top: float
    highest: float
    peak: date
    width: int = WIDTH
    height: int = HEIGHT


def draw_hours(days: Sequence[DayLoad]) -> Chart | None:
    """The hours of work of each day; None where nobody works at all."""
    return _draw([(load.day, load.hours) for load in days])


def draw_tasks(days: Sequence[DayLoad]) -> Chart | None:
    """The tasks that are open at the end of each day; None where there never is one."""
    return _draw([(load.day, load.open) for load in days])


def draw_together(
    before: Sequence[tuple[date, float]], after: Sequence[tuple[date, float]]
) -> tuple[Chart, Chart] | None:
    """Two charts of one scale, by amount and by day, to be put below each other; None where nothing is in either."""
    top = max((amount for _, amount in (*before, *after)), default=0)
    if top <= 0:
        return None
    first, last = (choose(day for day, _ in (*before, *after)) for choose in (min, max))
    return _fill(before, first, last, top), _fill(after, first, last, top)


def _fill(amounts: Sequence[tuple[date, float]], first: date, last: date, top: float) -> Chart:
    known = dict(amounts)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return _chart([(day, known.get(day, 0)) for day in days], top)


def _draw(amounts: Sequence[tuple[date, float]]) -> Chart | None:
    """A bar for each day from the first to the last."""
    top = max((amount for _, amount in amounts), default=0)
    return _chart(amounts, top) if top > 0 else None


def _chart(amounts: Sequence[tuple[date, float]], top: float) -> Chart:
    highest = max(amount for _, amount in amounts)
    peak = next(day for day, amount in amounts if amount == highest)
    step = WIDTH / len(amounts)
    bars = [
        Bar(
            x=round(number * step, 2),
            y=round(HEIGHT * (1 - amount / top), 2),
            width=round(max(step * 0.8, 0.6), 2),
            height=round(HEIGHT * amount / top, 2),
            is_peak=day == peak,
        )
        for number, (day, amount) in enumerate(amounts)
    ]
    every = max(1, -(-len(amounts) // MOST_TICKS))
    ticks = [
        Tick(round((number + 0.4) * step, 2), day, "start" if number == 0 else "middle")
        for number, (day, _) in enumerate(amounts)
        if number % every == 0
    ]
    return Chart(bars, ticks, top, highest, peak)
