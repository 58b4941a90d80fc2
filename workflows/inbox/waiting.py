"""Whose inbox it is, and the conditions by which the database finds what is in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, or_

from engine.models import Task
from workflows.people.models import Person
from workflows.routing.resolvers import GROUPS

# Written out, not bound: only so does the database know that its index of open tasks applies.
IS_OPEN: ColumnElement[bool] = Task.state == literal_column("'open'")


@dataclass(frozen=True)
class Holder:
    """A person, and the groups they belong to."""

    person_id: str
    groups: frozenset[str]

    @classmethod
    def of(cls, person_id: str, roles: Iterable[str]) -> "Holder":
        """The holder with these roles (see `workflows.people.accounts.roles_of`)."""
        return cls(person_id, frozenset(roles) & GROUPS.keys())

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for their own tasks and one for each group; no task meets two of them.

        What a group has to do about a person is never in that person's inbox.
        """
        about_others = or_(Task.subject.is_(None), Task.subject != self.person_id)
        groups = [
            IS_OPEN & (Task.group == group) & Task.assignee.is_(None) & about_others for group in sorted(self.groups)
        ]
        return [IS_OPEN & (Task.assignee == self.person_id), *groups]


@dataclass(frozen=True)
class Filters:
    """What narrows the inbox: a step, a cycle by its root instance, a moment it is due before, a part of a name."""

    step: str = ""
    cycle: int | None = None
    due_before: datetime | None = None
    name: str = ""

    def narrow(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """The statement over tasks, with these conditions added."""
        if self.step:
            statement = statement.where(Task.step == self.step)
        if self.cycle is not None:
            statement = statement.where(Task.root_id == self.cycle)
        if self.due_before is not None:
            statement = statement.where(Task.due_at < self.due_before)
        return self.narrow_by_name(statement)

    def narrow_by_name(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """The statement over tasks, with the condition on the name of the subject alone."""
        if not self.name:
            return statement
        return statement.join(Person, Person.id == Task.subject).where(
            Person.name.icontains(self.name, autoescape=True)
        )
