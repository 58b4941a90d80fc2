"""What a calibration session did to a rating."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime


class RatingChange(Base):
    """One change of a rating, with its reason. An undone change stays on record."""

    __tablename__ = "rating_change"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("review_case.id"), index=True)
    from_rating: Mapped[int]
    to_rating: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
