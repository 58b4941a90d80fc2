"""Walk-throughs as they are kept: begun, gone on with, gone back in, thrown away.

Every step keeps the whole stage, so going back is to drop the steps after one, and a walk survives every restart. Only
whoever has begun a walk sees it. A step is fetched, played with no transaction open (`playing`), and the next one kept.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, undefer

from engine import Conflict, NotFound, Rejection, SessionFactory, reading
from workflows.walking.models import Walk, WalkStep

KEPT = timedelta(days=14)
"""So long after its last step a walk is kept."""
LONGEST = 300
"""The most steps of one walk."""
WENT_ON = "This walk-through went on in another window. Open it again to see where it is."


def keep_walk(session: Session, walk: Walk, first: WalkStep) -> Walk:
    """Keep a walk that was begun; those that nobody goes on with are thrown away."""
    session.execute(delete(Walk).where(Walk.moved_at < walk.begun_at - KEPT))
    session.add(walk)
    session.flush()
    first.walk_id = walk.id
    session.add(first)
    session.flush()
    return walk


def fetch(live: SessionFactory, walk_id: int, number: int, *, by: str) -> WalkStep:
    """Step `number` of a walk, with its stage, to be gone on from; nothing stays open in the `live` database.

    Raises NotFound, Conflict when the walk has gone on meanwhile, Rejection when it is as long as a walk may be.
    """
    with reading(live) as session:
        last = latest_step(session, get_walk(session, walk_id, by))
    if last.number != number:
        raise Conflict(WENT_ON)
    if number >= LONGEST:
        raise Rejection(f"A walk-through has {LONGEST} steps at most. Go back some, or begin a new one.")
    return last


def keep_step(session: Session, walk_id: int, step: WalkStep, *, by: str, now: datetime) -> WalkStep:
    """Keep what a walk came to. Raises NotFound, Conflict when it has gone on since the step before was fetched."""
    walk = get_walk(session, walk_id, by, lock=True)
    if _latest_number(session, walk_id) != step.number - 1:
        raise Conflict(WENT_ON)
    step.walk_id, walk.moved_at = walk.id, now
    session.add(step)
    session.flush()
    return step


def _latest_number(session: Session, walk_id: int) -> int:
    return session.execute(select(func.max(WalkStep.number)).where(WalkStep.walk_id == walk_id)).scalar_one()


def get_walk(session: Session, walk_id: int, by: str, *, lock: bool = False) -> Walk:
    """A walk of one's own, for this transaction alone with `lock`. Raises NotFound."""
    walk = session.get(Walk, walk_id, with_for_update=lock, populate_existing=lock)
    if walk is None or walk.begun_by != by:
        raise NotFound("There is no such walk-through. It may have been thrown away: they are kept for two weeks.")
    return walk


def list_walks(session: Session, by: str) -> Sequence[Walk]:
    """Somebody's walks, the latest first."""
    return session.scalars(select(Walk).where(Walk.begun_by == by).order_by(Walk.moved_at.desc(), Walk.id.desc())).all()


def steps_of(session: Session, walk: Walk) -> Sequence[WalkStep]:
    """The steps of a walk in order, without their stages."""
    return session.scalars(select(WalkStep).where(WalkStep.walk_id == walk.id).order_by(WalkStep.number)).all()


def latest_step(session: Session, walk: Walk) -> WalkStep:
    """Where a walk is, with its stage."""
    return session.scalars(
        select(WalkStep)
        .where(WalkStep.walk_id == walk.id)
        .order_by(WalkStep.number.desc())
        .limit(1)
        .options(undefer(WalkStep.image))
    ).one()


def go_back(session: Session, walk_id: int, number: int, *, by: str, now: datetime) -> Walk:
    """Be again where the walk was after step `number`; what came later is forgotten. Raises NotFound."""
    walk = get_walk(session, walk_id, by, lock=True)
    if not 0 <= number <= _latest_number(session, walk_id):
        raise NotFound("There is no such step in this walk-through.")
    session.execute(delete(WalkStep).where(WalkStep.walk_id == walk.id, WalkStep.number > number))
    walk.moved_at = now
    return walk


def throw_away(session: Session, walk_id: int, *, by: str) -> None:
    """Forget a walk. Raises NotFound."""
    session.delete(get_walk(session, walk_id, by))
    session.flush()


def count_steps(session: Session, walks: Sequence[Walk]) -> dict[int, int]:
    """How many steps each of these walks has gone; one statement."""
    counts = select(WalkStep.walk_id, func.max(WalkStep.number)).where(WalkStep.walk_id.in_([one.id for one in walks]))
    return dict(session.execute(counts.group_by(WalkStep.walk_id)).all())
