"""A vote on Ann in front of the application: Ben leads it, Mara and Olga vote with him."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine import Instance, SessionFactory, Task, clock, instances, transaction
from tests.workflows.routing.diagrams import publish
from tests.workflows.voting.electing import vote_step

Open = Callable[..., dict[str, int]]
VOTERS = '["ben", "mara", "olga"]'


@pytest.fixture
def open_vote(factory: SessionFactory) -> Open:
    """Begins a vote by these settings; answers with the number of everybody's task."""

    def begin(pattern: str = "majority", actor: str = "everybody named", argument: str = VOTERS, **settings: str):  # noqa: ANN202 - see Open
        with transaction(factory) as session:
            definition = publish(session, vote_step(pattern, actor, argument, **settings), now=clock.now())
            instance = instances.start(
                session, definition, name="Promotion of Ann", by="hugo", subject="ann", now=clock.now()
            )
            rows = select(Task.assignee, Task.id).where(Task.instance_id == instance.id)
            return {str(holder): task for holder, task in session.execute(rows)}

    return begin


@pytest.fixture
def outcome(factory: SessionFactory) -> Callable[[int], object]:
    """What the process of a task knows of the vote by now."""

    def ask(task_id: int) -> object:
        with transaction(factory) as session:
            task = session.get_one(Task, task_id)
            return session.get_one(Instance, task.instance_id).variables.get("decision")

    return ask
