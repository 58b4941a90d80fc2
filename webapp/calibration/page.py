"""The page of a calibration session, gathered for one reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from engine import OpenTask
from webapp.actor import signed_in
from webapp.forms import render_form
from webapp.numbers import read_number
from webapp.paging import Paging, asked_page, offset_of
from webapp.request_session import current_session
from workflows.calibration.board import BoardRow, session_board
from workflows.calibration.changing import HIGHEST, LOWEST
from workflows.people.plain import plain
from workflows.people.search import name_people
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.submitting import context_of, draft_of

ROWS_A_PAGE = 60
RATINGS = range(LOWEST, HIGHEST + 1)


@dataclass(frozen=True, slots=True)
class Refused:
    """A change of a rating that was refused: of which case, what was wanted, and why not."""

    case_id: int
    rating: str
    reason: str
    problem: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The form of the session as it was sent and could not be handed in."""

    answers: Mapping[str, Any]
    errors: Mapping[str, str]
    problem: str = ""


def render_session(found: OpenTask, *, refused: Refused | None = None, closing: Closing | None = None) -> str:
    """The board, and the form that closes the session."""
    session, actor = current_session(), signed_in()
    variables = found.instance.variables
    board = session_board(session, found.task.root_id, str(variables["group"]), actor.person_id)
    search, rating, page = request.args.get("q", "").strip(), request.args.get("rating", type=read_number), asked_page()
    rows = _narrow(board.rows, search, rating)
    begin = offset_of(page, ROWS_A_PAGE)
    shown = rows[begin : begin + ROWS_A_PAGE]
    changers = {change.changed_by for row in shown for change in row.changes}
    return render_template(
        "calibration/session.html",
        task=found.task,
        group_name=variables.get("group_name", variables["group"]),
        cycle_name=variables.get("cycle_name", ""),
        board=board,
        busiest=max((max(share.count, share.before) for share in board.distribution), default=1) or 1,
        rated=len(board.rows) - board.unrated,
        changed=sum(row.calibrated is not None for row in board.rows),
        rows=shown,
        names=name_people(session, sorted(changers)),
        paging=Paging(page, len(rows), ROWS_A_PAGE),
        search=search,
        rating=rating,
        ratings=RATINGS,
        refused=refused,
        closing=closing,
        form=_draw_form(found, closing),
    )


def _narrow(rows: Sequence[BoardRow], search: str, rating: int | None) -> list[BoardRow]:
    wanted = plain(search)
    return [
        row
        for row in rows
        if (not wanted or wanted in plain(f"{row.name} {row.manager or ''}"))
        and (rating is None or row.final == rating)
    ]


def _draw_form(found: OpenTask, closing: Closing | None) -> Markup:
    task = found.task
    draft = draft_of(current_session(), task.id)
    ending = render_template(
        "tasks/ending.html", revision=task.revision, version=draft.version if draft else 0, signed=False
    )
    return render_form(
        questionnaire_of(found.program, found.step),
        closing.answers if closing else draft.answers if draft else None,
        closing.errors if closing else None,
        context=context_of(found),
        action=url_for("calibration.close", task_id=task.id),
        csrf_token=generate_csrf(),
        buttons=(("", "Close the session"),),
        autosave_url=url_for("tasks.save_task_draft", task_id=task.id),
        saved_at=draft.saved_at if draft else None,
        backup_key=f"{signed_in().person_id}-task{task.id}",
        author_roles={"calibration"},
        ending=Markup(ending),  # noqa: S704 - the template escapes what it shows
    )
