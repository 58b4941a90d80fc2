"""Where people outside of the organisation are written to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, UtcDateTime


class OutsideAddress(Base):
    """The e-mail address of somebody outside, as long as it is kept; `named_at` is when it was given first."""

    __tablename__ = "outside_address"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_outside_address_lower", func.lower(address)),)
