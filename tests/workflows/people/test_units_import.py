"""A units file arrives."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.workflows.people.cast import TODAY, UNITS, bring_people, bring_units, cast, told
from workflows.people.organisation import Organisation

NEW_TEAM = {"org_unit": "NEW", "name": "New team", "parent": "DIVISION", "head_id": "ann", "cost_centre": "CC-N"}


def with_unit(unit: str, **cells: str) -> list[dict[str, str]]:
    return [row | cells if row["org_unit"] == unit else row for row in UNITS]


def test_the_first_units_have_always_been_there_and_new_ones_begin_on_the_day(company: Session) -> None:
    later = date(2026, 12, 1)
    report = bring_units(company, [*UNITS, NEW_TEAM], on=later)
    assert (report.added, report.unchanged) == (["NEW"], 3)
    assert set(Organisation(company, date(2020, 1, 1)).units()) == {"TOP", "DIVISION", "TEAM"}
    assert [unit.id for unit in Organisation(company, later).unit_path("NEW")] == ["TOP", "DIVISION", "NEW"]


def test_the_same_file_again_writes_nothing(company: Session) -> None:
    report = bring_units(company)
    assert (report.written, report.unchanged, report.import_id) == (0, 3, None)


def test_a_new_head_counts_from_the_day_of_the_file_on(company: Session) -> None:
    later = date(2026, 12, 1)
    report = bring_units(company, with_unit("TEAM", head_id="ann"), on=later)
    assert [(change.subject_id, change.before, change.after) for change in report.changes] == [("TEAM", "ben", "ann")]
    heads = [Organisation(company, day).head_of_unit("TEAM") for day in (TODAY, later)]
    assert [head.id for head in heads if head] == ["ben", "ann"]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"parent": "NOWHERE"}, (4, "parent", "NOWHERE", "unit does not exist")),
        ({"parent": "TEAM"}, (4, "parent", "TEAM", "below itself")),
        ({"name": ""}, (4, "name", "", "missing")),
        ({"name": "=1+1"}, (4, "name", "=1+1", "spreadsheet formula")),
        ({"org_unit": "TOP"}, (4, "org_unit", "TOP", "same id as another row")),
    ],
)
def test_a_defect_keeps_all_out(session: Session, cells: dict[str, str], found: tuple[int, str, str, str]) -> None:
    report = bring_units(session, with_unit("TEAM", **cells))
    assert told(report) == [found]
    assert Organisation(session, TODAY).units() == {}


def test_units_that_contain_each_other_are_told_once(session: Session) -> None:
    report = bring_units(session, with_unit("DIVISION", parent="TEAM"))
    assert told(report) == [(3, "parent", "TEAM", "loop of two")]


def test_oddities_are_notes(session: Session) -> None:
    bring_people(session, cast())
    rows = [*UNITS, {**NEW_TEAM, "parent": "", "head_id": "ben"}, {**NEW_TEAM, "org_unit": "X", "head_id": ""}]
    report = bring_units(session, [*rows, {**NEW_TEAM, "org_unit": "Y", "head_id": "stranger"}])
    assert report.defects == []
    assert [(note.line, note.problem) for note in report.notes] == [
        (2, "one of several units at the top"),
        (5, "also the head of TEAM"),
        (5, "one of several units at the top"),
        (6, "no head"),
        (7, "head is not known"),
    ]


def test_units_that_are_missing_from_a_file_are_reported_and_stay(company: Session) -> None:
    report = bring_units(company, UNITS[:2])
    assert report.missing == ["TEAM"]
    assert "TEAM" in Organisation(company, TODAY).units()
