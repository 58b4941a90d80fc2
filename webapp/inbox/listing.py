"""The list of what waits, of what waits for others, and of what is done."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import clock
from webapp.actor import signed_in
from webapp.inbox import blueprint
from webapp.inbox.question import (
    DEADLINES,
    GROUPINGS,
    SORTS,
    VIEWS,
    Question,
    week_end,
)
from webapp.request_session import current_session
from webapp.standing import count_asked, holder_of
from workflows.asking.reading import list_waiting as list_asked
from workflows.inbox.bulk_approving import waiting_approvals
from workflows.inbox.bulk_looking import MOST
from workflows.inbox.counting import Count, Counts, count_waiting
from workflows.inbox.following import list_delegated, list_done, list_followed
from workflows.inbox.listing import Page, list_waiting
from workflows.inbox.ordering import CLOSED, Cursor, Order
from workflows.inbox.reach import SEARCHED, SEARCHING
from workflows.inbox.saving import list_filters
from workflows.inbox.waiting import DELEGATED, DONE, EVERYTHING, FOLLOWED, MINE, OF_GROUPS, Inbox
from workflows.people.search import name_people

ONLY_WITH_GROUPS = (MINE, OF_GROUPS)
OTHERS = {DELEGATED: list_delegated, FOLLOWED: list_followed, DONE: list_done}


@blueprint.get("/inbox")
def show_inbox() -> ResponseReturnValue:
    """A page of what the reader asks for. Seven statements with those of every page; more where very much waits."""
    session, asked = current_session(), Question.read(request.args)
    inbox = Inbox(holder_of(signed_in()), clock.now(), asked.view, asked.filters(clock.now()))
    if asked.view in OTHERS:
        return _show_other(session, inbox, asked)
    counts = count_waiting(session, inbox, week_end=week_end(inbox.now))
    order = Order() if counts.is_large else asked.order
    page = list_waiting(session, inbox, counts.reach, order, Cursor.parse(request.args.get("at", ""), order))
    return _render(session, inbox, asked, page, counts)


def _show_other(session: Session, inbox: Inbox, asked: Question) -> ResponseReturnValue:
    """What is not to be worked off: it has no filters and one order."""
    done = asked.view == DONE
    cursor = Cursor.parse(request.args.get("at", ""), Order(CLOSED if done else "due"))
    page = OTHERS[asked.view](session, inbox, cursor)
    return _render(session, inbox, Question(asked.view), page, None)


def _render(session: Session, inbox: Inbox, asked: Question, page: Page, counts: Counts | None) -> str:
    shown = counts.of_deadline(asked.due) if counts else Count(0)
    places = {"previous": page.previous, "next": page.next}
    asked_here = count_asked(signed_in()) if asked.view == EVERYTHING and not asked.narrows else 0
    holders = {row.assignee for row in page.rows if row.assignee} if asked.view in (FOLLOWED, DELEGATED) else set()
    return render_template(
        "inbox/inbox.html",
        rows=page.rows,
        counts=counts,
        shown=shown,
        asked=asked,
        views=[one for one in VIEWS.items() if inbox.holder.groups or one[0] not in ONLY_WITH_GROUPS],
        deadlines=DEADLINES,
        sorts=SORTS,
        groupings=GROUPINGS,
        searched=SEARCHED if counts and counts.reach.way == SEARCHING else 0,
        holders=name_people(session, sorted(holders)) if holders else {},
        approving=waiting_approvals(session, inbox.holder.person_id, inbox.now),
        can_select=any(row.assignee == inbox.holder.person_id and row.subject_id != row.assignee for row in page.rows)
        and asked.view in (EVERYTHING, MINE),
        most=MOST,
        filters=list_filters(session, inbox.holder),
        addresses={name: asked.address(at=str(place)) if place else None for name, place in places.items()},
        questions=list_asked(session, inbox.holder.person_id) if asked_here else [],
        questions_in_all=asked_here,
        nothing_at_all=asked.view == EVERYTHING and not page.rows and not asked.narrows and not asked_here,
    )
