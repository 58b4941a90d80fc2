"""The versions of a process, and how much runs on each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import LIVE, Definition, Instance, NotFound


@dataclass(frozen=True)
class Version:
    """One version: `running` counts every instance on it that has not ended, `cycles` those that nothing contains."""

    definition: Definition
    running: int
    cycles: int


def list_versions(session: Session, key: str) -> Sequence[Version]:
    """Every version of the process `key`, the newest first; one statement. Raises NotFound."""
    running = func.count(Instance.id)
    rows = session.execute(
        select(Definition, running, running.filter(Instance.parent_id.is_(None)))
        .outerjoin(Instance, (Instance.definition_id == Definition.id) & Instance.state.in_(LIVE))
        .where(Definition.key == key)
        .group_by(Definition.id)
        .order_by(Definition.version.desc())
    )
    found = [Version(definition, count, cycles) for definition, count, cycles in rows]
    if not found:
        raise NotFound(f"There is no process “{key}”. Deploy its package first: reviewflow deploy {key}.")
    return found
