"""In which order an inbox is read, and places in that order: pages go on from the last row, never by counting."""

import base64
from binascii import Error
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, false, or_

from engine import Rejection, Task
from workflows.people.models import Person

_TOO_LARGE = 2**63


@dataclass(frozen=True)
class Column:
    """One thing a list is ordered by. What has no value comes last."""

    expression: Any
    kind: type
    descending: bool = False
    optional: bool = False

    def order(self, expression: Any, *, backwards: bool) -> Any:
        """How to order by `expression`, which stands for this column."""
        down = self.descending != backwards
        ordered = expression.desc() if down else expression.asc()
        if not self.optional:
            return ordered
        return ordered.nulls_first() if backwards else ordered.nulls_last()

    def equals(self, value: BindParameter[Any] | None) -> ColumnElement[bool]:
        """True where the column has this value."""
        same: ColumnElement[bool] = self.expression.is_(None) if value is None else self.expression == value
        return same

    def beyond(self, value: BindParameter[Any] | None, *, backwards: bool) -> ColumnElement[bool]:
        """True where the column comes after this value, or before it."""
        if value is None:
            return self.expression.is_not(None) if backwards else false()
        further = self.expression < value if self.descending != backwards else self.expression > value
        return or_(further, self.expression.is_(None)) if self.optional and not backwards else further


DUE, CLOSED = "due", "closed"
_BY_DUE = Column(Task.due_at, datetime, optional=True)
_BY_ID = Column(Task.id, int)
_LATEST = Column(Task.id, int, descending=True)
_BY_NAME = (Column(Person.name, str, optional=True), Column(Task.subject, str, optional=True))

SORTS: dict[str, tuple[Column, ...]] = {
    DUE: (_BY_DUE, _BY_ID),
    "priority": (Column(Task.priority, int, descending=True), _BY_DUE, _BY_ID),
    "newest": (_LATEST,),
    "name": (*_BY_NAME, _BY_DUE, _BY_ID),
    "step": (Column(Task.name, str), _BY_DUE, _BY_ID),
    CLOSED: (Column(Task.closed_at, datetime, descending=True, optional=True), _LATEST),
}
GROUPINGS: dict[str, tuple[Column, ...]] = {
    "": (),
    "cycle": (Column(Task.root_id, int, descending=True),),
    "subject": _BY_NAME,
}


@dataclass(frozen=True)
class Order:
    """How a list is sorted, and by what its rows stand together. Both are keys of `SORTS` and `GROUPINGS`."""

    sort: str = DUE
    grouping: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the list is ordered by; the last column makes every place different."""
        return (*GROUPINGS[self.grouping], *SORTS[self.sort])

    @property
    def is_plain(self) -> bool:
        """Whether it is the order of the index: by deadline."""
        return self.sort == DUE and not self.grouping


@dataclass(frozen=True)
class Place:
    """Behind or before a row of which some columns of the order are `empty`; the others are bound as `key_0` and on."""

    backwards: bool
    empty: tuple[bool, ...]

    def condition(self, order: Order) -> ColumnElement[bool]:
        """True of the rows on the wanted side of this place."""
        ways: list[ColumnElement[bool]] = []
        same: list[ColumnElement[bool]] = []
        for number, (column, is_empty) in enumerate(zip(order.columns, self.empty, strict=True)):
            value: BindParameter[Any] | None = None if is_empty else bindparam(_name(number))
            ways.append(and_(*same, column.beyond(value, backwards=self.backwards)))
            same.append(column.equals(value))
        return or_(*ways)


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: behind the one with these keys, its columns of the order, or before it."""

    keys: tuple[Any, ...]
    backwards: bool = False

    def __str__(self) -> str:
        text = orjson.dumps([self.backwards, *self.keys])
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str, order: Order) -> "Cursor | None":
        """The cursor that was written as `text`; None for the first page. Raises Rejection for anything else."""
        if not text:
            return None
        try:
            backwards, *keys = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if not isinstance(backwards, bool):
                raise TypeError(text)
            read = tuple(_read(column, key) for column, key in zip(order.columns, keys, strict=True))
        except (ValueError, TypeError, Error):
            raise Rejection("This page of the list does not exist. Start again from its beginning.") from None
        return cls(read, backwards)

    @property
    def place(self) -> Place:
        """What of it decides how a statement reads."""
        return Place(self.backwards, tuple(key is None for key in self.keys))

    def values(self) -> dict[str, Any]:
        """What is bound to the condition of its place."""
        return {_name(number): key for number, key in enumerate(self.keys)}


def _name(number: int) -> str:
    return f"key_{number}"


def _read(column: Column, value: Any) -> Any:
    if value is None and column.optional:
        return None
    if column.kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    too_large = isinstance(value, int) and abs(value) >= _TOO_LARGE
    if type(value) is not column.kind or too_large or "\0" in str(value):
        raise TypeError(value)
    return value
