"""What is done about a task that somebody outside has: the link sent again, and another address."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine import Assignment, Conflict, NotAllowed, OpenTask, Rejection, Task, hand_out_again, program_for, tasks
from workflows.notifications.arriving import ask_to_tell
from workflows.notifications.post import is_set_up
from workflows.outside.answers import ADVICE
from workflows.outside.naming import introduce, look_up, read_outsider
from workflows.outside.steps import ACTOR
from workflows.people.outside import is_outside
from workflows.people.search import name_people
from workflows.people.snapshot import organisation_on
from workflows.routing.choosing import next_above
from workflows.routing.facts import day_of

LINK_SENT = "link_sent_again"


class Misnamed(Rejection):
    """Nobody can be asked by the address (or by the name: `is_name`) that was given, and why."""

    def __init__(self, reason: str, *, is_name: bool) -> None:
        self.is_name = is_name
        super().__init__(reason)


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


def may_write_out(session: Session, found: OpenTask, person: str) -> bool:
    """Whether somebody can ask a person outside to do a task that they have: the diagram gives it to one. No statement.

    Whoever it is about never chooses who does it.
    """
    is_theirs = found.task.assignee == person != found.task.subject
    return is_theirs and found.step.settings.get("actor") == ACTOR and is_set_up(session)


def can_be_written_out(session: Session, task: Task) -> bool:
    """Whether the diagram gives the step of a task to people outside."""
    return program_for(session, task.definition_id).step(task.step).settings.get("actor") == ACTOR


def write_to(session: Session, task_id: int, *, address: str, name: str, by: str, reason: str, now: datetime) -> Task:
    """Give a task to somebody outside by an address that `by` has; links that were sent before are over.

    The caller checks that `by` may. Raises Misnamed for an address or a name that is none, and for that of a colleague;
    NotFound, Conflict when it is closed, NotAllowed for a task about `by`, or where the step is not for people outside.
    """
    task = tasks.find(session, task_id).task
    if task.subject == by:
        raise NotAllowed("This is about you: somebody else names who is asked.")
    [named] = look_up(session, [read_outsider(address, name)], day_of(now))
    if named.problem:
        raise Misnamed(ADVICE.get(named.problem, named.problem), is_name=named.is_misnamed)
    if named.is_colleague:
        who = name_people(session, [named.person_id])[named.person_id]
        raise Misnamed(f"This is the address of {who}, who works here. Hand the task to them instead.", is_name=False)
    outsider = introduce(session, named, now)
    fact = f"{named.name}, who works elsewhere, was named later."
    note = {"rule": ACTOR, "fact": fact, "to_holder": "You were named for this step.", "holder": outsider.person_id}
    owner = next_above(organisation_on(session, day_of(now)), task.subject)
    to = Assignment(outsider.person_id, None, [*task.explanation[:1], note], owner=owner)
    handed = hand_out_again(session, task_id, to, by=by, reason=reason, now=now)
    if named.person_id:
        # They may have had the task before, and then nobody writes to them by itself.
        ask_to_tell(session, now, task=task_id, again=True)
    return handed
