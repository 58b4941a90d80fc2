"""Where a dry run is played: a database of its own in memory, with a copy of the organisation in it.

The real schema, engine, router and gate work on it, so what they do there is what they would do. The live database is
only read, in one read-only transaction, and nothing that happens on the stage can reach it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from engine import (
    Base,
    Definition,
    DefinitionFile,
    Job,
    SessionFactory,
    Task,
    connect,
    create_session_factory,
    registry,
    transaction,
)
from workflows.migrations import metadata
from workflows.people.models import Account, Person
from workflows.people.outside import is_inside
from workflows.routing.absences import BEGINS, ENDS

ORGANISATION = "workflows.people."
CHUNK = 2000
HANDED_OVER = "handed_over"
SNAPSHOT = {"read_only": True, "postgresql_readonly": True}


@dataclass(frozen=True)
class Stage:
    """The database of a dry run, who has no account in the live one, and the tasks that were just handed over."""

    factory: SessionFactory
    without_account: frozenset[str]
    handed_over: list[int]


@contextmanager
def set_stage(live: SessionFactory, now: datetime) -> Iterator[Stage]:
    """A stage with the organisation and the published processes of the `live` database; gone when the block ends.

    What people have planned to be away comes along, with the jobs that hand their tasks on when it begins.
    """
    tables = metadata()
    engine = connect("sqlite://")
    try:
        tables.create_all(engine)
        factory = create_session_factory(engine)
        handed_over: list[int] = []
        factory.configure(info={HANDED_OVER: handed_over})
        with transaction(factory) as stage:
            _copy(live, stage)
            missing = _let_everybody_in(stage, now)
        yield Stage(factory, missing, handed_over)
    finally:
        engine.dispose()


@registry.listen("task_handed_over")
def note_hand_over(session: Session, task: Task, by: str | None, now: datetime) -> None:
    """Remember on a stage that a task has another holder; in any other database there is nothing to do."""
    handed_over = session.info.get(HANDED_OVER)
    if handed_over is not None:
        handed_over.append(task.id)


def _copy(live: SessionFactory, stage: Session) -> None:
    copied = _copied_tables()
    with live() as session:
        _look_only(session)
        for table in metadata().sorted_tables:
            if table in copied:
                _copy_rows(session, stage, table)
        _copy_rows(session, stage, Job.__table__, Job.kind.in_((BEGINS, ENDS)))


def _look_only(session: Session) -> None:
    """Let the database itself refuse every write, and show one moment throughout."""
    options: dict[str, Any] = dict(SNAPSHOT)
    if session.get_bind().dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    session.connection(execution_options=options)


def _copied_tables() -> set[Any]:
    """Every table of people and units, and the definitions that a process may call."""
    organisation = (m.local_table for m in Base.registry.mappers if m.class_.__module__.startswith(ORGANISATION))
    return {*organisation, Definition.__table__, DefinitionFile.__table__}


def _copy_rows(session: Session, stage: Session, table: Any, condition: ColumnElement[bool] | None = None) -> None:
    statement = select(table) if condition is None else select(table).where(condition)
    rows = [dict(row) for row in session.execute(statement).mappings()]
    if table is Account.__table__:
        rows = [_without_secrets(row) for row in rows]
    for first in range(0, len(rows), CHUNK):
        stage.execute(insert(table), rows[first : first + CHUNK])


def _without_secrets(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"password_hash": "", "session_token": row["person_id"]}


def _let_everybody_in(stage: Session, now: datetime) -> frozenset[str]:
    """Whoever has no account yet gets one without roles: the report counts them, and the cycle can be played."""
    missing = stage.scalars(
        select(Person.id).where(Person.id.not_in(select(Account.person_id)), is_inside(Person.id))
    ).all()
    rows = [
        {
            "person_id": person,
            "password_hash": "",
            "roles": [],
            "session_token": person,
            "failed_logins": 0,
            "created_at": now,
        }
        for person in missing
    ]
    if rows:
        stage.execute(insert(Account), rows)
    return frozenset(missing)
