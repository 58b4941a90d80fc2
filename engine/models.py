"""The tables of the engine. The words are those of the product's glossary.

An instance is one row: the compact state of its task tree, its revision, and small routing variables. Open tasks,
waiting timers, subscriptions and fan-outs are projections around it, written in the same transaction.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, UtcDateTime
from engine.states import UNFINISHED

RowId = BigInteger().with_variant(Integer, "sqlite")


class Definition(Base):
    """One published, immutable version of a process package."""

    __tablename__ = "definition"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    key: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    checksum: Mapped[str]
    deployed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deployed_by: Mapped[str | None]


class DefinitionFile(Base):
    """One file of a definition: diagram, form or decision table, byte for byte as it was deployed."""

    __tablename__ = "definition_file"

    definition_id: Mapped[int] = mapped_column(RowId, ForeignKey("definition.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Instance(Base):
    """One run of a process of a definition; a member instance has a parent.

    `suspended_with` is the instance with which this one was suspended, and with which it is resumed; itself, where it
    was suspended alone. `remembered` is what stays done after it was sent back: see `engine.remembering`;
    `undo` how it stood before the task that was completed last, while nothing else has happened: `engine.recalling`.
    """

    __tablename__ = "instance"
    __table_args__ = (
        Index("ix_instance_parent_step", "parent_id", "parent_token"),
        Index("ix_instance_root", "root_id", "state"),
        Index("ix_instance_subject", "subject"),
        Index(
            "uq_instance_started_for",
            "started_for",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_instance_suspended", "suspended_with"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    definition_id: Mapped[int] = mapped_column(RowId, ForeignKey("definition.id"))
    process: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("instance.id"))
    parent_token: Mapped[str | None]
    root_id: Mapped[int | None] = mapped_column(RowId)
    name: Mapped[str]
    subject: Mapped[str | None]
    initiator: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="running")
    variables: Mapped[dict[str, Any]]
    blob: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int] = mapped_column()
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_for: Mapped[str | None]
    called_at: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspended_with: Mapped[int | None] = mapped_column(RowId)
    remembered: Mapped[dict[str, Any] | None]
    undo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - the name and its type are SQLAlchemy's


_HELD = "state = 'open' AND assignee IS NOT NULL"
_FREE = "state = 'open' AND assignee IS NULL"


def _index_where(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class Task(Base):
    """A user task waiting for a person, or the record of one that has been worked off.

    `owner` is whose task it is where `assignee` does it for them: who delegated it, or who is away. `turn` is its place
    where several approve the step one after the other, and `added_by` who has added it to them: see `engine.turns`.
    """

    __tablename__ = "task"
    __table_args__ = (
        # By deadline, and by kind: an inbox is read in order however much is in it. What a group has can be too much to
        # sort, so that it is in order for each way to narrow it.
        _index_where("ix_task_assignee_open", "assignee", "due_at", "id", where=_HELD),
        _index_where("ix_task_assignee_kind", "assignee", "root_id", "step", "due_at", "id", where=_HELD),
        _index_where("ix_task_group_open", "group", "due_at", "id", where=_FREE),
        _index_where("ix_task_group_cycle", "group", "root_id", "due_at", "id", where=_FREE),
        _index_where("ix_task_group_step", "group", "step", "due_at", "id", where=_FREE),
        _index_where("ix_task_group_kind", "group", "root_id", "step", "due_at", "id", where=_FREE),
        _index_where("ix_task_owner_open", "owner", "due_at", "id", where="state = 'open' AND owner IS NOT NULL"),
        _index_where("ix_task_closed_by", "closed_by", "closed_at", "id", where="state = 'completed'"),
        Index("ix_task_instance", "instance_id", "token"),
        _index_where("ix_task_root_open", "root_id", "step", where="state = 'open'"),
        Index("ix_task_subject", "subject", "state"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(RowId, ForeignKey("instance.id"))
    root_id: Mapped[int] = mapped_column(RowId)
    definition_id: Mapped[int] = mapped_column(RowId, ForeignKey("definition.id"))
    token: Mapped[str]
    step: Mapped[str]
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    subject: Mapped[str | None]
    assignee: Mapped[str | None]
    owner: Mapped[str | None]
    group: Mapped[str | None]
    explanation: Mapped[list[Any]]
    priority: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None]
    revision: Mapped[int] = mapped_column(default=1)
    turn: Mapped[int | None]
    added_by: Mapped[str | None]

    @property
    def is_unfinished(self) -> bool:
        """Whether somebody still has to do it, now or when it is not paused any more, or their turn."""
        return self.state in UNFINISHED


class Job(Base):
    """Machine work that is due at a moment: a timer, a service step, the start of members, a reminder."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_due",
            "due_at",
            "id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("ix_job_instance", "instance_id", "token"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str]
    instance_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("instance.id"))
    token: Mapped[str | None]
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    key: Mapped[str | None] = mapped_column(unique=True)


