"""Writing forms in tests: what is typed, what is stored afterwards, and what happens at the same moment."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import event, text

from engine.database import Base, SessionFactory, transaction
from engine.models import Task
from tests.workflows.small_cycle import LONG, SmallCycle
from workflows.reviews.models import Submission
from workflows.reviews.submitting import draft_of, save_draft

SELF_ASSESSMENT = {"summary": LONG, "achievements": [{"title": "Cut the return rate"}], "support": "fully"}
PATIENCE = 120.0


def the_task(cycle: SmallCycle, step: str, subject: str | None) -> Task:
    """The one open task of a step about somebody."""
    (task,) = cycle.open(step, subject)
    return task


def save(cycle: SmallCycle, task: Task, answers: Mapping[str, Any], *, by: str, version: int | None = None) -> int:
    """Save a draft in a transaction of its own; the version it got."""
    with transaction(cycle.factory) as session:
        return save_draft(session, task.id, answers, by=by, now=cycle.now, version=version).version


def stored(cycle: SmallCycle, task: Task) -> Submission:
    """What is stored for the form of a task."""
    with cycle.factory() as session:
        submission = draft_of(session, task.id)
    assert submission is not None
    return submission


def everything(factory: SessionFactory) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with factory() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(table.select())), key=repr)
            for table in Base.metadata.sorted_tables
        }


def statements(sent: Sequence[str]) -> list[str]:
    """What was asked of the database; that a transaction begins is one more line on SQLite alone."""
    return [one for one in sent if not one.startswith("BEGIN")]


@contextmanager
def commits(factory: SessionFactory) -> Iterator[list[None]]:
    """The commits made while the block runs."""
    made: list[None] = []
    engine = factory.kw["bind"]

    def note(_connection: object) -> None:
        made.append(None)

    event.listen(engine, "commit", note)
    try:
        yield made
    finally:
        event.remove(engine, "commit", note)


@contextmanager
def meanwhile(factory: SessionFactory, work: Any) -> Iterator[Future[Any]]:
    """Start `work` in a thread; the block begins when it waits for a lock that this thread's transaction holds."""
    with ThreadPoolExecutor(1) as pool:
        running: Future[Any] = pool.submit(work)
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        end = monotonic() + PATIENCE
        with factory.kw["bind"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not running.done() and not connection.scalar(waiting):
                assert monotonic() < end, "the other one neither waits nor ends"
        yield running
