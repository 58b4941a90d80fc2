"""People outside of the organisation who were asked for something: how they are told from everybody else.

They are people without a version, so that no list, population, rule or sign-in of the organisation knows them. Their
address is kept in `workflows.outside.models.OutsideAddress`.
"""

from typing import Any

from sqlalchemy import ColumnElement

OUTSIDE = "outside-"
"""What the id of everybody outside begins with, and of nobody else."""

_CALLED = " (outside person)"


def is_outside(person_id: str | None) -> bool:
    """Whether this is the id of somebody outside of the organisation."""
    return person_id is not None and person_id.startswith(OUTSIDE)


def is_inside(person_id: Any) -> ColumnElement[bool]:
    """The condition that the id in this column is that of somebody of the organisation."""
    condition: ColumnElement[bool] = person_id.not_like(f"{OUTSIDE}%")
    return condition


def called_outside(name: str) -> str:
    """The name under which somebody outside is known everywhere, so that nobody takes them for a colleague."""
    return name + _CALLED


def plain_name(name: str) -> str:
    """How somebody outside is addressed in what is written to them."""
    return name.removesuffix(_CALLED)
