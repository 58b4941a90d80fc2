"""Comments on a case, and telling whom they mention.

Those who work on a case read and write them; its subject does not, and is never told. A mention tells only people who
may see the case themselves: a comment never opens it to anybody.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from engine import NotFound, Rejection, Task
from workflows.cases.models import Comment
from workflows.cycles.models import Case
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import MENTION
from workflows.people.accounts import HR
from workflows.people.models import Account, Person
from workflows.people.outside import is_inside
from workflows.people.plain import plain
from workflows.reviews.roles import roles_in_case

LONGEST = 4000
MOST_MENTIONS = 20
_MENTION = re.compile(r"(?<!\w)@(\w[\w.'’-]*)")


@dataclass(frozen=True)
class ShownComment:
    """A comment as it is read."""

    author_id: str
    author: str
    text: str
    written_at: datetime


@dataclass(frozen=True)
class Written:
    """What became of a comment: the names of those who were told, and the mentions that told nobody."""

    told: list[str]
    unknown: list[str]


def may_comment(session: Session, case: Case, person_id: str, account_roles: frozenset[str]) -> bool:
    """Whether somebody works on a case, and so reads and writes its comments."""
    return bool(roles_in_case(session, case, person_id, account_roles) - {"subject"})


def find_case(session: Session, case_id: int, person_id: str, account_roles: frozenset[str]) -> Case:
    """The case, for somebody who works on it. Raises NotFound."""
    case = session.get(Case, case_id)
    if case is None or not may_comment(session, case, person_id, account_roles):
        raise NotFound("There is no such case, or it is not yours to see.")
    return case


def list_comments(session: Session, case: Case) -> list[ShownComment]:
    """The comments on a case, the oldest first; one statement. The caller checks that the reader works on it."""
    rows = session.execute(
        select(Comment.author, Person.name, Comment.text, Comment.written_at)
        .join(Person, Person.id == Comment.author)
        .where(Comment.case_id == case.id)
        .order_by(Comment.id)
    )
    return [ShownComment(*row) for row in rows]


def write_comment(
    session: Session, case: Case, text: str, *, by: str, now: datetime, task_id: int | None = None
) -> Written:
    """Add a comment and tell the people it mentions, who are written as `@Name`.

    The caller checks that `by` works on the case. Raises Rejection for a text that is empty or too long.
    """
    text = text.replace("\0", "").strip()
    if not 0 < len(text) <= LONGEST:
        raise Rejection(f"Write a comment of at most {LONGEST:,} characters.")
    session.add(Comment(case_id=case.id, task_id=task_id, author=by, text=text, written_at=now))
    session.flush()
    colleagues = {one.id: one for one in _colleagues(session, case) if one.id not in (by, case.person_id)}
    mentioned, unknown = _mentioned(text, colleagues.values())
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_((by, case.person_id)))).all())
    told = f"{names[by]} mentioned you in a comment on the review of {names[case.person_id]}."
    inform(session, [Notice(one.id, MENTION, told, case_id=case.id) for one in mentioned], now)
    return Written([one.name for one in mentioned], unknown)


def list_colleagues(session: Session, case: Case, person_id: str) -> list[str]:
    """The names of those who can be mentioned by this person, by name."""
    return sorted(one.name for one in _colleagues(session, case) if one.id != person_id)


def _colleagues(session: Session, case: Case) -> list[Person]:
    """Whoever may see the case by the roles of `roles_in_case`: its manager, who has or had a task in it, and HR."""
    tasks = (Task.root_id == case.root_id) & (Task.subject == case.person_id) & (Task.state != "cancelled")
    staff = select(Account.person_id).where(cast(Account.roles, String).contains(f'"{HR}"'))
    concerned = or_(
        Person.id == case.manager_id,
        Person.id.in_(select(Task.assignee).where(tasks)),
        Person.id.in_(select(Task.closed_by).where(tasks)),
        Person.id.in_(staff),
    )
    return list(session.scalars(select(Person).where(concerned, Person.id != case.person_id, is_inside(Person.id))))


def _mentioned(text: str, colleagues: Iterable[Person]) -> tuple[list[Person], list[str]]:
    """Who is meant by each `@`: by the whole name, or by a first name that only one of them has."""
    everybody = sorted(colleagues, key=lambda one: -len(one.name))
    found: dict[str, Person] = {}
    unknown = []
    for match in list(_MENTION.finditer(text))[:MOST_MENTIONS]:
        said = plain(text[match.start() + 1 :])
        whole = [one for one in everybody if re.match(rf"{re.escape(plain(one.name))}(?!\w)", said)]
        first = [one for one in everybody if plain(one.name).split()[0] == plain(match.group(1)).rstrip(".")]
        if whole or len(first) == 1:
            person = (whole or first)[0]
            found[person.id] = person
        else:
            unknown.append(match.group(0))
    return list(found.values()), unknown
