"""Stories of launches: what is refused, what is kept, and that everybody starts exactly once."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session

from engine import definitions, jobs
from engine.database import Base, SessionFactory, connect, transaction
from engine.errors import Rejection
from engine.models import Definition, FanOut, Instance, Job, Task
from engine.packages import read_package
from tests.workflows.people.cast import NOW, TODAY, bring_people, bring_units, cast
from tests.workflows.small_cycle import EVERYBODY, PERIOD, SmallCycle, counted, empty_database, team
from workflows.cycles.launching import NobodyTakesPart, launch
from workflows.cycles.models import Case, Cycle
from workflows.cycles.population import STANDARD
from workflows.people.models import Import, Person, PersonVersion
from workflows.people.organisation import Selection

CROWD = 120
"""Enough people for three jobs that start members."""


class Killed(BaseException):
    """The process dies here."""


def deploy(session: Session) -> Definition:
    return definitions.deploy(session, read_package(files("bpmn") / "annual_review"), by="hugo", now=NOW)


def begin(session: Session, **settings: Any) -> Cycle:
    """Launch the annual review with the usual settings and these."""
    usual: dict[str, Any] = {"name": "Annual review 2026", "period": PERIOD, "selection": EVERYBODY, "by": "hugo"}
    return launch(session, deploy(session), **{**usual, "now": NOW, **settings})


@contextmanager
def company(url: str, crowd: int = 0) -> Iterator[SessionFactory]:
    """A database with the team, and a crowd that reports to Ben."""
    with empty_database(url) as factory:
        with transaction(factory) as session:
            bring_units(session)
            bring_people(session, team())
            add_crowd(session, crowd)
        yield factory


def add_crowd(session: Session, count: int) -> None:
    """Add people like Ann to the organisation, in two statements."""
    if not count:
        return
    ann = session.get_one(Person, "ann")
    facts = session.scalars(select(PersonVersion).where(PersonVersion.person_id == "ann")).one()
    same = {column.key: getattr(facts, column.key) for column in PersonVersion.__table__.columns if column.key != "id"}
    known = {column.key: getattr(ann, column.key) for column in Person.__table__.columns}
    ids = [f"p{number:05}" for number in range(count)]
    session.execute(
        insert(Person), [known | {"id": who, "name": who, "email": f"{who}@company.example"} for who in ids]
    )
    session.execute(insert(PersonVersion), [same | {"person_id": who} for who in ids])


class TestRefused:
    @pytest.mark.parametrize(
        ("settings", "problem", "said"),
        [
            ({"name": ""}, Rejection, "Give the cycle a name"),
            ({"name": " \t "}, Rejection, "Give the cycle a name"),
            ({"period": (date(2026, 12, 1), date(2026, 11, 30))}, Rejection, "ends before it begins"),
            ({"selection": Selection(grades=frozenset({"G99"}))}, NobodyTakesPart, "Nobody fits this rule"),
            ({"selection": Selection(units=frozenset({"NOWHERE"}))}, NobodyTakesPart, "Widen the population"),
            ({"selection": replace(STANDARD, hired_before=date(1990, 1, 1))}, NobodyTakesPart, "Nobody fits"),
        ],
    )
    def test_a_wrong_launch_starts_nothing(self, settings: dict[str, Any], problem: type[Exception], said: str) -> None:
        with company("sqlite://") as factory, transaction(factory) as session:
            with pytest.raises(problem, match=said):
                begin(session, **settings)
            for model in (Cycle, Case, Instance, Job):
                assert session.scalar(select(func.count()).select_from(model)) == 0

    def test_a_period_of_one_day_is_a_period(self) -> None:
        with company("sqlite://") as factory, transaction(factory) as session:
            assert begin(session, period=(TODAY, TODAY)).period_to == TODAY


class TestKept:
    def test_the_cycle_and_its_rule(self, database_url: str) -> None:
        with company(database_url) as factory:
            with transaction(factory) as session:
                chosen = {"on_joining": "half", "on_leave": "exclude", "on_hiring": "take in"}
                cycle_id = begin(session, name="  Annual review 2026 ", selection=STANDARD, policies=chosen).id
            with factory() as session:
                cycle = session.get_one(Cycle, cycle_id)
                root = session.get_one(Instance, cycle.instance_id)
        assert (cycle.name, cycle.state, cycle.launched_by, cycle.launched_at) == (
            "Annual review 2026",
            "running",
            "hugo",
            NOW,
        )
        assert cycle.population["employment_types"] == ["employee"]
        # As it was chosen: its policies narrow it at the launch, and say for themselves who may join later.
        assert (cycle.population["hired_before"], "leave" in cycle.population["statuses"]) == (None, True)
        assert root.variables["period_from"] == "2025-12-01"
        assert root.variables["cycle_name"] == root.name == "Annual review 2026"

    def test_a_case_for_each_participant_with_the_facts_of_the_day(self, cycle: SmallCycle) -> None:
        with cycle.factory() as session:
            cases = session.scalars(select(Case).order_by(Case.person_id)).all()
        assert [(case.person_id, case.manager_id, case.org_unit, case.calibration_group) for case in cases] == [
            ("ann", "ben", "TEAM", "DIVISION"),
            ("ben", "mara", "TEAM", "DIVISION"),
            ("dora", "ben", "TEAM", "DIVISION"),
            ("eva", "ben", "TEAM", "DIVISION"),
            ("hugo", "olga", "TOP", "TOP"),
            ("mara", "olga", "DIVISION", "TOP"),
            ("olga", None, "TOP", "TOP"),
            ("rita", "olga", "TOP", "TOP"),
        ]
        assert {(case.state, case.rating, case.released_at) for case in cases} == {("open", None, None)}

    def test_two_cycles_side_by_side(self) -> None:
        with company("sqlite://") as factory:
            with transaction(factory) as session:
                first = begin(session, selection=Selection(units=frozenset({"TEAM"}))).instance_id
                second = begin(session, name="Another").instance_id
            work(factory)
            with factory() as session:
                counts = dict(session.execute(select(Task.root_id, func.count()).group_by(Task.root_id)).all())
        assert counts == {first: 5, second: 8}


def work(factory: SessionFactory, now: Any = NOW) -> None:
    while jobs.drain(factory, limit=10_000, seconds=60, now=lambda: now):
        pass


def started(factory: SessionFactory) -> tuple[Counter[str | None], Counter[str | None]]:
    """How many instances and how many open tasks there are about each participant."""
    with factory() as session:
        members = Counter(session.scalars(select(Instance.subject).where(Instance.parent_id.is_not(None))))
        tasks = Counter(session.scalars(select(Task.subject).where(Task.state == "open")))
    return members, tasks


@contextmanager
def failing(factory: SessionFactory, when: int, problem: Callable[[], BaseException]) -> Iterator[None]:
    """The commit with this number never comes: the transaction ends just before it."""
    engine = factory.kw["bind"]
    seen = Counter[str]()

    def refuse(session: Session) -> None:
        if session.get_bind() is engine:
            seen["commits"] += 1
            if seen["commits"] == when:
                raise problem()

    event.listen(factory, "before_commit", refuse)
    try:
        yield
    finally:
        event.remove(factory, "before_commit", refuse)


class TestInterrupted:
    """The first job lists the members; three more start fifty of them each, or what is left."""

    @pytest.mark.parametrize("when", [1, 2, 3, 4])
    def test_a_process_that_dies_loses_nobody_and_starts_nobody_twice(self, database_url: str, when: int) -> None:
        with company(database_url, CROWD) as factory:
            with transaction(factory) as session:
                participants = set(_launched(session))
            # Given a worker that is killed with its work all done, but not committed
            with failing(factory, when, Killed), pytest.raises(Killed):
                work(factory)
            members, tasks = started(factory)
            assert members.total() == tasks.total() == 50 * max(0, when - 2)
            # When another worker goes on
            work(factory)
            # Then everybody has one instance and one task.
            members, tasks = started(factory)
        assert set(members) == set(tasks) == participants
        assert set(members.values()) == set(tasks.values()) == {1}

    @pytest.mark.parametrize("when", [1, 2, 3, 4])
    def test_a_job_that_fails_is_tried_again(self, when: int) -> None:
        with company("sqlite://", CROWD) as factory:
            with transaction(factory) as session:
                _launched(session)
            with failing(factory, when, lambda: OSError("the disk is full for a moment")):
                work(factory)
            assert started(factory)[0].total() < CROWD + 8
            work(factory, NOW + timedelta(minutes=1))
            members, tasks = started(factory)
            with factory() as session:
                fan_out = session.scalars(select(FanOut)).one()
        assert members.total() == tasks.total() == CROWD + 8
        assert set(members.values()) == {1}
        assert (fan_out.total, fan_out.started, fan_out.done) == (CROWD + 8, CROWD + 8, 0)

    def test_a_launch_that_is_undone_leaves_nothing(self, database_url: str) -> None:
        with company(database_url) as factory:
            with failing(factory, 1, Killed), pytest.raises(Killed), transaction(factory) as session:
                begin(session)
            work(factory)
            with factory() as session:
                for model in (Cycle, Case, Instance, Task):
                    assert session.scalar(select(func.count()).select_from(model)) == 0


def _launched(session: Session) -> list[str]:
    cycle = begin(session)
    return list(session.scalars(select(Case.person_id).where(Case.cycle_id == cycle.id)))


class TestSize:
    @staticmethod
    def measure(url: str, crowd: int) -> tuple[int, int, int]:
        """The statements of a launch, of listing the members, and of starting fifty of them."""
        with company(url, crowd) as factory:
            with transaction(factory) as session:
                definition = deploy(session)
                with counted(factory) as launching:
                    launch(session, definition, name="Big", period=PERIOD, selection=EVERYBODY, by="hugo", now=NOW)
            with counted(factory) as gathering:
                assert jobs.work_one(factory, NOW)
            with counted(factory) as starting:
                assert jobs.work_one(factory, NOW)
            with factory() as session:
                waiting = session.scalar(select(func.count()).where(Job.kind == "members"))
                assert session.scalar(select(func.count()).select_from(Case)) == crowd + 8
                assert waiting == -(-(crowd + 8) // 50) - 1
                assert session.scalar(select(func.count()).where(Task.state == "open")) == 50
        return len(launching), len(gathering), len(starting)

    def test_ten_thousand_cost_as_many_statements_as_a_hundred(self, database_url: str) -> None:
        few = self.measure_again(database_url, 92)
        many = self.measure_again(database_url, 9_992)
        # One more insert for every thousand cases is all that grows.
        assert many[0] - few[0] <= 9
        assert many[0] <= 25
        assert many[1:] == few[1:]
        # SQLite stores the fifty instances of a job one by one, since it hands out their numbers.
        assert max(many[1:]) <= (80 if database_url.startswith("sqlite") else 30)

    def measure_again(self, url: str, crowd: int) -> tuple[int, int, int]:
        """Measure in an emptied database."""
        engine = connect(url)
        Base.metadata.drop_all(engine)
        engine.dispose()
        return self.measure(url, crowd)


def test_nobody_without_an_import_is_launched() -> None:
    with empty_database("sqlite://") as factory, transaction(factory) as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 0
        with pytest.raises(NobodyTakesPart):
            begin(session)


def test_the_contractor_stays_out() -> None:
    assert "carl" in {row["employee_id"] for row in cast()}
    with company("sqlite://") as factory, transaction(factory) as session:
        assert "carl" not in _launched(session)
