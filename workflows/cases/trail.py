"""What has happened in a case so far, for people who work on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from engine import HistoryEntry, Program, Task
from workflows.people.models import Person
from workflows.people.outside import is_inside
from workflows.people.search import name_people
from workflows.routing.resolvers import GROUPS

HANDING = {
    "task_claimed": "taken",
    "task_released": "put back",
    "task_reassigned": "handed on",
    "task_delegated": "delegated",
    "task_taken_back": "taken back",
    "task_given_back": "given back",
    "task_sent_back": "sent back",
    "task_reopened": "opened again",
    "task_recalled": "taken back",
    "deadline_extended": "given more time",
    "approver_added": "also given",
    "approver_removed": "no longer given",
    "colleague_asked": "a question",
    "colleague_answered": "an answer",
    "question_withdrawn": "a question withdrawn",
}
TURNS = {
    "task_sent_back": "sent back",
    "task_reopened": "opened again",
    "step_settled": "settled by the votes",
    "task_recalled": "taken back",
    "step_passed_over": "went on without an answer",
    "part_dropped": "goes on with one fewer who does it",
    "step_stays": "stays as it is: nothing that it was based on has changed",
    "variables_changed": "data of the case changed",
    "closing_review_asked": "the former manager is asked for a closing review",
    "closing_review_skipped": "no closing review is asked for",
    "migrated": "moved to another version of the process",
    "migration_undone": "moved back to the former version of the process",
}
"""What happens to a case beside the steps that are done, and what people read of it."""

GIVEN_BACK = HANDING["task_given_back"]
BACK = {HANDING["task_sent_back"]: "sent this back", HANDING["task_reopened"]: "opened this again"}
BACK |= {GIVEN_BACK: "gave this back"}
"""Why a task is here once more, in words to its holder."""


@dataclass(frozen=True)
class Done:
    """A step of a case that somebody has done: by `by_id`, at `at`; `behalf` is the name of whom they did it for."""

    step: str
    name: str
    by: str
    by_id: str
    at: datetime
    behalf: str = ""


@dataclass(frozen=True)
class Handing:
    """What happened to a task: `what` is handed out, taken, put back and so on; `to` is a name or a group."""

    what: str
    to: str
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Turn:
    """What happened to a case beside its steps being done: at which step, what, by whom, why."""

    name: str
    what: str
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Trail:
    """How a task came to whoever has it, and the turns its case has taken before; each with the oldest first.

    `sent_back` is why it is here again, where it was sent or given back; `left_at` when the case was sent back from
    this step.
    """

    handing: list[Handing]
    turns: list[Turn]
    sent_back: Handing | None
    left_at: datetime | None


def done_about(session: Session, task: Task) -> list[Done]:
    """The steps done about the subject of a task in its cycle, or in its own instance when it is about nobody."""
    about = Task.subject == task.subject if task.subject else Task.instance_id == task.instance_id
    owner = aliased(Person)
    rows = session.execute(
        select(Task.step, Task.name, Person.name, Task.closed_by, Task.closed_at, owner.name)
        .join(Person, Person.id == Task.closed_by)
        .outerjoin(owner, (owner.id == Task.owner) & (Task.owner != Task.closed_by) & is_inside(Task.closed_by))
        .where(Task.root_id == task.root_id, about, Task.state == "completed")
        .order_by(Task.closed_at, Task.id)
    )
    return [Done(step, name, by, by_id or "", at, behalf or "") for step, name, by, by_id, at, behalf in rows if at]


def trail_of(session: Session, task: Task, program: Program) -> Trail:
    """What happened to a task, and to its case on the way there. At most two statements."""
    entries = session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.instance_id == task.instance_id, HistoryEntry.kind.in_({*HANDING, *TURNS}))
        .order_by(HistoryEntry.id)
    ).all()
    own = [entry for entry in entries if entry.kind in HANDING and entry.detail.get("task") == task.id]
    turns = [entry for entry in entries if entry.kind in TURNS and entry not in own]
    first = next((entry["holder"] for entry in reversed(task.explanation) if "holder" in entry), None)
    people = {first, *(entry.actor for entry in (*own, *turns)), *(entry.detail.get("to") for entry in own)}
    names = name_people(session, [person for person in people if person is not None])
    group = GROUPS.get(task.group or "", "nobody")
    handing = [
        Handing("handed out", names.get(first or "", group), "", task.created_at),
        *(_handing(entry, names, group) for entry in own),
    ]
    came_back = (one for one in handing if one.what in BACK and one.what != GIVEN_BACK)
    sent_back = handing[-1] if handing[-1].what == GIVEN_BACK else next(came_back, None)
    left_at = max((entry.at for entry in entries if entry.detail.get("from") == task.step), default=None)
    return Trail(handing, [_turn(entry, program, names) for entry in turns], sent_back, left_at)


def _handing(entry: HistoryEntry, names: Mapping[str, str], group: str) -> Handing:
    to = names.get(entry.detail["to"] or "", group) if "to" in entry.detail else ""
    by = names.get(entry.actor or "", "")
    return Handing(HANDING[entry.kind], to, by, entry.at, entry.detail.get("reason") or "")


def _turn(entry: HistoryEntry, program: Program, names: Mapping[str, str]) -> Turn:
    step = program.diagram.steps.get(entry.step or "")
    name = step.name if step else entry.step or "The case"
    what = f"moved to version {entry.detail['version']}" if entry.kind == "migrated" else TURNS[entry.kind]
    return Turn(name, what, names.get(entry.actor or "", ""), entry.at, entry.detail.get("reason") or "")
