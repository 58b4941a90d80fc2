"""reviewflow launch and status."""

from typing import Any

from tests.webapp.commands.conftest import Program

LAUNCH = ("launch", "annual_review", "--name", "Annual review 2026", "--from", "2026-01-01", "--to", "2026-12-31")


def anybody(company: Program) -> str:
    """The e-mail address of somebody in the company."""
    return company("people", "export", "-").out.splitlines()[1].split(",")[2]


def test_a_dry_run_shows_who_would_take_part_and_launches_nothing(company: Program) -> None:
    shown = company(*LAUNCH, "--by", "whoever", "--dry-run")
    assert shown.code == 0
    assert "people would take part." in shown.out
    assert "Works as contractor" in shown.out
    assert company("status", "--json").json["cycles"] == []  # type: ignore[index]


def test_a_rule_narrows_the_population(company: Program) -> None:
    everybody: Any = company(*LAUNCH, "--by", "whoever", "--dry-run", "--json").json
    country = min(everybody["by_country"], key=lambda name: everybody["by_country"][name])
    some: Any = company(*LAUNCH, "--by", "whoever", "--country", country, "--dry-run", "--json").json
    assert 0 < len(some["participants"]) == everybody["by_country"][country] < len(everybody["participants"])
    assert some["left_out"]["In another unit, grade or country"] > 0


def test_a_cycle_is_launched_and_its_first_tasks_handed_out(company: Program) -> None:
    expected: Any = company(*LAUNCH, "--by", "whoever", "--dry-run", "--json").json
    people = len(expected["participants"])
    launched: Any = company(*LAUNCH, "--by", anybody(company), "--wait", "--json").json
    assert (launched["cases"], launched["begun"]) == (people, people)
    found: Any = company("status", "--cycle", str(launched["cycle"]), "--json").json
    [cycle] = found["cycles"]
    assert (cycle["open_tasks"], cycle["overdue_tasks"], cycle["closed"]) == (people, 0, 0)
    assert cycle["steps"][0] == {
        "id": "self_assessment",
        "name": "Self-assessment",
        "open": people,
        "overdue": 0,
        "completed": 0,
        "cancelled": 0,
    }
    assert found["jobs"]["due"] == 0
    assert found["incidents"] == []


def test_without_waiting_the_work_is_left_to_the_workers(company: Program) -> None:
    launched = company(*LAUNCH, "--by", anybody(company))
    assert "is launched as cycle 1:" in launched.out
    assert "reviewflow status --cycle 1" in launched.out
    shown = company("status")
    assert "Jobs due now: 1." in shown.out


def test_somebody_unknown_cannot_launch(company: Program) -> None:
    ended = company(*LAUNCH, "--by", "nobody@example.com")
    assert ended.code == 1
    assert ended.err.startswith("Nobody has the employee id or e-mail address nobody@example.com.")


def test_a_process_must_be_deployed_first(reviewflow: Program, company: Program) -> None:
    ended = company("launch", "autumn_review", *LAUNCH[2:], "--by", anybody(company))
    assert ended.code == 1
    assert "There is no process “autumn_review”." in ended.err


def test_a_rule_that_picks_nobody_launches_nothing(company: Program) -> None:
    ended = company(*LAUNCH, "--by", anybody(company), "--country", "XX")
    assert ended.code == 1
    assert "Nobody fits this rule today" in ended.err


def test_an_unknown_cycle_has_no_status(company: Program) -> None:
    assert company("status", "--cycle", "7").err == "There is no such cycle.\n"
