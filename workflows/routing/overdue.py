"""What happens to a task that is not done in time (R18): it stays, the review goes on without it, or others get it.

A task that was sent back, or handed out when its deadline had passed already, is left in peace until the end of the
next working day: what came back in the evening is not taken from anybody in the same night.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import (
    OPEN,
    Assignment,
    Changes,
    Conflict,
    HistoryEntry,
    Instance,
    Job,
    NotAllowed,
    Step,
    Task,
    count_working_days,
    end_of_day,
    hand_out_again,
    program_for,
    registry,
    request_for,
    tasks,
    turns,
)
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import PASSED_OVER
from workflows.people.accounts import HR
from workflows.routing.choosing import choose
from workflows.routing.facts import ask
from workflows.routing.gate import others_at
from workflows.routing.situations import ADVANCE, KEEP, WHEN_OVERDUE

ACT = "act_on_overdue"
CAME_BACK = ("task_sent_back", "task_reopened")
REASON = "It was not done in time."
WITHOUT_IT = "has gone on without it. HR can open it again for you."
WITH_THE_NEXT = "goes on with whoever does it after you."


@registry.listen("task_overdue")
def begin(session: Session, task: Task, step: Step, now: datetime) -> None:
    """Do what the step or the cycle says, at once or when the holder has had a working day."""
    instance = session.get_one(Instance, task.instance_id)
    if step.is_shared or WHEN_OVERDUE.chosen(step, instance.variables) == KEEP:
        return
    changes = Changes(now)
    changes.job(ACT, instance.id, task.token, _earliest(session, task, now), task=task.id)
    changes.write(session)


def _earliest(session: Session, task: Task, now: datetime) -> datetime:
    came_back = session.scalars(
        select(HistoryEntry).where(HistoryEntry.instance_id == task.instance_id, HistoryEntry.kind.in_(CAME_BACK))
    )
    was_late = task.due_at is not None and task.due_at <= task.created_at
    if not was_late and all(entry.detail.get("task") != task.id for entry in came_back):
        return now
    calendar = registry.calendar_of(session, task.assignee, task.created_at)
    return max(now, end_of_day(count_working_days(1, task.created_at, calendar), calendar.zone))


@registry.job_kind(ACT)
def act(session: Session, job: Job, now: datetime) -> None:
    """Let the review go on without a task, or give it to others, unless it was done meanwhile."""
    task = session.get(Task, job.payload["task"])
    if task is None or task.state != OPEN or (task.due_at is not None and task.due_at > now):
        # It was done, or there is more time for it by now.
        return
    program, instance = program_for(session, task.definition_id), session.get_one(Instance, task.instance_id)
    step = program.step(task.step)
    chosen = WHEN_OVERDUE.chosen(step, instance.variables)
    if chosen == ADVANCE:
        _advance(session, task, now)
    elif chosen != KEEP:
        _give_to_others(session, task, instance, _instead(session, task, step, now), now)


def _advance(session: Session, task: Task, now: datetime) -> None:
    """Let the review go on without a task, with whoever does the step after its holder: they are not late."""
    goes_on = task.turn is not None and tasks.next_of(tasks.line_of(session, task), task) is not None
    if task.assignee is not None:
        then = WITH_THE_NEXT if goes_on else WITHOUT_IT
        text = f"“{task.name}” was not done in time, so the review {then}"
        inform(session, [Notice(task.assignee, PASSED_OVER, text, task.id)], now)
    if goes_on:
        turns.do_without(session, tasks.find(session, task.id, lock=True), reason=REASON, by=None, now=now)
    else:
        tasks.pass_over(session, task.id, by=None, reason=REASON, now=now)


def _instead(session: Session, task: Task, step: Step, now: datetime) -> Assignment:
    """Whom the router gives the task to, were it that of who is told when it is late; HR where that is nobody else.

    It never goes to the person it is about, whoever the diagram names, nor to somebody who does the step already.
    """
    instance, program = session.get_one(Instance, task.instance_id), program_for(session, task.definition_id)
    told = {"actor": step.settings.get("escalate", "group"), "actorArgument": HR}
    ways = [replace(step, settings={**step.settings, **named}) for named in (told, {**told, "actor": "group"})]
    asked = ask(session, [request_for(instance, way, program, now) for way in ways], now)
    others = others_at(session, task)
    first, hr = (choose(replace(one, taken=others)) for one in asked)
    return hr if first.assignee in (task.subject, task.assignee) and first.assignee is not None else first


def _give_to_others(session: Session, task: Task, instance: Instance, to: Assignment, now: datetime) -> None:
    if (to.assignee, to.group) == (task.assignee, task.group):
        return
    note = {"rule": "R18", "fact": "It was not done in time, so it was given to you."}
    again = replace(to, explanation=[to.explanation[0], note, *to.explanation[1:]])
    trial = session.begin_nested()
    try:
        hand_out_again(session, task.id, again, by=None, reason=REASON, now=now)
        trial.commit()
    except (Conflict, NotAllowed):
        # Somebody has closed it meanwhile, or nobody else may have it: it stays with whoever has it, late as it is.
        trial.rollback()
