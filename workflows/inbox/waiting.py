"""Whose inbox it is, which part of it is looked at, and the conditions by which the database finds what is in it.

Building a statement costs more than running it. So the conditions never hold a value: they are made of what decides how
a statement reads (`Parts` and `Narrowing`), for which it is built once and kept, and `Inbox.values` are bound to it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, bindparam, literal_column, or_, select, tuple_

from engine import Task
from workflows.cycles.models import Case
from workflows.inbox.models import SNOOZED, SetAside
from workflows.people.models import Person
from workflows.routing.resolvers import GROUPS

# Written out, not bound: only so does the database know that its index of open tasks applies.
IS_OPEN: ColumnElement[bool] = Task.state == literal_column("'open'")
IS_COMPLETED: ColumnElement[bool] = Task.state == literal_column("'completed'")

EVERYTHING, MINE, OF_GROUPS, LATER = "", "mine", "groups", "later"
VIEWS = (EVERYTHING, MINE, OF_GROUPS, LATER)
"""The parts of an inbox that can be worked off: everything, one's own, what groups have, and what is snoozed."""

DELEGATED, FOLLOWED, DONE = "delegated", "waiting", "done"
"""What somebody else does for one, what others have to do in cases one has worked on, and what one has completed."""

MOST_FOLLOWED = 1000
"""In the cases of how many tasks, those done last, one follows what happens next."""

KEPT = 500
"""How many statements are kept for each question, those asked last."""

PERSON: BindParameter[str] = bindparam("person")
NOW: BindParameter[datetime] = bindparam("now")
TODAY: BindParameter[date] = bindparam("today", type_=Date)

Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Parts:
    """Which parts of the table of tasks an inbox is: by the groups of its holder, and the view."""

    groups: tuple[str, ...] = ()
    view: str = EVERYTHING

    @property
    def is_empty(self) -> bool:
        """Whether there is no part: what groups have, of somebody without a group."""
        return self.view == OF_GROUPS and not self.groups

    def conditions(self) -> Conditions:
        """One condition for their own tasks and one for each group; no task meets two of them.

        What they have set aside is in the view of later tasks alone. What a group has to do about a person is never
        in that person's inbox.
        """
        if self.view not in VIEWS:
            return [_OF_OTHERS[self.view](self)]
        aside = select(SetAside.task_id).where(SetAside.person_id == PERSON, SetAside.until > NOW)
        if self.view == LATER:
            return [one & Task.id.in_(aside.where(SetAside.reason == SNOOZED)) for one in self._holding()]
        return [one & Task.id.not_in(aside) for one in self._holding()]

    def keys(self) -> Conditions:
        """The same parts in the same order, by what the indexes begin with: more than what waits in them."""
        own = [] if self.view == OF_GROUPS else [IS_OPEN & (Task.assignee == PERSON)]
        groups = () if self.view == MINE else self.groups
        return [*own, *(IS_OPEN & (Task.group == group) & Task.assignee.is_(None) for group in groups)]

    def _holding(self) -> Conditions:
        about_others = or_(Task.subject.is_(None), Task.subject != PERSON)
        own = 0 if self.view == OF_GROUPS else 1
        keys = self.keys()
        return [*keys[:own], *(key & about_others for key in keys[own:])]

    def _delegated(self) -> ColumnElement[bool]:
        return IS_OPEN & (Task.owner == PERSON) & (Task.assignee != PERSON)

    def _done(self) -> ColumnElement[bool]:
        return IS_COMPLETED & (Task.closed_by == PERSON)

    def _followed(self) -> ColumnElement[bool]:
        """Nothing about the holder is among it: their own page tells them what they may know of their case."""
        last = (
            select(Task.root_id, Task.subject)
            .where(IS_COMPLETED, Task.closed_by == PERSON, Task.subject != PERSON)
            .order_by(Task.closed_at.desc(), Task.id.desc())
            .limit(MOST_FOLLOWED)
            .subquery()
        )
        cases = tuple_(Task.root_id, Task.subject).in_(select(last.c.root_id, last.c.subject))
        of_no_group = Task.group.not_in(self.groups) if self.groups else Task.group.is_not(None)
        return IS_OPEN & cases & or_(Task.assignee != PERSON, Task.assignee.is_(None) & of_no_group)


_OF_OTHERS = {DELEGATED: Parts._delegated, FOLLOWED: Parts._followed, DONE: Parts._done}  # noqa: SLF001 - of this module


@dataclass(frozen=True)
class Narrowing:
    """Which of the `Filters` are on, and their conditions."""

    step: bool = False
    cycle: bool = False
    due_before: bool = False
    name: bool = False
    unit: bool = False

    def of_task(self) -> Conditions:
        """The conditions on step and cycle."""
        step = [Task.step == bindparam("step")] if self.step else []
        return [*step, *([Task.root_id == bindparam("cycle")] if self.cycle else [])]

    def of_subject(self, task: Any = Task, name: Any = Person.name) -> Conditions:
        """The conditions on whom a task is about; `task` and `name` are the columns of the task and of that person."""
        return [*self.of_name(name), *self.of_unit(task)]

    def of_name(self, name: Any = Person.name) -> Conditions:
        """The condition that a name contains what is looked for, in any case."""
        return [name.icontains(bindparam("name"), escape="/")] if self.name else []

    def of_unit(self, task: Any = Task) -> Conditions:
        """The condition on the unit of whom a task is about."""
        if not self.unit:
            return []
        case = select(Case.id).where(Case.root_id == task.root_id, Case.person_id == task.subject)
        return [case.where(Case.org_unit == bindparam("unit")).exists()]

    def of_deadline(self) -> Conditions:
        """The condition on the deadline."""
        return [Task.due_at < bindparam("due_before")] if self.due_before else []


@dataclass(frozen=True)
class Holder:
    """A person, and the groups they belong to."""

    person_id: str
    groups: frozenset[str]

    @classmethod
    def of(cls, person_id: str, roles: Iterable[str]) -> "Holder":
        """The holder with these roles (see `workflows.people.accounts.roles_of`)."""
        return cls(person_id, frozenset(roles) & GROUPS.keys())


@dataclass(frozen=True)
class Filters:
    """What narrows the inbox.

    A step, a cycle by its root instance, a moment it is due before, a part of the name of the person it is about, and
    the unit that person was in when the cycle was launched.
    """

    step: str = ""
    cycle: int | None = None
    due_before: datetime | None = None
    name: str = ""
    unit: str = ""

    @property
    def narrowing(self) -> Narrowing:
        """Which of them are on."""
        return Narrowing(
            bool(self.step), self.cycle is not None, self.due_before is not None, bool(self.name), bool(self.unit)
        )

    def values(self) -> dict[str, Any]:
        """What is bound to the conditions of `narrowing`."""
        # What stands for anything else in a pattern stands for itself.
        return {**vars(self), "name": re.sub("[/%_]", r"/\g<0>", self.name)}


@dataclass(frozen=True)
class Inbox:
    """What somebody looks at: a part of their inbox at a moment, narrowed by filters."""

    holder: Holder
    now: datetime
    view: str = EVERYTHING
    filters: Filters = Filters()

    @property
    def parts(self) -> Parts:
        """The parts it is."""
        return Parts(tuple(sorted(self.holder.groups)), self.view)

    def values(self) -> dict[str, Any]:
        """What is bound to every statement about it."""
        holder = {"person": self.holder.person_id, "groups": sorted(self.holder.groups)}
        return {**holder, "now": self.now, "today": self.now.date(), **self.filters.values()}
