"""Saved filters: keeping what is asked under a name, sharing it, deleting it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.actor import signed_in
from webapp.inbox import blueprint
from webapp.inbox.question import Question
from webapp.request_session import current_session
from webapp.standing import holder_of
from workflows.inbox.saving import Readers, delete_filter, list_filters, list_readers, save_filter, share_filter


@blueprint.get("/inbox/filters")
def show_filters() -> ResponseReturnValue:
    """The filters the reader may use, with whom their own are shared, and the one about to be saved."""
    session, holder = current_session(), holder_of(signed_in())
    known = [(one, Question.read(one.asked).address()) for one in list_filters(session, holder)]
    return render_template(
        "inbox/filters.html",
        own=[found for found in known if found[0].is_own],
        others=[found for found in known if not found[0].is_own],
        readers=list_readers(session, holder.person_id),
        nobody=Readers(),
        groups=sorted(holder.groups),
        asked=Question.read(request.args),
    )


@blueprint.post("/inbox/filters")
def save() -> ResponseReturnValue:
    """Keep what the inbox is asked for just now."""
    asked = Question.read(request.form)
    saved = save_filter(
        current_session(),
        request.form.get("filter_name", ""),
        asked.words(),
        by=signed_in().person_id,
        now=clock.now(),
    )
    flash(f"“{saved.name}” is saved. You can share it with colleagues here.", "success")
    return redirect(url_for("inbox.show_filters"))


@blueprint.post("/inbox/filters/<int:filter_id>/sharing")
def share(filter_id: int) -> ResponseReturnValue:
    """Say who else may use a filter."""
    share_filter(
        current_session(),
        filter_id,
        emails=request.form.get("emails", "").replace(";", ",").split(","),
        groups=request.form.getlist("group"),
        holder=holder_of(signed_in()),
    )
    flash("Whom the filter is shared with is saved. Everybody sees their own tasks by it.", "success")
    return redirect(url_for("inbox.show_filters"))


@blueprint.post("/inbox/filters/<int:filter_id>/deletion")
def delete(filter_id: int) -> ResponseReturnValue:
    """Delete a filter of one's own."""
    delete_filter(current_session(), filter_id, by=signed_in().person_id)
    flash("The filter is deleted. Tasks are as they were.", "success")
    return redirect(url_for("inbox.show_filters"))
