"""Migrations as people ask for them: many instances, each in a transaction of its own, while everybody works on.

A migration is a batch (`engine.batches`) of the kind MIGRATE; taking it back is one of the kind RETURN. Of a tree of
instances the parent goes first, its members after it, each for itself: a member whose parent stays does so too, and
one that cannot move ends on the version it is on, and is counted by its parent all the same.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import batches
from engine.batches import Asked
from engine.changes import Changes
from engine.definitions import program_for
from engine.errors import Conflict, NotFound
from engine.instances import lock
from engine.migration.models import Passage
from engine.migration.moving import move
from engine.migration.planning import plan, tell_passage
from engine.migration.route import Route, plan_route
from engine.migration.standing import Standing, standing_of
from engine.migration.undoing import describe_standing, remember, undo
from engine.models import Batch, BatchItem, Definition, FanOut, Instance
from engine.spiff import Program
from engine.states import LIVE

MIGRATE, RETURN = "migrate", "migrate_back"


def begin(
    session: Session,
    old: Definition,
    new: Definition,
    *,
    by: str,
    reason: str,
    now: datetime,
    decided: Mapping[str, str] | None = None,
    root_id: int | None = None,
) -> Batch:
    """Ask for every running instance of `old` to go on with `new`; only those of one cycle if `root_id` is given.

    `decided` says by id where those who wait at a step go, old → new ("" for nowhere), where that is not what is
    proposed. Returns the batch that tells how far it is. Raises Conflict for versions of two processes, or decisions
    that cannot be followed, NotFound for steps that are not there.
    """
    route_between(session, old, new, decided)
    targets = [(instance, instance) for instance in session.scalars(select_running(old.id, root_id))]
    return batches.ask(
        session,
        MIGRATE,
        targets,
        title=f"{new.name}: from version {old.version} to version {new.version}",
        by=by,
        reason=reason,
        now=now,
        root_id=root_id,
        from_id=old.id,
        to_id=new.id,
        version=new.version,
        decided=dict(decided or {}),
    )


def select_running(definition_id: int, root_id: int | None = None) -> Any:
    """The ids of the instances that run on a definition, parents before their members."""
    statement = select(Instance.id).where(Instance.definition_id == definition_id, Instance.state.in_(LIVE))
    if root_id is not None:
        statement = statement.where(Instance.root_id == root_id)
    return statement.order_by(Instance.id)


def route_between(
    session: Session, old: Definition, new: Definition, decided: Mapping[str, str] | None = None
) -> Route:
    """The route from one version of a process to another. Raises Conflict, NotFound."""
    if old.key != new.key:
        raise Conflict(f"“{old.name}” and “{new.name}” are different processes: nothing moves from one to the other.")
    if old.id == new.id:
        raise Conflict("Choose another version than the one that they run on.")
    return _route(
        old.id, new.id, _Held(program_for(session, old.id)), _Held(program_for(session, new.id)), _as_key(decided)
    )


class _Held:
    """A program as part of a key: the same one is the same object in this process."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def __hash__(self) -> int:
        return id(self.program)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.program is self.program


def _as_key(decided: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((decided or {}).items()))


@lru_cache(maxsize=64)
def _route(from_id: int, to_id: int, old: _Held, new: _Held, decided: tuple[tuple[str, str], ...]) -> Route:
    return plan_route(from_id, to_id, old.program, new.program, dict(decided))


@batches.act(MIGRATE)
def _move_one(session: Session, asked: Asked) -> str:
    details = asked.details
    instance, _ = lock(session, asked.target_id)
    if instance.state not in LIVE:
        return "It has ended meanwhile."
    if instance.definition_id != details["from_id"]:
        return "It is on another version already."
    old, new = session.get_one(Definition, details["from_id"]), session.get_one(Definition, details["to_id"])
    route = route_between(session, old, new, details["decided"])
    _check_parent(session, asked, route, instance)
    [standing] = standing_of(session, [instance], lock=True)
    found = plan(route, standing, asked.now)
    if found.problems:
        raise Conflict(" ".join(found.problems))
    before = remember(session, standing, route.renamed)
    move(session, route, found, by=asked.by, reason=asked.reason, version=details["version"], now=asked.now)
    _keep(session, asked, instance, before)
    _add_late_members(session, asked, instance)
    return ", ".join(dict.fromkeys(tell_passage(a.name, b.name) for a, b in found.moves))


