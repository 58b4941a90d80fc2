"""What routing does in a company of 1,191 people: at the very top, on the last day, and beside the line."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, jobs, tasks
from engine.database import SessionFactory, connect, create_session_factory, transaction
from engine.diagram import Step
from engine.errors import NotAllowed
from engine.models import Task
from tests.services.tables import bring_tables
from tests.stories.company import DATA
from tests.workflows.people.cast import NOW, moves_file
from tests.workflows.routing.cast import user_step
from tests.workflows.routing.diagrams import publish
from tests.workflows.routing.test_moves import draft
from workflows.installing import install
from workflows.people.accounts import create_account
from workflows.people.imports.people import import_people
from workflows.people.imports.units import import_units
from workflows.people.organisation import Organisation, load_organisation
from workflows.reviews.submitting import draft_of
from workflows.routing.receiving import MOVES, receive

CHIEF, HR = "P00001", "P00842"
REVIEW = user_step("manager_review", "manager", due="P14D")
DOTTED = (
    user_step("first_opinion", "dotted-line manager"),
    user_step("second_opinion", "dotted-line manager", fourEyes="true"),
)


@pytest.fixture(scope="module")
def northwind() -> Iterator[SessionFactory]:
    """The company with the processes of these stories in it."""
    if not DATA.is_dir():
        pytest.skip("the Northwind files are not here; name their folder in REVIEWFLOW_NORTHWIND")
    install()
    engine = connect("sqlite://")
    bring_tables(engine)
    factory = create_session_factory(engine)
    with transaction(factory) as session:
        for name, run in (("org_units.csv", import_units), ("people.csv", import_people)):
            assert run(session, (DATA / name).read_bytes(), file_name=name, by="setup", now=NOW).is_valid
        for person in (CHIEF, HR):
            create_account(session, person, password="corvid lantern plough", now=NOW, roles=["hr"])
    yield factory
    engine.dispose()


def open_task(session: Session, subject: str, *steps: Step, key: str) -> Task:
    definition = publish(session, *steps, key=key)
    instance = instances.start(session, definition, name="Case", by=HR, now=NOW, subject=subject, variables={})
    session.flush()
    return next_task(session, instance.id)


def next_task(session: Session, instance_id: int) -> Task:
    return session.scalars(select(Task).where(Task.instance_id == instance_id, Task.state == "open")).one()


def team_of(organisation: Organisation) -> tuple[str, str, list[str]]:
    """Somebody at work who has a manager at work and at least three people: the manager, the one, and the people."""
    for person in organisation.everybody():
        reports = [one.id for one in organisation.direct_reports(person.id) if one.is_active]
        above = organisation.manager_of(person.id)
        if person.is_active and len(reports) >= 3 and above is not None and above.is_active:
            return above.id, person.id, reports
    raise AssertionError("nobody has three people")


def test_r3_the_review_of_the_chief_executive_goes_to_hr_and_never_to_them(northwind: SessionFactory) -> None:
    with transaction(northwind) as session:
        # Given the chief executive, who is in HR as well
        task = open_task(session, CHIEF, REVIEW, key="top_review")
        assert (task.assignee, task.group) == (None, "hr")
    # Then they cannot take it, nor be handed it
    with pytest.raises(NotAllowed, match="nobody decides about themselves"), transaction(northwind) as session:
        tasks.claim(session, task.id, by=CHIEF, now=NOW)
    with pytest.raises(NotAllowed, match="nobody decides about themselves"), transaction(northwind) as session:
        tasks.reassign(session, task.id, to=CHIEF, by=HR, reason="You know best", now=NOW)
    with transaction(northwind) as session:
        # And somebody else of HR does it to the end.
        tasks.claim(session, task.id, by=HR, now=NOW)
        assert tasks.complete(session, task.id, by=HR, now=NOW).closed_by == HR


def test_r4_a_manager_leaves_on_the_last_day_with_drafts_open(northwind: SessionFactory) -> None:
    with transaction(northwind) as session:
        # Given reviews that a manager has begun, on the day on which they are due
        above, manager, people = team_of(load_organisation(session, NOW.date()))
        held = [open_task(session, who, REVIEW, key="last_day").id for who in people]
        for task_id in held[:2]:
            draft(session, session.get_one(Task, task_id), manager)
        due = session.get_one(Task, held[0]).due_at
        assert due is not None
    with transaction(northwind) as session:
        # When the HR system says that they have left
        content = moves_file((due.date().isoformat(), manager, "terminated", ""))
        received = receive(session, MOVES, content, file_name="moves.csv", by=HR, now=due)
        # Then everything goes to the next level, with the drafts and their authors, and is not closed
        assert received.tasks is not None
        assert received.tasks.drafts == 2
        assert {session.get_one(Task, task_id).assignee for task_id in held} == {above}
        written = [draft_of(session, task_id) for task_id in held]
        assert [one.author if one else None for one in written[:3]] == [manager, manager, None]
    later = due + (due - NOW)
    while jobs.drain(northwind, limit=1000, seconds=60, now=lambda: later):
        pass
    with transaction(northwind) as session:
        # And late it can still be done.
        assert tasks.complete(session, held[0], by=above, now=later).state == "completed"


def test_r6_two_dotted_line_managers_both_have_their_say(northwind: SessionFactory) -> None:
    with transaction(northwind) as session:
        organisation = load_organisation(session, NOW.date())
        subject, first, second = next(
            (one.id, *[manager.id for manager in beside])
            for one in organisation.everybody()
            if len(beside := organisation.dotted_managers(one.id)) == 2 and all(m.is_active for m in beside)
        )
        task = open_task(session, subject, *DOTTED, key="opinions")
        assert task.assignee == first
        tasks.complete(session, task.id, by=first, now=NOW)
        session.flush()

        assert next_task(session, task.instance_id).assignee == second
