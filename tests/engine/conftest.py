"""What the tests of the engine share."""

from collections.abc import Iterator

import pytest

from engine import registry
from tests.engine.playing import Play


@pytest.fixture
def play(database_url: str) -> Iterator[Play]:
    """Tiny diagrams on a database of the test's own, once on SQLite and once on PostgreSQL."""
    play = Play(database_url)
    yield play
    play.engine.dispose()


@pytest.fixture(autouse=True)
def own_registry() -> Iterator[None]:
    """What a test plugs into the engine is gone after it."""
    checkers, data_checkers, proofs = list(registry.checkers), list(registry.data_checkers), list(registry.proofs)
    before = dict(registry.handlers), dict(registry.populations), dict(registry._listeners), list(registry._router)
    registry._listeners.clear()
    registry.checkers.clear()
    registry.data_checkers.clear()
    registry.proofs.clear()
    calendars = list(registry._calendars)
    yield
    handlers, populations, listeners, router = before
    for current, saved in ((registry.handlers, handlers), (registry.populations, populations)):
        current.clear()
        current.update(saved)
    registry._listeners.clear()
    registry._listeners.update(listeners)
    registry._router[:] = router
    registry._calendars[:] = calendars
    registry.checkers[:] = checkers
    registry.data_checkers[:] = data_checkers
    registry.proofs[:] = proofs
