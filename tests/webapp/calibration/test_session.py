"""A calibration session on its page: change with a reason, take back, close; nobody touches their own rating."""

import re

import pytest
from sqlalchemy import select

from engine.database import transaction
from engine.models import Task
from tests.webapp.browsing import Browser
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG, counted
from workflows.calibration.models import RatingChange
from workflows.cycles.models import Case

MINUTES = {"held_on": "2026-12-20", "attendees": "Mara, Ben", "standard_applied": "true", "minutes": LONG}
REASON = "Compared with the others of the same grade."


@pytest.fixture
def rated(review: Review) -> Review:
    """The review at the calibration sessions: Engineering is led by Mara, the top by Olga."""
    review.write_reviews(ann=5, dora=4, eva=3, ben=3, mara=4, hugo=3)
    return review


def session_of(review: Review, lead: str) -> Task:
    return next(task for task in review.open("calibration_session") if task.assignee == lead)


def shown_rating(browser: Browser, case: Case) -> str:
    """The rating of a case on the board that is open, without the tags."""
    row = browser.page.text.partition(f'id="case-{case.id}"')[2].partition("</li>")[0]
    cell = row.partition('class="rf-board-rating">')[2].partition("</div>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", cell).split())


def test_a_rating_is_changed_with_a_reason_and_taken_back(rated: Review) -> None:
    # Given the board of Engineering
    mara, ann = rated.browser("mara"), rated.case("ann")
    board = f"/calibration/{session_of(rated, 'mara').id}"
    mara.open(f"/tasks/{session_of(rated, 'mara').id}")
    assert mara.heading == "Calibration: Engineering"
    assert shown_rating(mara, ann) == "5"
    # When the group moves Ann from 5 to 4
    mara.send(f"{board}/ratings/{ann.id}", rating="4", reason=REASON)
    # Then both ratings and the reason are on the board, and the distribution has moved
    assert shown_rating(mara, ann) == "was 5 4"
    assert REASON in mara.page.text
    assert 'aria-label="Rating 4: 2 now"' in mara.page.text
    assert 'aria-label="Rating 5: 0 now"' in mara.page.text
    # And when it is taken back, all is as before, and both are on record.
    with rated.factory() as session:
        change = session.scalars(select(RatingChange)).one()
    mara.send(f"{board}/changes/{change.id}/undo")
    assert shown_rating(mara, ann) == "5"
    assert 'aria-label="Rating 5: 1 now"' in mara.page.text
    assert mara.send(f"{board}/changes/{change.id}/undo").status_code == 409


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"rating": "4", "reason": "  "}, "Say why the rating is changed"),
        ({"rating": "5", "reason": REASON}, "The rating is 5 already"),
        ({"rating": "9", "reason": REASON}, "A rating is a number from 1 to 5"),
        ({"rating": "x", "reason": REASON}, "Choose the rating"),
    ],
)
def test_a_change_that_cannot_be_made_keeps_what_was_written(
    rated: Review, fields: dict[str, str], problem: str
) -> None:
    mara, ann = rated.browser("mara"), rated.case("ann")
    board = f"/calibration/{session_of(rated, 'mara').id}"
    mara.open(board)
    answer = mara.send(f"{board}/ratings/{ann.id}", **fields)
    assert answer.status_code == 422
    assert problem in answer.text
    assert fields["reason"].strip() in answer.text
    assert rated.case("ann").calibrated_rating is None


def test_one_s_own_rating_is_not_on_the_board_and_not_in_the_numbers(rated: Review) -> None:
    # Given the top group, whose lead belongs to it
    olga, own = rated.browser("olga"), rated.case("olga")
    board = f"/calibration/{session_of(rated, 'olga').id}"
    page = olga.open(board).text
    assert "Your own case belongs to this group." in page
    assert f'id="case-{own.id}"' not in page
    assert f'id="case-{rated.case("mara").id}"' in page
    # When somebody sends the form for it all the same
    answer = olga.send(f"{board}/ratings/{own.id}", rating="5", reason=REASON)
    # Then it is refused.
    assert answer.status_code == 403


def test_a_session_reaches_no_case_of_another_group(rated: Review) -> None:
    mara, stranger = rated.browser("mara"), rated.case("hugo")
    board = f"/calibration/{session_of(rated, 'mara').id}"
    mara.open(board)
    assert mara.send(f"{board}/ratings/{stranger.id}", rating="5", reason=REASON).status_code == 404
    assert rated.case("hugo").calibrated_rating is None


@pytest.mark.parametrize("who", ["ann", "ben", "hugo"])
def test_nobody_else_opens_a_session(rated: Review, who: str) -> None:
    assert rated.browser(who).open(f"/calibration/{session_of(rated, 'mara').id}").status_code == 403


def test_another_task_is_no_session(review: Review) -> None:
    task = review.task("self_assessment", "ann")
    assert review.browser("ann").open(f"/calibration/{task.id}").status_code == 404


def test_closing_asks_for_the_minutes_and_sends_changed_ratings_to_their_writers(rated: Review) -> None:
    # Given a changed rating
    mara, ann, task = rated.browser("mara"), rated.case("ann"), session_of(rated, "mara")
    board = f"/calibration/{task.id}"
    mara.open(board)
    mara.send(f"{board}/ratings/{ann.id}", rating="4", reason=REASON)
    # When the session is closed without saying who took part, that is asked for and the minutes are kept
    answer = mara.send(f"{board}/closing", _revision=str(task.revision), minutes=LONG)
    assert answer.status_code == 422
    assert LONG in answer.text
    assert rated.again(task).state == "open"
    # When it is complete
    mara.send(f"{board}/closing", _revision=str(task.revision), **MINUTES)
    # Then the session is closed, and Ben, who wrote the review, adapts its text.
    assert "The session is closed." in mara.page.text
    assert rated.again(task).state == "completed"
    rated.travel(minutes=1)
    assert rated.task("confirm_narrative", "ann").assignee == "ben"


def test_a_session_that_was_handed_on_meanwhile_is_not_closed(rated: Review) -> None:
    mara, task = rated.browser("mara"), session_of(rated, "mara")
    mara.open(f"/calibration/{task.id}")
    with transaction(rated.factory) as session:
        session.get_one(Task, task.id).revision += 1
    answer = mara.send(f"/calibration/{task.id}/closing", _revision=str(task.revision), **MINUTES)
    assert answer.status_code == 409
    assert LONG in answer.text
    assert rated.again(task).state == "open"


def test_the_board_is_narrowed_by_rating_and_name(rated: Review) -> None:
    mara = rated.browser("mara")
    board = f"/calibration/{session_of(rated, 'mara').id}"

    def found(question: str) -> set[str]:
        page = mara.open(f"{board}?{question}").text
        return {who for who in ("ann", "ben", "dora", "eva") if f'id="case-{rated.case(who).id}"' in page}

    assert found("") == {"ann", "ben", "dora", "eva"}
    assert found("rating=4") == {"dora"}
    assert found("q=mara") == {"ben"}
    assert found("q=nobody") == set()


def test_the_board_costs_the_same_whatever_was_changed(rated: Review) -> None:
    mara, board = rated.browser("mara"), f"/calibration/{session_of(rated, 'mara').id}"
    costs = []
    for who in ("ann", "dora"):
        with counted(rated.factory) as statements:
            mara.open(board)
        costs.append(len(statements))
        mara.send(f"{board}/ratings/{rated.case(who).id}", rating="2", reason=REASON)
    assert costs[0] == costs[1] <= 13
