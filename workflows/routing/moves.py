"""Handing open tasks on when the organisation changes in the middle of a cycle.

The policy is “move”: who would get the task today gets it. What was handed on by hand, or taken from a group, stays
where it is as long as its holder is there; what a person owes about themselves stays theirs. Drafts stay with the task
and keep their author.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from engine.definitions import program_for
from engine.diagram import Step
from engine.errors import Conflict
from engine.models import Instance, Task
from engine.registry import Assignment, AssignmentRequest
from engine.tasks import reassign
from workflows.dates import show_day
from workflows.people.organisation import Organisation, load_organisation
from workflows.reviews.models import DRAFT, Submission
from workflows.routing.choosing import choose
from workflows.routing.explain import chosen_of, explain
from workflows.routing.facts import ask, day_of

REASON = "The organisation has changed."
_IDS_A_STATEMENT = 500


@dataclass(frozen=True)
class Move:
    """One task that changes hands: from whom (None: a group) to whom or to which group, and why, as a sentence.

    `draft_by` is the author of the draft that goes with it, if there is one.
    """

    task_id: int
    task: str
    subject: str | None
    from_person: str | None
    to_person: str | None
    to_group: str | None
    draft_by: str | None
    why: str


@dataclass(frozen=True)
class Rerouted:
    """What a change of the organisation does to the open tasks: how many were looked at, and which of them move."""

    looked_at: int
    moves: tuple[Move, ...]

    @property
    def drafts(self) -> int:
        """How many drafts go along."""
        return sum(move.draft_by is not None for move in self.moves)


def reroute(
    session: Session, changed_person_ids: Collection[str], now: datetime, *, by: str, dry_run: bool = False
) -> Rerouted:
    """Hand on every open task whose right holder is another one since these people changed.

    `by` is the person who brought the change. With `dry_run` nothing is written: the answer is the preview. A task
    that is completed at the same moment stays with the one who completed it.
    """
    organisation = load_organisation(session, day_of(now))
    found = list(_concerned(session, organisation, changed_person_ids))
    requests = [AssignmentRequest(_step(session, task), task.subject, variables) for task, variables in found]
    rightful = [choose(question) for question in ask(session, requests, now)]
    pairs = [
        (task, assignment)
        for (task, _), assignment in zip(found, rightful, strict=True)
        if _changes_hands(task, assignment, organisation)
    ]
    moves = _describe(session, pairs)
    if dry_run:
        return Rerouted(len(found), tuple(moves))
    done = [m for m, (task, to) in zip(moves, pairs, strict=True) if _hand_on(session, task, to, by, now)]
    return Rerouted(len(found), tuple(done))


def _step(session: Session, task: Task) -> Step:
    return program_for(session, task.definition_id).step(task.step)


def _concerned(
    session: Session, organisation: Organisation, changed: Collection[str]
) -> Iterator[tuple[Task, dict[str, Any]]]:
    """The open tasks that these people hold, or that are about them or anybody below them; in a fixed order."""
    subjects = set(changed).union(*({p.id for p in organisation.everybody_below(person)} for person in changed))
    found: dict[int, tuple[Task, dict[str, Any]]] = {}
    for ids in _slices(sorted(subjects)):
        found |= _open_tasks(session, or_(Task.subject.in_(ids), Task.assignee.in_(set(ids) & set(changed))))
    return (found[task_id] for task_id in sorted(found))


def _open_tasks(session: Session, which: ColumnElement[bool]) -> dict[int, tuple[Task, dict[str, Any]]]:
    statement = (
        select(Task, Instance.variables)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.state == "open", which)
    )
    return {task.id: (task, variables) for task, variables in session.execute(statement)}


def _slices(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), _IDS_A_STATEMENT):
        yield ids[first : first + _IDS_A_STATEMENT]


def _changes_hands(task: Task, rightful: Assignment, organisation: Organisation) -> bool:
    if task.assignee is None:
        return rightful.assignee is not None or task.group != rightful.group
    if task.assignee in (rightful.assignee, task.subject):
        return False
    holder = organisation.person(task.assignee)
    return holder is None or holder.has_left or task.assignee == chosen_of(task.explanation)


def _describe(session: Session, pairs: Sequence[tuple[Task, Assignment]]) -> list[Move]:
    task_ids = [task.id for task, _ in pairs]
    authors: dict[int, str] = {}
    for first in range(0, len(task_ids), _IDS_A_STATEMENT):
        statement = select(Submission.task_id, Submission.author).where(
            Submission.task_id.in_(task_ids[first : first + _IDS_A_STATEMENT]), Submission.state == DRAFT
        )
        authors.update((task_id, author) for task_id, author in session.execute(statement))
    return [
        Move(
            task_id=task.id,
            task=task.name,
            subject=task.subject,
            from_person=task.assignee,
            to_person=to.assignee,
            to_group=to.group,
            draft_by=authors.get(task.id),
            why=explain(to.explanation, holder=to.assignee, reader=""),
        )
        for task, to in pairs
    ]


def _hand_on(session: Session, task: Task, to: Assignment, by: str, now: datetime) -> bool:
    """Whether the task could be handed on: not when somebody has closed it meanwhile."""
    fact = f"It was handed over on {show_day(day_of(now))}, because the organisation has changed."
    note = {"rule": "R5", "fact": fact}
    explanation = [to.explanation[0], note, *to.explanation[1:]]
    try:
        reassign(
            session,
            task.id,
            to=to.assignee,
            group=to.group,
            explanation=explanation,
            by=by,
            reason=REASON,
            now=now,
        )
    except Conflict:
        return False
    return True
