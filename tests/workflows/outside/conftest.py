"""The cycle that asks clients, in memory, with a post that keeps its letters."""

from collections.abc import Iterator

import pytest

from tests.workflows.notifications.test_mailing import MONDAY, Postbox
from tests.workflows.outside.feedback import package
from tests.workflows.small_cycle import SmallCycle, copied, empty_database
from workflows.notifications.post import use_post


@pytest.fixture(scope="session")
def asking() -> Iterator[SmallCycle]:
    """A cycle that asks clients, launched just now, to be copied and left alone."""
    with empty_database("sqlite://") as factory:
        yield SmallCycle(factory).launch(package())


@pytest.fixture
def clients(asking: SmallCycle) -> Iterator[SmallCycle]:
    """The same, the test's own, on a Monday morning."""
    with copied(asking) as cycle:
        cycle.now = MONDAY
        yield cycle


@pytest.fixture
def unchecked() -> Iterator[SmallCycle]:
    """The same where the form cannot look at the address, because something else than the answer is kept of it."""
    with empty_database("sqlite://") as factory:
        cycle = SmallCycle(factory).launch(package(kept="lower case(client_email)"))
        use_post(factory, Postbox())
        cycle.now = MONDAY
        yield cycle


@pytest.fixture
def postbox(clients: SmallCycle) -> Postbox:
    """Its mails."""
    postbox = Postbox()
    use_post(clients.factory, postbox)
    return postbox
