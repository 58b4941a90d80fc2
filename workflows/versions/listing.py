"""The versions of a process, how much runs on each, and in which cycles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import LIVE, Definition, Instance, NotFound
from workflows.cycles.models import Cycle


@dataclass(frozen=True)
class Version:
    """One version: `running` counts every instance on it that has not ended, `cycles` those that nothing contains."""

    definition: Definition
    running: int
    cycles: int


@dataclass(frozen=True)
class CycleOn:
    """A cycle with something that runs on a version: itself, cases and parts, `running` in all."""

    cycle: Cycle
    running: int


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


def versions_of(session: Session, cycle: Cycle) -> tuple[Definition, Definition]:
    """The version a cycle runs on, and the newest of its process; one statement."""
    key = select(Definition.key).where(Definition.id == cycle.definition_id).scalar_subquery()
    found = session.scalars(select(Definition).where(Definition.key == key).order_by(Definition.version.desc())).all()
    return next(one for one in found if one.id == cycle.definition_id), found[0]


def list_cycles(session: Session, definition_id: int) -> Sequence[CycleOn]:
    """The cycles with something that runs on this version, the newest first; one statement."""
    rows = session.execute(
        select(Cycle, func.count())
        .join(Instance, Instance.root_id == Cycle.instance_id)
        .where(Instance.definition_id == definition_id, Instance.state.in_(LIVE))
        .group_by(Cycle.id)
        .order_by(Cycle.launched_at.desc(), Cycle.id.desc())
    )
    return [CycleOn(cycle, count) for cycle, count in rows]


def name_cycles(session: Session, root_ids: Iterable[int]) -> dict[int, str]:
    """The names of the cycles by the instance of the whole cycle; one statement."""
    rows = session.execute(select(Cycle.instance_id, Cycle.name).where(Cycle.instance_id.in_(set(root_ids))))
    return {row.instance_id: row.name for row in rows}
