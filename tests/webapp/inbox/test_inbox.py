"""The inbox and the way through its tasks."""

import re

import pytest

from tests.webapp.reviewing import MANAGER_REVIEW, SELF_ASSESSMENT, Review, hand_in
from tests.workflows.small_cycle import counted


def test_somebody_signs_in_and_works_off_the_inbox(review: Review) -> None:
    # Given Ben, who signs in and finds his own self-assessment
    ben = review.browser("ben")
    assert ben.heading == "Inbox"
    own = review.task("self_assessment", "ben")
    assert f'href="/tasks/{own.id}"' in ben.page.text
    # When he hands it in, nothing is left
    hand_in(ben, own, **SELF_ASSESSMENT)
    assert ben.heading == "Inbox"
    assert "All done" in ben.page.text
    # And when his team has written, he goes from one review to the next.
    for who in ("ann", "dora"):
        hand_in(review.browser(who), review.task("self_assessment", who), **SELF_ASSESSMENT)
    first, second = review.task("manager_review", "ann"), review.task("manager_review", "dora")
    hand_in(ben, first, **MANAGER_REVIEW)
    assert ben.heading == "Manager review"
    assert ben.page.request.path == f"/tasks/{second.id}"
    assert review.again(first).state == "completed"


def test_what_is_listed_is_worked_off_from_its_first_task(review: Review) -> None:
    # Given Ben, who has his own self-assessment to write before two reviews
    for who in ("ann", "dora"):
        hand_in(review.browser(who), review.task("self_assessment", who), **SELF_ASSESSMENT)
    ben = review.browser("ben")
    assert 'href="/inbox/next"' in ben.open("/inbox").text
    # When he looks at the reviews alone, then he starts with the first of these, and goes on with the others.
    first, second = review.task("manager_review", "ann"), review.task("manager_review", "dora")
    page = ben.open("/inbox?step=manager_review").text
    assert re.search(rf'href="/tasks/{first.id}" data-key="n">.*Start with the first one', page)
    hand_in(ben, first, **MANAGER_REVIEW)
    assert ben.page.request.path == f"/tasks/{second.id}"


@pytest.mark.parametrize(("words", "statements"), [("", 7), ("?name=ann&sort=name&by=cycle", 7), ("?view=done", 5)])
def test_a_page_costs_the_same_statements_whatever_is_asked(review: Review, words: str, statements: int) -> None:
    ben = review.browser("ben")
    with counted(review.factory) as sent:
        assert ben.open(f"/inbox{words}").status_code == 200
    # Who is signed in; how large it is, counts and list; approvals on the way, saved filters; how they stand.
    assert len([statement for statement in sent if not statement.startswith("BEGIN")]) == statements
