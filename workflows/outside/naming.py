"""From the answers of a form to somebody outside of the organisation: reading them, looking them up, keeping them.

An address that belongs to somebody at work here is that person: nobody gets a second identity by naming themselves.
"""

import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from workflows.notifications.post import is_set_up
from workflows.outside.models import OutsideAddress
from workflows.outside.steps import answers_of, find_answers_problem
from workflows.people.facts import valid_on
from workflows.people.models import TERMINATED, Person, PersonVersion
from workflows.people.outside import OUTSIDE, called_outside

LONGEST_NAME = 80
LONGEST_ADDRESS = 254
NO_ADDRESS = "No e-mail address was given."
WRONG_ADDRESS = "What was given is no e-mail address."
NO_NAME = "No name was given with the e-mail address."
WRONG_NAME = "What was given with the e-mail address is no name."
# The plain addresses of RFC 5321 that people have: no quotes, no comments, no bare hosts, nothing that is not printed.
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_WORD}(?:\.{_WORD})*@(?:{_LABEL}\.)+{_LABEL}(?<=[A-Za-z0-9]{{2}})")
# What stands in a mail to a stranger is a name: it leads nowhere.
_NEVER_IN_NAMES = re.compile(r"[^\w\s.,'’\-]|\d|_|\w\w\.\w\w|www", re.IGNORECASE)


@dataclass(frozen=True)
class Outsider:
    """Somebody named by an address and a name.

    `person_id` is empty as long as nobody knows them; `is_colleague` where the address belongs to somebody at work
    here. `problem` says, as a sentence, why they cannot be written to.
    """

    name: str = ""
    address: str = ""
    person_id: str = ""
    is_colleague: bool = False
    problem: str = ""

    @property
    def is_misnamed(self) -> bool:
        """Whether it is their name that stands in the way, and not their address."""
        return self.problem in (NO_NAME, WRONG_NAME)


def read_outsider(address: Any, name: Any) -> Outsider:
    """Somebody as answered, looked up nowhere yet; `problem` says what is wrong with the answers."""
    address, name = (" ".join(one.split()) if isinstance(one, str) else "" for one in (address, name))
    if not address:
        return Outsider(problem=NO_ADDRESS)
    if len(address) > LONGEST_ADDRESS or not address.isascii() or not _ADDRESS.fullmatch(address):
        return Outsider(problem=WRONG_ADDRESS)
    if not name:
        return Outsider(problem=NO_NAME)
    if len(name) > LONGEST_NAME or _NEVER_IN_NAMES.search(name):
        return Outsider(problem=WRONG_NAME)
    return Outsider(name, address)


def outsider_of(argument: str, variables: Mapping[str, Any]) -> Outsider:
    """Somebody whom the variables name that the `argument` of the actor tells; see `read_outsider`."""
    if find_answers_problem(argument) is not None:
        return Outsider(problem="The process does not say which answers name them.")
    address, name = answers_of(argument)
    return read_outsider(variables.get(address), variables.get(name))


def look_up(session: Session, named: Sequence[Outsider], day: date) -> list[Outsider]:
    """The same with who they are, as far as they are known; two statements where anybody can be written to."""
    wanted = {one.address.lower() for one in named if not one.problem}
    if not wanted:
        return list(named)
    colleagues = list_colleagues(session, wanted, day)
    known = _list_known(session, wanted)
    return [_known(session, one, colleagues, known) for one in named]


def _known(
    session: Session, one: Outsider, colleagues: Mapping[str, str], known: Mapping[tuple[str, str], str]
) -> Outsider:
    address = one.address.lower()
    if one.problem:
        return one
    if address in colleagues:
        return replace(one, person_id=colleagues[address], is_colleague=True)
    if not is_set_up(session):
        return replace(one, problem="No mail is sent from here, so nobody outside can be asked.")
    return replace(one, person_id=known.get((address, called_outside(one.name)), ""))


def list_colleagues(session: Session, addresses: Collection[str], day: date) -> dict[str, str]:
    """Who works here on a day under these addresses, which are in small letters; one statement."""
    address = func.lower(Person.email)
    rows = session.execute(
        select(address, Person.id)
        .join(PersonVersion, PersonVersion.person_id == Person.id)
        .where(address.in_(addresses), valid_on(PersonVersion, day), PersonVersion.status != TERMINATED)
    )
    return dict(rows.all())


def _list_known(session: Session, addresses: set[str]) -> dict[tuple[str, str], str]:
    address = func.lower(OutsideAddress.address)
    rows = session.execute(
        select(address, Person.name, Person.id)
        .join(Person, Person.id == OutsideAddress.person_id)
        .where(address.in_(addresses))
    )
    return {(found, name): person_id for found, name, person_id in rows}


def introduce(session: Session, found: Outsider, now: datetime) -> Outsider:
    """The same with an id: kept as somebody outside where nobody knew them yet. Two statements at most."""
    if found.person_id or found.problem:
        return found
    person_id = OUTSIDE + secrets.token_hex(8)
    # They belong to no organisation: what only the HR system knows of people is left at its plainest.
    person = {
        "id": person_id,
        "name": called_outside(found.name),
        "email": person_id,
        "language": "en",
        "time_zone": "UTC",
        "hire_date": now.date(),
    }
    session.execute(insert(Person), [person])
    session.execute(insert(OutsideAddress), [{"person_id": person_id, "address": found.address, "named_at": now}])
    return replace(found, person_id=person_id)
