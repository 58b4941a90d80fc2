"""The annual review at the speed of machines: bulk starts, completions, the inbox; beside SpiffWorkflow alone."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine import clock, definitions, jobs
from engine.database import SessionFactory, connect, create_session_factory, reading, transaction
from engine.models import Definition, Instance, Task
from engine.packages import read_package
from engine.spiff import compile_program
from engine.tasks import complete
from tests.bench import bulk_bench, migration
from tests.bench.processor import Cost, measured
from tests.services.postgres import PostgresServer
from tests.stories.company import ROOT, Company, executive_people, launch_annual_review, move_in, publish_annual_review
from workflows.inbox.counting import count_waiting
from workflows.inbox.listing import list_waiting
from workflows.inbox.ordering import Order
from workflows.inbox.waiting import Holder, Inbox
from workflows.installing import install
from workflows.migrations import upgrade
from workflows.questionnaires.inventing import invent
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.submitting import submit

Row = tuple[str, float, str]
Verb = Callable[[Session, Task, dict[str, Any]], None]
COUNT = 300
WARM_UP = 50
STEPS = ("self_assessment", "manager_review")
PACKAGE = ROOT / "bpmn" / "annual_review"


def run_product(name: str, url: str, server_pid: int | None) -> Iterator[Row]:
    """Launch for everybody and complete self-assessments and manager reviews through the whole product path."""
    install()
    engine = connect(url)
    upgrade(engine)
    factory = create_session_factory(engine)
    with transaction(factory) as session:
        hr = move_in(session, Path(tempfile.mkdtemp()), clock.now())
    with measured(server_pid) as publishing, transaction(factory) as session:
        definition_id = publish_annual_review(session, hr[0], clock.now()).id
    with measured(server_pid) as launching:
        with transaction(factory) as session:
            definition = session.get_one(Definition, definition_id)
            launch_annual_review(session, hr[0], clock.now(), definition)
        while jobs.drain(factory, limit=10_000, seconds=600):
            pass
    with factory() as session:
        company = Company(factory, hr, executive_people(session))
        started = len(session.scalars(select(Instance.id).where(Instance.parent_id.is_not(None))).all())
        at_rest = len(session.scalars(select(Instance.blob).where(Instance.parent_id.is_not(None)).limit(1)).one())
    yield f"{name}: published, checked and proven for everybody", publishing.wall, "s"
    yield f"{name}: starts in bulk, first tasks in their inboxes", started / launching.wall, "/s"
    yield f"{name}: state of a member at rest", at_rest, "bytes"
    for step in STEPS:
        yield from _complete(f"{name}: {step.replace('_', ' ')} handed in", step, company, factory, server_pid)
    yield from _complete(f"{name}: completed by the engine alone", STEPS[0], company, factory, server_pid, verb=finish)
    yield from _look_at_inboxes(name, factory)
    yield from bulk_bench.run_bulk(name, factory, company)
    yield from migration.run(name, factory, server_pid)
    engine.dispose()


def hand_in(session: Session, task: Task, answers: dict[str, Any]) -> None:
    """The whole product path: the form is checked and kept, the process goes on, the next person is found."""
    submit(session, task.id, answers, by=str(task.assignee), now=clock.now(), revision=task.revision)


def finish(session: Session, task: Task, answers: dict[str, Any]) -> None:
    """What the engine does of it, with routing, explanation and history: what bare SpiffWorkflow is compared with."""
    complete(session, task.id, by=str(task.assignee), now=clock.now(), answers=answers, revision=task.revision)


def _complete(
    label: str, step: str, company: Company, factory: SessionFactory, pid: int | None, *, verb: Verb = hand_in
) -> Iterator[Row]:
    prepared = _prepare(step, company, factory)
    first, work = prepared[:WARM_UP], prepared[WARM_UP:]
    _do(factory, verb, first)
    with _counted(factory) as statements, measured(pid) as cost:
        _do(factory, verb, work)
    yield f"{label}, one process", len(work) / cost.wall, "/s"
    yield f"{label}, SQL statements", len(statements) / len(work), "each"
    yield from _processor_rows(label, cost, len(work))


def _do(factory: SessionFactory, verb: Verb, work: list[tuple[Task, dict[str, Any]]]) -> None:
    for task, answers in work:
        with transaction(factory) as session:
            verb(session, task, answers)


@contextmanager
def _counted(factory: SessionFactory) -> Iterator[list[str]]:
    """The SQL statements of a stretch of code."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(factory.kw["bind"], "before_cursor_execute", note)
    yield statements
    event.remove(factory.kw["bind"], "before_cursor_execute", note)


def _look_at_inboxes(name: str, factory: SessionFactory) -> Iterator[Row]:
    """The first page of the inbox, for everybody who has open tasks: the query without the page around it."""
    with factory() as session:
        people = session.scalars(
            select(Task.assignee).where(Task.state == "open", Task.assignee.is_not(None)).distinct().limit(COUNT)
        ).all()
    began = perf_counter()
    for person in people:
        with reading(factory) as session:
            inbox = Inbox(Holder(str(person), frozenset()), clock.now())
            reach = count_waiting(session, inbox, week_end=inbox.now).reach
            list_waiting(session, inbox, reach, Order(), None)
    yield f"{name}: first page of an inbox, counts and list", (perf_counter() - began) / len(people) * 1000, "ms"


def _processor_rows(label: str, cost: Cost, count: int) -> Iterator[Row]:
    yield f"{label}, processor", cost.processor / count * 1000, "ms"
    if cost.database:
        yield f"{label}, of that the database", cost.database / count * 1000, "ms"


def _prepare(step: str, company: Company, factory: SessionFactory) -> list[tuple[Task, dict[str, Any]]]:
    with factory() as session:
        tasks = session.scalars(
            select(Task)
            .where(Task.state == "open", Task.step == step, Task.assignee.is_not(None))
            .limit(COUNT + WARM_UP)
        ).all()
        program = definitions.program_for(session, tasks[0].definition_id)
        questionnaire = questionnaire_of(program, program.step(step))
        return [
            (task, {**invent(questionnaire, company.chance, clock.now().date()), "overall_rating": "3"})
            for task in tasks
        ]


def run_bare_spiff(server: PostgresServer) -> Iterator[Row]:
    """The same diagram, steps and answers on SpiffWorkflow alone, on a database of the same server."""
    pid = server.process.pid if server.process else None
    asked = {
        "url": server.create_database(),
        "server_pid": pid,
        "count": COUNT,
        "diagram": str(PACKAGE / "annual_review.bpmn"),
        "answers": [_answers(step) for step in STEPS],
    }
    command = [sys.executable, "-m", "tests.bench.bare_spiff", json.dumps(asked)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    starting, completing = (Cost(**cost) for cost in json.loads(output))
    label = "SpiffWorkflow alone, stock JSON on PostgreSQL"
    yield f"{label}: starts", COUNT / starting.wall, "/s"
    yield f"{label}: the same steps, one process", COUNT * len(STEPS) / completing.wall, "/s"
    yield from _processor_rows(f"{label}: the same steps", completing, COUNT * len(STEPS))


def _answers(step: str) -> dict[str, Any]:
    """What is handed in at a step, with the figures as numbers, as Python's conditions want them."""
    program = compile_program(read_package(PACKAGE))
    given = {"overall_rating": 3} if step == "manager_review" else {}
    return {**invent(questionnaire_of(program, program.step(step)), Random(1), clock.now().date()), **given}
