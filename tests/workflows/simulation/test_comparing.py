"""Two dry runs side by side, in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.workflows.simulation.playing import company, one_step, play
from workflows.simulation.comparing import compare
from workflows.simulation.report import Report


@pytest.fixture(scope="module")
def reports() -> tuple[Report, Report]:
    """Reviews of ten minutes, and of an hour with half an hour a day for them."""
    with company() as factory:
        quick = play(factory, one_step())
        slow = play(factory, one_step(), minutes_a_day=30, work={"minutes": [60, 60, 60]})
    return quick, slow


def test_a_dry_run_does_not_differ_from_itself(reports: tuple[Report, Report]) -> None:
    for report in reports:
        assert compare(report, report) == []


def test_what_takes_longer_is_told_with_both_days(reports: tuple[Report, Report]) -> None:
    told = compare(*reports)
    assert told[0] == "The cycle ends 7 days later: on 30 November 2026 instead of 23 November 2026."
    assert "Engineering: nine of ten are closed 7 days later: on 30 November 2026 instead of 23 November 2026." in told
    assert any(sentence.startswith("New: ") and "deadlines" in sentence for sentence in told)
    assert "6.7 more hours of work: 8.0 instead of 1.3." in told


def test_the_other_way_round_the_problem_is_solved(reports: tuple[Report, Report]) -> None:
    quick, slow = reports
    told = compare(slow, quick)
    assert told[0] == "The cycle ends 7 days earlier: on 23 November 2026 instead of 30 November 2026."
    assert any(sentence.startswith("Solved: ") for sentence in told)


def test_the_peak_day_and_the_tasks_of_a_person_move(reports: tuple[Report, Report]) -> None:
    report, _ = reports
    [busiest, *others] = report.people
    moved = [replace(day, day=day.day + timedelta(days=5)) for day in report.days]
    other = replace(report, days=moved, people=[replace(busiest, tasks=busiest.tasks + 14), *others])
    told = compare(report, other)
    assert told == [
        "The peak day moves from 23 November 2026 (1.3 hours) to 28 November 2026 (1.3 hours).",
        f"14 more tasks for {busiest.name}.",
    ]


def test_one_is_told_as_one(reports: tuple[Report, Report]) -> None:
    report, _ = reports
    (step,) = report.steps
    fewer = replace(report, tasks=report.tasks - 1, steps=[replace(step, tasks=step.tasks - 1)])
    assert compare(report, fewer) == [
        f"1 fewer task: {report.tasks - 1} instead of {report.tasks}.",
        f"1 fewer task at “{step.name}”.",
    ]
    none, one = replace(report, steps=[]), replace(report, steps=[replace(step, tasks=1)])
    assert compare(none, one) == [f"“{step.name}” is new: 1 task, {step.hours:.1f} hours."]
    assert compare(one, none) == [f"“{step.name}” is gone: 1 fewer task."]
