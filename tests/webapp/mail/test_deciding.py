"""Approving or sending back from a mail: asked first, done once, by nobody else, and never past the gate."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import tasks
from engine.database import transaction
from engine.models import Task
from tests.services.smtp import MailServer
from tests.webapp.browsing import Browser
from tests.webapp.mail.conftest import BASE, KEY, links_in, words
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG
from webapp.mail.links import DECISION, UNSUBSCRIPTION, sign
from workflows.notifications.deciding import VALID_FOR
from workflows.notifications.models import DecisionLink

APPROVAL = {"checked": ["evidence", "same_standard", "no_protected_facts"]}


@pytest.fixture
def anybody(waiting: Review) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(waiting.app.test_client())


def task_of(review: Review) -> Task:
    [task] = review.open("second_approval", "ann")
    return task


def test_a_review_is_approved_from_a_mail_once(waiting: Review, links: dict[str, str], anybody: Browser) -> None:
    task, address = task_of(waiting), links["Approve the review"]
    page = anybody.open(address).text
    assert anybody.heading == "Approve the review?"
    assert all(fact in page for fact in ("You decide this as Mara", "Second-level approval", "Ann", "Rating"))
    assert waiting.again(task).state == "open"
    # The form asks for everything but the decision, and is checked as ever.
    assert 'name="outcome"' not in page
    anybody.send(address)
    assert anybody.page.status_code == 422
    assert waiting.again(task).state == "open"
    anybody.client.post(address, data={"csrf_token": anybody.token(), **APPROVAL})
    done = waiting.again(task)
    assert (done.state, done.closed_by) == ("completed", "mara")
    for answer in (anybody.open(address), anybody.send(address, checked="evidence")):
        assert answer.status_code == 409
        assert "This link has been used already" in answer.text
    # So has the other one of the same mail lost its task.
    assert "has been completed already" in anybody.open(links["Send it back to the manager"]).text


def test_sending_back_asks_for_the_reason(waiting: Review, links: dict[str, str], anybody: Browser) -> None:
    task, address = task_of(waiting), links["Send it back to the manager"]
    assert "What should the manager change?" in anybody.open(address).text
    data = {"csrf_token": anybody.token(), **APPROVAL, "reason": LONG, "outcome": "approve"}
    assert "Send it back to the manager. The process has gone on." in anybody.client.post(address, data=data).text
    assert waiting.again(task).state == "completed"
    # The outcome is that of the link, whatever else was sent.
    assert [one.assignee for one in waiting.open("manager_review", "ann")] == ["ben"]


def refused(answer: TestResponse, review: Review, reason: str) -> None:
    assert reason in answer.text
    assert review.open("manager_review", "ann") == []
    assert review.case("ann").released_at is None


def test_a_link_that_is_old_or_overtaken_says_so_kindly(
    waiting: Review, links: dict[str, str], anybody: Browser
) -> None:
    task, address = task_of(waiting), links["Approve the review"]
    anybody.open(address)
    send = {"csrf_token": anybody.token(), **APPROVAL}
    # The task goes to somebody else and comes back: it is another revision of it.
    for to in ("olga", "mara"):
        with transaction(waiting.factory) as session:
            tasks.reassign(session, task.id, to=to, by="hugo", reason="", now=waiting.now)
        answer = anybody.client.post(address, data=send)
        assert answer.status_code == 409
        words = {"olga": "is with somebody else by now", "mara": "has changed since the mail was sent"}
        assert words[to] in answer.text
    assert waiting.again(task).state == "open"
    with transaction(waiting.factory) as session:
        session.get_one(DecisionLink, 1).expires_at = waiting.now - timedelta(seconds=1)
    assert "This link has expired" in anybody.open(address).text
    assert timedelta(days=1) < VALID_FOR < timedelta(days=15)


def test_a_link_is_for_whom_it_was_sent_to_and_cannot_be_made_up(
    waiting: Review, links: dict[str, str], anybody: Browser
) -> None:
    task, address = task_of(waiting), links["Approve the review"]
    # Ben, who is signed in, has got hold of the mail.
    ben = waiting.browser("ben")
    assert ben.open(address).status_code == 403
    ben.open("/inbox")
    assert ben.client.post(address, data={"csrf_token": ben.token(), **APPROVAL}).status_code == 403
    for token in (
        "1",
        sign("another key" * 4, DECISION, 1),
        sign(KEY, UNSUBSCRIPTION, 1),
        f"{address.rpartition('/')[2]}x",
    ):
        assert anybody.open(f"/mail/decisions/{token}").status_code == 404
    # Without the token of our form nothing happens, whatever page sends it.
    assert anybody.client.post(address, data=APPROVAL).status_code == 400
    assert waiting.again(task).state == "open"
    # Mara herself may be signed in.
    assert waiting.browser("mara").open(address).status_code == 200


def test_what_is_begun_in_the_product_goes_on_there(waiting: Review, links: dict[str, str], anybody: Browser) -> None:
    task, mara = task_of(waiting), waiting.browser("mara")
    mara.open(f"/tasks/{task.id}")
    client: FlaskClient = mara.client
    client.put(f"/tasks/{task.id}/draft", data={"comment": "Wait."}, headers={"X-CSRFToken": mara.token()})
    assert "Go on there" in anybody.open(links["Approve the review"]).text


def test_pay_is_decided_only_by_whoever_signs_in_and_never_by_a_link_alone(
    mailed: Review, mail_server: MailServer
) -> None:
    mailed.write_reviews().release().reach_proposals()
    bonus = {"kind": "bonus", "amount": "4000", "effective_on": "2027-02-01", "reason": LONG, "within_budget": True}
    mailed.do("propose_reward", "ann", **bonus)
    mailed.travel(days=3)
    [task] = mailed.open("approve_reward", "ann")
    holder = task.assignee or ""
    [message] = [one for one in mail_server.to(holder) if "Approve the reward" in words(one)]
    assert "4,000" not in words(message)
    address = links_in(message)["Approve"]
    path, anybody = address.removeprefix(BASE), Browser(mailed.app.test_client())
    assert "Sign in" in anybody.open(path).text
    assert "4,000" not in anybody.page.text
    anybody.open("/sign-in")
    assert anybody.client.post(path, data={"csrf_token": anybody.token(), "outcome": "approve"}).status_code == 401
    signed_in = mailed.browser(holder)
    assert "4,000.00" in signed_in.open(path).text
    signed_in.send(path)
    assert mailed.again(task).state == "completed"


def test_what_is_signed_is_never_decided_by_a_link_even_where_there_is_one(
    waiting: Review, links: dict[str, str], anybody: Browser
) -> None:
    # Given a link to a step that meanwhile, in a newer version of the process, is signed with the password
    task, address = task_of(waiting), links["Approve the review"]
    anybody.open(address)
    with transaction(waiting.factory) as session:
        session.get_one(Task, task.id).step = "executive_signoff"
    # When somebody follows it, then they sign in and come to the task itself.
    assert anybody.client.get(address).headers["Location"] == f"/sign-in?next=/tasks/{task.id}"
    assert anybody.client.post(address, data={"csrf_token": anybody.token(), **APPROVAL}).status_code == 401
    mara = waiting.browser("mara")
    assert mara.client.post(address, data={"csrf_token": mara.token(), **APPROVAL}).status_code == 401
    assert waiting.again(task).state == "open"
