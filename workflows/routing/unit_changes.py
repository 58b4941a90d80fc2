"""Whose tasks may change hands when units change: a new head, another unit above, another cost centre."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from workflows.people.imports.report import Change
from workflows.people.models import OrgUnitVersion
from workflows.people.organisation import Organisation

HEAD, CENTRE = "head_id", "cost_centre"
PLACES = (HEAD, "parent_id", CENTRE)
"""What routing asks of a unit; its name changes nothing."""


@dataclass(frozen=True)
class UnitChange:
    """What is otherwise of a unit: which of PLACES, from what to what."""

    unit_id: str
    place: str
    values: frozenset[str]


def read_changes(changes: Iterable[Change], until: date) -> list[UnitChange]:
    """Of what an import of units changes, what routing asks and what holds by a day."""
    return [
        UnitChange(one.subject_id, one.field, _texts(one.before, one.after))
        for one in changes
        if one.field in PLACES and one.effective <= until
    ]


def changed_on(session: Session, day: date) -> list[UnitChange]:
    """What is otherwise of units from a day on; one statement."""
    before, after = aliased(OrgUnitVersion), aliased(OrgUnitVersion)
    follows = and_(before.unit_id == after.unit_id, before.valid_to == after.valid_from)
    rows = session.execute(select(after, before).join(before, follows).where(after.valid_from == day))
    return [
        UnitChange(new.unit_id, place, _texts(getattr(old, place), getattr(new, place)))
        for new, old in rows
        for place in PLACES
        if getattr(new, place) != getattr(old, place)
    ]


def people_of(organisation: Organisation, changes: Iterable[UnitChange]) -> set[str]:
    """Whose tasks may change hands: of who is in these units or below, is paid by them, leads them or has led them."""
    changes = list(changes)
    units = {below for change in changes for below in organisation.units_below(change.unit_id)}
    centres = {value for change in changes if change.place == CENTRE for value in change.values}
    heads = {value for change in changes if change.place == HEAD for value in change.values}
    people = organisation.everybody() if changes else []
    return heads | {one.id for one in people if one.org_unit in units or one.cost_centre in centres}


def _texts(*values: object) -> frozenset[str]:
    return frozenset(str(value) for value in values if value)
