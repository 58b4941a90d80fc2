"""The comments on a case, for those who work on it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.actor import signed_in
from webapp.cases import blueprint
from webapp.numbers import read_number
from webapp.request_session import current_session
from webapp.tasks.closed import find_task
from workflows.cases.commenting import Written, find_case, list_colleagues, list_comments, write_comment
from workflows.people.search import name_people


@blueprint.get("/cases/<int:case_id>/comments")
def show_comments(case_id: int) -> ResponseReturnValue:
    """Everything that was said about a case."""
    session, actor = current_session(), signed_in()
    case = find_case(session, case_id, actor.person_id, actor.roles)
    return render_template(
        "cases/comments.html",
        case=case,
        subject=name_people(session, [case.person_id])[case.person_id],
        comments=list_comments(session, case),
        colleagues=list_colleagues(session, case, actor.person_id),
    )


@blueprint.post("/cases/<int:case_id>/comments")
def comment(case_id: int) -> ResponseReturnValue:
    """Add a comment; back to the task it was written at, or to the comments."""
    session, actor = current_session(), signed_in()
    case = find_case(session, case_id, actor.person_id, actor.roles)
    task_id = request.form.get("task", type=read_number)
    task = find_task(session, task_id) if task_id is not None else None
    text = request.form.get("comment", "")
    written = write_comment(session, case, text, by=actor.person_id, now=clock.now(), task_id=task.id if task else None)
    flash(_describe(written), "warning" if written.unknown else "success")
    if task is not None:
        return redirect(url_for("tasks.show_task", task_id=task.id))
    return redirect(url_for("cases.show_comments", case_id=case.id))


def _describe(written: Written) -> str:
    told = f" {', '.join(written.told)} {'is' if len(written.told) == 1 else 'are'} told." if written.told else ""
    if not written.unknown:
        return f"Your comment is saved.{told}"
    unknown = ", ".join(f"“{one}”" for one in written.unknown)
    return (
        f"Your comment is saved.{told} Nobody is told for {unknown}: only those who work on this case can be mentioned."
    )
