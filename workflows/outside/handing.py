"""What is done about a task that somebody outside has: the link sent again, and another address."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine import Assignment, Conflict, Rejection, Task, hand_out_again, program_for, tasks
from workflows.notifications.arriving import ask_to_tell
from workflows.outside.naming import introduce, look_up, read_outsider
from workflows.outside.steps import ACTOR
from workflows.people.outside import is_outside
from workflows.people.search import name_people
from workflows.people.snapshot import organisation_on
from workflows.routing.choosing import next_above
from workflows.routing.facts import day_of

LINK_SENT = "link_sent_again"


def send_link_again(session: Session, task_id: int, *, by: str, now: datetime) -> Task:
    """Write once more to whoever has a task from outside, with a new link. The caller checks that `by` may.

    Raises NotFound, or Conflict when nobody outside has it any more.
    """
    found = tasks.find(session, task_id, lock=True)
    if not found.task.is_unfinished or not is_outside(found.task.assignee):
        raise Conflict("Nobody outside of the organisation has this task any more.")
    tasks.record(session, found, LINK_SENT, by=by, now=now, to=found.task.assignee)
    ask_to_tell(session, now, task=task_id, again=True)
    return found.task


def can_be_written_out(session: Session, task: Task) -> bool:
    """Whether the diagram gives the step of a task to people outside."""
    return program_for(session, task.definition_id).step(task.step).settings.get("actor") == ACTOR


def write_to(session: Session, task_id: int, *, address: str, name: str, by: str, reason: str, now: datetime) -> Task:
    """Give a task to somebody outside by an address that `by` has; links that were sent before are over.

    The caller checks that `by` may. Raises Rejection for an address or a name that is none, and for that of a
    colleague; NotFound, Conflict when it is closed, NotAllowed where the step is not for people outside.
    """
    [named] = look_up(session, [read_outsider(address, name)], day_of(now))
    if named.problem:
        raise Rejection(named.problem)
    if named.is_colleague:
        who = name_people(session, [named.person_id])[named.person_id]
        raise Rejection(f"This is the address of {who}, who works here. Hand the task to them instead.")
    outsider = introduce(session, named, now)
    task = tasks.find(session, task_id).task
    fact = f"{named.name}, who works elsewhere, was named later."
    note = {"rule": ACTOR, "fact": fact, "to_holder": "You were named for this step.", "holder": outsider.person_id}
    owner = next_above(organisation_on(session, day_of(now)), task.subject)
    to = Assignment(outsider.person_id, None, [*task.explanation[:1], note], owner=owner)
    return hand_out_again(session, task_id, to, by=by, reason=reason, now=now)
