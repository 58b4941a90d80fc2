"""The tables of the engine. The words are those of the product's glossary.

An instance is one row: the compact state of its task tree, its revision, and small routing variables. Open tasks,
waiting timers, subscriptions and fan-outs are projections around it, written in the same transaction.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, UtcDateTime

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
    """One run of a process of a definition; a member instance has a parent."""

    __tablename__ = "instance"
    __table_args__ = (
        Index("ix_instance_parent_step", "parent_id", "parent_token"),
        Index("ix_instance_root", "root_id", "state"),
        Index("ix_instance_subject", "subject"),
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
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - the name and its type are SQLAlchemy's


class Task(Base):
    """A user task waiting for a person, or the record of one that has been worked off."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "ix_task_assignee_open",
            "assignee",
            "due_at",
            "id",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index(
            "ix_task_group_open",
            "group",
            "due_at",
            "id",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_task_instance", "instance_id", "token"),
        Index(
            "ix_task_root_open",
            "root_id",
            "step",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
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
    group: Mapped[str | None]
    explanation: Mapped[list[Any]]
    priority: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None]
    revision: Mapped[int] = mapped_column(default=1)


class Job(Base):
    """Machine work that is due at a moment: a timer, a service step, the start of members, a reminder."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_due",
            "due_at",
            "id",
            postgresql_where=text("failed_at IS NULL"),
            sqlite_where=text("failed_at IS NULL"),
        ),
        Index("ix_job_instance", "instance_id", "token"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str]
    instance_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("instance.id"))
    token: Mapped[str | None]
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    key: Mapped[str | None] = mapped_column(unique=True)


class FanOut(Base):
    """The members of a population that a parent instance waits for: one counter for all of them."""

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


class Subscription(Base):
    """An instance that waits for a message."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_message", "message", "correlation"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(RowId, ForeignKey("instance.id"), index=True)
    token: Mapped[str]
    message: Mapped[str]
    correlation: Mapped[str]


class Incident(Base):
    """A job or a step that cannot go on, until somebody resolves it."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_open", "resolved_at", "instance_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("instance.id"))
    job_id: Mapped[int | None] = mapped_column(RowId)
    token: Mapped[str | None]
    step: Mapped[str | None]
    problem: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None]


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
