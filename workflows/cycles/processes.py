"""The processes that a cycle can be launched with."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import Definition


def list_processes(session: Session) -> Sequence[Definition]:
    """The newest version of every published process, by name."""
    newest = select(Definition.key, func.max(Definition.version).label("version")).group_by(Definition.key).subquery()
    return session.scalars(
        select(Definition)
        .join(newest, (newest.c.key == Definition.key) & (newest.c.version == Definition.version))
        .order_by(Definition.name, Definition.key)
    ).all()
