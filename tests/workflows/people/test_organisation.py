"""Questions about the organisation on a day, asked one by one and asked of everybody."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from engine.database import connect, create_session_factory, transaction
from tests.services.tables import bring_tables
from tests.workflows.people.cast import TODAY, bring_moves, bring_people, bring_units, cast, changed, counted, person
from workflows.people.facts import PersonOnDay
from workflows.people.grades import is_at_least, is_executive
from workflows.people.lines import ManagerPeriod, list_managers_between
from workflows.people.models import PersonVersion
from workflows.people.organisation import Organisation, Selection, load_organisation

Ask = Callable[[Session, date], Organisation]
both_ways = pytest.mark.parametrize("ask", [Organisation, load_organisation], ids=["one by one", "all at once"])


def ids(people: list[PersonOnDay]) -> list[str]:
    return [person.id for person in people]


@both_ways
def test_the_line_upwards(company: Session, ask: Ask) -> None:
    organisation = ask(company, TODAY)
    assert ids(list(organisation.managers_up("ann"))) == ["ben", "mara", "olga"]
    assert [one.id if (one := organisation.levels_up("ann", level)) else None for level in (1, 2, 3, 4)] == [
        "ben",
        "mara",
        "olga",
        None,
    ]
    assert organisation.manager_of("olga") is None
    assert organisation.is_above("mara", "ann")
    assert not organisation.is_above("hugo", "ann")


def test_levels_are_counted_from_one(company: Session) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        Organisation(company, TODAY).levels_up("ann", 0)


@both_ways
def test_downwards_and_sideways(company: Session, ask: Ask) -> None:
    organisation = ask(company, TODAY)
    assert ids(organisation.direct_reports("ben")) == ["ann", "carl"]
    assert ids(organisation.everybody_below("olga")) == ["ann", "ben", "carl", "hugo", "mara"]
    assert ids(organisation.everybody_below("ann")) == []
    assert ids(organisation.peers("ann")) == ["carl"]
    assert ids(organisation.peers("olga")) == []
    assert ids(organisation.dotted_managers("ann")) == ["hugo"]
    assert ids(organisation.dotted_managers("carl")) == []


@both_ways
def test_heads_partners_and_the_top(company: Session, ask: Ask) -> None:
    organisation = ask(company, TODAY)
    people = (
        organisation.head_of_unit("TEAM"),
        organisation.head_of_unit("DIVISION"),
        organisation.hr_partner("ann"),
        organisation.chief_executive(),
    )
    assert [one.id if one else None for one in people] == ["ben", "mara", "hugo", "olga"]
    assert organisation.head_of_unit("NOWHERE") is None


@both_ways
def test_without_units_the_chief_is_the_highest_who_reports_to_nobody(session: Session, ask: Ask) -> None:
    bring_people(session, changed(cast(), "carl", manager_id=""))
    chief = ask(session, TODAY).chief_executive()
    assert chief is not None
    assert chief.id == "olga"


@both_ways
def test_units_contain_units(company: Session, ask: Ask) -> None:
    organisation = ask(company, TODAY)
    assert [unit.name for unit in organisation.unit_path("TEAM")] == ["The company", "Engineering", "Team"]
    assert organisation.unit_path("NOWHERE") == []
    assert organisation.units_below("DIVISION") == {"DIVISION", "TEAM"}


@both_ways
def test_strangers_are_none(company: Session, ask: Ask) -> None:
    organisation = ask(company, TODAY)
    assert organisation.person("nobody") is None
    assert organisation.manager_of("nobody") is None
    assert ids(list(organisation.managers_up("nobody"))) == []
    assert organisation.hr_partner("nobody") is None
    assert ask(company, date(2019, 1, 1)).person("ann") is None


@both_ways
def test_a_manager_who_has_left_is_still_named_with_the_status_that_says_so(company: Session, ask: Ask) -> None:
    bring_moves(company, ("2026-12-01", "ben", "terminated", ""), ("2026-12-01", "mara", "leave", ""))
    ben, mara, olga = ask(company, date(2026, 12, 1)).managers_up("ann")
    assert (ben.has_left, mara.is_on_leave, olga.is_active) == (True, True, True)


@both_ways
def test_a_population_is_selected_by_facts_of_the_day(company: Session, ask: Ask) -> None:
    bring_moves(company, ("2026-12-01", "ann", "leave", ""))
    before, after = ask(company, TODAY), ask(company, date(2026, 12, 1))
    team = Selection(units=frozenset({"DIVISION"}))
    assert ids(before.select(team)) == ["ann", "ben", "carl", "mara"]
    assert ids(after.select(team)) == ["ben", "carl", "mara"]
    assert ids(before.select(Selection(employment_types=frozenset({"contractor"})))) == ["carl"]
    assert ids(before.select(Selection(grades=frozenset({"E1", "E3"})))) == ["mara", "olga"]
    assert ids(after.select(Selection(statuses=frozenset({"active", "leave"})))) == ids(before.everybody())
    assert ids(before.select(Selection(hired_before=date(2020, 3, 1)))) == []
    assert len(before.select(Selection(hired_before=date(2020, 3, 2)))) == 6


def test_a_whole_case_costs_one_statement(company: Session) -> None:
    with counted(company) as statements:
        organisation = Organisation(company, TODAY)
        assert organisation.person("ann") is not None
        assert organisation.levels_up("ann", 3) is not None
        assert organisation.hr_partner("ann") is not None
        assert organisation.manager_of("olga") is None
    assert len(statements) == 1


def test_everybody_costs_six_statements_and_questions_none(company: Session) -> None:
    with counted(company) as statements:
        organisation = load_organisation(company, TODAY)
    assert len(statements) == 6
    with counted(company) as statements:
        for one in organisation.everybody():
            list(organisation.managers_up(one.id))
            organisation.direct_reports(one.id)
            organisation.managed_since(one.id)
            organisation.dotted_managers(one.id)
            organisation.project_peers(one.id)
            organisation.everybody_below(one.id)
            organisation.head_of_unit(one.org_unit)
        organisation.person("nobody")
        organisation.chief_executive()
    assert statements == []


def test_many_people_are_fetched_at_once(company: Session) -> None:
    with counted(company) as statements:
        organisation = Organisation(company, TODAY)
        organisation.fetch(["ann", "carl", "hugo"])
        assert [organisation.manager_of(who) is not None for who in ("ann", "carl", "hugo")] == [True] * 3
    assert len(statements) == 1


def test_a_loop_in_the_data_ends(company: Session) -> None:
    company.get_one(PersonVersion, ("mara", date(2020, 3, 1))).manager_id = "ann"
    company.flush()
    for ask in (Organisation, load_organisation):
        organisation = ask(company, TODAY)
        assert ids(list(organisation.managers_up("ann"))) == ["ben", "mara"]
        assert ids(organisation.everybody_below("ben")) == ["ann", "carl", "mara"]


def test_who_managed_somebody_when(company: Session) -> None:
    bring_moves(
        company,
        ("2026-12-01", "ann", "manager", "mara"),
        ("2026-12-10", "ann", "leave", "2026-12-20"),
        ("2027-01-01", "ann", "manager", ""),
    )
    with counted(company) as statements:
        managers = list_managers_between(company, ["ann", "carl", "nobody"], date(2026, 11, 1), date(2027, 1, 31))
    assert managers["ann"] == [
        ManagerPeriod("ben", date(2026, 11, 1), date(2026, 11, 30)),
        ManagerPeriod("mara", date(2026, 12, 1), date(2026, 12, 31)),
        ManagerPeriod(None, date(2027, 1, 1), date(2027, 1, 31)),
    ]
    assert [period.days for period in managers["ann"]] == [30, 31, 31]
    assert managers["carl"] == [ManagerPeriod("ben", date(2026, 11, 1), date(2027, 1, 31))]
    assert "nobody" not in managers
    assert len(statements) == 1


def test_grades_have_an_order() -> None:
    assert is_at_least("E1", "G9")
    assert is_at_least("G10", "G9")
    assert not is_at_least("G4", "G5")
    assert not is_at_least("intern", "G1")
    assert is_at_least("intern", "intern")
    assert (is_executive("E2"), is_executive("G8"), is_executive("Expert")) == (True, False, False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 100), min_size=1, max_size=12))
def test_one_by_one_and_all_at_once_agree(choices: list[int]) -> None:
    # Person n reports to somebody who came before, or to nobody: any forest there is.
    names = [f"p{number}" for number in range(len(choices))]
    rows = [
        person(name, "" if choice % (number + 1) == number else names[choice % (number + 1)])
        for number, (name, choice) in enumerate(zip(names, choices, strict=True))
    ]
    engine = connect("sqlite://")
    bring_tables(engine)
    with transaction(create_session_factory(engine)) as session:
        bring_units(session)
        assert bring_people(session, rows).defects == []
        everything = load_organisation(session, TODAY)
        for name in names:
            single = Organisation(session, TODAY)
            assert list(single.managers_up(name)) == list(everything.managers_up(name))
            assert single.everybody_below(name) == everything.everybody_below(name)
            assert single.direct_reports(name) == everything.direct_reports(name)
            assert single.peers(name) == everything.peers(name)
    engine.dispose()
