"""Mail as whoever runs an installation sees it: what to set, what is sent, what status says."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, jobs, queue
from engine.database import transaction
from tests.services.smtp import run_mail_server
from tests.webapp.commands.conftest import Program
from webapp.commands.installation import open_installation
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import FAILED, MENTION, Mail
from workflows.people.models import Person


def test_what_the_environment_names_sends_the_mails_and_status_says_how_it_stands(
    company: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Mail: not set up, people are told inside Reviewflow alone." in company("status").out
    with run_mail_server() as server:
        given = {
            "MAIL_HOST": "127.0.0.1",
            "MAIL_PORT": str(server.port),
            "MAIL_SECURITY": "none",
            "MAIL_SENDER": "reviews@company.example",
            "BASE_ADDRESS": "https://reviews.company.example",
        }
        for name, value in given.items():
            monkeypatch.setenv(f"REVIEWFLOW_{name}", value)
        installation = open_installation()
        # A worker process connects anew, and sends all the same.
        factory = queue.connect_again(installation.factory)
        with transaction(factory) as session:
            person = session.scalars(select(Person).order_by(Person.id)).first()
            assert person is not None
            inform(session, [Notice(person.id, MENTION, "You were mentioned.")], clock.now())
        # Within five days there is a working hour for everybody.
        for hour in range(5 * 24):
            jobs.drain(factory, now=lambda hour=hour: clock.now() + timedelta(hours=hour))  # type: ignore[misc]
        assert [str(message["To"].addresses[0].addr_spec) for message in server.messages] == [person.email]
    assert "Mail: set up, everything was sent." in company("status").out
    with transaction(factory) as session:
        session.scalars(select(Mail)).one().state = FAILED
    assert "Mail: 1 did not arrive: see the page Mail." in company("status").out
    found = company("status", "--json").json
    assert isinstance(found, dict)
    assert found["mail"] == {"set_up": True, "waiting": 0, "failed": 1, "unknown": 0}
    factory.kw["bind"].dispose()
    installation.engine.dispose()
