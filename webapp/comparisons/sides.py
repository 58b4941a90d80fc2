"""One side of a comparison: its process, and the two dry runs on one scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine import NotFound, Program, inspect_package, program_for
from webapp.playable import DRAFT, read_playable
from webapp.request_session import current_session
from webapp.simulations.charts import Chart, draw_together
from workflows.designs.reading import files_of
from workflows.simulation.pairing import Source
from workflows.simulation.report import Finish, PersonLoad, Problem, Report

SHOWN_PEOPLE = 20


@dataclass(frozen=True)
class Side:
    """A process to compare: what stands for it in forms, its name, and where it is found."""

    value: str
    label: str
    source: Source


@dataclass(frozen=True)
class Inspected(Side):
    """A side with its program; None while it cannot run, with what stands in the way."""

    program: Program | None
    problem: str


def read_side(value: str, label: str) -> Side:
    """What a value of the form stands for. Raises NotFound for none; that it is there is not looked at."""
    kind, number = read_playable(value)
    if number is None:
        raise NotFound("There is no such process.")
    return Side(value, label, Source(design_id=number) if kind == DRAFT else Source(definition_id=number))


def inspect(side: Side) -> Inspected:
    """A side, looked at as publishing does. Raises NotFound for a process that there is not."""
    session, source = current_session(), side.source
    if source.design_id is None:
        return Inspected(side.value, side.label, source, program_for(session, source.definition_id or 0), "")
    inspection = inspect_package(files_of(session, source.design_id))
    problem = "" if inspection.program else " ".join(f"{one.name}: {one.problem}" for one in inspection.errors[:3])
    return Inspected(side.value, side.label, source, inspection.program, problem)


@dataclass(frozen=True)
class Pair:
    """What two dry runs found, side by side.

    `charts` are of tasks done and of open tasks by day, each with a title, on one scale. `people` are those with the
    most tasks in either, `units` the finishing dates, `only` the problems that only the one and only the other has.
    """

    charts: Sequence[tuple[str, tuple[Chart, Chart]]]
    people: Sequence[tuple[str, str, int, int]]
    units: Sequence[tuple[str, Finish | None, Finish | None]]
    only: tuple[Sequence[Problem], Sequence[Problem]]

    @property
    def most(self) -> int:
        """The most tasks that anybody has in either."""
        return max((max(first, second) for _, _, first, second in self.people), default=0)


def pair_up(before: Report, after: Report) -> Pair:
    """Two reports in one picture."""
    done, still = (
        draw_together(*([(day.day, getattr(day, what)) for day in one.days] for one in (before, after)))
        for what in ("done", "open")
    )
    titled = (("Tasks done by day", done), ("Open tasks by day", still))
    return Pair(
        charts=[(title, charts) for title, charts in titled if charts is not None],
        people=_pair_people(before.people, after.people),
        units=_pair_units([before.finishing, *before.units], [after.finishing, *after.units]),
        only=(_missing_in(before.problems, after.problems), _missing_in(after.problems, before.problems)),
    )


def _pair_people(before: Sequence[PersonLoad], after: Sequence[PersonLoad]) -> list[tuple[str, str, int, int]]:
    first, second = ({person.id: person for person in side} for side in (before, after))
    rows = [
        (person, (first.get(person) or second[person]).name, _tasks(first, person), _tasks(second, person))
        for person in {**first, **second}
    ]
    return sorted(rows, key=lambda row: (-abs(row[3] - row[2]), -max(row[2:]), row[1]))[:SHOWN_PEOPLE]


def _tasks(people: Mapping[str, PersonLoad], person: str) -> int:
    return people[person].tasks if person in people else 0


def _pair_units(before: Sequence[Finish], after: Sequence[Finish]) -> list[tuple[str, Finish | None, Finish | None]]:
    first, second = ({unit.id: unit for unit in side} for side in (before, after))
    names = {unit.id: unit.name if unit.id else "Everybody" for unit in (*before, *after)}
    return [(name, first.get(unit), second.get(unit)) for unit, name in names.items()]


def _missing_in(problems: Sequence[Problem], others: Sequence[Problem]) -> list[Problem]:
    known = {(problem.kind, problem.step) for problem in others}
    return [problem for problem in problems if (problem.kind, problem.step) not in known]


def show_end(unit: Finish | None) -> tuple[date | None, date | None, date | None]:
    """Half, nine of ten, and the last; None where there is none."""
    return (None, None, None) if unit is None else (unit.median, unit.p90, unit.last)
