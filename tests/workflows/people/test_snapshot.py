"""The organisation of a day in memory: as true as the database, for every thread, day and database."""

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from weakref import ref

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.database import SessionFactory, connect, create_session_factory, transaction
from tests.services.tables import bring_tables
from tests.workflows.people.cast import TODAY, bring_moves, bring_people, bring_units, cast, changed, counted
from workflows.people.organisation import Organisation
from workflows.people.snapshot import KEPT_DAYS, organisation_on


def manager_of(session: Session, who: str, on: date = TODAY) -> str | None:
    manager = organisation_on(session, on).manager_of(who)
    return manager.id if manager else None


def move_in(factory: SessionFactory) -> None:
    with transaction(factory) as session:
        bring_units(session)
        assert bring_people(session, cast()).is_valid


def move_ann_to(session: Session, manager: str) -> None:
    assert bring_people(session, changed(cast(), "ann", manager_id=manager)).is_valid


def test_the_second_question_costs_one_statement(factory: SessionFactory) -> None:
    move_in(factory)
    with transaction(factory) as session:
        first = organisation_on(session, TODAY)
    with transaction(factory) as session, counted(session) as sent:
        again = organisation_on(session, TODAY)
        assert again.manager_of("ann") == first.manager_of("ann")
    assert again is first
    assert len([one for one in sent if not one.startswith("BEGIN")]) == 1


def test_an_import_is_seen_at_once_by_its_own_transaction_and_later_by_others(factory: SessionFactory) -> None:
    move_in(factory)
    with transaction(factory) as session:
        assert manager_of(session, "ann") == "ben"
        move_ann_to(session, "mara")
        assert manager_of(session, "ann") == "mara"
    with transaction(factory) as session:
        assert manager_of(session, "ann") == "mara"


def test_an_import_that_is_undone_leaves_no_trace(factory: SessionFactory) -> None:
    # Given an import that was looked at and then undone
    move_in(factory)
    with factory() as session:
        move_ann_to(session, "mara")
        assert manager_of(session, "ann") == "mara"
        session.rollback()
    with transaction(factory) as session:
        assert manager_of(session, "ann") == "ben"
    # When another file comes, which SQLite gives the number of the one that was undone
    with transaction(factory) as session:
        move_ann_to(session, "olga")
    # Then it is that one which holds.
    with transaction(factory) as session:
        assert manager_of(session, "ann") == "olga"


def test_an_import_undone_to_a_savepoint(factory: SessionFactory) -> None:
    move_in(factory)
    with transaction(factory) as session:
        with session.begin_nested() as part:
            move_ann_to(session, "mara")
            assert manager_of(session, "ann") == "mara"
            part.rollback()
        assert manager_of(session, "ann") == "ben"
        move_ann_to(session, "hugo")
        assert manager_of(session, "ann") == "hugo"


def test_the_same_file_for_another_day_is_another_import(factory: SessionFactory) -> None:
    # Given a file that was brought for today and undone, and is then brought for next month
    move_in(factory)
    later = TODAY + timedelta(days=30)
    rows = changed(cast(), "ann", manager_id="mara")
    with factory() as session:
        assert bring_people(session, rows, on=TODAY).is_valid
        assert manager_of(session, "ann") == "mara"
        session.rollback()
    with transaction(factory) as session:
        assert bring_people(session, rows, on=later).is_valid
    # Then it holds from then on.
    with transaction(factory) as session:
        assert (manager_of(session, "ann"), manager_of(session, "ann", later)) == ("ben", "mara")


def test_a_dry_run_changes_nothing_in_memory(factory: SessionFactory) -> None:
    move_in(factory)
    with transaction(factory) as session:
        before = organisation_on(session, TODAY)
        assert bring_people(session, changed(cast(), "ann", manager_id="mara"), dry_run=True).is_valid
        assert organisation_on(session, TODAY) is before


def test_two_days_side_by_side(factory: SessionFactory) -> None:
    move_in(factory)
    later = TODAY + timedelta(days=10)
    with transaction(factory) as session:
        assert bring_moves(session, (later.isoformat(), "ann", "manager", "mara")).is_valid
    with transaction(factory) as session:
        for _ in range(2):
            assert (manager_of(session, "ann"), manager_of(session, "ann", later)) == ("ben", "mara")


