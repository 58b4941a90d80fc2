"""What stands in a mail: what its notifications tell as they stand now, and what can be decided from it.

Never an answer, a rating or an amount: a mail says what waits and where; the rest is read in the product, by whoever
may read it then (R20).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.notifications.deciding import offer_choices
from workflows.notifications.mattering import is_of_open_task, matters
from workflows.notifications.models import (
    ANSWER,
    ASKED,
    CHANGED,
    ESCALATION,
    EXTENDED,
    GROUP_TASK,
    MENTION,
    OF_OPEN_TASKS,
    PASSED_OVER,
    RECALLED,
    RELEASE,
    RELEASED,
    SENT_BACK,
    TO_CLOSE,
    VOTE,
    Mail,
    Notification,
)
from workflows.notifications.post import Item, Letter
from workflows.notifications.reading import MOST_ALIKE
from workflows.outside.links import make_links
from workflows.outside.models import OutsideAddress
from workflows.people.facts import valid_on
from workflows.people.models import TERMINATED, Person, PersonVersion
from workflows.people.outside import is_outside, plain_name
from workflows.routing.facts import day_of

TOGETHER = {
    GROUP_TASK: "{count} tasks wait for groups of yours.",
    CHANGED: "{count} tasks of yours have another deadline or form. Which ones you see in Reviewflow.",
    EXTENDED: "There is more time for {count} tasks of yours. Until when, and why, you read in Reviewflow.",
}
"""What is told of many at once, because what brings it concerns many."""

MOST_DECISIONS = 5
"""Of how many tasks a mail offers to decide them; it is no list to be worked off."""


NOT_THEIRS = (ESCALATION, GROUP_TASK)
"""The kinds about tasks that whoever is told does not hold."""

IN_FULL = {*OF_OPEN_TASKS, MENTION, RELEASE, RECALLED, PASSED_OVER, RELEASED, CHANGED, ASKED, ANSWER, TO_CLOSE}
"""The kinds whose text names a step, people and days, or is what HR wrote for everybody; no other text is mailed."""

INSTEAD = {
    SENT_BACK: "Something you have a part in was sent back. Who did it and why you read in Reviewflow.",
    EXTENDED: "There is more time for a task of yours. Until when, and why, you read in Reviewflow.",
    VOTE: "A vote you have a part in is settled. What it came to you read in Reviewflow.",
}
ANYTHING = "There is something new for you in Reviewflow."


def write_letters(session: Session, mails: Sequence[Mail], now: datetime) -> dict[int, Letter]:
    """The letters of these mails by id; one that has nothing to tell any more, or nobody to be told, is left out."""
    people = _present(session, {mail.person_id for mail in mails}, now)
    ids = [mail.id for mail in mails]
    found = session.scalars(select(Notification).where(Notification.mail_id.in_(ids)).order_by(Notification.id)).all()
    told: dict[int, list[Notification]] = {}
    for one in _latest(matters(session, found, now)):
        told.setdefault(one.mail_id or 0, []).append(one)
    choices = offer_choices(session, _decidable(told.values()), now)
    links = make_links(session, _asked_outside(told.values()), now)
    letters = {}
    for mail in mails:
        if mail.id in told and mail.person_id in people:
            name, address = people[mail.person_id]
            items = [
                Item(
                    one.id,
                    one.kind,
                    _words(one),
                    choices.get(one.task_id or 0, ()),
                    links.get((one.task_id or 0, one.person_id)) if is_of_open_task(one) else None,
                )
                for one in told[mail.id]
            ]
            letters[mail.id] = Letter(mail.id, mail.kind, mail.person_id, name, address, tuple(_gather(items)))
    return letters


def _gather(items: Sequence[Item]) -> Iterator[Item]:
    """The items of a mail; of many of a kind that comes for many tasks at once one line tells.

    Whoever is outside has no list of tasks to be led to: each stays with its own link.
    """
    counts = Counter(item.kind for item in items)
    told = set()
    for item in items:
        if item.form_link is not None or item.kind not in TOGETHER or counts[item.kind] <= MOST_ALIKE:
            yield item
        elif item.kind not in told:
            told.add(item.kind)
            # Tasks of groups lead to the inbox; what is alike leads there by the first of them.
            first = None if item.kind == GROUP_TASK else item.notification_id
            yield Item(first, item.kind, TOGETHER[item.kind].format(count=counts[item.kind]))


def _words(one: Notification) -> str:
    if one.kind in IN_FULL or is_outside(one.person_id):
        return one.text
    return INSTEAD.get(one.kind, ANYTHING)


def _latest(found: Iterable[Notification]) -> Iterable[Notification]:
    """Of what a mail tells several times of a task that waits the newest: that is what is true."""
    latest: dict[tuple[object, ...], Notification] = {}
    for one in found:
        latest[(one.mail_id, one.task_id) if is_of_open_task(one) else (one.id,)] = one
    return latest.values()


def _decidable(told: Iterable[Sequence[Notification]]) -> dict[int, str]:
    """Of which tasks their holders are offered to decide them: the first ones of each mail."""
    return {
        one.task_id: one.person_id
        for notifications in told
        for one in [one for one in notifications if one.task_id and _is_theirs(one)][:MOST_DECISIONS]
        if one.task_id
    }


def _is_theirs(one: Notification) -> bool:
    return one.kind not in NOT_THEIRS and not is_outside(one.person_id)


def _asked_outside(told: Iterable[Sequence[Notification]]) -> set[tuple[int, str]]:
    """The tasks that people outside are told to do, each with whom."""
    found = (one for notifications in told for one in notifications if is_outside(one.person_id))
    return {(one.task_id, one.person_id) for one in found if one.task_id and is_of_open_task(one)}


def _present(session: Session, people: set[str], now: datetime) -> dict[str, tuple[str, str]]:
    """The name and the address of those who have not left, and of those outside whose address is kept."""
    rows = session.execute(
        select(Person.id, Person.name, Person.email)
        .join(PersonVersion, PersonVersion.person_id == Person.id)
        .where(Person.id.in_(people), valid_on(PersonVersion, day_of(now)), PersonVersion.status != TERMINATED)
    )
    found = {person_id: (name, address) for person_id, name, address in rows}
    if outside := {one for one in people if is_outside(one)}:
        of_them = (
            select(Person.id, Person.name, OutsideAddress.address)
            .join(OutsideAddress, OutsideAddress.person_id == Person.id)
            .where(Person.id.in_(outside))
        )
        found |= {person_id: (plain_name(name), address) for person_id, name, address in session.execute(of_them)}
    return found
