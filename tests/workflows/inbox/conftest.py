"""Desks full of tasks, without a process behind them."""

from collections.abc import Iterator

import pytest

from engine.database import SessionFactory
from tests.workflows.inbox.desk import Desk
from tests.workflows.small_cycle import SmallCycle, empty_database


@pytest.fixture
def factory() -> Iterator[SessionFactory]:
    """An empty database in memory."""
    with empty_database("sqlite://") as factory:
        yield factory


@pytest.fixture
def desk(factory: SessionFactory) -> Desk:
    """The cast, and no task yet."""
    return Desk(factory).move_in()


@pytest.fixture
def cycle(factory: SessionFactory) -> SmallCycle:
    """A cycle that was launched just now."""
    return SmallCycle(factory).launch()
