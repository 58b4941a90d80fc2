"""reviewflow simulate."""

import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.commands.conftest import Outcome, Program
from tests.webapp.commands.test_cycles import anybody


@pytest.fixture
def few(company: Program) -> tuple[str, ...]:
    """A rule that picks a few people of the sample company, so that playing is quick; and who launches."""
    header, *lines = [line.split(",") for line in company("people", "export", "-").out.splitlines()]
    rows = [dict(zip(header, line, strict=False)) for line in lines]
    unit = min({row["org_unit"] for row in rows}, key=lambda unit: (sum(r["org_unit"] == unit for r in rows), unit))
    return ("--unit", unit, "--on", "2026-11-23", "--by", anybody(company))


def simulate(company: Program, few: tuple[str, ...], *more: str, process: str = "annual_review") -> Outcome:
    outcome = company("simulate", process, *few, *more)
    assert outcome.code == 0, outcome.err
    return outcome


def test_it_tells_in_words_what_would_happen(company: Program, few: tuple[str, ...]) -> None:
    told = simulate(company, few).out
    assert told.startswith("Dry run of Annual review (Annual review, version 1), launched on 23 November 2026.")
    assert "they say nothing about anybody's performance" in told
    for heading in ("What needs attention:", "Steps:", "Finishing dates:", "The busiest days:", "The busiest people:"):
        assert heading in told
    assert "Peak day: " in told


def test_the_report_as_json_can_be_compared_with_later(company: Program, few: tuple[str, ...], tmp_path: Path) -> None:
    """Assumptions in a file change the outcome, and the difference is told."""
    kept = tmp_path / "before.json"
    kept.write_text(simulate(company, few, "--json").out)
    before: Any = json.loads(kept.read_text())
    assert (before["format"], before["process"], before["version"]) == (1, "annual_review", 1)
    slow = tmp_path / "slow.toml"
    slow.write_text("[steps.manager_review]\nminutes = [600, 600, 600]\n")
    after: Any = simulate(company, few, "--assumptions", str(slow), "--against", str(kept), "--json").json
    assert after["assumptions"]["steps"]["manager_review"]["minutes"] == [600, 600, 600]
    assert any("more hours of work" in sentence for sentence in after["differences"])
    same = simulate(company, few, "--against", str(kept)).out
    assert "What changes against the earlier dry run:\n  - Nothing that matters." in same


def test_a_package_that_is_not_published_is_played_and_stays_so(
    company: Program, few: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(str(files("bpmn") / "annual_review"), folder)
    drawn = folder / "annual_review.bpmn"
    drawn.write_text(drawn.read_text().replace('name="Self-assessment"', 'name="Looking back"'))
    told = simulate(company, few, process=str(folder)).out
    assert "not published" in told
    assert "Looking back" in told
    assert "Self-assessment" in simulate(company, few).out
    assert company("status", "--json").json["cycles"] == []  # type: ignore[index]


def test_what_cannot_be_used_is_said(company: Program, few: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text('{"cycle": 3}')
    ended = company("simulate", "annual_review", *few, "--against", "odd.json")
    assert (ended.code, "is no report of a dry run" in ended.err) == (1, True)
    ended = company("simulate", "annual_review", *few, "--assumptions", "missing.toml")
    assert (ended.code, "There is no file missing.toml" in ended.err) == (1, True)
    ended = company("simulate", "annual_review")
    assert (ended.code, "Nobody of HR has an account yet" in ended.err) == (1, True)
