"""Who stands in for somebody who is away (R7, R8, R9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from workflows.dates import show_day
from workflows.people.facts import PersonOnDay
from workflows.people.organisation import Organisation

DEEPEST = 5
"""How many stand-ins in a row may be away themselves before nobody is looked for any more."""

SHORT = 7
"""Up to so many days an absence is waited for where nobody stands in; a longer one goes to the next level."""


@dataclass(frozen=True)
class Absent:
    """Why somebody is away, as the end of a sentence, until which day (None: unknown), by which absence if by one."""

    reason: str
    last_day: date | None
    absence_id: int | None

    def is_short(self, today: date) -> bool:
        """Whether it is worth waiting for."""
        return self.last_day is not None and (self.last_day - today).days < SHORT


def absence_of(organisation: Organisation, person: PersonOnDay) -> Absent | None:
    """The absence of a person on the day; None when they are there. What they entered goes before the HR system."""
    if away := organisation.away().get(person.id):
        until = f"until {show_day(away.last_day)}" if away.last_day else "until further notice"
        return Absent(f"is out of office {until}", away.last_day, away.absence_id)
    if person.is_on_leave:
        return Absent("is on leave", person.leave_to, None)
    return None


def stand_ins(organisation: Organisation, person_id: str, process: str) -> Iterator[PersonOnDay]:
    """Who stands in for somebody in a process, the first choice first.

    Whoever is away themselves passes it on to those who stand in for them; nobody comes twice, so circles end.
    """
    seen = {person_id}

    def follow(absent: str, depth: int) -> Iterator[PersonOnDay]:
        away = organisation.away().get(absent)
        if away is None or depth > DEEPEST:
            return
        for named in away.stand_ins:
            if named.process not in ("", process) or named.person_id in seen:
                continue
            seen.add(named.person_id)
            person = organisation.person(named.person_id)
            if person is None or person.has_left:
                continue
            if organisation.is_away(person):
                yield from follow(person.id, depth + 1)
            else:
                yield person

    return follow(person_id, 1)
