"""A thousand running annual reviews on a changed diagram, while people hand in their work; then back."""

from collections import Counter
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import func, select

from engine import batches, clock, definitions, jobs
from engine.database import SessionFactory, connect, create_session_factory, reading, transaction
from engine.errors import Rejection
from engine.migration import running
from engine.models import Definition, Instance, Task
from engine.packages import read_package
from engine.states import LIVE
from engine.tasks import complete
from tests.stories.company import ROOT, launch_annual_review, move_in
from workflows.installing import install
from workflows.reviews.models import DRAFT, Submission
from workflows.reviews.submitting import save_draft

REVIEWS = 1_000
PEOPLE_AT_WORK = 60
DRAFTS = 40
APPROVALS = 12
WRITTEN = "I have written this before the process was changed."


def next_version() -> dict[str, bytes]:
    """Steps renamed, a step inserted, a reminder changed, and the step removed that some of them wait at."""
    package = read_package(ROOT / "bpmn" / "annual_review")
    text = package["annual_review.bpmn"].decode()
    for old, new in (
        ('"self_assessment"', '"own_view"'),
        ('name="Self-assessment"', 'name="Own view"'),
        (
            'rf:form="manager-review" rf:due="P14D" rf:remind="P3D"',
            'rf:form="manager-review" rf:due="P14D" rf:remind="P5D"',
        ),
        (
            'name="Second-level approval" rf:actor="manager\'s manager" rf:form="second-level-approval"',
            'name="Is it fair?" rf:actor="group" rf:actorArgument="hr" rf:form="reward-approval"',
        ),
        ('"second_approval"', '"fairness_check"'),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return package | {"annual_review.bpmn": text.encode()}


def test_nothing_is_lost_and_nothing_is_done_twice(postgres_url: str, tmp_path: Path) -> None:
    # given
    install()
    engine = connect(postgres_url, pool_size=8)
    factory = create_session_factory(engine)
    launch_thousand(factory, tmp_path)
    reach_second_approval(factory)
    drafts = write_drafts(factory)
    before = unfinished(factory)
    old, new = publish(factory)
    finished: list[int] = []
    # when: two workers move everybody while two people at a time hand in
    with transaction(factory) as session:
        batch = running.begin(session, old, new, by="hr", reason="It is better.", now=clock.now()).id
    work_at_once(
        lambda: drain(factory),
        lambda: drain(factory),
        lambda: hand_in(factory, finished, 0),
        lambda: hand_in(factory, finished, 1),
    )
    drain(factory)
    # then
    with reading(factory) as session:
        found = batches.progress_of(session, [batch])[batch]
        assert (found.failed, found.waiting) == (APPROVALS, 0)
        assert found.total >= REVIEWS
        reasons = {one.item.note for one in batches.results_of(session, batch, limit=APPROVALS)}
        assert reasons == {"“Second-level approval” is gone, and nothing stands for it."}
    decide_on_the_rest(factory, old, new)
    after = unfinished(factory)
    assert len(set(finished)) == len(finished) > 0
    assert max(Counter(instance for _, instance, _ in after.values()).values()) == 1
    kept = {task: row for task, row in after.items() if task in before}
    assert set(before) - set(kept) == set(finished)
    assert {step for _, _, step in kept.values()} == {"own_view", "fairness_check"}
    assert drafts_of(factory, drafts) == drafts.keys() - set(finished)
    go_back(factory, batch, finished, old)
    engine.dispose()


def reach_second_approval(factory: SessionFactory) -> None:
    """Some reviews have the highest rating already, and wait for the step that the next version does not have."""
    for step, answers in (("self_assessment", {}), ("manager_review", {"overall_rating": 5})):
        waiting = [(task, row) for task, row in sorted(unfinished(factory).items()) if row[2] == step][:APPROVALS]
        for task, (holder, _, _) in waiting:
            with transaction(factory) as session:
                complete(session, task, by=str(holder), now=clock.now(), answers=answers)


def decide_on_the_rest(factory: SessionFactory, old: Definition, new: Definition) -> None:
    """Those that stayed move once it is said where they go; nothing is on the old version then."""
    decided = {"second_approval": "fairness_check"}
    with transaction(factory) as session:
        batch = running.begin(session, old, new, by="hr", reason="Decided.", now=clock.now(), decided=decided).id
    drain(factory)
    with reading(factory) as session:
        found = batches.progress_of(session, [batch])[batch]
        assert (found.total, found.done) == (APPROVALS, APPROVALS)
        still_old = select(func.count()).where(Instance.definition_id == old.id, Instance.state.in_(LIVE))
        assert session.scalar(still_old) == 0


def go_back(factory: SessionFactory, batch: int, finished: list[int], old: Definition) -> None:
    """Take it back: those that have gone on since stay, everybody else is where they were."""
    with transaction(factory) as session:
        back = running.begin_return(session, batch, by="hr", reason="It was not.", now=clock.now()).id
    drain(factory)
    with reading(factory) as session:
        found = batches.progress_of(session, [back])[back]
        assert found.waiting == 0
        assert found.failed <= len(finished)
        moved_back = select(func.count()).where(Instance.definition_id == old.id, Instance.state.in_(LIVE))
        assert session.scalar(moved_back) == found.done
        steps = set(session.scalars(select(Task.step).where(Task.definition_id == old.id, Task.state == "open")))
        assert steps <= {"self_assessment", "manager_review"}


def launch_thousand(factory: SessionFactory, folder: Path) -> None:
    """Launch the annual review for the whole company until a thousand reviews run."""
    with transaction(factory) as session:
        hr = move_in(session, folder, clock.now())
    while count_members(factory) < REVIEWS:
        with transaction(factory) as session:
            launch_annual_review(session, hr[0], clock.now())
        drain(factory)


def count_members(factory: SessionFactory) -> int:
    with reading(factory) as session:
        return session.scalar(select(func.count()).where(Instance.parent_id.is_not(None))) or 0


def publish(factory: SessionFactory) -> tuple[Definition, Definition]:
    with transaction(factory) as session:
        old = definitions.latest(session, "annual_review")
        return old, definitions.deploy(session, next_version(), by="hr", now=clock.now())


def write_drafts(factory: SessionFactory) -> dict[int, str]:
    """Some begin to write; returns the authors by task."""
    with transaction(factory) as session:
        waiting = select(Task).where(Task.state == "open", Task.step == "self_assessment").order_by(Task.id.desc())
        tasks = session.scalars(waiting.limit(DRAFTS)).all()
        for task in tasks:
            save_draft(session, task.id, {"summary": WRITTEN}, by=str(task.assignee), now=clock.now())
        return {task.id: str(task.assignee) for task in tasks}


def drafts_of(factory: SessionFactory, tasks: dict[int, str]) -> set[int]:
    """The tasks whose draft is there as it was written."""
    with reading(factory) as session:
        rows = session.scalars(select(Submission).where(Submission.task_id.in_(tasks), Submission.state == DRAFT))
        return {row.task_id for row in rows if row.answers["summary"] == WRITTEN and row.step == "own_view"}


def unfinished(factory: SessionFactory) -> dict[int, tuple[str | None, int, str]]:
    """The holder, the instance and the step of every open task."""
    with reading(factory) as session:
        tasks = session.scalars(select(Task).where(Task.state == "open"))
        return {task.id: (task.assignee, task.instance_id, task.step) for task in tasks}


def hand_in(factory: SessionFactory, finished: list[int], remainder: int) -> None:
    """Complete the open tasks of some people, one after the other, whichever version they are on."""
    waiting = [(task, row) for task, row in sorted(unfinished(factory).items()) if row[2] == "self_assessment"]
    mine = [one for one in waiting if one[0] % 10 == remainder][:PEOPLE_AT_WORK]
    for task_id, (holder, _, _) in mine:
        try:
            with transaction(factory) as session:
                complete(session, task_id, by=str(holder), now=clock.now())
        except Rejection:
            continue
        finished.append(task_id)


def drain(factory: SessionFactory) -> None:
    while jobs.drain(factory, limit=10_000, seconds=120):
        pass


def work_at_once(*work: Any) -> None:
    threads = [Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
