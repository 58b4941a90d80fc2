"""Comments on a case: who reads them, and whom a mention tells."""

from sqlalchemy import select

from tests.webapp.reviewing import SELF_ASSESSMENT, Review, hand_in
from workflows.notifications.models import MENTION, Notification


def mentions(review: Review) -> list[str]:
    with review.factory() as session:
        found = select(Notification.person_id).where(Notification.kind == MENTION).order_by(Notification.person_id)
        return list(session.scalars(found))


def comment(review: Review, who: str, text: str) -> str:
    browser = review.browser(who)
    address = f"/cases/{review.case('ann').id}/comments"
    browser.open("/inbox")
    return browser.send(address, comment=text).text


def test_colleagues_in_a_case_talk_and_the_mentioned_is_told(review: Review) -> None:
    # Given a review that Ben writes
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    task = review.task("manager_review", "ann")
    ben = review.browser("ben")
    page = ben.open(f"/tasks/{task.id}").text
    assert "never by the person it is about" in page
    # When he asks Hugo of HR
    page = ben.send(f"/cases/{review.case('ann').id}/comments", comment="Is this right, @Hugo?", task=str(task.id)).text
    # Then the comment stands at the task, and Hugo is led to it.
    assert "Hugo is told" in page
    assert "Is this right, @Hugo?" in page
    assert mentions(review) == ["hugo"]
    hugo = review.browser("hugo")
    assert "Ben mentioned you in a comment on the review of Ann." in hugo.open("/notifications").text
    with review.factory() as session:
        notification = session.scalars(select(Notification).where(Notification.kind == MENTION)).one()
    assert "Is this right, @Hugo?" in hugo.send(f"/notifications/{notification.id}/reading").text


def test_a_mention_tells_nobody_who_may_not_see_the_case(review: Review) -> None:
    page = comment(review, "ben", "@Ann, @Dora and @Zebedee: what do you think?")
    assert "Nobody is told for “@Ann”, “@Dora”, “@Zebedee”" in page
    assert mentions(review) == []


def test_neither_the_subject_nor_a_stranger_reads_comments(review: Review) -> None:
    comment(review, "ben", "She does well.")
    address = f"/cases/{review.case('ann').id}/comments"
    for who in ("ann", "dora"):
        browser = review.browser(who)
        assert browser.open(address).status_code == 404
        browser.open("/inbox")
        assert browser.send(address, comment="What is this?").status_code == 404
    assert "She does well." not in review.browser("ann").open(f"/tasks/{review.task('self_assessment', 'ann').id}").text


def test_hr_staff_do_not_read_what_is_said_about_themselves(review: Review) -> None:
    browser = review.browser("hugo")
    assert browser.open(f"/cases/{review.case('hugo').id}/comments").status_code == 404


def test_an_empty_or_endless_comment_is_refused(review: Review) -> None:
    assert "Write a comment" in comment(review, "ben", " ")
    assert "Write a comment" in comment(review, "ben", "x" * 5000)
