"""Five hundred approvals of one person, asked for together and carried out."""

from collections.abc import Iterator
from time import perf_counter

from sqlalchemy import select, update

from engine import clock, definitions, jobs
from engine.batches import progress_of
from engine.database import SessionFactory, transaction
from engine.models import Task
from tests.stories.company import Company
from workflows.inbox.bulk_approving import TIME_TO_UNDO, ask_to_approve
from workflows.inbox.bulk_looking import MOST, look_at
from workflows.questionnaires.inventing import invent
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.submitting import submit

Row = tuple[str, float, str]


def run_bulk(name: str, factory: SessionFactory, company: Company) -> Iterator[Row]:
    """The look at them, the asking, and the approving with all that follows, in one process."""
    for step in ("self_assessment", "manager_review"):
        _hand_in(factory, company, step)
    head = company.executives[0]
    with transaction(factory) as session:
        approvals = (Task.step == "second_approval") & (Task.state == "open")
        session.execute(update(Task).where(approvals, Task.subject != head).values(assignee=head, group=None))
        ids = list(session.scalars(select(Task.id).where(approvals, Task.assignee == head).limit(MOST)))
    began = perf_counter()
    with transaction(factory) as session:
        seen = {one.task.id: one.fingerprint for one in look_at(session, ids, by=head, now=clock.now()).fit}
    yield f"{name}: bulk approval, looking at {len(ids)}", perf_counter() - began, "s"
    began, now = perf_counter(), clock.now()
    with transaction(factory) as session:
        batch = ask_to_approve(session, seen, confirmed=True, by=head, now=now).id
    yield f"{name}: bulk approval, asking for {len(seen)}", perf_counter() - began, "s"
    began = perf_counter()
    while jobs.drain(factory, limit=10_000, seconds=600, now=lambda: now + TIME_TO_UNDO):
        pass
    took = perf_counter() - began
    with factory() as session:
        done = progress_of(session, [batch])[batch].done
    yield f"{name}: bulk approval, {done} carried out", took, "s"


def _hand_in(factory: SessionFactory, company: Company, step: str) -> None:
    with factory() as session:
        held = select(Task).where(Task.state == "open", Task.step == step, Task.assignee.is_not(None))
        tasks = session.scalars(held.limit(MOST + 60)).all()
        program = definitions.program_for(session, tasks[0].definition_id)
        questionnaire = questionnaire_of(program, program.step(step))
    for task in tasks:
        answers = {**invent(questionnaire, company.chance, clock.now().date()), "overall_rating": "5"}
        with transaction(factory) as session:
            submit(session, task.id, answers, by=str(task.assignee), now=clock.now(), revision=task.revision)
