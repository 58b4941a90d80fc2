"""Saving drafts and submitting the form of a task."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from engine import COMPLETED, Conflict, OpenTask, Rejection, Task, comes_in_rounds, tasks, turns
from workflows.cycles.models import Case
from workflows.people.outside import is_inside, is_outside
from workflows.questionnaires import Checked, Questionnaire
from workflows.questionnaires.scopes import typed
from workflows.reviews.forms import APPROVE, OUTCOME, asks_for_approval, questionnaire_of
from workflows.reviews.hooks import Submitted, can_undo, find_faults, run_hooks, undo_hooks
from workflows.reviews.models import DRAFT, SUBMITTED, Submission

RATING = "rating"
_READ_VERSION = "read_version"


class FormIncomplete(Rejection):
    """The form cannot be submitted yet; `checked.errors` says where and why. Nothing was changed."""

    def __init__(self, checked: Checked) -> None:
        self.checked = checked
        count = len(checked.errors)
        super().__init__("One answer needs your attention." if count == 1 else f"{count} answers need your attention.")


def save_draft(
    session: Session,
    task_id: int,
    answers: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    version: int | None = None,
) -> Submission:
    """Keep what was typed so far. Incomplete answers are in order.

    `version` is the one the caller read (0: none yet). Raises Conflict when another window saved in between.
    """
    found = tasks.load(session, task_id, actor=by, now=now)
    checked = questionnaire_of(found.program, found.step).check(
        answers, context=context_of(found), draft=True, today=now.date()
    )
    return _store(session, found, checked.answers, by=by, now=now, state=DRAFT, read_version=version)


def submit(
    session: Session,
    task_id: int,
    answers: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    revision: int | None = None,
) -> Submission:
    """Hand in the form of a task and let the process go on.

    Raises FormIncomplete with what is missing, and what `engine.tasks.load` raises.
    """
    found = tasks.load(session, task_id, actor=by, now=now, lock=True, revision=revision)
    questionnaire = questionnaire_of(found.program, found.step)
    checked = questionnaire.check(answers, context=context_of(found), today=now.date())
    if checked.ok:
        checked = replace(checked, errors=find_faults(session, found, checked.values, by, now))
    if not checked.ok:
        raise FormIncomplete(checked)
    submission = _store(session, found, checked.answers, by=by, now=now, state=SUBMITTED)
    given = _with_unanswered(questionnaire, checked)
    if found.task.turn is not None and _is_passed_on(session, found, questionnaire, given):
        turns.pass_on(session, found, by=by, now=now)
        return submission
    _take_back_earlier(session, found, now)
    extra = run_hooks(session, Submitted(found.task, submission, given, by, now))
    values = tasks.finish(session, found, by=by, now=now, answers=given, variables=extra, alone=True)
    if RATING in values and found.task.subject is not None:
        _record_rating(session, found, values[RATING])
    return submission


def _take_back_earlier(session: Session, found: OpenTask, now: datetime) -> None:
    """What the form has set in motion in the same case before is taken back, where the same is done once more.

    One statement, and only where the step was done before by a form of which something can be taken back.
    """
    form, step = found.step.settings.get("form", ""), found.step.id
    if not can_undo(form) or step not in found.instance.variables.get("done_by", {}):
        return
    if not comes_in_rounds(found.program.diagram, step, found.instance.process):
        done = select(Task).where(Task.instance_id == found.instance.id, Task.step == step, Task.state == COMPLETED)
        done = done.where(Task.token != found.task.token)
        earlier = session.scalar(done.order_by(Task.id.desc()).limit(1))
        if earlier is not None:
            undo_hooks(session, earlier, form, now)


def _is_passed_on(session: Session, found: OpenTask, questionnaire: Questionnaire, given: Mapping[str, Any]) -> bool:
    """Whether somebody else has to do the step after this; where it approves, any other answer settles it for all."""
    if asks_for_approval(questionnaire) and given.get(OUTCOME) != APPROVE:
        return False
    return tasks.next_of(tasks.line_of(session, found.task), found.task) is not None


def _with_unanswered(questionnaire: Questionnaire, checked: Checked) -> dict[str, Any]:
    """The typed answers; a question that was hidden or left open is null, so that the diagram may ask for it."""
    questions = {str(field.key[0]): None for field in questionnaire.fields() if field.key}
    return {**questions, **checked.values}


def context_of(found: OpenTask) -> dict[str, Any]:
    """What the conditions of a form may refer to besides its own answers: the variables of the process, typed."""
    return typed(found.instance.variables, found.program.dictionary)


def draft_of(session: Session, task_id: int) -> Submission | None:
    """What has been saved for the form of a task."""
    return session.scalar(select(Submission).where(Submission.task_id == task_id))


def of_their_side(person_id: str) -> ColumnElement[bool]:
    """What was written on the same side, of the organisation or outside of it: nobody reads drafts of the other."""
    return Submission.author == person_id if is_outside(person_id) else is_inside(Submission.author)


def _store(
    session: Session,
    found: OpenTask,
    answers: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    state: str,
    read_version: int | None = None,
) -> Submission:
    """Write the answers in one statement, whether there was a draft or not.

    The database compares the version, so that of two windows that save at the same moment only one gets through.
    """
    row = {
        "task_id": found.task.id,
        "root_id": found.task.root_id,
        "definition_id": found.task.definition_id,
        "subject": found.task.subject,
        "step": found.step.id,
        "form": found.step.settings.get("form", ""),
        "author": by,
        "state": state,
        "answers": dict(answers),
        "saved_at": now,
        "submitted_at": now if state == SUBMITTED else None,
    }
    connection = session.connection()
    statement = _upsert(connection.dialect.name, only_drafts=state == DRAFT, compared=read_version is not None)
    compared = {} if read_version is None else {_READ_VERSION: read_version}
    version = connection.execute(statement, row | compared).scalar_one_or_none()
    if version is None and compared and _is_for_the_other_side(session, found.task, by):
        return _store(session, found, answers, by=by, now=now, state=state)
    if version is None:
        raise Conflict(_overwriting_message(session, found.task))
    return Submission(**row, version=version)


def _is_for_the_other_side(session: Session, task: Task, by: str) -> bool:
    """Whether the draft is one that `by` could not see: it is not theirs to go on with, and in nobody's way."""
    others = (Submission.task_id == task.id) & (Submission.state == DRAFT) & ~of_their_side(by)
    return session.scalar(select(Submission.task_id).where(others)) is not None


