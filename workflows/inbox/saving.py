"""Filters with a name: kept on the server, shared with colleagues or a group.

A filter holds what is asked, not what is found: whoever it is shared with sees their own tasks by it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from engine import NotFound, Rejection
from workflows.inbox.models import FilterShare, SavedFilter
from workflows.inbox.waiting import Holder
from workflows.people.models import Person

PERSON, GROUP = "person", "group"
LONGEST_NAME = 80
MOST_FILTERS, MOST_READERS = 50, 50


@dataclass(frozen=True)
class KnownFilter:
    """A saved filter as a reader sees it."""

    id: int
    name: str
    asked: Mapping[str, str]
    owner: str
    is_own: bool


def save_filter(session: Session, name: str, asked: Mapping[str, str], *, by: str, now: datetime) -> SavedFilter:
    """Keep a filter under a name; the same name again replaces what it asks for, and keeps whom it is shared with.

    Raises Rejection for a missing or too long name, and beyond `MOST_FILTERS`.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Rejection(f"Give the filter a name of at most {LONGEST_NAME} characters.")
    found = session.scalar(select(SavedFilter).where(SavedFilter.owner_id == by, SavedFilter.name == name))
    if found is None:
        count = session.scalar(select(func.count()).where(SavedFilter.owner_id == by)) or 0
        if count >= MOST_FILTERS:
            raise Rejection(f"You have {MOST_FILTERS} filters already. Delete one that you do not need any more.")
        found = SavedFilter(owner_id=by, name=name)
        session.add(found)
    found.asked, found.saved_at = dict(asked), now
    session.flush()
    return found


def share_filter(
    session: Session, filter_id: int, *, emails: Iterable[str], groups: Iterable[str], holder: Holder
) -> None:
    """Let exactly these colleagues and groups use a filter; nobody any more, when there are none.

    One may share with groups one belongs to. Raises NotFound for a filter of somebody else, and Rejection naming an
    address that nobody has, or a group that is not one's own.
    """
    found = _own(session, filter_id, holder.person_id)
    wanted = {email.strip().lower() for email in emails if email.strip()}
    if len(wanted) > MOST_READERS:
        raise Rejection(f"Share it with at most {MOST_READERS} people, or with a group.")
    rows = session.execute(select(Person.id, func.lower(Person.email)).where(func.lower(Person.email).in_(wanted)))
    people = {email: person_id for person_id, email in rows}
    if unknown := sorted(wanted - people.keys()):
        raise Rejection(f"Nobody here has the address “{unknown[0]}”. Nothing was changed.")
    groups = set(groups)
    if not groups <= holder.groups:
        raise Rejection("You can share a filter with groups that you belong to.")
    session.execute(delete(FilterShare).where(FilterShare.filter_id == found.id))
    readers = [(PERSON, one) for one in people.values() if one != holder.person_id] + [(GROUP, one) for one in groups]
    if readers:
        rows_of_readers = [{"filter_id": found.id, "kind": kind, "reader": reader} for kind, reader in readers]
        session.execute(insert(FilterShare), rows_of_readers)


def delete_filter(session: Session, filter_id: int, *, by: str) -> None:
    """Delete one's own filter, for all it is shared with. Raises NotFound for one of somebody else."""
    found = _own(session, filter_id, by)
    session.execute(delete(FilterShare).where(FilterShare.filter_id == found.id))
    session.delete(found)
    session.flush()


_SHARED_WITH_HOLDER = select(FilterShare.filter_id).where(
    or_(
        and_(FilterShare.kind == PERSON, FilterShare.reader == bindparam("person")),
        and_(FilterShare.kind == GROUP, FilterShare.reader.in_(bindparam("groups", expanding=True))),
    )
)
_FILTERS = (
    select(SavedFilter.id, SavedFilter.name, SavedFilter.asked, Person.name, SavedFilter.owner_id)
    .join(Person, Person.id == SavedFilter.owner_id)
    .where((SavedFilter.owner_id == bindparam("person")) | SavedFilter.id.in_(_SHARED_WITH_HOLDER))
    .order_by(SavedFilter.owner_id != bindparam("person"), SavedFilter.name, SavedFilter.id)
)


def list_filters(session: Session, holder: Holder) -> list[KnownFilter]:
    """Every filter the holder may use: their own by name, then those of others. One statement."""
    rows = session.execute(_FILTERS, {"person": holder.person_id, "groups": sorted(holder.groups)})
    return [
        KnownFilter(filter_id, name, asked, owner, owner_id == holder.person_id)
        for filter_id, name, asked, owner, owner_id in rows
    ]


@dataclass(frozen=True)
class Readers:
    """Whom a filter is shared with: the addresses of people, and groups."""

    emails: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def list_readers(session: Session, owner_id: str) -> dict[int, Readers]:
    """Whom the filters of their owner are shared with, by filter; one statement."""
    rows = session.execute(
        select(FilterShare.filter_id, FilterShare.kind, FilterShare.reader, Person.email)
        .join(SavedFilter, SavedFilter.id == FilterShare.filter_id)
        .outerjoin(Person, and_(Person.id == FilterShare.reader, FilterShare.kind == PERSON))
        .where(SavedFilter.owner_id == owner_id)
        .order_by(Person.email, FilterShare.reader)
    )
    found: dict[int, Readers] = {}
    for filter_id, kind, reader, email in rows:
        readers = found.setdefault(filter_id, Readers())
        if kind == GROUP:
            readers.groups.append(reader)
        else:
            readers.emails.append(email or reader)
    return found


def _own(session: Session, filter_id: int, person_id: str) -> SavedFilter:
    found = session.get(SavedFilter, filter_id)
    if found is None or found.owner_id != person_id:
        raise NotFound("There is no such filter among yours.")
    return found
