"""What arrives at a real mail server: the words, the links, who gets it; and what a server may do to a mail."""

import re
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from engine.database import transaction
from tests.services.smtp import PASSWORD, USER, MailServer, run_mail_server
from tests.webapp.mail.conftest import BASE, Told, mail_settings, words
from tests.webapp.reviewing import Review
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import LONG
from webapp.mail.composing import compose
from webapp.mail.links import Links
from webapp.mail.smtp import SmtpPost
from webapp.settings import Settings
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import DIGEST, MENTION, NOTICE, RELEASE, Mail
from workflows.notifications.post import Item, Letter, use_post


def tell(review: Review, *people: str) -> None:
    with transaction(review.factory) as session:
        inform(session, [Notice(who, MENTION, f"Ben mentioned you, {who}.") for who in people], review.now)
    review.work()
    review.travel(minutes=1)


def problems(review: Review) -> list[tuple[str, str, str]]:
    with review.factory() as session:
        return [(mail.person_id, mail.state, mail.problem) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def test_a_mail_says_what_waits_and_leads_there_and_nothing_else(told: Told) -> None:
    message = told.message
    text, html = words(message), words(message, "html")
    assert (message["Subject"], message["From"]) == ("A task waits for you", "Reviewflow <reviews@company.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert "“Second-level approval” for Ann waits for you. It is due on " in text
    assert f"{BASE}/notifications/" in text
    assert "Approve the review (you confirm it first):" in text
    assert html.count("Open the task") == 1
    assert all(part in html for part in ("Approve the review", "Send it back to the manager", "Hello Mara"))
    # No answer, no rating, and in the subject line no name either.
    for content in (text, html):
        assert LONG not in content
        assert "rating" not in content.lower()
    assert not any(name in str(message["Subject"]) for name in ("Ann", "Mara", "Second"))
    assert all(address.startswith(BASE) for address in re.findall(r"https?://[^\s\"<]+", text + html))


def test_the_digest_comes_in_the_morning_and_can_be_ended_with_one_click(
    mailed: Review, mail_server: MailServer
) -> None:
    mailed.travel(days=8)
    [digest] = mail_server.to("ann")
    assert digest["Subject"] == "Your day in Reviewflow: 1 thing"
    assert "“Self-assessment” is due on 6 December 2026." in words(digest)
    address = str(digest["List-Unsubscribe"]).strip("<>")
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in words(digest)
    # Looking at the page changes nothing; the click of a mail program, which has no page of ours, does.
    path, client = address.removeprefix(BASE), mailed.app.test_client()
    assert "No daily digest any more?" in client.get(path).text
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    mailed.travel(days=7)
    assert [str(one["Subject"]) for one in mail_server.to("ann")] == [
        "Your day in Reviewflow: 1 thing",
        # What was chosen to come at once still does.
        "A task of yours is overdue",
    ]
    assert client.post(f"{path}x").status_code == 404


def test_several_mails_go_over_one_connection_and_one_refusal_stops_no_other(
    mailed: Review, mail_server: MailServer
) -> None:
    mail_server.answers = {"ben@company.example": "550 No such user here", "mara@company.example": "451 Try again"}
    before = mail_server.connections
    tell(mailed, "ben", "mara", "olga")
    assert [str(message["To"]) for message in mail_server.messages] == ["Olga <olga@company.example>"]
    assert mail_server.connections == before + 1
    assert problems(mailed) == [
        ("ben", "failed", "The mail server said: 550 No such user here"),
        ("mara", "waiting", "The mail server said: 451 Try again"),
        ("olga", "sent", ""),
    ]
    # HR sees it, puts the address right, and sends it again.
    hugo = mailed.browser("hugo")
    assert "550 No such user here" in hugo.open("/mail").text
    mail_server.answers = {}
    hugo.send("/mail/1/sending")
    assert "Every mail has arrived" in hugo.page.text
    mailed.travel(minutes=2)
    assert [len(mail_server.to(who)) for who in ("ben", "mara", "olga")] == [1, 1, 1]
    hugo.send("/mail/1/sending")
    assert hugo.page.status_code == 409


def test_a_connection_that_breaks_at_the_end_leaves_a_mail_that_is_never_sent_twice(
    mailed: Review, mail_server: MailServer
) -> None:
    mail_server.breaks = True
    tell(mailed, "ben")
    mail_server.breaks = False
    mailed.travel(days=2)
    assert len(mail_server.to("ben")) == 1
    hugo = mailed.browser("hugo")
    assert "Sending it again may bring it twice" in hugo.open("/mail").text
    hugo.send("/mail/1/dismissal")
    assert "Every mail has arrived" in hugo.page.text


def test_a_server_that_is_away_is_tried_again(review: Review, settings: Settings) -> None:
    with run_mail_server() as server:
        use_post(review.factory, SmtpPost(mail_settings(server, settings)))
    review.travel(days=1, hours=3)
    tell(review, "ben")
    [(_, state, problem)] = problems(review)
    assert (state, problem[:40]) == ("waiting", "The mail server cannot be reached. Check")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "certificate.pem", folder / "key.pem"
    made_for = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    where = ["-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run(["openssl", "req", *kind, *made_for, *where], check=True, capture_output=True)
    return files


@pytest.fixture
def strict_server(certificate: tuple[Path, Path]) -> Iterator[MailServer]:
    """A server that speaks TLS and lets in only whoever knows the password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    with run_mail_server(tls=context) as server:
        yield server


def test_over_tls_with_a_password_from_a_file(
    review: Review,
    strict_server: MailServer,
    certificate: tuple[Path, Path],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    given = mail_settings(strict_server, settings, mail_security="starttls", mail_user=USER, mail_password_file=secret)
    assert PASSWORD not in repr(given)
    letter = Letter(1, NOTICE, "ben", "Ben", "ben@company.example", (Item(1, MENTION, "You were mentioned."),))
    # A certificate that nobody vouches for is not believed.
    [distrusted] = SmtpPost(given).send([letter])
    assert (distrusted.state, distrusted.problem[:47]) == ("later", "The mail server could not prove who it is, or s")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    wrong = given.model_copy(update={"mail_password": "something else"})
    [kept_out] = SmtpPost(wrong).send([letter])
    assert "did not let Reviewflow in" in kept_out.problem
    [accepted] = SmtpPost(given).send([letter])
    assert (accepted.state, len(strict_server.messages)) == ("accepted", 1)
    assert PASSWORD not in caplog.text + distrusted.problem + kept_out.problem


def test_what_people_write_makes_no_header_and_no_markup() -> None:
    name = "Ann\r\nBcc: all@company.example <b>"
    items = (Item(1, RELEASE, "Your review:\n<script>alert(1)</script>"), Item(2, MENTION, "Ben & Co."))
    letter = Letter(7, DIGEST, "ann", name, "ann@company.example", items)
    message = compose(letter, Links(BASE, "k" * 40), sender="reviews@company.example", now=NOW)
    assert message["Bcc"] is None
    html = words(message, "html")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "Ben &amp; Co." in html
    assert b"\nBcc:" not in message.as_bytes()
    with pytest.raises(ValueError, match="address"):
        compose(
            Letter(8, NOTICE, "ann", "Ann", "ann at home\nBcc: x", items),
            Links(BASE, "k" * 40),
            sender="a@b.example",
            now=NOW,
        )


def test_the_addresses_in_mails_are_addresses_of_the_application(app: Flask) -> None:
    links = Links(BASE, app.config["SECRET_KEY"])
    made = [links.home(), links.item(1), links.preferences(), links.decision(1), links.unsubscription("ann")]
    router = app.url_map.bind("reviews.company.example")
    assert [router.match(address.removeprefix(BASE))[0] for address in made] == [
        "home.show_home",
        "notifications.open_one",
        "notifications.show_preferences",
        "mail.show_decision",
        "mail.show_unsubscription",
    ]
