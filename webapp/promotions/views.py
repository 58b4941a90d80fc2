"""Looking at a decision, signing it with the password, and the receipt."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, NotFound, OpenTask, clock, tasks
from webapp.actor import signed_in
from webapp.auth.reauthentication import NOT_CONFIRMED, confirm_actor
from webapp.errors import invalid
from webapp.forms import apply_buttons, read_submitted
from webapp.numbers import read_number
from webapp.promotions import blueprint
from webapp.promotions.page import Attempt, render_decision
from webapp.request_session import current_session
from webapp.standing import holder_of
from webapp.tasks.closed import find_task, render_closed
from workflows.inbox.going_on import next_task
from workflows.people.search import name_people
from workflows.promotions.chain import verify_chain
from workflows.promotions.signing import confirm_signer
from workflows.promotions.waiting import signature_of
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.submitting import context_of, submit
from workflows.rewards.words import KIND_WORDS, describe_worth

__all__ = ["blueprint"]

PAGE = "executive-decision"
STEP = "executive_signoff"


@blueprint.get("/<int:task_id>")
def decision(task_id: int) -> ResponseReturnValue:
    """One case on one page."""
    task = find_task(current_session(), task_id)
    return render_decision(_load(task_id)) if task.is_unfinished else render_closed(task)


@blueprint.post("/<int:task_id>/signature")
def sign(task_id: int) -> ResponseReturnValue:
    """Sign the decision. With a wrong password or an open question everything written is kept."""
    task, answers = find_task(current_session(), task_id), read_submitted(request.form)
    if not task.is_unfinished:
        return render_closed(task, answers), 409
    found = _load(task_id)
    if apply_buttons(request.form, answers):
        return render_decision(found, Attempt(answers, {}))
    if request.form.get("_revision", type=read_number) != found.task.revision:
        raise Conflict(f"“{found.task.name}” has changed since you opened it. Look at it again before you sign.")
    questionnaire = questionnaire_of(found.program, found.step)
    errors = questionnaire.check(answers, context=context_of(found), today=clock.now().date()).errors
    # The password is tried in any case: a failure has to be counted, and both findings are shown at once.
    confirmed = confirm_actor(request.form.get("_password", "")) is not None
    if errors or not confirmed:
        return invalid(render_decision(found, Attempt(answers, errors, "" if confirmed else NOT_CONFIRMED)))
    session, now = current_session(), clock.now()
    confirm_signer(session, signed_in().person_id, now)
    submit(session, task_id, answers, by=signed_in().person_id, now=now, revision=found.task.revision)
    return redirect(url_for("promotions.show_signature", task_id=task_id))


@blueprint.get("/<int:task_id>/signature")
def show_signature(task_id: int) -> ResponseReturnValue:
    """The receipt, for whoever signed: what, when, and the digest that proves it."""
    session, actor = current_session(), signed_in()
    signature, proposal = signature_of(session, task_id, actor.person_id)
    return render_template(
        "promotions/signature.html",
        signature=signature,
        person=name_people(session, [proposal.person_id]).get(proposal.person_id, proposal.person_id),
        kind=KIND_WORDS[proposal.kind],
        worth=describe_worth(proposal),
        check=verify_chain(session, signature.root_id) if "check" in request.args else None,
        following=next_task(session, holder_of(actor), STEP, clock.now()),
    )


def _load(task_id: int) -> OpenTask:
    found = tasks.load(current_session(), task_id, actor=signed_in().person_id, now=clock.now())
    if found.step.settings.get("page") != PAGE:
        raise NotFound("This task is no executive decision.")
    return found
