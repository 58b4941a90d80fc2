"""Adding an approver: one more person who has to approve a step, before or after whoever has it.

The step goes on when all of them have approved; with the first other answer it goes on at once, with that answer. Who
was added may send back and be stood in for like whoever the diagram names. When a case comes back to the step, it is
asked as it is drawn, and somebody may be added again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine import NEXT, OPEN, Assignment, Conflict, NotFound, OpenTask, Rejection, Step, Task, tasks, turns
from workflows.people.search import name_people
from workflows.reviews.forms import asks_for_approval, questionnaire_of

ADDED = "added"
"""The rule in the explanation of a task that somebody was added for."""


@dataclass(frozen=True)
class InLine:
    """One of those who approve a step: the task, whose it is, by whom they were added (empty: by the diagram)."""

    task: Task
    name: str
    added_by: str

    @property
    def is_done(self) -> bool:
        """Whether they have approved."""
        return not self.task.is_unfinished

    @property
    def has_their_turn(self) -> bool:
        """Whether the step waits for them."""
        return self.task.is_unfinished and self.task.state != NEXT


def may_add(found: OpenTask, person_id: str) -> bool:
    """Whether somebody may add an approver to a task: they have it, and it asks for nothing but an approval."""
    mine = found.task.assignee == person_id and found.task.state == OPEN
    return mine and takes_several(found.step) and asks_for_approval(questionnaire_of(found.program, found.step))


def takes_several(step: Step) -> bool:
    """Whether several people can do a step one after the other: not where it is voted on, signed, or has its page."""
    return not (step.is_shared or step.settings.get("signature") or step.settings.get("page"))


def add_approver(
    session: Session, task_id: int, *, whom: str, first: bool, reason: str, by: str, now: datetime
) -> Task:
    """Let `whom` approve too, before whoever has the task (`first`) or after them; answers with their task.

    Raises what `engine.tasks.load` raises, Conflict where nobody can be added, Rejection without a reason, NotAllowed
    when `whom` may not decide it or approves it already.
    """
    found = tasks.load(session, task_id, actor=by, now=now, lock=True)
    if not may_add(found, by):
        raise Conflict(f"Nobody can be added to “{found.task.name}”: it is no approval that you have in hand.")
    if not reason.strip():
        raise Rejection("Say why they should approve it, too: they read it first.")
    names = name_people(session, [by, whom])
    if whom not in names:
        raise Rejection("Choose who should approve it, too.")
    fact = f"{names[by]} asked that {names[whom]} approves it, too: {reason.strip()}"
    to_holder = f"{names[by]} asks you to approve it, too: {reason.strip()}"
    note = {"rule": ADDED, "fact": fact, "to_holder": to_holder, "holder": whom}
    to = Assignment(whom, None, [found.task.explanation[0], note])
    return turns.add(session, found, to, first=first, by=by, now=now)


def remove_approver(session: Session, task_id: int, *, by: str, now: datetime) -> Task:
    """Do without somebody whom `by` has added, until they have acted. Raises NotFound, or Conflict when they have."""
    found = tasks.find(session, task_id, lock=True)
    if found.task.added_by != by:
        raise NotFound("There is nobody whom you have added here.")
    turns.remove(session, found, by=by, now=now)
    return found.task


def line_at(session: Session, task: Task) -> list[InLine]:
    """Those who approve a step one after the other, in order; nobody where it is one alone. Two statements at most."""
    if task.turn is None:
        return []
    line = tasks.line_of(session, task)
    people = {person for one in line for person in (one.closed_by, one.assignee, one.added_by) if person}
    names = name_people(session, sorted(people))
    return [
        InLine(one, names.get(one.closed_by or one.assignee or "", "HR"), names.get(one.added_by or "", ""))
        for one in line
    ]
