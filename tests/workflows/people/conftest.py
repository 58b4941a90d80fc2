"""A database with the schema, and one with the cast in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from engine.database import SessionFactory, connect, create_session_factory, transaction
from tests.workflows.people.cast import bring_people, bring_units, cast

BESIDE_THE_CHECKOUT = Path(__file__).parents[4] / "shared" / "data" / "northwind"


@pytest.fixture
def factory(database_url: str) -> Iterator[SessionFactory]:
    engine = connect(database_url)
    yield create_session_factory(engine)
    engine.dispose()


@pytest.fixture
def session(factory: SessionFactory) -> Iterator[Session]:
    with transaction(factory) as session:
        yield session


@pytest.fixture
def company(session: Session) -> Session:
    """A session on a database that knows the cast and their units."""
    bring_units(session)
    bring_people(session, cast())
    return session


@pytest.fixture(scope="session")
def northwind() -> Path:
    """The invented company of 1,191 people; it is not part of the repository."""
    folder = Path(os.environ.get("REVIEWFLOW_NORTHWIND", BESIDE_THE_CHECKOUT))
    if not folder.is_dir():
        pytest.skip("the Northwind files are not here; name their folder in REVIEWFLOW_NORTHWIND")
    return folder
