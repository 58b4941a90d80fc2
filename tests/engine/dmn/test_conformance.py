"""The engine against the DMN conformance kit, in the standard mode that answers faults with null."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import FIGURE
from tests.engine.dmn.conformance_kit import Outcome, checked_models, kit_folder, run_kit

LEAST_OF_ALL, LEAST_OF_VALUES = 0.97, 0.95
KNOWN_REASONS = {
    "0068-feel-equality": "the kit takes times as equal that differ by less than a millisecond",
    "0076-feel-external-java": "functions in Java are refused",
    "1111-feel-matches-function": "patterns are RE2's: no back references, class subtraction or block names",
    "1117-feel-date-and-time-function": "times are kept to the microsecond, not the nanosecond",
}

STOPS_EARLY = {"0064-feel-conjunction", "0065-feel-disjunction", "0069-feel-list"}


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    folder = kit_folder()
    if folder is None:
        pytest.skip("the DMN conformance kit is not here; put it at REVIEWFLOW_DMN_TCK or ../shared/data/dmn-tck")
    return run_kit(folder)


def rate(outcomes: list[Outcome]) -> float:
    return sum(outcome.passed for outcome in outcomes) / len(outcomes)


def test_almost_every_expected_result_comes_out(
    outcomes: list[Outcome], record_property: Callable[[str, object], None]
) -> None:
    values = [outcome for outcome in outcomes if outcome.expected is not None]
    of_all, of_values = f"{rate(outcomes):.2%} of {len(outcomes)} results", f"{rate(values):.2%} of the {len(values)}"
    record_property(FIGURE, f"DMN conformance: {of_all}, {of_values} that are not null")
    for folder, count in Counter(outcome.folder for outcome in outcomes if not outcome.passed).items():
        record_property(FIGURE, f"  {count} in {folder}: {KNOWN_REASONS.get(folder, 'unexplained')}")

    assert rate(outcomes) >= LEAST_OF_ALL
    assert rate(values) >= LEAST_OF_VALUES


def test_every_failure_has_a_reason_that_we_know(outcomes: list[Outcome]) -> None:
    failing = {outcome.folder for outcome in outcomes if not outcome.passed}

    assert failing <= KNOWN_REASONS.keys()


def test_checking_finds_no_type_error_where_the_kit_has_a_result(outcomes: list[Outcome]) -> None:
    """Each finding must be on an expression whose expected result is null; logic that stops early does not look."""
    folder = kit_folder()
    assert folder is not None
    with_result = {
        (outcome.folder, outcome.case.rpartition("/")[2])
        for outcome in outcomes
        if outcome.expected not in (None, []) and outcome.folder not in STOPS_EARLY
    }

    found = {
        (name, finding.element)
        for name, model in checked_models(folder)
        for finding in model.check()
        if finding.problem == "type"
    }

    assert len(found) > 100
    assert found & with_result == set()


def test_a_named_folder_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REVIEWFLOW_DMN_TCK", str(tmp_path))
    assert kit_folder() == tmp_path

    monkeypatch.setenv("REVIEWFLOW_DMN_TCK", str(tmp_path / "missing"))
    assert kit_folder() is None
