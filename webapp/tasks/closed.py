"""A task that is not open any more: what became of it, without losing what was typed."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from engine import NotFound, Task, clock, program_for
from webapp.actor import signed_in
from webapp.forms import render_answers
from webapp.request_session import current_session
from webapp.standing import holder_of
from workflows.inbox.going_on import next_task
from workflows.questionnaires import Questionnaire, visible_answers
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.recalling import may_recall
from workflows.reviews.submitting import draft_of


def find_task(session: Session, task_id: int) -> Task:
    """The task, unless the person who is signed in must not even know of it. Raises NotFound.

    Nobody learns from a number in an address what is being decided about them, or what others have completed.
    """
    task, reader = session.get(Task, task_id), signed_in().person_id
    if task is not None:
        theirs = reader in (task.assignee, task.closed_by)
        if theirs or (task.is_unfinished and task.subject != reader):
            return task
    raise NotFound("There is no such task, or it is not yours to see.")


def render_closed(task: Task, typed: Mapping[str, Any] | None = None) -> str:
    """What became of a closed task. What was typed is given back where it differs from what was handed in."""
    session, actor = current_session(), signed_in()
    program = program_for(session, task.definition_id)
    questionnaire = questionnaire_of(program, program.step(task.step))
    submission = draft_of(session, task.id)
    own = submission is not None and submission.author == actor.person_id
    kept = submission.answers if submission and own else {}
    return render_template(
        "tasks/closed.html",
        task=task,
        own=own and task.state == "completed",
        mine=task.closed_by == actor.person_id,
        may_take_back=may_recall(session, task, actor.person_id),
        answers=_show(questionnaire, kept) if kept and task.state == "completed" else None,
        lost=render_lost(questionnaire, typed or {}, kept),
        following=next_task(session, holder_of(actor), task.step, clock.now()),
    )


def render_lost(questionnaire: Questionnaire, typed: Mapping[str, Any], kept: Mapping[str, Any]) -> Markup | None:
    """What was typed and is not kept, for whoever has typed it; None where there is nothing."""
    answers = questionnaire.check(typed, context={}, draft=True).answers
    lost = {name: value for name, value in answers.items() if value and value != kept.get(name)}
    return _show(questionnaire, lost) if lost else None


def _show(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> Markup:
    return render_answers(visible_answers(questionnaire, answers, viewer_roles={"author"}, state="submitted"))