def test_only_the_days_asked_for_last_are_kept(factory: SessionFactory) -> None:
    move_in(factory)
    days = [TODAY + timedelta(days=number) for number in range(KEPT_DAYS + 1)]
    with transaction(factory) as session:
        first, *others = [organisation_on(session, day) for day in days]
        assert all(organisation_on(session, day) is one for day, one in zip(days[1:], others, strict=True))
        assert organisation_on(session, days[0]) is not first


def test_without_an_import_nothing_is_kept(factory: SessionFactory) -> None:
    with transaction(factory) as session:
        assert organisation_on(session, TODAY) is not organisation_on(session, TODAY)


@pytest.fixture
def two_companies(tmp_path: Path) -> list[Engine]:
    """Two databases, with other people in charge of Ann."""
    engines = []
    for name, manager in (("one", "ben"), ("two", "mara")):
        engine = connect(f"sqlite:///{tmp_path / name}.db")
        bring_tables(engine)
        with transaction(create_session_factory(engine)) as session:
            bring_units(session)
            move_ann_to(session, manager)
        engines.append(engine)
    return engines


def test_two_databases_do_not_mix(two_companies: list[Engine]) -> None:
    found = []
    for engine in two_companies * 2:
        with create_session_factory(engine)() as session:
            found.append(manager_of(session, "ann"))
        engine.dispose()
    assert found == ["ben", "mara", "ben", "mara"]


def test_a_database_that_is_given_up_is_forgotten(two_companies: list[Engine]) -> None:
    # Given an organisation in memory, when nobody has its database any more, nor the session that read it
    engine = two_companies.pop()
    with create_session_factory(engine)() as session:
        organisation = organisation_on(session, TODAY)
    engine.dispose()
    forgotten = ref(organisation)
    del engine, session, organisation
    gc.collect()
    # Then it is gone too.
    assert forgotten() is None
    two_companies.pop().dispose()


def test_what_is_kept_never_asks_again(factory: SessionFactory) -> None:
    # Given an organisation in memory whose session is closed
    move_in(factory)
    with factory() as session:
        kept = organisation_on(session, TODAY)
        fresh = Organisation(session, TODAY)
        # Then it answers every question as the database does, without asking it.
        asked = {who: _answers(fresh, who) for who in ("ann", "ben", "olga", "nobody")}
    with factory() as session, counted(session) as sent:
        assert {who: _answers(kept, who) for who in asked} == asked
    assert sent == []


def _answers(organisation: Organisation, who: str) -> list[object]:
    organisation.fetch([who, "stranger"])
    return [
        organisation.person(who),
        organisation.manager_of(who),
        organisation.managed_since(who),
        list(organisation.managers_up(who)),
        organisation.is_above("olga", who),
        organisation.dotted_managers(who),
        organisation.hr_partner(who),
        organisation.chief_executive(),
        organisation.direct_reports(who),
        organisation.everybody_below(who),
        organisation.peers(who),
        organisation.project_peers(who),
        organisation.head_of_unit("TEAM"),
        organisation.unit_path("TEAM"),
        organisation.units_below("TOP"),
        organisation.everybody(),
    ]


def test_many_threads_see_each_import_once_it_is_there(factory: SessionFactory) -> None:
    # Given eight threads that ask for the manager all the time while a ninth changes it
    move_in(factory)
    begin = Barrier(9)
    managers = ("mara", "olga", "hugo")

    def ask(_number: int) -> list[str | None]:
        begin.wait()
        found = []
        for _ in range(20):
            with factory() as session:
                found.append(manager_of(session, "ann"))
        return found

    def reorganise() -> None:
        begin.wait()
        for manager in managers:
            with transaction(factory) as session:
                move_ann_to(session, manager)

    with ThreadPoolExecutor(9) as pool:
        asked = [pool.submit(ask, number) for number in range(8)]
        pool.submit(reorganise).result()
        seen = [answers.result() for answers in asked]
    # Then each of them saw the managers in the order they came, and whoever asks now sees the last one.
    order = ("ben", *managers)
    for answers in seen:
        assert [order.index(str(answer)) for answer in answers] == sorted(
            order.index(str(answer)) for answer in answers
        )
    with factory() as session:
        assert manager_of(session, "ann") == "hugo"
