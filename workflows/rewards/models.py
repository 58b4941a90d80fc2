"""A reward that somebody proposed for a person."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, Task, UtcDateTime
from workflows.people.decimals import ExactDecimal
from workflows.people.models import MONEY

BONUS = "bonus"
PAY_INCREASE = "pay_increase"
PROMOTION = "promotion"
KINDS = (BONUS, PAY_INCREASE, PROMOTION)

PROPOSED = "proposed"
APPROVED = "approved"
GRANTED = "granted"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"
OPEN = (PROPOSED, APPROVED)

_OPEN_ONLY = text("state IN ('proposed', 'approved')")


class Proposal(Base):
    """A reward asked for: proposed, approved by the line, then granted or rejected; withdrawn, when it was sent back.

    `salary` and `grade` are those of the day of the proposal; `percent` is the share of that yearly salary. The
    amount of a pay increase is what it adds to the salary in a year. A promotion has neither amount nor percent.
    """

    __tablename__ = "reward_proposal"
    __table_args__ = (
        Index("uq_reward_proposal_open", "case_id", unique=True, postgresql_where=_OPEN_ONLY, sqlite_where=_OPEN_ONLY),
        Index("ix_reward_proposal_person", "person_id", "proposed_at"),
        Index("ix_reward_proposal_cycle", "root_id", "state"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("review_case.id"))
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("task.id"))
    root_id: Mapped[int] = mapped_column(RowId)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default=PROPOSED)
    amount: Mapped[Decimal | None] = mapped_column(MONEY)
    currency: Mapped[str] = mapped_column(String(3))
    percent: Mapped[Decimal | None] = mapped_column(ExactDecimal(6, 2))
    salary: Mapped[Decimal] = mapped_column(MONEY)
    grade: Mapped[str] = mapped_column(String(10))
    new_grade: Mapped[str | None] = mapped_column(String(10))
    new_title: Mapped[str | None] = mapped_column(String(200))
    effective_date: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def waits_in(task: type[Task] | Task) -> ColumnElement[bool]:
    """The condition that a proposal is the open one of the case that a task is about."""
    return and_(Proposal.root_id == task.root_id, Proposal.person_id == task.subject, Proposal.state.in_(OPEN))
