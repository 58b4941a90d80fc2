"""From a letter to a message: plain words, as text and as HTML, with one button.

Subject lines stand on locked phones and in lists that others see: they name neither people nor steps.
"""

import hashlib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from webapp.mail.links import Links
from workflows.notifications.models import (
    ANSWER,
    ASKED,
    CHANGED,
    DIGEST,
    ESCALATION,
    EXTENDED,
    GROUP_TASK,
    MENTION,
    NEW_TASK,
    NOT_NEEDED,
    OVERDUE,
    PASSED_OVER,
    RECALLED,
    RELEASE,
    RELEASED,
    REMINDER,
    SENT_BACK,
    TO_CLOSE,
    VOTE,
)
from workflows.notifications.post import Item, Letter
from workflows.outside.links import VALID_FOR
from workflows.people.outside import is_outside

_TEMPLATES = Environment(
    loader=PackageLoader("webapp.mail"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

ANYTHING_NEW = "Something new for you"
SUBJECTS = {
    OVERDUE: "A task of yours is overdue",
    REMINDER: "A task of yours is due soon",
    NEW_TASK: "A task waits for you",
    GROUP_TASK: "A task waits for a group of yours",
    ESCALATION: "A task of somebody else is overdue",
    MENTION: "You were mentioned in a comment",
    ASKED: "A question for you",
    ANSWER: "What you asked is answered",
    RELEASE: "Your review is ready to read",
    SENT_BACK: "Something was sent back",
    RECALLED: "A task of yours is taken back for now",
    PASSED_OVER: "A review has gone on without a task of yours",
    RELEASED: "A task is back with its group",
    EXTENDED: "More time for a task of yours",
    CHANGED: "A task of yours has changed",
    VOTE: "A vote is settled",
    TO_CLOSE: "A ranking waits for you to close it",
}
OUTSIDE_SUBJECTS = {
    NEW_TASK: "Your feedback is asked for",
    REMINDER: "Your feedback is due soon",
    OVERDUE: "Your feedback is overdue",
    EXTENDED: "You have more time for your feedback",
    CHANGED: "Your feedback: something has changed",
    NOT_NEEDED: "Your feedback is not needed any more",
}
HEADINGS = {
    OVERDUE: "Overdue",
    REMINDER: "Due soon",
    NEW_TASK: "New for you",
    GROUP_TASK: "New for your groups",
    ESCALATION: "Overdue with somebody else",
    MENTION: "Mentions of you",
    ASKED: "You are asked",
    ANSWER: "Answers for you",
    RELEASE: "Your review",
    SENT_BACK: "Sent back",
    RECALLED: "Taken back for now",
    PASSED_OVER: "Gone on without you",
    RELEASED: "Back with the group",
    EXTENDED: "More time",
    CHANGED: "Changed for you",
    NOT_NEEDED: "Not needed any more",
    VOTE: "Votes",
    TO_CLOSE: "To be closed",
}
BUTTONS = {
    OVERDUE: "Open the task",
    REMINDER: "Open the task",
    NEW_TASK: "Open the task",
    GROUP_TASK: "See whether you take it",
    CHANGED: "Open the task",
    ESCALATION: "See where it stands",
    MENTION: "Read the comment",
    ASKED: "Read and answer it",
    ANSWER: "Read the answer",
    RELEASE: "Read your review",
}


def compose(letter: Letter, links: Links, *, sender: str, now: datetime) -> EmailMessage:
    """The message of a letter. Raises ValueError for an address that is none."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Reviewflow", addr_spec=sender)
    message["To"] = Address(_line(letter.name), addr_spec=letter.address)
    message["Subject"] = subject_of(letter)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = _message_id(letter, links)
    message["Auto-Submitted"] = "auto-generated"
    if letter.kind == DIGEST:
        message["List-Unsubscribe"] = f"<{links.unsubscription(letter.person_id)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    words = _words(letter, links)
    message.set_content(_TEMPLATES.get_template("mail/message.txt").render(words))
    message.add_alternative(_TEMPLATES.get_template("mail/message.html").render(words), subtype="html")
    return message


def subject_of(letter: Letter) -> str:
    """What the letter is about, in a line that anybody may read."""
    count = len(letter.items)
    if is_outside(letter.person_id):
        kinds = {item.kind for item in letter.items}
        return OUTSIDE_SUBJECTS[kinds.pop() if len(kinds) == 1 else NEW_TASK]
    if letter.kind == DIGEST:
        return "Your day in Reviewflow: " + ("1 thing" if count == 1 else f"{count} things")
    return (
        SUBJECTS.get(letter.items[0].kind, ANYTHING_NEW) if count == 1 else f"{count} things wait for you in Reviewflow"
    )


def _words(letter: Letter, links: Links) -> dict[str, Any]:
    order = list(HEADINGS)
    items = sorted(letter.items, key=lambda item: order.index(item.kind) if item.kind in order else len(order))
    [only] = items if len(items) == 1 else [None]
    return {
        "subject": subject_of(letter),
        "name": _line(letter.name),
        "items": [_shown(item, links) for item in items],
        "button": _button(letter, only, links),
        "is_outside": is_outside(letter.person_id),
        "has_link": any(item.form_link is not None for item in items),
        "days": VALID_FOR.days,
        "digest": letter.kind == DIGEST,
        "preferences": links.preferences(),
        "unsubscription": links.unsubscription(letter.person_id) if letter.kind == DIGEST else "",
    }


def _button(letter: Letter, only: Item | None, links: Links) -> tuple[str, str] | None:
    """Where the mail leads as a whole; somebody outside has nothing but the form of each thing."""
    if is_outside(letter.person_id):
        return None if only is None or only.form_link is None else ("Open the form", links.form(only.form_link))
    if only is None:
        return "Open Reviewflow", links.home()
    return BUTTONS.get(only.kind, "See what it is"), _address(only, links)


def _shown(item: Item, links: Links) -> dict[str, Any]:
    return {
        "heading": HEADINGS.get(item.kind, ANYTHING_NEW),
        "text": _line(item.text),
        "address": "" if item.kind == NOT_NEEDED else _address(item, links),
        "choices": [(_line(choice.label), links.decision(choice.link_id)) for choice in item.choices],
    }


def _address(item: Item, links: Links) -> str:
    if item.form_link is not None:
        return links.form(item.form_link)
    return links.groups() if item.notification_id is None else links.item(item.notification_id)


def _line(text: str) -> str:
    """The text on one line: what people have written never makes a header or a paragraph of its own."""
    return " ".join(text.split())


def _message_id(letter: Letter, links: Links) -> str:
    """The same for the same mail, so that whoever gets it twice after all sees it once."""
    place = urlsplit(links.base).hostname or "localhost"
    key = hashlib.sha256(f"{links.unsubscription(letter.person_id)} {letter.mail_id}".encode()).hexdigest()[:16]
    return f"<{letter.mail_id}.{key}@{place}>"
