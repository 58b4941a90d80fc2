"""Moving one instance to another definition, in its own transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes, request_for
from engine.errors import NotAllowed
from engine.migration.carrying import carry
from engine.migration.planning import Plan, TaskMove
from engine.migration.route import Route
from engine.migration.standing import describe_tasks
from engine.migration.timing import set_times
from engine.models import Instance, Task
from engine.registry import Assignment
from engine.spiff import Run
from engine.states import UNFINISHED
from engine.stepping import advance, open_event
from engine.tasks import hand_out_again


def move(session: Session, route: Route, plan: Plan, *, by: str, reason: str, version: int, now: datetime) -> None:
    """Let the instance of a plan without problems go on with the new definition. It must be locked.

    Its open tasks keep their holders, drafts and deadlines, except where their step now says otherwise; whoever has one
    of them open is told that it has changed.
    """
    instance = plan.standing.instance
    changes, before = Changes(now), describe_tasks(plan.standing.tasks)
    carry(session, route, plan, changes)
    steps = [[a.id, b.id] for a, b in plan.moves]
    changes.record(instance, "migrated", None, by, version=version, reason=reason, steps=steps)
    _open_added(route, plan, changes)
    advance(session, changes, instance, route.new, Run.look_again)
    assignments = _assign(session, route, plan, now)
    for one in plan.tasks:
        if one.task.id in assignments and one.task.state in UNFINISHED:
            assignment = assignments[one.task.id]
            # Who shares a step that has begun goes on with it, by the rules with which they began.
            if one.changes_who and not one.new.is_shared:
                _hand_over(session, instance, one, assignment, by=by, version=version, now=now)
            if one.changes_time:
                set_times(session, route, plan, one, assignment.zone, changes)
    changes.write(session)
    session.flush()
    tasks = [one.task for one in plan.tasks]
    registry.emit(session, "instance_migrated", instance=instance, tasks=tasks, before=before, now=now)


def _open_added(route: Route, plan: Plan, changes: Changes) -> None:
    """Ask for the events that the new version adds; on a border they count from when the step began."""
    started = {one.task.token: one.task.created_at for one in plan.tasks}
    for wait, host in plan.added:
        open_event(changes, plan.standing.instance, route.new, wait, since=started.get(host, changes.now))


def _assign(session: Session, route: Route, plan: Plan, now: datetime) -> dict[int, Assignment]:
    """What the router says about the tasks whose step says something else now, by task."""
    concerned = [one for one in plan.tasks if one.changes_time or (one.changes_who and not one.new.is_shared)]
    if not concerned:
        return {}
    instance = plan.standing.instance
    requests = [request_for(instance, one.new, route.new, now) for one in concerned]
    found = registry.router().assign(session, requests, now)
    return {one.task.id: assignment for one, assignment in zip(concerned, found, strict=True)}


def _hand_over(
    session: Session, instance: Instance, one: TaskMove, to: Assignment, *, by: str, version: int, now: datetime
) -> None:
    """Give a task to whom the new version names; whoever it names already keeps it, if the gate lets them.

    Whoever was added to approve too is named by nobody but who added them: they are still asked, by the new rules.
    """
    task = one.task
    if task.added_by is not None:
        task.explanation = [*to.explanation[:1], *task.explanation[1:]]
        return
    same_actor = all(one.old.settings.get(key) == one.new.settings.get(key) for key in ("actor", "actorArgument"))
    is_named = (
        same_actor or (task.assignee, task.group) == (to.assignee, to.group) or task.group == to.group is not None
    )
    if is_named and _may_keep(session, task, to, instance, now):
        return
    session.flush()
    reason = f"The process goes on with version {version}."
    hand_out_again(session, task.id, to, by=by, reason=reason, now=now)


def _may_keep(session: Session, task: Task, to: Assignment, instance: Instance, now: datetime) -> bool:
    """Whether who has the task may have it by the new rules, which it is explained by from here on."""
    if task.assignee is None and (task.group != to.group or to.assignee is not None):
        return False
    before, task.explanation = task.explanation, to.explanation
    try:
        if task.assignee is not None:
            registry.router().check(session, task, instance.variables, task.assignee, now)
    except NotAllowed:
        task.explanation = before
        return False
    return True
