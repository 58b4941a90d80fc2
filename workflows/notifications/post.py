"""How mails leave the product: what the layer above plugs in, for each installation on its own.

It is kept with the sessions of a database, so that a dry run, which plays on a database of its own, can send nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, cast

from sqlalchemy.orm import Session

from engine import SessionFactory

POST = "post"
"""The key in `Session.info` of what sends the mails of this database."""

KEEP = "keep_mail"
"""The key there of how long mails are kept."""

KEPT_FOR = timedelta(days=180)
ACCEPTED, REFUSED, LATER, BROKEN = "accepted", "refused", "later", "broken"


@dataclass(frozen=True)
class Choice:
    """A decision that can be made from a mail: the id of its link, its words, and whether it is the approval."""

    link_id: int
    label: str
    approves: bool


@dataclass(frozen=True)
class Item:
    """One thing that a mail tells: its kind, its text, what can be decided.

    The id is that of its notification, which leads on; None for many tasks of groups, which lead to the inbox. To
    somebody outside of the organisation it is the link with the id `form_link` that leads on, or nothing.
    """

    notification_id: int | None
    kind: str
    text: str
    choices: tuple[Choice, ...] = ()
    form_link: int | None = None


@dataclass(frozen=True)
class Letter:
    """A mail as it is to be written: to whom, which kind (notice or digest), and what it tells, the oldest first."""

    mail_id: int
    kind: str
    person_id: str
    name: str
    address: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Delivery:
    """What became of a letter.

    Accepted by the server; refused for good; to be tried later; broken: the server may have had it or not.
    """

    mail_id: int
    state: str
    problem: str = ""


class Post(Protocol):
    """Sends letters. Implemented in the layer above."""

    def send(self, letters: Sequence[Letter]) -> Iterator[Delivery]:
        """Send each letter and tell at once what became of it. Never raises because of a server or an address."""


def use_post(factory: SessionFactory, post: Post, *, keep: timedelta = KEPT_FOR) -> None:
    """Send the mails of this database through `post`, and forget each so long after it was sent (`keep`)."""
    factory.configure(info={**(factory.kw.get("info") or {}), POST: post, KEEP: keep})


def kept_for(session: Session) -> timedelta:
    """How long a mail is kept after it was sent, or could not be."""
    return cast("timedelta", session.info.get(KEEP, KEPT_FOR))


def is_set_up(session: Session) -> bool:
    """Whether mail is set up for the database of this session."""
    return POST in session.info


def post_of(session: Session) -> Post:
    """What sends mails; only where `is_set_up`."""
    return cast("Post", session.info[POST])