class FanOut(Base):
    """The members that a parent instance waits for: one counter for all of them.

    One by one (`sequential`), `waiting` lists all of them, and `started` says who is next.
    """

    __tablename__ = "fan_out"
    __table_args__ = (UniqueConstraint("instance_id", "token"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(RowId, ForeignKey("instance.id"))
    token: Mapped[str]
    step: Mapped[str]
    population: Mapped[str]
    state: Mapped[str] = mapped_column(default="gathering")
    total: Mapped[int] = mapped_column(default=0)
    started: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    sequential: Mapped[bool] = mapped_column(default=False, server_default=false())
    waiting: Mapped[list[Any] | None] = mapped_column(deferred=True)


class Subscription(Base):
    """An instance that waits for a message or a signal (`kind`); `message` is the name of either."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_message", "message", "correlation"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(RowId, ForeignKey("instance.id"), index=True)
    token: Mapped[str]
    kind: Mapped[str] = mapped_column(default="message", server_default="message")
    message: Mapped[str]
    correlation: Mapped[str]


class AwaitedStart(Base):
    """A start event of the newest version of a process that waits for something: `kind` is message or signal."""

    __tablename__ = "awaited_start"
    __table_args__ = (Index("ix_awaited_start_name", "kind", "name"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    definition_id: Mapped[int] = mapped_column(RowId, ForeignKey("definition.id"), index=True)
    step: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]


class Incident(Base):
    """A job or a step that cannot go on after so many attempts, until somebody resolves it, and why so."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_open", "resolved_at", "instance_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("instance.id"))
    job_id: Mapped[int | None] = mapped_column(RowId)
    token: Mapped[str | None]
    step: Mapped[str | None]
    problem: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None]
    reason: Mapped[str | None]


class Batch(Base):
    """The same thing asked for many instances at once: what, with which details, by whom and why."""

    __tablename__ = "batch"
    __table_args__ = (Index("ix_batch_root", "root_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str]
    root_id: Mapped[int | None] = mapped_column(RowId)
    title: Mapped[str]
    details: Mapped[dict[str, Any]]
    reason: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BatchItem(Base):
    """One of the things a batch is for, by the id its kind knows it by; done in a job and a transaction of its own."""

    __tablename__ = "batch_item"
    __table_args__ = (UniqueConstraint("batch_id", "target_id"), Index("ix_batch_item_batch", "batch_id", "state"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(RowId, ForeignKey("batch.id"))
    target_id: Mapped[int] = mapped_column(RowId)
    instance_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("instance.id"))
    state: Mapped[str] = mapped_column(default="waiting")
    note: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HistoryEntry(Base):
    """One thing that happened in an instance: what, when, by whom."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_instance", "instance_id", "id"), Index("ix_history_root", "root_id", "id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(RowId, ForeignKey("instance.id"))
    root_id: Mapped[int] = mapped_column(RowId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str]
    step: Mapped[str | None]
    actor: Mapped[str | None]
    detail: Mapped[dict[str, Any]]
