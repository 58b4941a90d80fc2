"""A proposal that is not approved goes back to its writer, where the diagram is drawn so."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
from sqlalchemy import select

from engine import tasks
from engine.packages import read_package
from tests.workflows.rewards.test_proposals import BONUS
from tests.workflows.small_cycle import LONG, SmallCycle, empty_database
from workflows.reviews.beginning import find_beginning
from workflows.rewards.models import Proposal

DIAGRAM = "annual_review.bpmn"


@pytest.fixture(scope="module")
def drawn_back() -> Iterator[SmallCycle]:
    """The cycle when managers are asked for their proposals; what the line does not approve comes back to them."""
    package = dict(read_package(files("bpmn") / "annual_review"))
    refused, back = b'sourceRef="reward_approved" targetRef="reward_refused"', b'targetRef="propose_reward"'
    assert package[DIAGRAM].count(refused) == 1
    package[DIAGRAM] = package[DIAGRAM].replace(refused, b'sourceRef="reward_approved" ' + back)
    with empty_database("sqlite://") as factory:
        cycle = SmallCycle(factory).launch(package)
        yield cycle.write_reviews(ann=4).release().reach_proposals()


def test_what_is_proposed_again_takes_the_place_of_what_was_proposed(drawn_back: SmallCycle) -> None:
    # Given a bonus that the line does not approve
    drawn_back.do("propose_reward", "ann", **BONUS)
    drawn_back.do("approve_reward", "ann", outcome="reject", reason=LONG)
    # When its writer has the form again, then all of it is still there,
    [task] = drawn_back.open("propose_reward", "ann")
    with drawn_back.factory() as session:
        begins = find_beginning(session, tasks.find(session, task.id), "ben")
    assert begins is not None
    assert begins.answers["kind"] == "bonus"
    # and a smaller one takes its place, instead of being refused because of it.
    drawn_back.do("propose_reward", "ann", **begins.answers | {"amount": "1000", "amount_percent": "2"})
    with drawn_back.factory() as session:
        proposals = session.scalars(select(Proposal).order_by(Proposal.id)).all()
    assert [(one.state, one.amount) for one in proposals] == [("withdrawn", 2000), ("proposed", 1000)]
    assert len(drawn_back.open("approve_reward", "ann")) == 1
