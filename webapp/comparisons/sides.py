"""One side of a comparison: its process, its picture with what is different, and the two dry runs on one scale."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from engine import NotFound, Program, Rejection, inspect_package, program_for
from engine.difference import Change
from webapp.diagrams import Mark, describe, layout_of, render
from webapp.playable import DRAFT, read_playable
from webapp.request_session import current_session
from webapp.simulations.charts import Chart, draw_together
from workflows.designs.reading import files_of
from workflows.simulation.pairing import Source
from workflows.simulation.report import Finish, PersonLoad, Problem, Report

ADDED, REMOVED = "added", "removed"
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


@dataclass(frozen=True)
class Picture:
    """A diagram with what is different in it, and the same in words; the reason where it cannot be drawn."""

    drawn: Markup
    words: Markup
    problem: str = ""


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


def draw(program: Program, changes: Iterable[Change], *, is_new: bool, title: str) -> Picture:
    """The diagram of one side; on the old one what is gone is marked, on the new one what was added."""
    kinds: dict[str, set[str]] = {}
    for change in changes:
        kinds.setdefault(change.step, set()).add(change.kind)
    marks = {
        step: Mark(note=_name_mark(found, is_new=is_new), changed=True)
        for step, found in kinds.items()
        if step in program.diagram.steps
    }
    try:
        layout = layout_of(program)
    except Rejection as refusal:
        return Picture(Markup(), Markup(), str(refusal))
    return Picture(render(layout, marks, title=title), describe(layout, marks))


def _name_mark(kinds: set[str], *, is_new: bool) -> str:
    if is_new and ADDED in kinds:
        return "new"
    return "gone" if not is_new and REMOVED in kinds else "changed"


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
