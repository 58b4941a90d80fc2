"""A database in memory with the cast in it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from engine import registry
from engine.database import SessionFactory, connect, create_session_factory, transaction
from tests.services.tables import bring_tables
from tests.workflows.routing.cast import CAST, UNITS, bring
from workflows.routing.router import install


@pytest.fixture
def factory() -> Iterator[SessionFactory]:
    """An empty database in memory."""
    engine = connect("sqlite://")
    bring_tables(engine)
    yield create_session_factory(engine)
    engine.dispose()


@pytest.fixture
def session(factory: SessionFactory) -> Iterator[Session]:
    """A transaction in it."""
    with transaction(factory) as session:
        yield session


@pytest.fixture
def company(session: Session) -> Session:
    """A session on a database that knows the cast and their units."""
    bring(session, CAST, UNITS)
    return session


@pytest.fixture
def statements(company: Session) -> Iterator[list[str]]:
    """The SQL statements of the test, as they are sent."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    bind = company.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    yield sent
    event.remove(bind, "before_cursor_execute", note)


@pytest.fixture(autouse=True)
def _routing() -> Iterator[None]:
    """The engine asks this router, as it does in the product; afterwards whichever it asked before."""
    before = list(registry._router)
    install()
    yield
    registry._router[:] = before


@pytest.fixture(autouse=True, scope="session")
def routing() -> None:
    """Publishing a diagram asks the router whether its actors are known."""
    install()
