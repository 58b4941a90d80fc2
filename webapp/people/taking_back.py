"""Taking the newest import back: look at what goes back and what does not, then do it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.numbers import read_number
from webapp.people import blueprint
from webapp.people.importing import CASE_ACTIONS, SHOWN
from webapp.request_session import current_session, live_sessions
from workflows.people.accounts import HR
from workflows.people.imports.undoing import find_memory
from workflows.people.search import name_people
from workflows.routing.taking_back import TakenBack, preview_taking_back, take_back


@blueprint.get("/import/undo")
@only_for(HR)
def show_undo() -> ResponseReturnValue:
    """What taking the newest import back would do; nothing stays written."""
    # It is tried out: that takes a transaction which may write, as that of a page that is only read may not.
    with live_sessions()() as session:
        found = find_memory(session)
        if found is None:
            return render_template("people/nothing_to_undo.html")
        return _page(session, preview_taking_back(session, found[0].id, by=signed_in().person_id, now=clock.now()))


def _page(session: Session, seen: TakenBack) -> str:
    viewer = signed_in().person_id
    tasks = [task for task in seen.tasks if task.subject != viewer]
    people = {one for task in tasks for one in (task.subject, task.to_person) if one}
    people |= {case.person_id for case in seen.cases} | {seen.undone.imported_by}
    return render_template(
        "people/undo.html",
        seen=seen,
        tasks=tasks,
        names=name_people(session, sorted(people)),
        shown=SHOWN,
        case_actions=CASE_ACTIONS,
    )


@blueprint.post("/import/undo")
@only_for(HR)
def undo_import() -> ResponseReturnValue:
    """Take the import back that was looked at."""
    import_id = request.form.get("import_id", 0, type=read_number)
    done = take_back(current_session(), import_id, by=signed_in().person_id, now=clock.now())
    flash(_tell(done), "success")
    return redirect(url_for("people.show_people"))


def _tell(done: TakenBack) -> str:
    """For instance “moves.csv is taken back, and 3 tasks with it. One task stays where work has gone on.”."""
    stay = len(done.tasks) - done.going
    going = f", and {_count(done.going, 'task')} with it" if done.going else ""
    parts = [f"{done.undone.file_name} is taken back{going}."]
    if stay:
        parts.append(f"{_count(stay, 'task')} {'stays' if stay == 1 else 'stay'} where work has gone on.")
    if done.ended:
        parts.append(f"{_count(done.ended, 'case')} that it has ended {'stays' if done.ended == 1 else 'stay'} ended.")
    return " ".join(parts)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
