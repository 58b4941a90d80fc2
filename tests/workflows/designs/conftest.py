"""A library in which Hugo and Rita of HR design."""

from collections.abc import Iterator

import pytest

from engine.database import SessionFactory, transaction
from tests.workflows.designs.desk import Desk
from tests.workflows.people.cast import bring_people, bring_units
from tests.workflows.small_cycle import empty_database, team
from workflows.installing import install


@pytest.fixture
def library(database_url: str) -> Iterator[SessionFactory]:
    """The small company without any cycle, once on SQLite and once on PostgreSQL."""
    with empty_database(database_url) as factory:
        with transaction(factory) as session:
            bring_units(session)
            assert bring_people(session, team()).is_valid
        yield factory


@pytest.fixture
def desk() -> Iterator[SessionFactory]:
    """The small company without any cycle, in memory."""
    with empty_database("sqlite://") as factory:
        with transaction(factory) as session:
            bring_units(session)
            assert bring_people(session, team()).is_valid
        yield factory


@pytest.fixture
def hugo(desk: SessionFactory) -> Desk:
    """Hugo at the step list of a process that was just begun, with one step."""
    install()
    return Desk(desk)
