"""Tasks put straight into the table: the inbox asks nothing of the process behind them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from engine.database import SessionFactory, transaction
from engine.models import Definition, Instance, Task
from tests.workflows.people.cast import NOW, bring_people, bring_units, cast
from workflows.inbox.counting import Counts, count_waiting
from workflows.inbox.listing import Page, list_waiting
from workflows.inbox.ordering import Cursor, Order
from workflows.inbox.waiting import EVERYTHING, Filters, Holder, Inbox

BEN = Holder.of("ben", ())
HUGO = Holder.of("hugo", ("hr", "admin"))
WEEK_END = NOW + timedelta(days=7)


@dataclass
class Desk:
    """Whose tasks wait in a database. Days are counted from now; None is no deadline."""

    factory: SessionFactory
    root: int = 0
    ids: list[int] = field(default_factory=list)

    def move_in(self) -> "Desk":
        """Bring the cast and one running instance."""
        with transaction(self.factory) as session:
            bring_units(session)
            bring_people(session, cast())
            definition = Definition(key="p", version=1, name="Annual review", checksum="none", deployed_at=NOW)
            session.add(definition)
            session.flush()
            instance = Instance(
                definition_id=definition.id, process="p", name="p", variables={}, blob=b"", started_at=NOW
            )
            session.add(instance)
            session.flush()
            instance.root_id = self.root = instance.id
        return self

    def put(self, *days: float | None, **values: Any) -> list[int]:
        """One open task for each of these deadlines; Ben's, about Ann, if nothing else is said."""
        return self.put_all([{"due_at": self.day(day), **values} for day in days])

    def put_all(self, tasks: list[dict[str, Any]]) -> list[int]:
        """A task for each of these; what is not said of one is as usual."""
        usual = {
            "instance_id": self.root,
            "root_id": self.root,
            "definition_id": 1,
            "token": "t",
            "step": "review",
            "name": "Manager review",
            "state": "open",
            "subject": "ann",
            "assignee": "ben",
            "group": None,
            "explanation": [],
            "created_at": NOW,
        }
        of_group = {"assignee": None}
        rows = [{**usual, **(of_group if "group" in task else {}), **task} for task in tasks]
        with transaction(self.factory) as session:
            ids = (
                list(session.scalars(insert(Task).returning(Task.id, sort_by_parameter_order=True), rows))
                if rows
                else []
            )
        self.ids += ids
        return ids

    @staticmethod
    def day(days: float | None) -> datetime | None:
        """That many days from now."""
        return None if days is None else NOW + timedelta(days=days)

    def page(
        self, holder: Holder = BEN, at: str = "", view: str = EVERYTHING, order: Order | None = None, **filters: Any
    ) -> Page:
        """A page of somebody's inbox; `at` is a cursor as text."""
        order = order or Order()
        inbox = Inbox(holder, NOW, view, Filters(**filters))
        with self.factory() as session:
            reach = count_waiting(session, inbox, week_end=WEEK_END).reach
            return list_waiting(session, inbox, reach, order, Cursor.parse(at, order))

    def listed(self, holder: Holder = BEN, **asked: Any) -> list[int]:
        """The ids of the first page."""
        return [row.id for row in self.page(holder, **asked).rows]

    def pages(self, holder: Holder = BEN, **asked: Any) -> list[Page]:
        """All pages, one after the other."""
        pages = [self.page(holder, **asked)]
        while (at := pages[-1].next) is not None:
            pages.append(self.page(holder, str(at), **asked))
        return pages

    def count(self, holder: Holder = BEN, view: str = EVERYTHING, **filters: Any) -> Counts:
        """The counts above the list."""
        with self.factory() as session:
            return count_waiting(session, Inbox(holder, NOW, view, Filters(**filters)), week_end=WEEK_END)
