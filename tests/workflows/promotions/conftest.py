"""The small company's review cycle, in memory."""

from collections.abc import Iterator

import pytest

from tests.workflows.small_cycle import SmallCycle, copied, empty_database


@pytest.fixture(scope="package")
def launched() -> Iterator[SmallCycle]:
    """A cycle that was launched just now, to be copied and left alone."""
    with empty_database("sqlite://") as factory:
        yield SmallCycle(factory).launch()


@pytest.fixture
def cycle(launched: SmallCycle) -> Iterator[SmallCycle]:
    """A cycle that was launched just now."""
    with copied(launched) as cycle:
        yield cycle
