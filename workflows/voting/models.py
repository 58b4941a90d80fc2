"""The tables of votes: one row a vote, one a ballot."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime

OPEN, SETTLED = "open", "settled"

CALLED, PRESENT, CAST = "called", "present", "cast"
RECUSED, ANNULLED = "recused", "annulled"
DROPPED, PASSED = "dropped", "passed"

WAITING = (CALLED, PRESENT)
"""The states of a ballot that nobody has cast yet."""

NOT_COUNTED = (DROPPED, PASSED)
"""The states of a ballot that is none any more: whoever had it is not of those who vote, or did not answer in time."""


class Vote(Base):
    """A vote at one step of an instance, by the settings with which it began.

    When it is settled, it keeps what it came to, why, and the counts. Of a secret one nothing else is kept. One that is
    ranked with others knows its outcome once the ranking is closed, a moment before its step goes on.
    """

    __tablename__ = "vote"
    __table_args__ = (
        Index("ix_vote_open", "subject", postgresql_where=text("state = 'open'"), sqlite_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(RowId, ForeignKey("instance.id"), index=True)
    root_id: Mapped[int] = mapped_column(RowId, index=True)
    step: Mapped[str]
    name: Mapped[str]
    subject: Mapped[str | None] = mapped_column(String(40))
    settings: Mapped[dict[str, Any]]
    committee: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    because: Mapped[str | None] = mapped_column(String(40))
    counts: Mapped[dict[str, Any] | None]


class Ballot(Base):
    """The vote of one member, whoever holds the task: what is cast, when, by whom, and how much it weighs.

    `rank` is where they have put the case among all that they rank, from 1. `member` is None where a group votes.
    Nothing reads `choice` of a secret vote but the count, and it is erased with it.
    """

    __tablename__ = "ballot"

    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("task.id"), primary_key=True)
    vote_id: Mapped[int] = mapped_column(RowId, ForeignKey("vote.id", ondelete="CASCADE"), index=True)
    member: Mapped[str | None] = mapped_column(String(40), index=True)
    role: Mapped[str] = mapped_column(String(10))
    weight: Mapped[int]
    has_veto: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), default=CALLED)
    choice: Mapped[str | None] = mapped_column(String(10))
    rank: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_by: Mapped[str | None] = mapped_column(String(40))
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
