"""Approving many together on PostgreSQL, while somebody else changes what it is about."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.exc import OperationalError

from engine.models import Instance, Task
from tests.workflows.inbox.test_bulk_approving import approve, look, rate_highest, states
from tests.workflows.small_cycle import SmallCycle, empty_database
from workflows.inbox.bulk_approving import TIME_TO_UNDO


@pytest.fixture
def approvals(postgres_url: str) -> Iterator[SmallCycle]:
    """Three reviews with the highest rating, which Mara has to look at a second time."""
    with empty_database(postgres_url) as factory:
        yield rate_highest(SmallCycle(factory).launch())


def test_no_figure_changes_between_the_last_look_and_the_approval(approvals: SmallCycle) -> None:
    # Given approvals that are about to be carried out
    batch = approve(approvals, look(approvals))
    (ann,) = approvals.open("second_approval", "ann")
    approvals.now += TIME_TO_UNDO
    refused: list[bool] = []

    def change_it(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        """Somebody changes a figure in the moment after the figures were read."""
        if "instance.variables" in statement and "task.id IN" in statement and not refused:
            refused.append(_is_refused(approvals, ann))

    # When the figures are read, and somebody changes one
    engine = approvals.factory.kw["bind"]
    event.listen(engine, "after_cursor_execute", change_it)
    try:
        approvals.work()
    finally:
        event.remove(engine, "after_cursor_execute", change_it)
    # Then they have to wait until it is approved as Mara has seen it.
    assert refused == [True]
    assert states(approvals, batch) == [("Ann", "done"), ("Dora", "done"), ("Eva", "done")]


def _is_refused(approvals: SmallCycle, task: Task) -> bool:
    """Whether the case of a task is being worked on, so that nobody else can change it now."""
    with approvals.factory() as session:
        session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        changed = {**session.get_one(Instance, task.instance_id).variables, "rating": 1}
        try:
            session.execute(update(Instance).where(Instance.id == task.instance_id).values(variables=changed))
            session.commit()
        except OperationalError:
            return True
    return False