def _overwriting_message(session: Session, task: Task) -> str:
    state = session.scalar(select(Submission.state).where(Submission.task_id == task.id))
    if state == DRAFT:
        return "This form was saved in another window since you opened it. Load it again to see that text."
    return f"“{task.name}” was handed in while this draft was on its way. Nothing was overwritten."


@cache
def _upsert(dialect: str, *, only_drafts: bool, compared: bool) -> ReturningInsert[tuple[int]]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(Submission)
    changed = ("author", "state", "answers", "saved_at", "submitted_at")
    # A draft that arrives late must never overwrite what has been handed in.
    condition = Submission.state == DRAFT if only_drafts else None
    if condition is not None and compared:
        condition &= Submission.version == bindparam(_READ_VERSION)
    return statement.on_conflict_do_update(
        index_elements=["task_id"],
        set_={name: statement.excluded[name] for name in changed} | {"version": Submission.version + 1},
        where=condition,
    ).returning(Submission.version)


def _record_rating(session: Session, found: OpenTask, rating: Any) -> None:
    """A step that sets the variable `rating` rates the case it is about."""
    session.execute(
        update(Case)
        .where(Case.root_id == found.task.root_id, Case.person_id == found.task.subject)
        .values(rating=rating)
        .execution_options(synchronize_session=False)
    )
