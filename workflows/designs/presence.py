"""Who else has a design open just now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from workflows.designs.models import DesignPresence
from workflows.people.models import Person

HERE_FOR = timedelta(seconds=45)
"""How long somebody counts as being there after their page was heard of last. Pages report every 15 seconds."""


@dataclass(frozen=True)
class Colleague:
    """Somebody else who has a file of the design open."""

    name: str
    path: str


def report(session: Session, design_id: int, path: str, *, by: str, now: datetime) -> None:
    """Note that somebody has a file of a design open now."""
    mine = (DesignPresence.design_id == design_id) & (DesignPresence.person_id == by)
    found = session.execute(update(DesignPresence).where(mine).values(path=path, seen_at=now))
    if not found.rowcount:  # type: ignore[attr-defined] # an UPDATE counts its rows
        values = {"design_id": design_id, "person_id": by, "path": path, "seen_at": now}
        session.execute(insert(DesignPresence).values(values))


def leave(session: Session, design_id: int, *, by: str) -> None:
    """Note that somebody has closed a design."""
    mine = (DesignPresence.design_id == design_id) & (DesignPresence.person_id == by)
    session.execute(delete(DesignPresence).where(mine))


def others(session: Session, design_id: int, *, than: str, now: datetime) -> Sequence[Colleague]:
    """Who has a design open, `than` left out, by name."""
    rows = session.execute(
        select(Person.name, DesignPresence.path)
        .join(Person, Person.id == DesignPresence.person_id)
        .where(
            DesignPresence.design_id == design_id,
            DesignPresence.person_id != than,
            DesignPresence.seen_at > now - HERE_FOR,
        )
        .order_by(Person.name)
    )
    return [Colleague(*row) for row in rows]
