"""Sending a case back to an earlier step, with a reason.

Where it may go is computed from the diagram. The earlier step is handed out anew, with a deadline of its own; what was
done in between stays done while nothing it was based on changes (`engine.remembering`). What the steps that are done
again had begun beside themselves ends: their events begin it again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes, tell_taken_away
from engine.diagram import Step
from engine.errors import Conflict, NotAllowed, Rejection
from engine.graph import Graph
from engine.history import note
from engine.models import Instance, Task
from engine.remembering import PEOPLE, MayStay, last_done, remember
from engine.spiff import Failure, Run
from engine.states import UNFINISHED
from engine.stepping import advance
from engine.suspending import refuse_suspended
from engine.targets import begun_beside, earlier_steps, way_back
from engine.tasks import OpenTask, alone_at, close

NEVER = "no"
"""What `rf:sendBack` says of a step from which nothing is sent back."""


@dataclass(frozen=True)
class Earlier:
    """A step that a task may be sent back to, and the task in which it was done the last time."""

    step: Step
    task: Task


@dataclass(frozen=True)
class Return:
    """Who sends a case back, why, and which of the steps in between need not be asked again while nothing changes.

    `reopened` says that it was not asked by whoever has the task that waits.
    """

    by: str
    reason: str
    may_stay: MayStay
    reopened: bool = False


@dataclass(frozen=True)
class SentBack:
    """A case that was sent back from `sender` to `earlier`, which is now open again as `task`.

    `between` are the tasks in which the steps in between were done, by step; those in `staying` stay done while nothing
    changes. Without a `sender` the case had ended. `reopened` says that it was not asked by who had the task. `ended`
    are the tasks that are withdrawn because a step that is done again had begun them beside itself.
    """

    task: Task
    sender: Task | None
    earlier: Task
    between: dict[str, Task]
    staying: frozenset[str]
    reason: str
    by: str
    reopened: bool = False
    ended: tuple[Task, ...] = ()


def may_go_back(found: OpenTask, done: Collection[str]) -> bool:
    """Whether a task may be sent back to one of the steps of `done`; no ballot is. No statement."""
    never = found.step.is_shared or found.step.settings.get("sendBack") == NEVER
    return not never and bool(_targets(found, done))


def find_earlier(session: Session, found: OpenTask) -> list[Earlier]:
    """Where a task may be sent back to: steps that people have done in this instance, the last one first.

    One statement. Nothing where the step says so (`rf:sendBack="no"`).
    """
    done = last_done(session, found.instance.id)
    return _earlier(found, done) if may_go_back(found, done) else []


def _earlier(found: OpenTask, done: dict[str, Task]) -> list[Earlier]:
    return sorted((Earlier(step, done[step.id]) for step in _targets(found, done)), key=lambda one: -one.task.id)


def _targets(found: OpenTask, done: Collection[str]) -> list[Step]:
    steps = found.program.diagram.steps
    by_people = {
        step
        for step in done
        if step in steps and steps[step].kind in PEOPLE and not (steps[step].repetition or steps[step].is_shared)
    }
    return earlier_steps(found.program.diagram, found.step.id, by_people)


def send_back(
    session: Session,
    found: OpenTask,
    *,
    to: str,
    reason: str,
    by: str,
    now: datetime,
    may_go: Callable[[Earlier], bool] = lambda _earlier: True,
    may_stay: MayStay = lambda _step: True,
) -> SentBack:
    """Close a task, loaded with its lock, without an answer, and open the step `to` again for whoever did it before.

    `may_go` says where it may go at all, `may_stay` which of the steps in between need not be asked again while nothing
    changes. Raises Rejection without a reason, Conflict where the diagram does not allow it or the case is suspended.
    """
    refuse_suspended(found.instance)
    if not reason.strip():
        raise Rejection("Say why: whoever gets it back reads the reason first.")
    done = last_done(session, found.instance.id)
    earlier = _earlier(found, done) if may_go_back(found, done) else []
    if to not in {one.step.id for one in earlier if may_go(one)}:
        raise Conflict(f"“{found.task.name}” cannot be sent back to this step. Choose one of those that are offered.")
    return move_back(session, found, done[to], done, Return(by, reason.strip(), may_stay), now=now)


def move_back(
    session: Session, found: OpenTask, earlier: Task, done: dict[str, Task], asked: Return, *, now: datetime
) -> SentBack:
    """Withdraw a task, and put its token before the step of the task `earlier`. The caller checks that it may go there.

    `done` is what was done in the instance, by step.
    """
    sender, instance, graph, to = found.task, found.instance, Graph(found.program.diagram), earlier.step
    close(sender, "withdraw", by=None if asked.reopened else asked.by, now=now)
    region = way_back(graph, to, found.step.id)
    branches = begun_beside(graph, to, found.step.id)
    ended: list[Task] = []

    def go_back(run: Run) -> list[Failure]:
        left = run.take_away_at(set().union(*branches))
        stopped = set().union(*(branch for branch in branches if branch & left))
        ended.extend(_open_at(session, instance, stopped) if stopped else ())
        region.update(stopped)
        remember(session, instance, graph, region, target=to, done=done, may_stay=asked.may_stay)
        return run.move(sender.token, to)

    changes = Changes(now)
    advance(session, changes, instance, found.program, go_back, closed=alone_at(session, found))
    if sender.assignee != asked.by:
        tell_taken_away(session, [(sender.id, sender.assignee)], now)
    between = {step: one for step, one in done.items() if step in region and step != to}
    return open_before(session, changes, instance, earlier, asked, between=between, sender=sender, ended=ended)


def _open_at(session: Session, instance: Instance, steps: Collection[str]) -> Sequence[Task]:
    """The unfinished tasks of an instance at some steps, in one statement."""
    unfinished = select(Task).where(Task.instance_id == instance.id, Task.state.in_(UNFINISHED))
    return session.scalars(unfinished.where(Task.step.in_(steps)).order_by(Task.id)).all()


def open_before(
    session: Session,
    changes: Changes,
    instance: Instance,
    earlier: Task,
    asked: Return,
    *,
    between: dict[str, Task],
    sender: Task | None,
    ended: Sequence[Task] = (),
) -> SentBack:
    """Write down that the step of `earlier` is open again, give it to who did it before, and tell the listeners."""
    token = next(token for _, token, step, _ in changes.people if step.id == earlier.step)
    changes.write(session)
    task = session.scalars(select(Task).where(Task.instance_id == instance.id, Task.token == token)).one()
    _give_to(session, task, instance, earlier.closed_by or earlier.assignee, changes.now)
    staying = frozenset((instance.remembered or {})["steps"])
    sent = SentBack(task, sender, earlier, between, staying, asked.reason, asked.by, asked.reopened, tuple(ended))
    _record(session, sent, instance, changes.now)
    registry.emit(session, "task_sent_back", task=task, sent=sent, now=changes.now)
    return sent


def _give_to(session: Session, task: Task, instance: Instance, person: str | None, now: datetime) -> None:
    """What a group gets goes to the member who did it before, if they may still do it."""
    if task.assignee is not None or person is None:
        return
    try:
        registry.router().check(session, task, instance.variables, person, now)
    except NotAllowed:
        return
    task.assignee = person


def _record(session: Session, sent: SentBack, instance: Instance, now: datetime) -> None:
    task, sender = sent.task, sent.sender
    where = {} if sender is None else {"from": sender.step, "sender": sender.id}
    kind = "task_reopened" if sent.reopened else "task_sent_back"
    detail = {"task": task.id, "to": task.assignee, "reason": sent.reason, **where}
    note(session, instance, kind, task.step, sent.by, now, detail)
    session.flush()
