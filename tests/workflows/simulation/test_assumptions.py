"""What a dry run assumes: files of it, and what is said when one cannot be used."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NotFound
from engine.spiff import compile_program
from workflows.cycles.shipped import list_shipped, read_shipped
from workflows.simulation.assuming import load_assumptions, usual_assumptions
from workflows.simulation.assumptions import Assumptions, AssumptionsInvalid, read_assumptions


def test_what_is_not_said_holds_for_all() -> None:
    found = read_assumptions({"minutes_a_day": 45, "steps": {"look": {"late": 0.5}}})
    assert found.minutes_a_day == 45
    assert found.work_at("look", own=False).late == 0.5
    assert found.work_at("look", own=False).minutes == Assumptions().work.minutes
    assert found.work_at("look", own=True).minutes == Assumptions().own_work.minutes
    assert found.work_at("other", own=False) == Assumptions().work


def test_a_file_goes_over_what_is_usual(tmp_path: Path) -> None:
    file = tmp_path / "assumptions.toml"
    file.write_text("holidays = [2026-12-25]\n[steps.look]\nchoices.outcome = { yes = 1 }\n[people]\nben = 15\n")
    found = load_assumptions(file, read_assumptions({"steps": {"look": {"late": 0.5}}}))
    assert found.holidays == (date(2026, 12, 25),)
    assert found.people == {"ben": 15}
    assert found.work_at("look", own=False).late == 0.5
    assert found.work_at("look", own=False).choices == {"outcome": {"yes": 1}}


def test_everything_that_is_assumed_can_be_read_again() -> None:
    for found in (Assumptions(), usual_assumptions("annual_review")):
        assert read_assumptions(found.as_json()) == found


def test_what_comes_with_a_shipped_process_fits_its_steps() -> None:
    """A step that was renamed must not leave its assumptions behind."""
    for process in list_shipped():
        steps = compile_program(read_shipped(process.package)).diagram.steps
        assert set(usual_assumptions(process.key).steps) <= set(steps)


def test_they_are_no_part_of_the_package() -> None:
    """Other assumptions make no other version of a process."""
    assert [path for path in read_shipped("annual_review") if "assumptions" in path] == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"minuts": 3}, "“minuts” is not something a dry run assumes"),
        ({"work": {"minutes": [5, 4, 3]}}, "“work.minutes” are three numbers"),
        ({"work": {"minutes": "long"}}, "“work.minutes” are three numbers"),
        ({"steps": {"look": {"late": 1.5}}}, "“steps.look.late” is a share"),
        ({"steps": {"look": {"late": 0.6, "never": 0.6}}}, "together at most 1"),
        ({"steps": {"look": {"begins": [0, 1, 2]}}}, "“steps.look.begins” are shares"),
        ({"steps": {"look": {"choices": {"kind": {"none": 0}}}}}, "needs one option with a weight above 0"),
        ({"steps": []}, "“steps” is a table"),
        ({"seed": 1.5}, "“seed” is a whole number"),
        ({"seed": True}, "“seed” is a number"),
        ({"longest": 0}, "“longest” is a number of days"),
        ({"minutes_a_day": float("nan")}, "“minutes_a_day” is a number"),
        ({"working_days": ["monday"]}, "“working_days” are days of the week"),
        ({"holidays": ["soon"]}, "“holidays” are days"),
        ({"ratings": []}, "“ratings” are weights"),
    ],
)
def test_a_mistake_is_named_with_what_to_write(given: dict[str, Any], named: str) -> None:
    with pytest.raises(AssumptionsInvalid, match=named):
        read_assumptions(given)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        load_assumptions(tmp_path / "missing.toml", Assumptions())
    for name, text in (("a.toml", "late ="), ("a.json", "{"), ("b.json", "[]")):
        (tmp_path / name).write_text(text)
        with pytest.raises(AssumptionsInvalid, match=name):
            load_assumptions(tmp_path / name, Assumptions())
