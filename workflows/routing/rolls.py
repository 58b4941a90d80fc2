"""Who belongs to a committee or to a group on a day; each is read once for a whole batch."""

from datetime import date

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from workflows.people.committees import SeatOnDay, is_within, levels_of, seats_of
from workflows.people.models import Account, Committee


class Rolls:
    """Committees and groups of a day, read when they are first asked for."""

    def __init__(self, session: Session, day: date) -> None:
        self._session, self._day = session, day
        self._committees: dict[str, tuple[str, list[SeatOnDay]] | None] = {}
        self._levels: dict[str, list[Committee]] = {}
        self._groups: dict[str, list[str]] = {}

    def committee(self, committee_id: str) -> tuple[str, list[SeatOnDay]] | None:
        """The name and the seats of a committee, whoever leads it first; None where there is none."""
        if committee_id not in self._committees:
            name = self._session.scalar(select(Committee.name).where(Committee.id == committee_id))
            seats = [] if name is None else seats_of(self._session, committee_id, self._day)
            self._committees[committee_id] = None if name is None else (name, seats)
        return self._committees[committee_id]

    def level(self, committee_id: str, level: object) -> str:
        """The part of a committee that decides on a level, by its id; itself where it has none that is high enough."""
        return next(
            (one.id for one in self._levels_of(committee_id) if is_within(level, one.up_to or "")), committee_id
        )

    def parts_of(self, committee_id: str) -> list[str]:
        """The committee and its levels, by id."""
        return [committee_id, *(one.id for one in self._levels_of(committee_id))]

    def _levels_of(self, committee_id: str) -> list[Committee]:
        if committee_id not in self._levels:
            self._levels[committee_id] = levels_of(self._session, committee_id)
        return self._levels[committee_id]

    def with_role(self, role: str) -> list[str]:
        """Everybody whose account has a role, by id."""
        if role not in self._groups:
            has_role = cast(Account.roles, String).contains(f'"{role}"', autoescape=True)
            statement = select(Account.person_id).where(has_role).order_by(Account.person_id)
            self._groups[role] = list(self._session.scalars(statement))
        return self._groups[role]
