"""An import in the middle of a cycle: open tasks follow the organisation."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import engine.job_kinds  # noqa: F401 - registers what does the items of a batch
from engine import batches, instances, tasks
from engine.diagram import Step
from engine.errors import NotAllowed
from engine.models import HistoryEntry, Job, Task
from engine.registry import job_kinds
from tests.workflows.routing.cast import CAST, NOW, become, sign_up, user_step
from tests.workflows.routing.diagrams import publish
from workflows.people.models import ON_LEAVE, TERMINATED
from workflows.reviews.models import DRAFT, Submission
from workflows.routing import moves
from workflows.routing.explain import explain
from workflows.routing.gate import check
from workflows.routing.moves import reroute

KNOWN = {somebody.id: somebody for somebody in CAST}
REVIEW = user_step("manager_review", "manager")


def open_task(session: Session, step: Step, subject: str | None, **variables: Any) -> Task:
    definition = publish(session, step)
    instance = instances.start(
        session, definition, name="Case", by="rita", now=NOW, subject=subject, variables=variables
    )
    session.flush()
    return session.scalars(select(Task).where(Task.instance_id == instance.id)).one()


def draft(session: Session, task: Task, author: str) -> Submission:
    written = Submission(
        task_id=task.id,
        root_id=task.root_id,
        definition_id=task.definition_id,
        subject=task.subject,
        step=task.step,
        form="manager-review",
        author=author,
        state=DRAFT,
        answers={"text": "Good year"},
        saved_at=NOW,
    )
    session.add(written)
    session.flush()
    return written


def test_r5_a_new_manager_takes_over_with_the_draft_and_the_reason(company: Session) -> None:
    task = open_task(company, REVIEW, "ann")
    written = draft(company, task, "ben")
    become(company, replace(KNOWN["ann"], manager="rita"))

    result = reroute(company, ["ann"], NOW, by="hugo")

    assert task.assignee == "rita"
    [move] = result.moves
    assert (move.from_person, move.to_person, move.draft_by, result.drafts) == ("ben", "rita", "ben", 1)
    company.refresh(written)
    assert (written.author, written.answers) == ("ben", {"text": "Good year"})
    assert explain(task.explanation, holder="rita", reader="rita") == (
        "It was handed over on 22 November 2026, because the organisation has changed. "
        "You have been Ann’s manager since 22 November 2026."
    )
    entries = select(HistoryEntry).where(HistoryEntry.instance_id == task.instance_id).order_by(HistoryEntry.id.desc())
    last = company.scalars(entries.limit(1)).one()
    assert (last.kind, last.actor, last.detail["to"]) == ("task_reassigned", "hugo", "rita")


def test_the_one_who_held_it_may_not_go_on(company: Session) -> None:
    task = open_task(company, REVIEW, "ann")
    become(company, replace(KNOWN["ann"], manager="rita"))
    reroute(company, ["ann"], NOW, by="hugo")

    check(company, task, {}, "rita", NOW)
    with pytest.raises(NotAllowed):
        check(company, task, {}, "ben", NOW)


def test_the_preview_changes_nothing(company: Session) -> None:
    task = open_task(company, REVIEW, "ann")
    become(company, replace(KNOWN["ann"], manager="rita"))
    before = (task.assignee, task.revision, list(task.explanation))

    preview = reroute(company, ["ann"], NOW, by="hugo", dry_run=True)

    assert [(move.to_person, move.why) for move in preview.moves] == [
        ("rita", "Rita has been Ann’s manager since 22 November 2026.")
    ]
    assert (task.assignee, task.revision, task.explanation) == before
    assert reroute(company, ["ann"], NOW, by="hugo") == preview


@pytest.mark.parametrize("status", [TERMINATED, ON_LEAVE])
def test_r4_the_tasks_of_a_manager_who_is_gone_go_one_level_up(company: Session, status: str) -> None:
    held = [open_task(company, REVIEW, who) for who in ("ann", "carl", "nina")]
    become(company, replace(KNOWN["ben"], status=status))

    result = reroute(company, ["ben"], NOW, by="hugo")

    assert [task.assignee for task in held] == ["mara"] * 3
    assert (result.looked_at, len(result.moves)) == (3, 3)


def test_a_change_above_reaches_the_second_level(company: Session) -> None:
    task = open_task(company, user_step("approval", "manager's manager"), "ann")
    become(company, replace(KNOWN["ben"], manager="rita"))

    reroute(company, ["ben"], NOW, by="hugo")

    assert task.assignee == "rita"


def test_a_task_nobody_is_left_for_goes_to_hr_and_comes_back(company: Session) -> None:
    task = open_task(company, REVIEW, "mara")
    become(company, replace(KNOWN["olga"], status=ON_LEAVE))
    reroute(company, ["olga"], NOW, by="hugo")
    assert (task.assignee, task.group) == (None, "hr")

    company.expire_all()
    become_again = replace(KNOWN["mara"], manager="rita")
    become(company, become_again)
    reroute(company, ["mara"], NOW, by="hugo")

    assert (task.assignee, task.group) == ("rita", None)


def test_r5_what_was_handed_on_by_hand_stays_while_its_holder_is_there(company: Session) -> None:
    task = open_task(company, REVIEW, "ann")
    tasks.reassign(company, task.id, to="nina", by="rita", reason="Knows more", now=NOW)
    become(company, replace(KNOWN["ann"], manager="rita"))

    assert reroute(company, ["ann"], NOW, by="hugo").moves == ()
    assert task.assignee == "nina"

    become(company, replace(KNOWN["nina"], status=TERMINATED))
    reroute(company, ["nina"], NOW, by="hugo")
    assert task.assignee == "rita"


class TestWhoeverIsInConflictByNow:
    REWARD = user_step("reward_proposal", "manager")

    def test_keeps_nothing_although_it_was_handed_to_them_by_hand(self, company: Session) -> None:
        task = open_task(company, self.REWARD, "ann")
        tasks.reassign(company, task.id, to="rita", by="hugo", reason="Knows more", now=NOW)
        become(company, replace(KNOWN["rita"], manager="ann"))

        reroute(company, ["rita"], NOW, by="hugo")

        assert task.assignee == "ben"

    def test_is_found_also_where_somebody_above_them_has_moved(self, company: Session) -> None:
        task = open_task(company, self.REWARD, "ann")
        tasks.reassign(company, task.id, to="hugo", by="rita", reason="Knows more", now=NOW)
        become(company, replace(KNOWN["rita"], manager="ann"))

        reroute(company, ["rita"], NOW, by="hugo")

        assert task.assignee == "ben"

    def test_gives_up_what_they_do_for_somebody_else(self, company: Session) -> None:
        task = open_task(company, self.REWARD, "ann", on_change="keep")
        tasks.delegate(company, task.id, to="rita", by="ben", reason="Knows more", now=NOW)
        become(company, replace(KNOWN["rita"], manager="ben"))

        reroute(company, ["rita"], NOW, by="hugo")

        assert (task.assignee, task.owner) == ("ben", None)


def test_a_task_taken_from_a_group_goes_back_when_its_holder_leaves(company: Session) -> None:
    sign_up(company, "hugo", "hr")
    task = open_task(company, user_step("record", "group", "hr"), "ann")
    tasks.claim(company, task.id, by="hugo", now=NOW)
    assert reroute(company, ["ann", "hugo"], NOW, by="rita").moves == ()

    become(company, replace(KNOWN["hugo"], status=TERMINATED))
    reroute(company, ["hugo"], NOW, by="rita")

    assert (task.assignee, task.group) == (None, "hr")


def test_a_self_assessment_stays_with_its_writer(company: Session) -> None:
    task = open_task(company, user_step("self_assessment", "subject"), "ann")
    become(company, replace(KNOWN["ann"], manager="rita", status=ON_LEAVE))

    assert reroute(company, ["ann"], NOW, by="hugo").moves == ()
    assert task.assignee == "ann"


def test_tasks_of_others_are_not_looked_at(company: Session) -> None:
    open_task(company, REVIEW, "hugo")
    become(company, replace(KNOWN["ann"], manager="rita"))

    assert reroute(company, ["ann"], NOW, by="hugo").looked_at == 0


class TestManyAtOnce:
    @pytest.fixture(autouse=True)
    def _few_are_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        moves.install()
        monkeypatch.setattr(moves, "AT_ONCE", 1)

    def work(self, session: Session) -> None:
        """Do the jobs of the batch, one after the other."""
        while job := session.scalar(select(Job).where(Job.kind == "batch_item").order_by(Job.id)):
            session.delete(job)
            session.flush()
            job_kinds["batch_item"](session, job, NOW)
            session.flush()

    def test_are_handed_on_by_a_batch_that_says_what_became_of_each(self, company: Session) -> None:
        held = [open_task(company, REVIEW, who) for who in ("ann", "carl", "nina")]
        become(company, replace(KNOWN["ben"], status=TERMINATED))

        result = reroute(company, ["ben"], NOW, by="hugo")

        assert {task.assignee for task in held} == {"ben"}
        assert (len(result.moves), result.batch_id is not None) == (3, True)
        tasks.complete(company, held[0].id, by="ben", now=NOW)
        self.work(company)
        assert [task.assignee for task in held] == ["ben", "mara", "mara"]
        notes = [one.item.note for one in batches.results_of(company, result.batch_id or 0, limit=9)]
        assert notes[0] == "It needs no other holder any more."
        assert notes[1].startswith("Ben has been Carl’s manager since 1 March 2024, but has left. Mara is next in line")

    def test_the_preview_asks_for_nothing(self, company: Session) -> None:
        for who in ("ann", "carl"):
            open_task(company, REVIEW, who)
        become(company, replace(KNOWN["ben"], status=TERMINATED))

        preview = reroute(company, ["ben"], NOW, by="hugo", dry_run=True)

        assert (len(preview.moves), preview.batch_id) == (2, None)
        assert company.scalars(select(Job).where(Job.kind == "batch_item")).all() == []
