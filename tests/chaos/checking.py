"""What must be true after every part was killed again and again."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.models import HistoryEntry, Incident, Instance, Job, Task
from tests.chaos.people import Ledger
from workflows.cycles.models import Case
from workflows.promotions.chain import verify_chain
from workflows.reviews.models import Submission


@dataclass(frozen=True)
class Check:
    """One promise, how many cases of it were looked at, and those that break it."""

    promise: str
    looked_at: int
    broken: list[Any]


def check_what_was_told(session: Session, ledger: Ledger) -> Iterator[Check]:
    """Nothing that the server said is done may be missing: hand-ins, and texts that it said are saved."""
    states = dict(session.execute(select(Task.id, Task.state)).tuples().all())
    lost = [task for task in ledger.handed_in if states.get(task) != "completed"]
    yield Check("a task that was handed in is completed", len(ledger.handed_in), lost)
    written = dict(session.execute(select(Submission.task_id, Submission.answers)).tuples().all())
    notes = {task: _note_in(written.get(task, {}), sent) for task, sent in ledger.sent.items()}
    gone = [(task, kept, notes[task]) for task, kept in ledger.kept.items() if notes[task] < kept]
    yield Check("a text that was saved is there, or a later one", len(ledger.kept), gone)


def check_the_end(session: Session, root_id: int) -> Iterator[Check]:
    """When everybody has worked to the end, each task was done once and nothing is left over."""
    cases = Counter(session.scalars(select(Case.state)))
    yield Check("every case is closed", cases.total(), [state for state in cases if state != "closed"])
    for what, left in (
        ("no task is open", select(Task.id).where(Task.state == "open")),
        ("no job is left", select(Job.id)),
        ("there is no incident", select(Incident.problem)),
        ("every instance is completed", select(Instance.id).where(Instance.state != "completed")),
    ):
        yield Check(what, 1, list(session.scalars(left)))
    completed = set(session.scalars(select(Task.id).where(Task.state == "completed")))
    entries = select(HistoryEntry.detail["task"].as_integer()).where(HistoryEntry.kind == "task_completed")
    times = Counter(session.scalars(entries))
    yield Check("each task was completed once", len(completed), [task for task in completed if times[task] != 1])
    submitted = set(session.scalars(select(Submission.task_id).where(Submission.submitted_at.is_not(None))))
    yield Check("its answers were handed in with it", len(submitted), sorted(submitted ^ completed))
    again = (
        select(Task.instance_id, Task.step)
        .where(Task.state == "completed", Task.step.in_(ONCE))
        .group_by(Task.instance_id, Task.step)
        .having(func.count() > 1)
    )
    yield Check("no step was handed out twice", len(completed), [tuple(row) for row in session.execute(again)])
    chain = verify_chain(session, root_id)
    yield Check("the chain of signatures holds", chain.count, chain.problems)


ONCE = ("self_assessment", "propose_reward", "acknowledge")
"""Steps of the annual review to which no way leads back."""


def _note_in(answers: Any, sent: list[int]) -> int:
    """The number of the note in the answers; 0 without one."""
    text = str(answers)
    return max((note for note in sent if f"(note {note})" in text), default=0)
