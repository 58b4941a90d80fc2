"""Taking the newest import back as a whole: people and units, and the tasks it has moved, as far as nothing went on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import NEXT, Assignment, Conflict, NotAllowed, Task, batches, hand_out_again, tasks, turns
from workflows.cycles.following import STAYS_ENDED, CaseChange, cases_ended_since, follow_subjects
from workflows.cycles.joining import withdraw_joiners
from workflows.cycles.transfers import withdraw_closing_reviews
from workflows.dates import show_day
from workflows.people.imports.undoing import find_memory, put_back
from workflows.people.models import Import, ImportMemory
from workflows.people.search import name_people
from workflows.reviews.models import DRAFT, Submission
from workflows.routing.facts import day_of
from workflows.routing.moves import BESIDE, Rerouted, reroute
from workflows.voting.following import follow_people

REASON = "The import was taken back."


@dataclass(frozen=True)
class TaskBack:
    """What becomes of one task that the import had moved: whether it goes back, to whom or which group, or why not."""

    task_id: int
    task: str
    subject: str | None
    goes_back: bool
    to_person: str | None
    to_group: str | None
    why: str


@dataclass(frozen=True)
class TakenBack:
    """What taking an import back did, or would do."""

    undone: Import
    tasks: tuple[TaskBack, ...]
    others: Rerouted
    cases: tuple[CaseChange, ...]

    @property
    def going(self) -> int:
        """How many tasks go back."""
        return sum(one.goes_back for one in self.tasks)

    @property
    def ended(self) -> int:
        """How many cases have ended since the import, and stay so."""
        return sum(one.action == STAYS_ENDED for one in self.cases)


def remember_tasks(session: Session, import_id: int, people: Collection[str], moved: Rerouted | None) -> None:
    """Keep with an import how the tasks were handed out that it moves, and the people it is about."""
    memory = session.get_one(ImportMemory, import_id)
    memory.people = sorted(people)
    if moved is not None:
        memory.batch_id = moved.batch_id
        memory.tasks = [
            {
                "task": move.task_id,
                "to": [move.to_person, move.to_group],
                "assignee": move.before.assignee,
                "group": move.before.group,
                "owner": move.before.owner,
                "explanation": move.before.explanation,
            }
            for move in moved.moves
        ]
    session.flush()


def take_back(session: Session, import_id: int, *, by: str, now: datetime) -> TakenBack:
    """Take the newest import back, which `import_id` must be.

    People and units are as before. A task goes back to whoever had it, unless it was completed, handed on or begun
    since then; what was handed out since follows the organisation. Whoever the import has brought takes part nowhere,
    and a period that it has shortened is whole again. A case that has ended stays so, which `cases` says, and a closing
    review that was begun. Raises Conflict.
    """
    found = find_memory(session)
    if found is None or found[0].id != import_id:
        raise Conflict("This import cannot be taken back any more: it was already, or another one came after it.")
    undone, memory = found
    people, moved = set(memory.people), list(memory.tasks)
    if memory.batch_id is not None:
        batches.stop(session, memory.batch_id, now=now)
    # Those that end now, because the import is taken back, are told by what ends them.
    ended = cases_ended_since(session, people, undone.imported_at)
    withdrawn = withdraw_closing_reviews(session, import_id, by=by, now=now)
    put_back(session, import_id, by=by, now=now)
    back = tuple(_give_back(session, kept, undone, by, now) for kept in moved)
    _do_without_second(session, people, undone, by, now)
    cases = (
        *follow_subjects(session, people, now, by=by),
        *withdraw_joiners(session, people, now, by=by),
        *withdrawn,
        *ended,
    )
    follow_people(session, people, now)
    seen = {one.task_id for one in back}
    others = reroute(session, people, now, by=by, without=seen)
    return TakenBack(undone, back, others, cases)


def preview_taking_back(session: Session, import_id: int, *, by: str, now: datetime) -> TakenBack:
    """What `take_back` would do now; nothing stays changed. Raises Conflict."""
    trial = session.begin_nested()
    try:
        return take_back(session, import_id, by=by, now=now)
    finally:
        trial.rollback()


def _give_back(session: Session, kept: Mapping[str, Any], undone: Import, by: str, now: datetime) -> TaskBack:
    task = session.get_one(Task, kept["task"])
    back = TaskBack(task.id, task.name, task.subject, False, kept["assignee"], kept["group"], "")
    if problem := _what_went_on(session, task, kept, undone):
        return replace(back, why=problem)
    note = {"rule": "R5", "fact": f"It came back on {show_day(day_of(now))}, because an import was taken back."}
    heading, *reasons = kept["explanation"] or [note]
    again = Assignment(kept["assignee"], kept["group"], [heading, note, *reasons], owner=kept["owner"])
    trial = session.begin_nested()
    try:
        hand_out_again(session, task.id, again, by=by, reason=REASON, now=now)
    except NotAllowed as refusal:
        trial.rollback()
        return replace(back, why=str(refusal))
    trial.commit()
    return replace(back, goes_back=True, why="It is as before the import.")


def _do_without_second(session: Session, people: Collection[str], undone: Import, by: str, now: datetime) -> None:
    """Take back the tasks of those who were to do a step after its holder, unless they have begun or it is their turn.

    See the policy “both”.
    """
    second = session.scalars(
        select(Task)
        .where(Task.subject.in_(people), Task.state == NEXT, Task.added_by == undone.imported_by)
        .where(Task.created_at >= undone.imported_at, ~exists().where(Submission.task_id == Task.id))
    ).all()
    for task in second:
        if any(entry["rule"] == BESIDE for entry in task.explanation):
            turns.remove(session, tasks.find(session, task.id, lock=True), by=by, now=now)


def _what_went_on(session: Session, task: Task, kept: Mapping[str, Any], undone: Import) -> str:
    """Why a task does not go back, as a sentence; empty where nothing has gone on."""
    if not task.is_unfinished:
        return "It has been completed since." if task.closed_by else "It is not needed any more."
    if (task.assignee, task.group) == (kept["assignee"], kept["group"]):
        return "It has not been moved yet, and stays where it is."
    if [task.assignee, task.group] != kept["to"]:
        return "It was handed on or taken since."
    author = session.scalar(
        select(Submission.author).where(
            Submission.task_id == task.id,
            Submission.state == DRAFT,
            Submission.author == task.assignee,
            Submission.saved_at > undone.imported_at,
        )
    )
    return f"{name_people(session, [author]).get(author, author)} has begun it since." if author else ""
