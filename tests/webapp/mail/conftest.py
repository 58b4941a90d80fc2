"""The annual review with a real mail server behind it."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from engine import clock
from engine.database import connect, create_session_factory, transaction
from tests.services.smtp import MailServer, run_mail_server
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW
from webapp import create_app
from webapp.mail.smtp import SmtpPost
from webapp.settings import Settings
from workflows.notifications.post import use_post

BASE = "https://reviews.company.example"
KEY = "the key that mails and pages of these stories have"


def mail_settings(server: MailServer, settings: Settings, **changes: object) -> Settings:
    """The settings of an installation that sends through this server."""
    given = {
        "data_dir": settings.data_dir,
        "base_address": BASE,
        "mail_host": "127.0.0.1",
        "mail_port": server.port,
        "mail_security": "none",
        "mail_sender": "reviews@company.example",
    }
    return Settings.model_validate({**given, **changes})


def words(message: EmailMessage, kind: str = "plain") -> str:
    """What stands in a message, as text or as `html`."""
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def links_in(message: EmailMessage) -> dict[str, str]:
    """The addresses of the decisions that a message offers, by their words."""
    return dict(re.findall(r"^ +(.+) \(you confirm it first\):\s+(\S+)$", words(message), re.MULTILINE))


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server of the test's own."""
    with run_mail_server() as server:
        yield server


@pytest.fixture
def mailed(review: Review, mail_server: MailServer, settings: Settings) -> Review:
    """The review on a Monday morning, with mail set up."""
    use_post(review.factory, SmtpPost(mail_settings(mail_server, settings)))
    return review.travel(days=1, hours=3)


def rate_lowest(review: Review) -> None:
    """Go past the self-assessments; Ann gets the lowest rating, which asks Mara for a second approval."""
    review.travel(days=21)
    with transaction(review.factory) as session:
        [task] = review.open("manager_review", "ann")
        review.submit(session, task, **MANAGER_REVIEW, overall_rating=1, rating_reason=LONG)
    review.work().travel(days=1)


@dataclass(frozen=True)
class Told:
    """The review in a file at the moment when Mara has been told of the second approval, and her mail."""

    path: Path
    now: datetime
    message: EmailMessage


@pytest.fixture(scope="session")
def told(review_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Mara has been told; tests get copies of the file."""
    folder = tmp_path_factory.mktemp("told")
    shutil.copyfile(review_file, folder / "review.db")
    engine = connect(f"sqlite:///{folder / 'review.db'}")
    review = Review(create_session_factory(engine))
    with run_mail_server() as server, clock.travelling():
        settings = mail_settings(server, Settings(data_dir=folder), secret_key=KEY)
        use_post(review.factory, SmtpPost(settings))
        review.travel(days=1, hours=3)
        rate_lowest(review)
        [message] = [one for one in server.to("mara") if "Second-level" in words(one)]
    engine.dispose()
    return Told(folder / "review.db", review.now, message)


@pytest.fixture
def waiting(told: Told, tmp_path: Path) -> Iterator[Review]:
    """The review of Ann waits for Mara, who has been told by mail: the test's own copy."""
    shutil.copyfile(told.path, tmp_path / "review.db")
    engine = connect(f"sqlite:///{tmp_path / 'review.db'}")
    factory = create_session_factory(engine)
    app = create_app(Settings(data_dir=tmp_path, secret_key=KEY), session_factory=factory)
    review = Review(factory, now=told.now, app=app)
    review.root = review.task("second_approval", "ann").root_id
    yield review.work()
    engine.dispose()


@pytest.fixture
def links(told: Told) -> dict[str, str]:
    """The paths of the links in Mara's mail, by their words."""
    return {label: address.removeprefix(BASE) for label, address in links_in(told.message).items()}
