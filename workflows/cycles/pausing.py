"""Pausing a case or a whole cycle, letting it go on, and cancelling it: by HR, with a reason, never one's own case.

A case is paused where it runs for itself: in the members of the cycle that are about its subject. A cycle is paused
with all its members, which follow by jobs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import LIVE, RUNNING, SUSPENDED, Conflict, Instance, NotAllowed, Rejection, instances, suspending
from workflows.cycles.models import Case, Cycle

PAUSE, RESUME, CANCEL = "pause", "resume", "cancel"
ACTIONS = (PAUSE, RESUME, CANCEL)


@dataclass(frozen=True)
class Standing:
    """How many instances run and are paused: of a case, or of a cycle with all its members.

    `is_paused` is told of the cycle itself; of a case when nothing of it runs.
    """

    running: int
    paused: int
    is_paused: bool

    @property
    def actions(self) -> tuple[str, ...]:
        """What can be asked for now."""
        if not self.running + self.paused:
            return ()
        return (RESUME, CANCEL) if self.is_paused else (PAUSE, CANCEL)


def standing_of_case(session: Session, case: Case) -> Standing:
    """Whether a case goes on, as far as it runs for itself; one statement."""
    states = session.scalars(
        select(Instance.state).where(
            Instance.root_id == case.root_id, Instance.subject == case.person_id, Instance.state.in_(LIVE)
        )
    ).all()
    running = states.count(RUNNING)
    return Standing(running, len(states) - running, is_paused=bool(states) and not running)


def standing_of_cycle(session: Session, cycle: Cycle) -> Standing:
    """Whether a cycle goes on, and how many of its members do; two statements."""
    rows = session.execute(
        select(Instance.state, func.count())
        .where(Instance.root_id == cycle.instance_id, Instance.state.in_(LIVE))
        .group_by(Instance.state)
    )
    counts = dict(rows.all())
    root = session.scalar(select(Instance.state).where(Instance.id == cycle.instance_id))
    return Standing(counts.get(RUNNING, 0), counts.get(SUSPENDED, 0), is_paused=root == SUSPENDED)


def change_case(
    session: Session, case: Case, action: str, *, by: str, reason: str, now: datetime, shift: bool = False
) -> None:
    """Pause, resume or cancel a case.

    Raises NotAllowed for one's own, Rejection without a reason, Conflict when it cannot be done now.
    """
    if case.person_id == by:
        raise NotAllowed("This is your own case. Ask somebody else in HR.")
    _change(session, instances_of(session, case, action), action, by=by, reason=reason, now=now, shift=shift)


def change_cycle(
    session: Session, cycle: Cycle, action: str, *, by: str, reason: str, now: datetime, shift: bool = False
) -> None:
    """Pause, resume or cancel a cycle; its members follow by jobs. Raises Rejection without a reason, Conflict."""
    _change(session, [cycle.instance_id], action, by=by, reason=reason, now=now, shift=shift)


def instances_of(session: Session, case: Case, action: str) -> Sequence[int]:
    """The instances about the subject for which the action is asked: not those inside of one of them.

    Raises Conflict when there is none.
    """
    states = (SUSPENDED,) if action == RESUME else LIVE if action == CANCEL else (RUNNING,)
    rows = session.execute(
        select(Instance.id, Instance.parent_id).where(
            Instance.root_id == case.root_id, Instance.subject == case.person_id, Instance.state.in_(states)
        )
    ).all()
    own = {instance_id for instance_id, _ in rows}
    found = sorted(instance_id for instance_id, parent_id in rows if parent_id not in own)
    if not found:
        raise Conflict("Nothing of this case runs for itself now that this could be done with.")
    return found


def _change(
    session: Session, ids: Sequence[int], action: str, *, by: str, reason: str, now: datetime, shift: bool
) -> None:
    if not reason.strip():
        raise Rejection("Say why: the reason stays on record.")
    for instance_id in ids:
        if action == PAUSE:
            suspending.suspend(session, instance_id, by=by, reason=reason, now=now)
        elif action == RESUME:
            suspending.resume(session, instance_id, by=by, reason=reason, now=now, shift=shift)
        else:
            instances.cancel(session, instance_id, by=by, reason=reason, now=now)
