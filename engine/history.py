"""Reading what happened."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import HistoryEntry


def of_instances(session: Session, instance_ids: Sequence[int], *, limit: int = 500) -> Sequence[HistoryEntry]:
    """What happened in these instances, oldest first."""
    return session.scalars(
        select(HistoryEntry).where(HistoryEntry.instance_id.in_(instance_ids)).order_by(HistoryEntry.id).limit(limit)
    ).all()
