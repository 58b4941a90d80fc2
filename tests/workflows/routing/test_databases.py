"""The statements of routing on both databases: handing out, letting in, handing on."""

from dataclasses import replace

from sqlalchemy import select

from engine import instances, tasks
from engine.database import connect, create_session_factory, transaction
from engine.models import Task
from tests.services.tables import bring_tables
from tests.workflows.routing.cast import CAST, NOW, UNITS, become, bring, sign_up, user_step
from tests.workflows.routing.diagrams import publish
from workflows.people.models import ON_LEAVE
from workflows.routing.moves import reroute


def test_a_review_is_handed_out_handed_on_taken_and_done(database_url: str) -> None:
    engine = connect(database_url)
    bring_tables(engine)
    factory = create_session_factory(engine)
    steps = (user_step("manager_review", "manager"), user_step("confirm", "person who did", "manager_review"))

    with transaction(factory) as session:
        bring(session, CAST, UNITS)
        sign_up(session, "hugo", "hr")
        definition = publish(session, *steps)
        for name in ("first", "second"):
            instances.start(session, definition, name=name, by="rita", now=NOW, subject="mara")

    def open_tasks() -> list[tuple[str, str | None, str | None]]:
        with factory() as session:
            rows = session.execute(
                select(Task.step, Task.assignee, Task.group).where(Task.state == "open").order_by(Task.id)
            )
            return [(step, assignee, group) for step, assignee, group in rows]

    assert open_tasks() == [("manager_review", "olga", None)] * 2

    with transaction(factory) as session:
        become(session, replace(next(s for s in CAST if s.id == "olga"), status=ON_LEAVE))
        reroute(session, ["olga"], NOW, by="rita")
    assert open_tasks() == [("manager_review", None, "hr")] * 2

    with transaction(factory) as session:
        task_id = session.scalars(select(Task.id).order_by(Task.id)).first()
        assert task_id is not None
        tasks.claim(session, task_id, by="hugo", now=NOW)
        tasks.complete(session, task_id, by="hugo", now=NOW)
    assert open_tasks() == [("manager_review", None, "hr"), ("confirm", "hugo", None)]
    engine.dispose()
