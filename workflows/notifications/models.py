"""What a person was told, and the mails it goes out in."""

from datetime import datetime, time

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime

NEW_TASK = "new_task"
"""A task has come to somebody: told by mail alone, because inside the product the inbox tells it."""
GROUP_TASK = "group_task"
"""A task has come to a group: told to its members by mail alone, for the same reason."""
REMINDER = "reminder"
OVERDUE = "overdue"
ESCALATION = "escalation"
RELEASE = "release"
MENTION = "mention"
SENT_BACK = "sent back"
RECALLED = "taken back"
VOTE = "vote"
TO_CLOSE = "to close"
RELEASED = "put back"
PASSED_OVER = "passed over"
EXTENDED = "more time"
CHANGED = "changed"
"""A task goes on with another version of its process, with another deadline or form."""
NOT_NEEDED = "not needed"
"""What somebody outside was asked for is not asked of them any more: told to nobody else."""
ASKED = "asked"
ANSWER = "answer"

TOLD_BY_THE_INBOX = (NEW_TASK, GROUP_TASK)
"""The kinds that are told by mail alone."""

OF_OPEN_TASKS = (NEW_TASK, GROUP_TASK, REMINDER, OVERDUE, ESCALATION)
"""The kinds that are about something still to be done; the others stay true whatever became of the task."""

NEW, PLANNED, NOT_MAILED, MAILED = "new", "planned", "none", "mailed"
"""`Notification.mailing`: not looked at yet, goes out at `mail_at`, does not go out, is in the mail `mail_id`."""

WAITING, SENDING, SENT, FAILED, UNKNOWN, DROPPED = "waiting", "sending", "sent", "failed", "unknown", "dropped"
"""`Mail.state`. Unknown: the connection broke when the server may have had it; it is never sent again by itself."""

NOTICE, DIGEST = "notice", "digest"


class Notification(Base):
    """One message to one person, with the task, the case or the inquiry it leads to. Unread until `read_at`."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_inbox", "person_id", "read_at", "id"),
        Index("ix_notification_task", "task_id", "kind", "person_id"),
        Index("ix_notification_mail", "mail_id"),
        Index(
            "ix_notification_new", "id", postgresql_where=text("mailing = 'new'"), sqlite_where=text("mailing = 'new'")
        ),
        Index(
            "ix_notification_planned",
            "person_id",
            "mail_at",
            postgresql_where=text("mailing = 'planned'"),
            sqlite_where=text("mailing = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    task_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("task.id"))
    case_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("review_case.id"))
    inquiry_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("inquiry.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailing: Mapped[str] = mapped_column(String(10), default=NOT_MAILED)
    mail_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("mail.id"))


class Mail(Base):
    """One mail to one person. Its words are made when it is sent, from its notifications as they stand then."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_state", "state", "due_at"),
        Index("ix_mail_person", "person_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(Text, default="")


class MailPreference(Base):
    """What somebody has chosen: the way for each kind, the hours in which no mail goes out, in their own zone."""

    __tablename__ = "mail_preference"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    ways: Mapped[dict[str, str]] = mapped_column(JSON)
    quiet_from: Mapped[time]
    quiet_to: Mapped[time]
    on_days_off: Mapped[bool]


class DecisionLink(Base):
    """A link in a mail by which one person decides one task once: `outcome`, while it is as it was `seen`.

    To somebody outside of the organisation it gives the whole form of the task, with an empty `outcome`.
    """

    __tablename__ = "decision_link"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("task.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(200))
    seen: Mapped[str] = mapped_column(String(40))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
