"""The form behind the link in the mail of somebody outside, its drafts, handing it in, and declining.

Nobody signs in here, no session is begun, and the address leads nowhere else. Looking at it changes nothing, because
programs that look for dangerous links open every one of them. Forged requests need no token: whoever knows the
address of a form is the one it was sent to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine import COMPLETED, NotAllowed, NotFound, Task, clock, program_for
from webapp.access import public
from webapp.errors import invalid
from webapp.forms import apply_buttons, read_submitted, render_form
from webapp.mail.links import FORM, read
from webapp.numbers import read_number
from webapp.outside import blueprint
from webapp.request_session import current_session, discard_changes
from webapp.tasks.closed import render_lost
from workflows.notifications.deciding import LinkIsOver
from workflows.outside.links import LONGEST_REASON, Opened, ReasonTooLong, decline, hand_in, keep_draft, open_link
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.submitting import FormIncomplete, draft_of

SENT_BY_MAIL = "This link was sent to somebody outside, and you are signed in here. Nothing was changed."


@dataclass(frozen=True)
class Declining:
    """The reason that somebody has begun to give, and what is wrong with it."""

    reason: str
    problem: str


NOT_DECLINING = Declining("", "")


@blueprint.get("/outside/<token>")
@public
def show_form(token: str) -> ResponseReturnValue:
    """The form, with what was written so far."""
    try:
        return _page(token, open_link(current_session(), _read(token), clock.now()))
    except LinkIsOver as reason:
        return _over(reason)


@blueprint.put("/outside/<token>/draft")
@public
def save_form_draft(token: str) -> ResponseReturnValue:
    """Keep what was typed so far; answers with the version that the next save has to name."""
    version = request.form.get("_version", type=read_number)
    answers = read_submitted(request.form)
    draft = keep_draft(current_session(), _read(token), answers, clock.now(), version=version)
    return jsonify(saved_at=draft.saved_at.isoformat(), version=draft.version)


@blueprint.post("/outside/<token>")
@public
def hand_in_form(token: str) -> ResponseReturnValue:
    """Hand the form in, once."""
    session, answers = current_session(), read_submitted(request.form)
    try:
        opened = open_link(session, _read(token), clock.now())
        if apply_buttons(request.form, answers):
            return _page(token, opened, answers)
        hand_in(session, opened.link.id, answers, clock.now())
    except LinkIsOver as reason:
        return _over(reason, answers)
    except FormIncomplete as incomplete:
        return invalid(_page(token, opened, answers, incomplete.checked.errors))
    return render_template("outside/thanks.html", opened=opened)


@blueprint.post("/outside/<token>/declination")
@public
def decline_form(token: str) -> ResponseReturnValue:
    """Say that one cannot answer, and why if one likes; once."""
    reason = request.form.get("reason", "")
    try:
        opened = decline(current_session(), _read(token), reason, clock.now())
    except LinkIsOver as over:
        return _over(over)
    except ReasonTooLong as problem:
        discard_changes()
        opened = open_link(current_session(), _read(token), clock.now())
        return invalid(_page(token, opened, declining=Declining(reason, str(problem))))
    return render_template("outside/declined.html", opened=opened)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """The address is the key: nobody else is told of it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _read(token: str) -> int:
    link_id: Any = read(current_app.config["SECRET_KEY"], FORM, token)
    if link_id is None:
        raise NotFound("This link is damaged. Open it again from the mail.")
    if g.actor is not None:
        raise NotAllowed(SENT_BY_MAIL)
    return int(link_id)


def _over(reason: LinkIsOver, typed: Mapping[str, Any] | None = None) -> ResponseReturnValue:
    """Why there is nothing to do any more; what was typed and comes too late is given back."""
    discard_changes()
    return render_template("outside/over.html", reason=str(reason), lost=_lost(reason.task_id, typed or {})), 409


def _lost(task_id: int, typed: Mapping[str, Any]) -> Markup | None:
    session = current_session()
    task = session.get_one(Task, task_id)
    program = program_for(session, task.definition_id)
    kept = draft_of(session, task_id) if typed and task.state == COMPLETED else None
    return render_lost(questionnaire_of(program, program.step(task.step)), typed, kept.answers if kept else {})


def _page(
    token: str,
    opened: Opened,
    answers: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    declining: Declining = NOT_DECLINING,
) -> str:
    draft = opened.draft
    version = draft.version if draft and draft.task_id == opened.found.task.id else 0
    form = render_form(
        questionnaire_of(opened.found.program, opened.found.step),
        answers if answers is not None else draft.answers if draft else None,
        errors,
        context=opened.told,
        action=url_for("outside.hand_in_form", token=token),
        buttons=(("", "Hand in"),),
        autosave_url=url_for("outside.save_form_draft", token=token),
        saved_at=draft.saved_at if draft and draft.submitted_at is None else None,
        ending=Markup('<input type="hidden" name="_version" value="{}">').format(version),
    )
    return render_template(
        "outside/form.html",
        opened=opened,
        task=opened.found.task,
        form=form,
        declining=declining,
        decline_url=url_for("outside.decline_form", token=token),
        longest=LONGEST_REASON,
    )
