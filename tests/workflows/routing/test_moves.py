"""An import in the middle of a cycle: open tasks follow the organisation."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, tasks
from engine.diagram import Step
from engine.errors import NotAllowed
from engine.models import HistoryEntry, Task
from tests.workflows.routing.cast import CAST, NOW, become, sign_up, user_step
from tests.workflows.routing.diagrams import publish
from workflows.people.models import ON_LEAVE, TERMINATED
from workflows.reviews.models import DRAFT, Submission
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


def test_a_new_manager_takes_over_with_the_draft_and_the_reason(company: Session) -> None:
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
def test_the_tasks_of_a_manager_who_is_gone_go_one_level_up(company: Session, status: str) -> None:
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


def test_what_was_handed_on_by_hand_stays_while_its_holder_is_there(company: Session) -> None:
    task = open_task(company, REVIEW, "ann")
    tasks.reassign(company, task.id, to="nina", by="rita", reason="Knows more", now=NOW)
    become(company, replace(KNOWN["ann"], manager="rita"))

    assert reroute(company, ["ann"], NOW, by="hugo").moves == ()
    assert task.assignee == "nina"

    become(company, replace(KNOWN["nina"], status=TERMINATED))
    reroute(company, ["nina"], NOW, by="hugo")
    assert task.assignee == "rita"


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