def _check_parent(session: Session, asked: Asked, route: Route, instance: Instance) -> None:
    """A member goes where its parent has gone."""
    if instance.parent_id is None or instance.process == route.old.diagram.key:
        return
    waits = exists().where(
        BatchItem.batch_id == asked.batch_id,
        BatchItem.target_id == instance.parent_id,
        BatchItem.state == batches.WAITING,
    )
    row = session.execute(
        select(Instance.name, Instance.definition_id, FanOut.step, waits)
        .outerjoin(FanOut, (FanOut.instance_id == Instance.id) & (FanOut.token == instance.parent_token))
        .where(Instance.id == instance.parent_id)
    ).one()
    name, definition_id, step, is_waiting = row
    if is_waiting:
        raise batches.NotYet("What it is part of moves first.")
    if definition_id != route.to_id or step != route.process(instance.process):
        raise Conflict(f"It is part of “{name}”, which stays as it is.")


def _keep(session: Session, asked: Asked, instance: Instance, before: dict[str, Any]) -> None:
    if instance.state not in LIVE:
        return
    after = describe_standing(_again(session, instance))
    session.add(
        Passage(batch_id=asked.batch_id, instance_id=instance.id, before=before, after=after, moved_at=asked.now)
    )
    session.flush()


def _again(session: Session, instance: Instance) -> Standing:
    return standing_of(session, [instance])[0]


def _add_late_members(session: Session, asked: Asked, instance: Instance) -> None:
    """Members that were started between the asking and now come along; from here on they start on the new version."""
    known = exists().where(BatchItem.batch_id == asked.batch_id, BatchItem.target_id == Instance.id)
    late = select_running(asked.details["from_id"]).where(Instance.parent_id == instance.id, ~known)
    changes = Changes(asked.now)
    batches.add_items(session, changes, asked.batch_id, [(member, member) for member in session.scalars(late)])
    changes.write(session)


def begin_return(session: Session, batch_id: int, *, by: str, reason: str, now: datetime) -> Batch:
    """Ask for what a migration has moved to be put back, as far as it has not gone on since.

    Raises NotFound, or Conflict when it is being undone already.
    """
    batch = batches.get(session, batch_id)
    if batch.kind != MIGRATE:
        raise NotFound("There is no such migration.")
    if returns_of(session, [batch_id]):
        raise Conflict("This is being undone already.")
    moved = select(Passage.instance_id).where(Passage.batch_id == batch_id).order_by(Passage.instance_id)
    return batches.ask(
        session,
        RETURN,
        [(instance, instance) for instance in session.scalars(moved)],
        title=f"Taking back: {batch.title}",
        by=by,
        reason=reason,
        now=now,
        root_id=batch.root_id,
        migration=batch_id,
    )


def returns_of(session: Session, batch_ids: list[int]) -> dict[int, Batch]:
    """The batches that undo these migrations, by migration; one statement."""
    found = session.scalars(select(Batch).where(Batch.kind == RETURN).order_by(Batch.id))
    return {batch.details["migration"]: batch for batch in found if batch.details["migration"] in batch_ids}


@batches.act(RETURN)
def _return_one(session: Session, asked: Asked) -> str:
    instance, _ = lock(session, asked.target_id)
    passage = session.get_one(Passage, (asked.details["migration"], asked.target_id), with_for_update=True)
    if instance.state not in LIVE:
        raise Conflict("It has ended since it was moved.")
    undo(session, instance, passage.before, passage.after, by=asked.by, now=asked.now)
    passage.undone_at = asked.now
    return "It is on the former version again."
