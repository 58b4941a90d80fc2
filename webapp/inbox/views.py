"""The list of what waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.actor import signed_in
from webapp.inbox import blueprint
from webapp.numbers import read_number
from webapp.presentation import reader_zone
from webapp.request_session import current_session
from webapp.standing import holder_of
from workflows.inbox.counting import count_waiting
from workflows.inbox.listing import Cursor, Page, list_waiting
from workflows.inbox.waiting import Filters

__all__ = ["blueprint"]

LONGEST_NAME = 100


@blueprint.get("/inbox")
def show_inbox() -> ResponseReturnValue:
    """What waits for the reader, a page of it. Two statements."""
    session, now, actor = current_session(), clock.now(), signed_in()
    asked = _read_question(now)
    cursor = Cursor.parse(request.args.get("at", ""))
    page = list_waiting(session, holder_of(actor), asked.filters, cursor, now.date())
    counts = count_waiting(session, holder_of(actor), asked.filters, now=now, week_end=week_end(now))
    return render_template(
        "inbox/inbox.html",
        rows=page.rows,
        counts=counts,
        asked=asked,
        addresses=_addresses(asked, page),
        nothing_at_all=not counts.total and not asked.narrows,
    )


def week_end(now: datetime) -> datetime:
    """The moment at which the reader's week ends: the night after Sunday."""
    midnight = now.astimezone(reader_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - midnight.weekday())


@dataclass(frozen=True)
class Question:
    """What the address asks for: the filters of the list, and how the deadline was put (overdue, week)."""

    filters: Filters
    due: str

    @property
    def narrows(self) -> bool:
        """Whether anything is left out of the list."""
        return self.filters != Filters()

    def address(self, **changes: str | int | None) -> str:
        """The address of this list, with changes; it begins at its first page."""
        filters = self.filters
        here = {"step": filters.step, "cycle": filters.cycle, "due": self.due, "name": filters.name, **changes}
        return url_for("inbox.show_inbox", **{key: str(value) for key, value in here.items() if value})  # type: ignore[arg-type]


def _read_question(now: datetime) -> Question:
    due = request.args.get("due", "")
    before = {"overdue": now, "week": week_end(now)}.get(due)
    filters = Filters(
        step=request.args.get("step", ""),
        cycle=request.args.get("cycle", type=read_number),
        due_before=before,
        name=request.args.get("name", "").strip()[:LONGEST_NAME],
    )
    return Question(filters, due if before else "")


def _addresses(asked: Question, page: Page) -> dict[str, str | None]:
    places = {"previous": page.previous, "next": page.next}
    return {name: asked.address(at=str(place)) if place else None for name, place in places.items()}
