"""Two dry runs side by side, in words: what the second would change against the first."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import date

from workflows.dates import show_day
from workflows.simulation.report import PersonLoad, Problem, Report

SHOWN_PEOPLE = 10
STOPPED = "at which a conflict of interest is stopped"
FEW_TASKS = 2
"""So many tasks more or less for one person are nothing to speak of."""


def compare(before: Report, after: Report) -> list[str]:
    """The differences that matter, one sentence each, the most important first; empty when there is none."""
    return [sentence for group in compare_in_groups(before, after) for sentence in group]


def compare_in_groups(before: Report, after: Report) -> list[list[str]]:
    """The same, those about one matter together: such as one sentence for each unit. No group is empty."""
    found = (
        _compare_ends(before, after),
        _compare_units(before, after),
        itertools.chain(_compare_peaks(before, after), _compare_sums(before, after)),
        _compare_problems(before, after),
        _compare_people(before, after),
        _compare_steps(before, after),
    )
    return [group for group in map(list, found) if group]


def _compare_ends(before: Report, after: Report) -> Iterator[str]:
    if (sentence := _moves("The cycle ends", before.ended_on, after.ended_on)) is not None:
        yield sentence
    for what, name in (("Half of the cases are closed", "median"), ("Nine of ten cases are closed", "p90")):
        sentence = _moves(what, getattr(before.finishing, name), getattr(after.finishing, name))
        if sentence is not None:
            yield sentence


def _compare_units(before: Report, after: Report) -> Iterator[str]:
    known = {unit.id: unit for unit in before.units}
    for unit in after.units:
        if unit.id in known and (moved := _moves(f"{unit.name}: nine of ten are closed", known[unit.id].p90, unit.p90)):
            yield moved


def _moves(what: str, before: date | None, after: date | None) -> str | None:
    if before == after:
        return None
    if after is None:
        return f"{what} no more; before, on {show_day(before)}." if before else None
    if before is None:
        return f"{what} on {show_day(after)}; before, not at all."
    days = (after - before).days
    how = f"{abs(days):,} {'day' if abs(days) == 1 else 'days'} {'later' if days > 0 else 'earlier'}"
    return f"{what} {how}: on {show_day(after)} instead of {show_day(before)}."


def _compare_peaks(before: Report, after: Report) -> Iterator[str]:
    first, second = before.peak, after.peak
    if first is None or second is None:
        return
    if first.day != second.day:
        yield (
            f"The peak day moves from {show_day(first.day)} ({first.hours:,.1f} hours) "
            f"to {show_day(second.day)} ({second.hours:,.1f} hours)."
        )
    elif abs(first.hours - second.hours) >= 1:
        yield f"The peak day, {show_day(second.day)}, has {_more(second.hours - first.hours, 'hour')} of work."


def _more(difference: float, one: str, several: str = "") -> str:
    amount = f"{abs(difference):,.1f}" if difference % 1 else f"{abs(int(difference)):,}"
    return f"{amount} {'more' if difference > 0 else 'fewer'} {one if amount == '1' else several or f'{one}s'}"


def _tasks_of(number: int) -> str:
    return "1 task" if number == 1 else f"{number:,} tasks"


def _compare_sums(before: Report, after: Report) -> Iterator[str]:
    for name, one, several in (
        ("participants", "participant", ""),
        ("tasks", "task", ""),
        ("late", "task done after its deadline", "tasks done after their deadline"),
        ("conflicts", f"task {STOPPED}", f"tasks {STOPPED}"),
    ):
        first, second = getattr(before, name), getattr(after, name)
        if first != second:
            yield f"{_more(second - first, one, several)}: {second:,} instead of {first:,}."
    if abs(after.hours - before.hours) >= 1:
        more = _more(after.hours - before.hours, "hour")
        yield f"{more} of work: {after.hours:,.1f} instead of {before.hours:,.1f}."


def _compare_problems(before: Report, after: Report) -> Iterator[str]:
    first, second = _by_key(before), _by_key(after)
    for key, problem in second.items():
        if key not in first:
            yield f"New: {problem.text}"
        elif problem.count != first[key].count:
            yield f"{problem.text} Before, it was {first[key].count:,}."
    for key, problem in first.items():
        if key not in second:
            yield f"Solved: {problem.text}"


def _by_key(report: Report) -> Mapping[tuple[str, str], Problem]:
    return {(problem.kind, problem.step): problem for problem in report.problems}


def _compare_people(before: Report, after: Report) -> Iterator[str]:
    first = {person.id: person for person in before.people}
    second = {person.id: person for person in after.people}
    changes = [
        (_tasks(second.get(person)) - _tasks(first.get(person)), (second.get(person) or first[person]).name)
        for person in first.keys() | second.keys()
    ]
    large = sorted((change for change in changes if abs(change[0]) > FEW_TASKS), key=lambda one: (-abs(one[0]), one[1]))
    for difference, name in large[:SHOWN_PEOPLE]:
        yield f"{_more(difference, 'task')} for {name}."
    if (others := len(large) - SHOWN_PEOPLE) > 0:
        have = "1 more person has" if others == 1 else f"{others:,} more people have"
        yield f"{have} at least {FEW_TASKS + 1} tasks more or fewer."


def _tasks(person: PersonLoad | None) -> int:
    return 0 if person is None else person.tasks


def _compare_steps(before: Report, after: Report) -> Iterator[str]:
    first = {step.id: step for step in before.steps}
    second = {step.id: step for step in after.steps}
    for step in after.steps:
        if step.id not in first:
            yield f"“{step.name}” is new: {_tasks_of(step.tasks)}, {step.hours:,.1f} hours."
        elif step.tasks != first[step.id].tasks:
            yield f"{_more(step.tasks - first[step.id].tasks, 'task')} at “{step.name}”."
    for step in before.steps:
        if step.id not in second:
            yield f"“{step.name}” is gone: {_more(-step.tasks, 'task')}."
