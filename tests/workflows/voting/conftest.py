"""The cast of the routing stories, with a committee that decides on promotions."""

import pytest
from sqlalchemy.orm import Session

from tests.workflows.routing.cast import CAST, TODAY, UNITS, Somebody, bring
from tests.workflows.routing.conftest import _routing, factory, routing, session, statements  # noqa: F401
from workflows.people.committees import CHAIR, RESERVE, found_committee, give_seat
from workflows.voting import checking, following

MORE = [Somebody("lena", "mara"), Somebody("omar", "mara"), Somebody("paul", "mara")]
EVERYBODY = {somebody.id: somebody for somebody in (*CAST, *MORE)}


@pytest.fixture(autouse=True, scope="session")
def votes() -> None:
    """Votes are begun, followed and settled."""
    following.install()
    checking.install()


@pytest.fixture
def company(session: Session) -> Session:  # noqa: F811 - pytest's way to ask for a fixture
    """The cast, and the committee “Promotions”: Mara leads; Rita, Lena, Omar and Hugo; Paul in reserve."""
    bring(session, [*CAST, *MORE], UNITS)
    found_committee(session, "Promotions")
    give_seat(session, "promotions", "mara", role=CHAIR, day=TODAY)
    for member in ("rita", "lena", "omar", "hugo"):
        give_seat(session, "promotions", member, day=TODAY)
    give_seat(session, "promotions", "paul", role=RESERVE, day=TODAY)
    return session
