"""From a mail to a decision, and the bell, in a real browser: by mouse and keyboard, on a laptop and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from engine.database import transaction
from tests.services.accessibility import find_barriers
from tests.services.smtp import MailServer
from tests.webapp.mail.conftest import links_in, mail_settings, rate_lowest, words
from tests.webapp.on_screen import Serve, sign_in, watch
from tests.webapp.reviewing import Review
from webapp.mail.smtp import SmtpPost
from webapp.settings import Settings
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import FAILED, MENTION, NOTICE, OVERDUE, RELEASE, Mail
from workflows.notifications.post import use_post


@pytest.fixture
def site(review: Review, mail_server: MailServer, settings: Settings, serve: Serve) -> str:
    """The address of the application, which is also where its mails lead."""
    address = serve(review.app)
    use_post(review.factory, SmtpPost(mail_settings(mail_server, settings, base_address=address)))
    return address


def test_a_review_is_approved_from_a_mail(page: Page, site: str, review: Review, mail_server: MailServer) -> None:
    complaints = watch(page)
    rate_lowest(review)
    review.travel(hours=3)
    [task] = review.open("second_approval", "ann")
    [message] = [one for one in mail_server.to("mara") if "Second-level" in words(one)]
    # The mail itself can be read by everybody.
    page.set_content(words(message, "html"))
    assert find_barriers(page) == []
    addresses = links_in(message)

    page.goto(addresses["Approve the review"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve the review?")
    assert find_barriers(page) == []
    page.get_by_role("button", name="Approve the review").click()
    expect(page.get_by_role("alert")).to_contain_text("Please correct one answer")
    for point in page.get_by_role("checkbox").all():
        point.check()
    page.get_by_role("button", name="Approve the review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    assert review.again(task).state == "completed"

    page.goto(addresses["Approve the review"])
    expect(page.get_by_role("status").first).to_contain_text("This link has been used already")
    assert find_barriers(page) == []
    assert complaints == []


def test_the_bell_says_what_is_new(page: Page, site: str, review: Review) -> None:
    complaints = watch(page)
    long = "Wolfeschlegelsteinhausenbergerdorff mentioned you in a comment on the review of Ann. " * 3
    with transaction(review.factory) as session:
        notices = [Notice("ben", kind, text) for kind, text in ((MENTION, long), (OVERDUE, "One."), (RELEASE, "Two."))]
        inform(session, notices, review.now)
    review.work()
    sign_in(page, site, "ben")
    bell = page.get_by_role("button", name="Notifications 3 not read")
    bell.focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("dialog", name="Notifications")
    expect(menu.get_by_role("listitem")).to_have_count(3)
    assert find_barriers(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()

    # On a phone, something new is there as soon as it is opened again, and is said.
    with transaction(review.factory) as session:
        inform(session, [Notice("ben", MENTION, "Four.")], review.now)
    page.get_by_role("button", name="Notifications 3 not read").click()
    expect(menu.get_by_role("listitem")).to_have_count(4)
    expect(page.locator("[data-bell-status]")).to_have_text("Notifications: 4 not read")
    menu.get_by_role("button", name=re.compile("Two")).click()
    expect(page).to_have_url(f"{site}/my-review")
    expect(page.get_by_role("button", name="Notifications 3 not read")).to_be_visible()
    assert complaints == []


def test_hr_chooses_what_they_are_told_and_sees_what_did_not_arrive(page: Page, site: str, review: Review) -> None:
    sign_in(page, site, "hugo")
    page.goto(f"{site}/notifications/preferences")
    page.get_by_label("A task of yours is overdue").select_option("Only in Reviewflow")
    page.get_by_label("From").fill("21:30")
    assert find_barriers(page) == []
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Your choice is kept.")).to_be_visible()
    expect(page.get_by_label("A task of yours is overdue")).to_have_value("inside")
    expect(page.get_by_label("From")).to_have_value("21:30")

    page.goto(f"{site}/mail")
    expect(page.get_by_role("heading", name="Every mail has arrived")).to_be_visible()
    with transaction(review.factory) as session:
        problem = "The mail server said: 550 5.1.1 <ben@company.example>: user unknown in virtual mailbox table"
        at = review.now
        lost = Mail(person_id="ben", kind=NOTICE, state=FAILED, created_at=at, due_at=at, problem=problem)
        session.add(lost)
    page.reload()
    assert find_barriers(page) == []
    page.get_by_role("button", name="Let it be").click()
    expect(page.get_by_role("heading", name="Every mail has arrived")).to_be_visible()
