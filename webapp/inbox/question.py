"""What an address of the inbox asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from webapp.numbers import read_number
from webapp.presentation import reader_zone
from workflows.inbox.ordering import DUE, Order
from workflows.inbox.waiting import DELEGATED, DONE, EVERYTHING, FOLLOWED, LATER, MINE, OF_GROUPS, Filters

VIEWS = {
    EVERYTHING: "To do",
    MINE: "Mine",
    OF_GROUPS: "My groups",
    LATER: "Later",
    DELEGATED: "Delegated",
    FOLLOWED: "Waiting for others",
    DONE: "Done",
}
SORTS = {DUE: "Deadline", "priority": "Priority", "newest": "Newest", "name": "Name", "step": "Step"}
GROUPINGS = {"": "Nothing", "cycle": "Cycle", "subject": "Person"}
DEADLINES = {"": "All", "overdue": "Overdue", "week": "Due this week"}
LONGEST = 100
WORDS = ("view", "step", "cycle", "due", "name", "unit", "sort", "by")
"""The arguments an address may have, beside the place in the list; also what a saved filter keeps."""


def week_end(now: datetime) -> datetime:
    """The moment at which the reader's week ends: the night after Sunday."""
    midnight = now.astimezone(reader_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - midnight.weekday())


@dataclass(frozen=True)
class Question:
    """The view, the filters, and how the list is put in order. What makes no sense is as if it had not been said."""

    view: str = EVERYTHING
    step: str = ""
    cycle: int | None = None
    due: str = ""
    name: str = ""
    unit: str = ""
    sort: str = DUE
    by: str = ""

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> "Question":
        """The question that these arguments of an address ask."""
        said = {word: str(arguments.get(word, "")).strip()[:LONGEST] for word in WORDS}
        try:
            cycle = read_number(said["cycle"]) if said["cycle"] else None
        except ValueError:
            cycle = None
        return cls(
            view=said["view"] if said["view"] in VIEWS else EVERYTHING,
            step=said["step"],
            cycle=cycle,
            due=said["due"] if said["due"] in DEADLINES else "",
            name=said["name"],
            unit=said["unit"],
            sort=said["sort"] if said["sort"] in SORTS else DUE,
            by=said["by"] if said["by"] in GROUPINGS else "",
        )

    def words(self) -> dict[str, str]:
        """The question as arguments of an address; what is as usual is left out."""
        said = {word: str(getattr(self, word) or "") for word in WORDS}
        return {word: text for word, text in said.items() if text and (word, text) != ("sort", DUE)}

    def filters(self, now: datetime) -> Filters:
        """The filters at this moment."""
        before = {"overdue": now, "week": week_end(now)}.get(self.due)
        return Filters(self.step, self.cycle, before, self.name, self.unit)

    @property
    def order(self) -> Order:
        """How the list is put in order."""
        return Order(self.sort, self.by)

    @property
    def view_name(self) -> str:
        """The view in words."""
        return VIEWS[self.view]

    @property
    def narrows(self) -> bool:
        """Whether anything is left out of the view."""
        return bool(self.step or self.cycle is not None or self.due or self.name or self.unit)

    def address(self, at: str = "", **changes: str | int | None) -> str:
        """The address of this list, with changes; without a place it begins at its first page."""
        asked: dict[str, Any] = replace(self, **changes).words()  # type: ignore[arg-type]
        return url_for("inbox.show_inbox", **asked, at=at or None)
