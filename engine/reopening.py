"""Opening a step again that is closed, with a reason, when nobody who has the next one sends it back (R17).

While the case runs, a token that waits behind the step goes back to it, as when it is sent back. A member that has
ended runs again from that step, as long as what comes after all members has not begun.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.changes import Changes
from engine.errors import Conflict, Rejection
from engine.graph import Graph
from engine.models import Task
from engine.recalling import revive
from engine.remembering import PEOPLE, MayStay, last_done, remember
from engine.sending_back import Return, SentBack, move_back, open_before
from engine.states import COMPLETED, LIVE, UNFINISHED
from engine.stepping import project, run_of
from engine.suspending import refuse_suspended
from engine.targets import can_be_repeated, earlier_steps, following, legal_targets
from engine.tasks import OpenTask, find

NO_WAY = (
    "It cannot be opened again: what came after it was done for good, or nothing waits from which it could go back."
)


def check(session: Session, task_id: int) -> None:
    """Raise Conflict, with the reason, where the step of a closed task cannot be opened again; NotFound."""
    _standing(session, find(session, task_id))


def reopen(
    session: Session, task_id: int, *, by: str, reason: str, now: datetime, may_stay: MayStay = lambda _step: True
) -> SentBack:
    """Open the step of a closed task again for whoever did it, or had it.

    The caller checks that `by` may. What was done after it stays done while nothing changes, as `may_stay` allows.
    Raises NotFound, Rejection without a reason, Conflict where it cannot be.
    """
    found = find(session, task_id, lock=True)
    if not reason.strip():
        raise Rejection("Say why: the reason stays on record.")
    standing = _standing(session, found)
    done = last_done(session, found.instance.id)
    asked = Return(by, reason.strip(), may_stay, reopened=True)
    if standing is None:
        return _begin_again(session, found, done, asked, now)
    here = OpenTask(standing, found.instance, found.program, found.program.step(standing.step))
    return move_back(session, here, found.task, done, asked, now=now)


def _standing(session: Session, found: OpenTask) -> Task | None:
    """The open task from which a way leads back to a closed one; None where its member has ended. Raises Conflict."""
    task, instance, diagram = found.task, found.instance, found.program.diagram
    if task.is_unfinished:
        raise Conflict(f"“{task.name}” is open: it can be done, however late.")
    if found.step.kind not in PEOPLE or found.step.is_shared or found.step.repetition is not None:
        raise Conflict(f"“{task.name}” is done by several people at once: it cannot be opened again for one of them.")
    refuse_suspended(instance)
    if instance.state in LIVE:
        waiting = session.scalars(
            select(Task).where(Task.instance_id == instance.id, Task.state.in_(UNFINISHED)).order_by(Task.id)
        )
        for one in waiting:
            if one.step != task.step and earlier_steps(diagram, one.step, {task.step}):
                return one
    elif instance.state == COMPLETED and _can_begin_again(found):
        return None
    raise Conflict(NO_WAY)


def _can_begin_again(found: OpenTask) -> bool:
    """Whether an ended process may be gone through again from a step, with nothing in it that is done for good."""
    diagram, process = found.program.diagram, found.instance.process
    ahead = following(Graph(diagram), found.step.id)
    own = [step for step in diagram.steps.values() if step.process == process]
    return (
        bool(legal_targets(diagram, None, process=process, among={found.step.id}))
        and all(can_be_repeated(diagram.steps[step]) for step in ahead)
        and not any(step.by_event for step in own)
    )


def _begin_again(session: Session, found: OpenTask, done: dict[str, Task], asked: Return, now: datetime) -> SentBack:
    instance, step = found.instance, found.step.id
    graph, changes, variables = Graph(found.program.diagram), Changes(now), dict(instance.variables)
    revive(session, instance, now)
    region = following(graph, step)
    remember(session, instance, graph, region, target=step, done=done, may_stay=asked.may_stay)
    run = run_of(instance, found.program, variables, now)
    project(changes, instance, run, run.begin_before(step), known=set())
    instance.variables, instance.blob, instance.undo = variables, run.dump(), None
    between = {name: task for name, task in done.items() if name in region and name != step}
    return open_before(session, changes, instance, found.task, asked, between=between, sender=None)
