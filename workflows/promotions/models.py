"""Signatures under decisions."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime


class Signature(Base):
    """One signed decision, a link of the cycle's chain.

    `content` is the canonical JSON of what was signed, byte for byte; `digest` is the SHA-256 of the digest before and
    the content. `number` counts the signatures of a cycle from 1, so that no two can follow the same one.
    """

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("root_id", "number"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    root_id: Mapped[int] = mapped_column(RowId)
    number: Mapped[int]
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("task.id"), unique=True)
    proposal_id: Mapped[int] = mapped_column(RowId, ForeignKey("reward_proposal.id"))
    signer: Mapped[str] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    reauthenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
