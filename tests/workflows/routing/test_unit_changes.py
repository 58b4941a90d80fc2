"""A file of units alone: who leads a unit now gets what its head has to do, and it comes back with the import."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.database import transaction
from engine.models import Job, Task
from tests.workflows.people.cast import TODAY, UNITS, as_csv
from tests.workflows.small_cycle import SmallCycle
from workflows.people.imports.undoing import find_memory
from workflows.routing.receiving import UNITS as UNIT_FILE
from workflows.routing.receiving import Received, preview_receiving, receive
from workflows.routing.taking_back import take_back


@pytest.fixture
def calibrating(cycle: SmallCycle) -> SmallCycle:
    """A cycle in which Mara leads the session of Engineering, and Olga that of the top."""
    return cycle.write_reviews(ann=3, ben=4, mara=3)


def led_by(
    cycle: SmallCycle, unit: str, head: str, *, on: date | None = None, look: bool = False, **cells: str
) -> Received:
    """Import the units with another head of one of them, or only look."""
    rows = [row | {"head_id": head, **cells} if row["org_unit"] == unit else row for row in UNITS]
    with transaction(cycle.factory) as session:
        act = preview_receiving if look else receive
        received = act(
            session, UNIT_FILE, as_csv(rows), file_name="units.csv", by="hugo", now=cycle.now, effective=on or TODAY
        )
        assert received.report.is_valid, received.report.defects
    cycle.work()
    return received


def leads(cycle: SmallCycle) -> set[str | None]:
    return {task.assignee for task in cycle.open("calibration_session")}


def moved(received: Received) -> list[tuple[str, str | None, str | None]]:
    assert received.tasks is not None
    return [(move.task, move.from_person, move.to_person) for move in received.tasks.moves]


def test_r5_a_new_head_gets_what_the_head_of_the_unit_has_to_do(calibrating: SmallCycle) -> None:
    assert leads(calibrating) == {"mara", "olga"}
    session = ("Calibration session", "mara", "ben")

    assert moved(led_by(calibrating, "DIVISION", "ben", look=True)) == [session]
    assert leads(calibrating) == {"mara", "olga"}
    assert moved(led_by(calibrating, "DIVISION", "ben")) == [session]

    assert leads(calibrating) == {"ben", "olga"}


def test_r5_another_name_of_a_unit_moves_nothing(calibrating: SmallCycle) -> None:
    assert moved(led_by(calibrating, "DIVISION", "mara", name="Another name")) == []
    assert leads(calibrating) == {"mara", "olga"}


def test_r5_a_vacant_unit_is_led_by_the_head_above(calibrating: SmallCycle) -> None:
    led_by(calibrating, "DIVISION", "")

    assert leads(calibrating) == {"olga"}


def test_r5_a_head_of_a_day_to_come_gets_it_on_that_day(calibrating: SmallCycle) -> None:
    day = calibrating.now.date() + timedelta(days=3)

    assert moved(led_by(calibrating, "DIVISION", "ben", on=day)) == []

    assert leads(calibrating) == {"mara", "olga"}
    calibrating.travel(days=4)
    assert leads(calibrating) == {"ben", "olga"}
    with calibrating.factory() as session:
        assert session.scalars(select(Job).where(Job.kind == "organisation_day")).all() == []


def test_what_moved_goes_back_with_the_import(calibrating: SmallCycle) -> None:
    led_by(calibrating, "DIVISION", "ben")
    led_by(calibrating, "DIVISION", "hugo")
    assert leads(calibrating) == {"hugo", "olga"}
    calibrating.now += timedelta(minutes=5)

    with transaction(calibrating.factory) as session:
        found = find_memory(session)
        assert found is not None
        done = take_back(session, found[0].id, by="rita", now=calibrating.now)
        assert [session.get_one(Task, one.task_id).step for one in done.tasks] == ["calibration_session"]

    assert leads(calibrating) == {"ben", "olga"}
