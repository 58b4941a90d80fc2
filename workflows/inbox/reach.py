"""Where the rows of an inbox are read from, so that none of its pages reads more rows than it has to.

A small inbox is read as a whole. A large one, such as that of a group with a hundred thousand tasks, is read by the
index in the order of deadlines, that of its step or cycle where it is narrowed by these; and by the index of people,
where it is narrowed to a few of them. A name that many people have is looked for in its first tasks alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from engine import Task
from workflows.cycles.models import Case
from workflows.inbox.waiting import FOLLOWED, KEPT, Conditions, Inbox, Narrowing, Parts
from workflows.people.models import Person

FEW_PEOPLE = 200
SEARCHED = 1000
"""How many tasks, those due first, are searched for a name that more than `FEW_PEOPLE` have."""

WHOLE, BY_PEOPLE, SEARCHING = "whole", "by people", "searching"


@dataclass(frozen=True)
class Reach:
    """The parts of the task table to read, narrowed by all filters but that on the deadline.

    `way` is how: as a whole; `BY_PEOPLE` reads the rows of a few `people` and sorts them; `SEARCHING` looks for the
    subject in the first `SEARCHED` rows of each part only: what is found then need not be all.
    """

    parts: Parts
    narrowing: Narrowing
    way: str = WHOLE
    people: tuple[str, ...] = field(default=(), compare=False)

    def cut(self, columns: Sequence[Any], order: Any, limit: int, *further: ColumnElement[bool]) -> list[Select[Any]]:
        """One select of these columns for each part: its first `limit` rows in an order.

        `order` gets the columns and returns what to order by. `people` are bound as such.
        """
        cut = []
        for number, part in enumerate(self.parts.conditions()):
            rows = self._read(number, columns, order, part, *self._narrow(), *further)
            first = rows.order_by(*order(list(rows.selected_columns))).limit(limit).subquery()
            cut.append(select(*first.c))
        return cut

    def _narrow(self) -> Conditions:
        of_task, narrowing = self.narrowing.of_task(), self.narrowing
        if self.way == SEARCHING:
            return of_task
        if self.way == BY_PEOPLE:
            return [*of_task, Task.subject.in_(bindparam("people", expanding=True)), *narrowing.of_unit()]
        return [*of_task, *narrowing.of_subject()]

    def _read(self, number: int, columns: Sequence[Any], order: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
        rows = select(*columns).select_from(Task).outerjoin(Person, Person.id == Task.subject).where(*conditions)
        if self.way == BY_PEOPLE or self.parts.view == FOLLOWED:
            # A fence: the database would rather walk along the deadlines in the hope to meet these people soon.
            rows = select(*rows.cte(f"people_{number}").prefix_with("MATERIALIZED").c)
        elif self.way == SEARCHING:
            # The name is looked up for these rows only: joined, the database reads everybody.
            first = rows.add_columns(Task.subject, Task.root_id).order_by(*order(columns)).limit(SEARCHED)
            within = first.cte(f"first_{number}").prefix_with("MATERIALIZED")
            name = select(Person.name).where(Person.id == within.c.subject).scalar_subquery()
            rows = select(*list(within.c)[: len(columns)]).where(*self.narrowing.of_subject(within.c, name))
        return rows


def reach_of(session: Session, inbox: Inbox, *, is_large: bool) -> Reach:
    """Where to read an inbox. One statement at most, to look people up in a large one."""
    narrowing = inbox.filters.narrowing
    if not is_large or not narrowing.of_subject():
        return Reach(inbox.parts, narrowing)
    people = session.scalars(_select_people(narrowing), inbox.values()).all()
    if len(people) <= FEW_PEOPLE:
        return Reach(inbox.parts, narrowing, BY_PEOPLE, tuple(people))
    return Reach(inbox.parts, narrowing, SEARCHING)


@lru_cache(KEPT)
def _select_people(narrowing: Narrowing) -> Select[str]:
    if not narrowing.unit:
        return select(Person.id).where(*narrowing.of_name()).limit(FEW_PEOPLE + 1)
    of_unit = select(Case.person_id).where(Case.org_unit == bindparam("unit")).distinct().subquery()
    # Looked up, not joined: the name is read and compared for these people only, not for everybody.
    name = select(Person.name).where(Person.id == of_unit.c.person_id).scalar_subquery().label("name")
    within = select(of_unit.c.person_id, name).cte("of_unit").prefix_with("MATERIALIZED")
    return select(within.c.person_id).where(*narrowing.of_name(within.c.name)).limit(FEW_PEOPLE + 1)
