"""Who is out of office on a day, until when, and who stands in for them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows.people.models import Absence, Substitute


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody named to stand in; an empty `process` means in every process."""

    person_id: str
    process: str


@dataclass(frozen=True, slots=True)
class Away:
    """An absence on one day: its last day (None: until further notice), and the stand-ins, the first choice first."""

    absence_id: int
    last_day: date | None
    stand_ins: tuple[StandIn, ...]


def read_away(session: Session, on: date) -> dict[str, Away]:
    """Everybody who is out of office on that day; of absences that overlap, the one entered last. One statement."""
    rows = session.execute(
        select(Absence.id, Absence.person_id, Absence.last_day, Substitute.person_id, Substitute.process)
        .outerjoin(Substitute, Substitute.absence_id == Absence.id)
        .where(Absence.ended_at.is_(None), Absence.first_day <= on)
        .where(or_(Absence.last_day.is_(None), Absence.last_day >= on))
        .order_by(Absence.id, Substitute.position)
    )
    away: dict[str, Away] = {}
    for absence_id, person_id, last_day, substitute, process in rows:
        known = away.get(person_id)
        before = known.stand_ins if known is not None and known.absence_id == absence_id else ()
        now = (*before, StandIn(substitute, process or "")) if substitute else before
        away[person_id] = Away(absence_id, last_day, now)
    return away
