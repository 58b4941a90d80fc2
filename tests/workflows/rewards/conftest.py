"""The small company's review cycle, in memory."""

from collections.abc import Iterator

import pytest

from tests.workflows.small_cycle import SmallCycle, empty_database


@pytest.fixture
def cycle() -> Iterator[SmallCycle]:
    """A cycle that was launched just now."""
    with empty_database("sqlite://") as factory:
        yield SmallCycle(factory).launch()
