"""Committees: who decides together, by day. HR keeps their seats."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import Conflict, NotFound, Rejection
from workflows.people.facts import valid_on
from workflows.people.grades import rank_of
from workflows.people.models import Committee, CommitteeSeat, Person

CHAIR, MEMBER, RESERVE = "chair", "member", "reserve"
ROLES = {CHAIR: "leads it", MEMBER: "member", RESERVE: "stands by for a member who must not vote"}
MOST_SEATS = 50
HEAVIEST = 100
_ORDER = {CHAIR: 0, MEMBER: 1, RESERVE: 2}


@dataclass(frozen=True)
class SeatOnDay:
    """Somebody in a committee on a day."""

    id: int
    person_id: str
    name: str
    role: str
    weight: int
    has_veto: bool
    since: date


@dataclass(frozen=True)
class Listed:
    """A committee with the number of its seats of a day, those in reserve included."""

    id: str
    name: str
    seats: int


def found_committee(session: Session, name: str) -> Committee:
    """Make a committee without members; its id comes from its name. Raises Rejection, Conflict."""
    name = " ".join(name.split())
    identifier = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].rstrip("-")
    if not identifier or len(name) > 200:
        raise Rejection("Give the committee a name of up to 200 characters, with letters or digits in it.")
    if session.get(Committee, identifier) is not None:
        raise Conflict(f"There is a committee “{name}” already. Choose another name.")
    committee = Committee(id=identifier, name=name)
    session.add(committee)
    session.flush()
    return committee


def add_level(session: Session, committee_id: str, up_to: str) -> Committee:
    """Make a committee that decides, in place of this one, on what is no higher than a grade or a number.

    Raises NotFound, Rejection for what is neither, or for a level of a level, and Conflict for one there is.
    """
    whole, up_to = find_committee(session, committee_id), up_to.strip().upper()
    if whole.part_of is not None:
        raise Rejection("A level has no levels of its own. Add it to the whole committee.")
    if _height(up_to) is None:
        raise Rejection(f"“{up_to}” is no level. Write a grade such as G7, or a number such as 10000.")
    kinds = {(_height(one.up_to or "") or (0, 0))[0] for one in levels_of(session, committee_id)}
    if kinds - {(_height(up_to) or (0, 0))[0]}:
        raise Rejection("The levels of a committee are all grades, or all numbers.")
    level = found_committee(session, f"{whole.name}, up to {up_to}")
    level.part_of, level.up_to = committee_id, up_to
    session.flush()
    return level


def levels_of(session: Session, committee_id: str) -> list[Committee]:
    """The levels of a committee, the lowest first; one statement."""
    found = session.scalars(select(Committee).where(Committee.part_of == committee_id)).all()
    return sorted(found, key=lambda one: (_height(one.up_to or "") or (0, 0), one.id))


def is_within(level: object, up_to: str) -> bool:
    """Whether a grade or a number is no higher than another one; never where they cannot be compared."""
    height, limit = _height(str(level)), _height(up_to)
    return height is not None and limit is not None and height[0] == limit[0] and height[1] <= limit[1]


def _height(level: str) -> tuple[int, Decimal] | None:
    """How high a level is: grades among themselves, numbers among themselves."""
    if (rank := rank_of(level)) is not None:
        return 0, Decimal(rank)
    try:
        number = Decimal(level)
    except InvalidOperation:
        return None
    return (1, number) if number.is_finite() else None


def find_committee(session: Session, committee_id: str) -> Committee:
    """A committee. Raises NotFound."""
    committee = session.get(Committee, committee_id)
    if committee is None:
        raise NotFound("There is no such committee.")
    return committee


def list_committees(session: Session, day: date) -> list[Listed]:
    """Every committee by name; one statement."""
    rows = session.execute(
        select(Committee.id, Committee.name, func.count(CommitteeSeat.id))
        .outerjoin(CommitteeSeat, (CommitteeSeat.committee_id == Committee.id) & valid_on(CommitteeSeat, day))
        .group_by(Committee.id, Committee.name)
        .order_by(Committee.name, Committee.id)
    )
    return [Listed(*row) for row in rows]


def seats_of(session: Session, committee_id: str, day: date) -> list[SeatOnDay]:
    """Who sits in a committee on a day: who leads it first, then the members, then the reserve, each by seniority."""
    rows = session.execute(
        select(CommitteeSeat, Person.name)
        .join(Person, Person.id == CommitteeSeat.person_id)
        .where(CommitteeSeat.committee_id == committee_id, valid_on(CommitteeSeat, day))
    ).all()
    found = [
        SeatOnDay(seat.id, seat.person_id, name, seat.role, seat.weight, seat.has_veto, seat.valid_from)
        for seat, name in rows
    ]
    return sorted(found, key=lambda seat: (_ORDER[seat.role], seat.since, seat.id))


def give_seat(
    session: Session,
    committee_id: str,
    person_id: str,
    *,
    role: str = MEMBER,
    weight: int = 1,
    has_veto: bool = False,
    day: date,
) -> CommitteeSeat:
    """Give somebody a seat from a day on; who has one already gets this one in its place.

    Raises NotFound, and Rejection for a role or a weight there is not, a second chair, or too many seats.
    """
    find_committee(session, committee_id)
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such person.")
    if role not in ROLES:
        raise Rejection(f"Choose the role: {', '.join(ROLES)}.")
    if not 1 <= weight <= HEAVIEST:
        raise Rejection(f"A vote weighs between 1 and {HEAVIEST}.")
    others = [seat for seat in seats_of(session, committee_id, day) if seat.person_id != person_id]
    if len(others) >= MOST_SEATS:
        raise Rejection(f"A committee has at most {MOST_SEATS} seats. End another one first.")
    leading = _leading(others)
    if role == CHAIR and leading is not None:
        raise Rejection(f"{leading.name} leads this committee. Make them a member first.")
    _end(session, committee_id, person_id, day)
    seat = CommitteeSeat(
        committee_id=committee_id, person_id=person_id, role=role, weight=weight, has_veto=has_veto, valid_from=day
    )
    session.add(seat)
    session.flush()
    return seat


def end_seat(session: Session, committee_id: str, person_id: str, *, day: date) -> None:
    """Let a seat end before a day. Raises NotFound where there is none."""
    if not _end(session, committee_id, person_id, day):
        raise NotFound("They have no seat in this committee.")


def _leading(seats: Sequence[SeatOnDay]) -> SeatOnDay | None:
    return next((seat for seat in seats if seat.role == CHAIR), None)


def _end(session: Session, committee_id: str, person_id: str, day: date) -> bool:
    found = session.scalars(
        select(CommitteeSeat)
        .where(CommitteeSeat.committee_id == committee_id, CommitteeSeat.person_id == person_id)
        .where(valid_on(CommitteeSeat, day))
        .with_for_update()
    ).all()
    for seat in found:
        seat.valid_to = day
    session.flush()
    return bool(found)
