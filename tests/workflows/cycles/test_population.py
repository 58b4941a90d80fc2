"""The preview of a launch: who takes part, who does not and why, and what HR should see to first."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from engine.database import transaction
from tests.workflows.people.cast import TODAY, bring_people, bring_units, cast, person
from tests.workflows.small_cycle import counted, empty_database
from workflows.cycles.population import (
    STANDARD,
    Preview,
    calibration_group,
    count_by_manager,
    preview,
    selection_to_json,
)
from workflows.people.organisation import Selection, load_organisation

LEAVE = {"status": "leave", "leave_from": "2026-10-01", "leave_to": "2027-03-01"}
LEFT = {"status": "terminated", "termination_date": "2026-11-01"}


def company() -> list[dict[str, str]]:
    """The cast, with what real life has."""
    return [
        *cast(),
        person("dora", "ben", **LEAVE),
        person("eva", "ben", hire_date="2026-11-02", country="DE"),
        person("fred", "dora", org_unit="DIVISION"),
        person("gina", "ivan"),
        person("ivan", "mara", **LEFT),
    ]


def look(url: str, selection: Selection = STANDARD, rows: list[dict[str, str]] | None = None) -> Preview:
    """The preview for a company in a database of its own."""
    with empty_database(url) as factory, transaction(factory) as session:
        _move_in(session, company() if rows is None else rows)
        return preview(session, selection, TODAY)


def _move_in(session: Session, rows: list[dict[str, str]]) -> None:
    bring_units(session)
    report = bring_people(session, rows)
    assert report.is_valid, report.defects


def names(seen: Preview) -> list[str]:
    return [participant.name for participant in seen.participants]


def test_the_standard_takes_every_employee_who_is_there_or_on_leave(database_url: str) -> None:
    seen = look(database_url)
    assert names(seen) == ["Ann", "Ben", "Dora", "Eva", "Fred", "Gina", "Hugo", "Mara", "Olga"]
    assert seen.left_out == {"Works as contractor": 1, "Has left": 1}
    assert seen.by_country == [("BR", 8), ("DE", 1)]


@pytest.mark.parametrize(
    ("rule", "taken", "left_out"),
    [
        (
            {"statuses": frozenset({"active"})},
            ["Ann", "Ben", "Eva", "Fred", "Gina", "Hugo", "Mara", "Olga"],
            {"Works as contractor": 1, "On leave": 1, "Has left": 1},
        ),
        (
            {"hired_before": date(2026, 11, 2)},
            ["Ann", "Ben", "Dora", "Fred", "Gina", "Hugo", "Mara", "Olga"],
            {"Works as contractor": 1, "Joined too late": 1, "Has left": 1},
        ),
        (
            {"units": frozenset({"DIVISION"}), "countries": frozenset({"BR"})},
            ["Ann", "Ben", "Dora", "Fred", "Gina", "Mara"],
            {"In another unit, grade or country": 3, "Works as contractor": 1, "Has left": 1},
        ),
        (
            {"grades": frozenset({"G8"})},
            ["Ben"],
            {"In another unit, grade or country": 8, "Works as contractor": 1, "Has left": 1},
        ),
    ],
)
def test_whoever_is_left_out_is_counted_with_the_reason(
    rule: dict[str, object], taken: list[str], left_out: dict[str, int]
) -> None:
    seen = look("sqlite://", replace(STANDARD, **rule))  # type: ignore[arg-type]
    assert names(seen) == taken
    assert seen.left_out == left_out


def test_everybody_is_either_in_or_counted_out() -> None:
    for statuses in (frozenset({"active"}), frozenset({"leave"}), frozenset[str]()):
        seen = look("sqlite://", Selection(statuses=statuses))
        assert len(seen.participants) + sum(seen.left_out.values()) == len(company())


def test_what_needs_attention_is_told_before_the_launch(database_url: str) -> None:
    seen = look(database_url)
    assert [(problem.person.name, problem.text) for problem in seen.problems] == [
        ("Dora", "is on leave now"),
        ("Fred", "reports to Dora, who is on leave"),
        ("Gina", "reports to Ivan, who has left: the next level up gets the manager's steps"),
        ("Olga", "has no manager: HR gets the manager's steps"),
    ]


def test_a_preview_of_nobody_is_empty() -> None:
    seen = look("sqlite://", Selection(units=frozenset({"NOWHERE"})))
    assert (seen.participants, seen.problems, seen.by_unit, seen.by_country) == ([], [], [], [])


def test_the_groups_that_will_be_compared_are_told_by_size(database_url: str) -> None:
    # Mara heads Engineering, so she is compared with the others at the top.
    assert look(database_url).by_unit == [("Engineering", 6), ("The company", 3)]


@pytest.mark.parametrize(
    ("who", "group"),
    [("ann", "DIVISION"), ("ben", "DIVISION"), ("fred", "DIVISION"), ("mara", "TOP"), ("hugo", "TOP"), ("olga", "TOP")],
)
def test_people_are_compared_within_their_function_and_its_heads_at_the_top(who: str, group: str) -> None:
    with empty_database("sqlite://") as factory, transaction(factory) as session:
        _move_in(session, company())
        organisation = load_organisation(session, TODAY)
        found = organisation.person(who)
        assert found is not None
        assert calibration_group(organisation, found) == group
        # Whoever sits in a unit that nobody knows is compared with the others there.
        assert calibration_group(organisation, replace(found, org_unit="ELSEWHERE")) == "ELSEWHERE"


def test_the_load_of_each_manager() -> None:
    seen = look("sqlite://")
    assert count_by_manager(seen.participants) == {"ben": 3, "olga": 2, "mara": 1, "dora": 1, "ivan": 1, None: 1}


def test_the_rule_is_kept_as_plain_values() -> None:
    rule = replace(STANDARD, units=frozenset({"B", "A"}), hired_before=date(2026, 5, 1))
    assert selection_to_json(rule) == {
        "statuses": ["active", "leave"],
        "employment_types": ["employee"],
        "units": ["A", "B"],
        "grades": [],
        "sites": [],
        "countries": [],
        "job_families": [],
        "people": [],
        "hired_before": "2026-05-01",
    }


def test_a_preview_costs_seven_statements_and_one_when_it_is_looked_at_again(database_url: str) -> None:
    crowd = [person(f"p{number}", "ben") for number in range(300)]
    with empty_database(database_url) as factory, transaction(factory) as session:
        _move_in(session, [*cast(), *crowd])
        for most in (7, 1):
            with counted(factory) as sent:
                assert len(preview(session, STANDARD, TODAY).participants) == 305
            assert len(sent) <= most, sent
