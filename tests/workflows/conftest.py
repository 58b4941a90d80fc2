"""The small company's review cycle: in memory, and on every database."""

from collections.abc import Iterator

import pytest

from tests.workflows.small_cycle import SmallCycle, copied, empty_database


@pytest.fixture(scope="session")
def launched() -> Iterator[SmallCycle]:
    """A cycle that was launched just now, to be copied and left alone."""
    with empty_database("sqlite://") as factory:
        yield SmallCycle(factory).launch()


@pytest.fixture
def cycle(launched: SmallCycle) -> Iterator[SmallCycle]:
    """A cycle that was launched just now, in memory."""
    with copied(launched) as cycle:
        yield cycle


@pytest.fixture
def stored_cycle(database_url: str) -> Iterator[SmallCycle]:
    """A cycle that was launched just now, once on SQLite and once on PostgreSQL."""
    with empty_database(database_url) as factory:
        yield SmallCycle(factory).launch()


@pytest.fixture
def postgres_cycle(postgres_url: str) -> Iterator[SmallCycle]:
    """A cycle that was launched just now, on PostgreSQL."""
    with empty_database(postgres_url) as factory:
        yield SmallCycle(factory).launch()
