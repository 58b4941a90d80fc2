"""All that the page of a task shows, gathered for one reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy.orm import Session

from engine import OPEN, OpenTask, Step, Task, clock
from webapp.actor import Actor, signed_in
from webapp.forms import render_answers, render_form
from webapp.request_session import current_session
from webapp.tasks.changed import changed_for
from webapp.tasks.picture import picture_of
from workflows.asking.reading import list_at_task
from workflows.cases.commenting import list_colleagues, list_comments
from workflows.cases.dossier import Dossier, dossier_of
from workflows.cases.phases import phase_of, phases_of
from workflows.cases.reading import read_case
from workflows.cases.trail import BACK, Done, Trail, Turn, done_about, trail_of
from workflows.outside.handing import may_write_out
from workflows.people.models import Person
from workflows.reviews.beginning import find_beginning
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.models import Submission
from workflows.reviews.reading import ShownSubmission
from workflows.reviews.roles import HR, roles_in_case
from workflows.reviews.sending_back import may_be_sent_back
from workflows.reviews.submitting import context_of
from workflows.routing.adding import line_at, may_add
from workflows.routing.explain import explain


@dataclass(frozen=True)
class Attempt:
    """What was typed and could not be handed in: the answers, what is wrong with each, and what stands in the way."""

    answers: Mapping[str, Any]
    errors: Mapping[str, str]
    problem: str = ""
    password_problem: str = ""


def needs_signature(step: Step) -> bool:
    """Whether completing the step asks for the password."""
    return step.settings.get("signature") == "password"


def render_task(found: OpenTask, attempt: Attempt | None = None) -> str:
    """The page of an open task, as the person who is signed in may see it."""
    session, actor = current_session(), signed_in()
    task = found.task
    dossier = dossier_of(session, task, clock.now().date())
    roles = _roles(session, dossier, task.subject, actor)
    draft = find_beginning(session, found, actor.person_id)
    done, trail = done_about(session, task), trail_of(session, task, found.program)
    submissions = _read_submissions(session, dossier, actor, roles)
    return render_template(
        "tasks/task.html",
        task=task,
        dossier=dossier,
        attempt=attempt,
        form=_draw_form(found, dossier, draft, attempt, roles),
        submissions=submissions,
        changed=[] if actor.person_id == task.subject else changed_for(task, submissions, done, trail.left_at),
        render_answers=render_answers,
        draft_author=_other_author(session, draft, actor),
        last_time=draft.submitted_at if draft else None,
        owner=_owner(session, task, actor),
        may_send_back=task.assignee == actor.person_id and task.state == OPEN and may_be_sent_back(found),
        may_delegate=task.assignee == actor.person_id != task.subject,
        inquiries=list_at_task(session, task),
        line=line_at(session, task),
        may_add=may_add(found, actor.person_id),
        may_ask=task.assignee == actor.person_id,
        may_write_out=may_write_out(session, found, actor.person_id),
        comments=list_comments(session, dossier.case) if dossier.case and roles - {"subject"} else None,
        colleagues=list_colleagues(session, dossier.case, actor.person_id)
        if dossier.case and roles - {"subject"}
        else [],
        phases=phases_of(found.program),
        phase=phase_of(found.program, found.step),
        why=explain(task.explanation, holder=task.assignee, reader=actor.person_id),
        handing=trail.handing,
        sent_back=trail.sent_back,
        back=BACK,
        happened=_happened(task, done, trail, actor),
        picture=picture_of(found, done, reader=actor.person_id),
    )


def _happened(task: Task, done: Sequence[Done], trail: Trail, actor: Actor) -> list[Done | Turn]:
    """What happened in the case, the oldest first; to the person it is about, what they did themselves and no more."""
    if actor.person_id == task.subject:
        return [one for one in done if one.by_id == actor.person_id]
    return sorted([*done, *trail.turns], key=lambda one: one.at)


def _buttons(task: Task, *, signed: bool) -> tuple[tuple[str, str], ...]:
    """What is paused, or the turn of somebody else, cannot be handed in; what is typed is saved all the same."""
    return () if task.state != OPEN else (("", "Sign and hand in" if signed else "Hand in"),)


def _read_submissions(session: Session, dossier: Dossier, actor: Actor, roles: set[str]) -> list[ShownSubmission]:
    """What was handed in about the subject, the newest first."""
    if dossier.case is None:
        return []
    return read_case(session, dossier.case, viewer=actor.person_id, roles=roles)[::-1]


def _roles(session: Session, dossier: Dossier, subject: str | None, actor: Actor) -> set[str]:
    if dossier.case is not None:
        return roles_in_case(session, dossier.case, actor.person_id, actor.roles)
    return {"subject"} if subject == actor.person_id else {HR} & actor.roles


def _other_author(session: Session, draft: Submission | None, actor: Actor) -> str:
    """Whose words the form begins with, where that is somebody else."""
    if draft is None or draft.author == actor.person_id:
        return ""
    person = session.get(Person, draft.author)
    return person.name if person else draft.author


def _owner(session: Session, task: Task, actor: Actor) -> str:
    """The name of whom the reader does the task for; empty where it is their own."""
    if task.owner in (None, actor.person_id):
        return ""
    person = session.get(Person, task.owner)
    return person.name if person else task.owner or ""


def _draw_form(
    found: OpenTask, dossier: Dossier, draft: Submission | None, attempt: Attempt | None, roles: set[str]
) -> Markup:
    task, actor = found.task, signed_in()
    saved = draft.answers if draft else None
    names = {"subject_name": dossier.subject, "cycle_name": dossier.cycle_name, "actor_name": actor.name}
    signed = needs_signature(found.step)
    return render_form(
        questionnaire_of(found.program, found.step),
        attempt.answers if attempt else saved,
        attempt.errors if attempt else None,
        context={**context_of(found), **names},
        action=url_for("tasks.complete_task", task_id=task.id),
        csrf_token=generate_csrf(),
        buttons=_buttons(task, signed=signed),
        autosave_url=url_for("tasks.save_task_draft", task_id=task.id),
        saved_at=draft.saved_at if draft and draft.submitted_at is None else None,
        backup_key=f"{actor.person_id}-task{task.id}",
        author_roles=roles,
        ending=Markup(  # noqa: S704 - the template escapes what it shows
            render_template(
                "tasks/ending.html",
                revision=task.revision,
                version=draft.version if draft and draft.task_id == task.id else 0,
                signed=signed,
                password_problem=attempt.password_problem if attempt else "",
            )
        ),
    )
