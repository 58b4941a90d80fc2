"""Looking at a vote, being there, voting, changing one's vote, and declaring that one must not."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import NotAllowed, NotFound, Rejection, Task, clock, tasks
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.forms import render_answers
from webapp.request_session import current_session, discard_changes
from webapp.standing import forget_standing, holder_of
from webapp.voting import blueprint, ranking
from workflows.cases.dossier import Dossier, dossier_of
from workflows.cases.reading import read_case
from workflows.inbox.going_on import next_task
from workflows.reviews.reading import ShownSubmission
from workflows.reviews.roles import roles_in_case
from workflows.routing.electing import is_ballot
from workflows.routing.explain import explain
from workflows.voting.casting import LONGEST_REASON, attend, cast, recuse
from workflows.voting.models import SETTLED
from workflows.voting.showing import own_ballot, show_vote
from workflows.voting.standing import standing_of, vote_id_of
from workflows.voting.words import CHOICES

__all__ = ["blueprint", "ranking"]


@blueprint.get("/<int:task_id>")
def show_ballot(task_id: int) -> ResponseReturnValue:
    """The vote that a task belongs to, with one's own ballot; or what stands against it, and how to say so."""
    return _show(task_id)


@blueprint.post("/<int:task_id>/attendance")
def be_there(task_id: int) -> ResponseReturnValue:
    """Say that one is there."""
    _find(task_id)
    attend(current_session(), task_id, by=signed_in().person_id, now=clock.now())
    flash("You are noted as being there.", "success")
    return redirect(url_for("voting.show_ballot", task_id=task_id))


@blueprint.post("/<int:task_id>/choice")
def vote(task_id: int) -> ResponseReturnValue:
    """Vote, or vote otherwise."""
    _find(task_id)
    session, form = current_session(), request.form
    try:
        standing = cast(
            session,
            task_id,
            form.get("choice", ""),
            reason=form.get("reason", ""),
            by=signed_in().person_id,
            now=clock.now(),
        )
    except Rejection as refusal:
        return _refused(task_id, refusal)
    settled = standing.vote.state == SETTLED
    return _done(task_id, "Your vote is cast, and with it the vote is settled." if settled else "Your vote is cast.")


@blueprint.post("/<int:task_id>/recusal")
def be_recused(task_id: int) -> ResponseReturnValue:
    """Declare that one must not vote; also where nothing else can be done with the ballot."""
    _find(task_id, is_recused=True)
    try:
        reason = request.form.get("recusal", "")
        recuse(current_session(), task_id, reason=reason, by=signed_in().person_id, now=clock.now())
    except Rejection as refusal:
        return _refused(task_id, refusal)
    return _done(task_id, "You are recused: the others decide without you.")


def _find(task_id: int, *, is_recused: bool = False) -> Task:
    """The task of a ballot that the reader holds, held or may take.

    Raises NotFound, and NotAllowed in conflict, unless they hold it and want to say so.
    """
    session, reader = current_session(), signed_in().person_id
    task = session.get(Task, task_id)
    if task is None or not is_ballot(task.explanation) or task.subject == reader:
        raise NotFound("There is no such vote, or it is not yours to see.")
    if task.is_unfinished:
        if not is_recused or task.assignee != reader:
            tasks.load(session, task_id, actor=reader, now=clock.now())
    elif reader not in (task.assignee, task.closed_by):
        raise NotFound("There is no such vote, or it is not yours to see.")
    return task


def _done(task_id: int, message: str) -> ResponseReturnValue:
    current_session().flush()
    forget_standing()
    flash(message, "success")
    return redirect(url_for("voting.show_ballot", task_id=task_id))


def _refused(task_id: int, refusal: Rejection) -> ResponseReturnValue:
    discard_changes()
    return invalid(_show(task_id, problem=str(refusal)))


def _show(task_id: int, problem: str = "") -> str:
    try:
        return _page(_find(task_id), problem)
    except NotAllowed as refusal:
        task = _find(task_id, is_recused=True)
        return render_template(
            "voting/barred.html", task=task, why=str(refusal), problem=problem, longest=LONGEST_REASON
        )


def _page(task: Task, problem: str = "") -> str:
    session, actor = current_session(), signed_in()
    standing = standing_of(session, vote_id_of(session, task.id))
    dossier = dossier_of(session, task, clock.now().date())
    return render_template(
        "voting/ballot.html",
        task=task,
        dossier=dossier,
        vote=show_vote(session, standing, reader=actor.person_id),
        mine=own_ballot(standing, task.id),
        may_claim=task.is_unfinished and task.assignee is None,
        may_delegate=task.is_unfinished and task.assignee == actor.person_id,
        choices=CHOICES,
        typed=request.form,
        problem=problem,
        longest=LONGEST_REASON,
        why=explain(task.explanation, holder=task.assignee, reader=actor.person_id),
        submissions=_submissions(dossier),
        render_answers=render_answers,
        following=next_task(session, holder_of(actor), task.step, clock.now()),
    )


def _submissions(dossier: Dossier) -> list[ShownSubmission]:
    """What was handed in about the subject and the reader may read, the newest first."""
    if dossier.case is None:
        return []
    session, actor = current_session(), signed_in()
    roles = roles_in_case(session, dossier.case, actor.person_id, actor.roles)
    return read_case(session, dossier.case, viewer=actor.person_id, roles=roles)[::-1]
