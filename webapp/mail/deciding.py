"""Deciding a task from a mail: a page with the facts that asks to confirm, and the decision itself.

A link is for whoever it was sent to. Looking at it changes nothing, because programs that look for dangerous links
open every one of them. Where a step is signed or decides on pay, its reader signs in first.
"""

from collections.abc import Mapping
from typing import Any

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import Unauthorized

from engine import NotAllowed, NotFound, clock
from webapp.access import public
from webapp.errors import invalid
from webapp.forms import apply_buttons, read_submitted, render_form
from webapp.mail import blueprint
from webapp.mail.links import DECISION, read
from webapp.request_session import current_session, discard_changes
from workflows.cases.dossier import dossier_of
from workflows.notifications.deciding import Asked, LinkIsOver, asks_to_sign_in, decide, has_own_way, read_link
from workflows.people.search import name_people
from workflows.reviews.roles import roles_in_case
from workflows.reviews.submitting import FormIncomplete, context_of


@blueprint.get("/mail/decisions/<token>")
@public
def show_decision(token: str) -> ResponseReturnValue:
    """What the link asks for, with the facts and a button to confirm it."""
    try:
        asked = _read(token)
    except LinkIsOver as reason:
        return _over(reason)
    if has_own_way(asked.found.step) or (asks_to_sign_in(asked.found) and g.actor is None):
        return _ask_to_sign_in(asked)
    return _page(token, asked)


@blueprint.post("/mail/decisions/<token>")
@public
def confirm_decision(token: str) -> ResponseReturnValue:
    """Decide it."""
    session, answers = current_session(), read_submitted(request.form)
    try:
        asked = _read(token)
        if asks_to_sign_in(asked.found) and (g.actor is None or has_own_way(asked.found.step)):
            raise Unauthorized
        if apply_buttons(request.form, answers):
            return _page(token, asked, answers)
        task = decide(session, asked.link.id, answers, clock.now())
    except LinkIsOver as reason:
        return _over(reason)
    except FormIncomplete as incomplete:
        return invalid(_page(token, asked, answers, incomplete.checked.errors))
    dossier = dossier_of(session, task, clock.now().date())
    return render_template("mail/decided.html", task=task, dossier=dossier, label=asked.label)


def _read(token: str) -> Asked:
    link_id: Any = read(current_app.config["SECRET_KEY"], DECISION, token)
    if link_id is None:
        raise NotFound("This link is damaged. Open it again from the mail, or the task from your inbox.")
    asked = read_link(current_session(), link_id, clock.now())
    if g.actor is not None and g.actor.person_id != asked.link.person_id:
        raise NotAllowed("This link was sent to somebody else than whoever is signed in here. Nothing was decided.")
    return asked


def _ask_to_sign_in(asked: Asked) -> ResponseReturnValue:
    """Lead to the sign-in and back here; to the task itself, where it is decided on a page of its own."""
    own = url_for("tasks.show_task", task_id=asked.found.task.id)
    target = own if has_own_way(asked.found.step) else request.path
    return redirect(url_for("auth.show_sign_in", next=target))


def _over(reason: LinkIsOver) -> ResponseReturnValue:
    discard_changes()
    return render_template("mail/over.html", reason=str(reason), task_id=reason.task_id), 409


def _page(
    token: str, asked: Asked, answers: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    session, found = current_session(), asked.found
    person_id, dossier = asked.link.person_id, dossier_of(current_session(), found.task, clock.now().date())
    name = name_people(session, [person_id])[person_id]
    names = {"subject_name": dossier.subject, "cycle_name": dossier.cycle_name, "actor_name": name}
    roles = roles_in_case(session, dossier.case, person_id, frozenset()) if dossier.case else set()
    form = render_form(
        asked.questionnaire,
        answers,
        errors,
        context={**context_of(found), **names, **asked.answers},
        action=url_for("mail.confirm_decision", token=token),
        csrf_token=generate_csrf(),
        buttons=(("", asked.label),),
        author_roles=roles,
    )
    return render_template("mail/decision.html", asked=asked, task=found.task, dossier=dossier, name=name, form=form)
