"""The cycle that asks clients, with a real mail server behind it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Task, clock
from tests.services.smtp import MailServer, run_mail_server
from tests.webapp.mail.conftest import BASE, KEY, mail_settings, words
from tests.webapp.reviewing import Review
from tests.workflows.outside.feedback import nominate, package
from tests.workflows.small_cycle import empty_database
from webapp import create_app
from webapp.mail.smtp import SmtpPost
from webapp.settings import Settings
from workflows.notifications.post import use_post


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server of the test's own."""
    with run_mail_server() as server:
        yield server


@pytest.fixture
def clients(settings: Settings, mail_server: MailServer, tmp_path: Path) -> Iterator[Review]:
    """The cycle that asks clients, on a Monday morning."""
    with empty_database(f"sqlite:///{tmp_path / 'clients.db'}") as factory, clock.travelling():
        used = settings.model_copy(update={"secret_key": KEY})
        review = Review(factory, app=create_app(used, session_factory=factory))
        use_post(factory, SmtpPost(mail_settings(mail_server, settings, secret_key=KEY)))
        review.launch(package())
        review.give_accounts()
        review.travel(days=1, hours=3)
        yield review


def link_for(mail_server: MailServer, who: str = "vera") -> str:
    """The path of the link in the last mail to a client."""
    text = words(mail_server.to(who)[-1])
    [address] = set(re.findall(rf"{BASE}(/outside/\S+)", text))
    return str(address)


def ask_vera(clients: Review, mail_server: MailServer) -> tuple[Task, str]:
    """Ann has named Vera: the task, and the path of the link in her mail."""
    task = nominate(clients)
    clients.travel(days=1)
    return task, link_for(mail_server)
