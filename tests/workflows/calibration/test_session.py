"""Stories of calibration sessions: who sees and changes which rating, and what follows from it."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from engine.database import transaction
from engine.errors import Conflict, NotAllowed, NotFound
from tests.workflows.small_cycle import SESSION, SmallCycle, counted, empty_database
from workflows.calibration.board import Board, BoardRow, _distribution, session_board
from workflows.calibration.changing import RatingNotChanged, change_rating, undo_change
from workflows.calibration.models import RatingChange
from workflows.reviews.models import Submission

RATINGS = {"ann": 4, "dora": 4, "ben": 3, "mara": 3, "olga": 3, "hugo": 2}
REASON = "Compared with others of the same grade."


def change(cycle: SmallCycle, person_id: str, rating: int, by: str = "mara", reason: str = REASON) -> int:
    """Change the rating of somebody; the id of the change."""
    with transaction(cycle.factory) as session:
        case_id = cycle.case(person_id).id
        return change_rating(session, case_id, rating, reason, by=by, now=cycle.now).id


def board(cycle: SmallCycle, group: str, actor: str) -> Board:
    with cycle.factory() as session:
        return session_board(session, cycle.root, group, actor)


def review_states(cycle: SmallCycle) -> dict[str | None, str]:
    with cycle.factory() as session:
        rows = session.execute(select(Submission.subject, Submission.state).where(Submission.form == "manager-review"))
        return dict(rows.all())


def test_every_group_with_a_rating_gets_a_session(cycle: SmallCycle) -> None:
    # Given that only people of Engineering were rated, when all reviews are written
    cycle.write_reviews(ann=3)
    # Then Engineering calibrates, and the top, where everything was said in words, does not.
    assert [(task.assignee, task.subject) for task in cycle.open("calibration_session")] == [("mara", None)]


def test_without_any_rating_nothing_is_calibrated(cycle: SmallCycle) -> None:
    cycle.write_reviews()
    assert cycle.open("calibration_session") == []
    assert len(cycle.open("release")) == 1


def test_the_board_compares_the_group(cycle: SmallCycle) -> None:
    # Given rated reviews and one in words alone
    cycle.write_reviews(**RATINGS)
    # When a rating is changed
    change(cycle, "dora", 3)
    # Then the board shows who gave what, what it is now, and how often each rating is given.
    shown = board(cycle, "DIVISION", "mara")
    assert [(row.name, row.manager, row.rating, row.calibrated) for row in shown.rows] == [
        ("Ann", "Ben", 4, None),
        ("Ben", "Mara", 3, None),
        ("Dora", "Ben", 4, 3),
        ("Eva", "Ben", None, None),
    ]
    assert [(share.rating, share.count, share.before, share.share) for share in shown.distribution[2:4]] == [
        (3, 2, 1, Decimal("66.7")),
        (4, 1, 2, Decimal("33.3")),
    ]
    # Mara's own rating, given at the top, is not counted for her in the whole cycle either.
    assert [int(share.cycle_share) for share in shown.distribution] == [0, 20, 60, 20, 0]
    assert (shown.unrated, shown.hidden) == (1, 0)
    assert shown.task_id == cycle.open("calibration_session")[0].id


def test_nobody_sees_their_own_case_on_the_board(cycle: SmallCycle) -> None:
    # Given that Olga leads the session of the group she belongs to
    cycle.write_reviews(**RATINGS)
    # When she opens the board, then her own case is hidden, and missing from every count.
    shown = board(cycle, "TOP", "olga")
    assert [row.name for row in shown.rows] == ["Hugo", "Mara", "Rita"]
    assert shown.hidden == 1
    assert sum(share.count for share in shown.distribution) == 2
    assert [share.cycle_share for share in shown.distribution][2] == Decimal(40)


def test_nobody_changes_their_own_rating(cycle: SmallCycle) -> None:
    cycle.write_reviews(**RATINGS)
    with pytest.raises(NotAllowed, match="your own rating"):
        change(cycle, "olga", 5, by="olga")
    assert cycle.case("olga").final_rating == 3


@pytest.mark.parametrize(
    ("person_id", "rating", "by", "reason", "problem", "said"),
    [
        ("ann", 3, "mara", "  ", RatingNotChanged, "Say why"),
        ("ann", 6, "mara", REASON, RatingNotChanged, "from 1 to 5"),
        ("ann", 4, "mara", REASON, RatingNotChanged, "is 4 already"),
        ("eva", 4, "mara", REASON, RatingNotChanged, "in words alone"),
        ("ann", 3, "ben", REASON, NotAllowed, "given to somebody else"),
        ("mara", 4, "mara", REASON, NotAllowed, "given to somebody else"),
    ],
)
def test_a_change_that_is_not_allowed_changes_nothing(
    cycle: SmallCycle, person_id: str, rating: int, by: str, reason: str, problem: type[Exception], said: str
) -> None:
    cycle.write_reviews(**RATINGS)
    before = cycle.case(person_id).calibrated_rating
    with pytest.raises(problem, match=said):
        change(cycle, person_id, rating, by, reason)
    assert cycle.case(person_id).calibrated_rating == before


def test_before_and_after_the_session_no_rating_can_be_changed(cycle: SmallCycle) -> None:
    with pytest.raises(Conflict, match="not open"):
        change(cycle, "ann", 3)
    cycle.write_reviews(**RATINGS)
    done = change(cycle, "ann", 3)
    cycle.do("calibration_session")
    with pytest.raises(Conflict, match="not open"):
        change(cycle, "ann", 2)
    with pytest.raises(Conflict, match="not open"), transaction(cycle.factory) as session:
        undo_change(session, done, by="mara", now=cycle.now)
    assert cycle.case("ann").calibrated_rating == 3


def test_changes_are_taken_back_one_after_the_other(cycle: SmallCycle) -> None:
    # Given a rating that was changed twice
    cycle.write_reviews(**RATINGS)
    first, second = change(cycle, "ann", 3), change(cycle, "ann", 2)
    # When the first change is to be taken back before the second, then it is refused
    with pytest.raises(Conflict, match="changed again"), transaction(cycle.factory) as session:
        undo_change(session, first, by="mara", now=cycle.now)
    # When they are taken back in order, then the manager's rating stands, and the record keeps everything.
    ratings = []
    for undone in (second, first):
        with transaction(cycle.factory) as session:
            undo_change(session, undone, by="mara", now=cycle.now)
        ratings.append(cycle.case("ann").calibrated_rating)
    assert ratings == [3, None]
    with cycle.factory() as session:
        kept = session.scalars(select(RatingChange).order_by(RatingChange.id)).all()
    assert [(c.from_rating, c.to_rating, c.reason, c.changed_by, c.undone_by) for c in kept] == [
        (4, 3, REASON, "mara", "mara"),
        (3, 2, REASON, "mara", "mara"),
    ]
    with pytest.raises(Conflict, match="taken back already"), transaction(cycle.factory) as session:
        undo_change(session, first, by="mara", now=cycle.now)
    with pytest.raises(NotFound), transaction(cycle.factory) as session:
        undo_change(session, 999, by="mara", now=cycle.now)


def test_a_changed_rating_goes_back_to_who_wrote_the_review(cycle: SmallCycle) -> None:
    # Given two changed ratings, one of them back at what the manager gave
    cycle.write_reviews(**RATINGS)
    change(cycle, "ann", 3)
    change(cycle, "dora", 3)
    change(cycle, "dora", 4)
    # When the session is closed
    cycle.do("calibration_session")
    # Then only the writer of the review whose rating is another one now has to look at the text again.
    assert [(task.subject, task.assignee) for task in cycle.open("confirm_narrative")] == [("ann", "ben")]


def test_closing_a_session_calibrates_the_reviews_of_its_group_alone(cycle: SmallCycle) -> None:
    cycle.write_reviews(**RATINGS)
    session_of_mara = next(task for task in cycle.open("calibration_session") if task.assignee == "mara")
    with transaction(cycle.factory) as session:
        cycle.submit(session, session_of_mara)
    states = review_states(cycle)
    assert {who: states[who] for who in ("ann", "ben", "eva")} == dict.fromkeys(("ann", "ben", "eva"), "calibrated")
    assert {who: states[who] for who in ("mara", "olga")} == dict.fromkeys(("mara", "olga"), "submitted")


def test_closing_a_session_costs_two_statements_more(cycle: SmallCycle) -> None:
    cycle.write_reviews(**RATINGS)
    mine = next(task for task in cycle.open("calibration_session") if task.assignee == "mara")
    with counted(cycle.factory) as sent, transaction(cycle.factory) as session:
        cycle.submit(session, mine, **SESSION)
    assert len(sent) <= 12, sent


@given(st.lists(st.sampled_from([1, 2, 3, 4, 5, None]), max_size=60))
def test_the_distribution_counts_every_rated_row_once(ratings: list[int | None]) -> None:
    rows = [BoardRow(n, str(n), str(n), None, rating, None, []) for n, rating in enumerate(ratings)]
    shares = _distribution(rows, Counter())
    rated = [rating for rating in ratings if rating is not None]
    assert [share.count for share in shares] == [rated.count(n) for n in range(1, 6)]
    assert abs(sum(share.share for share in shares) - (100 if rated else 0)) <= Decimal("0.3")


def test_a_session_on_every_database(database_url: str) -> None:
    with empty_database(database_url) as factory:
        cycle = SmallCycle(factory).launch().write_reviews(**RATINGS)
        first = change(cycle, "ann", 3)
        with transaction(factory) as session:
            undo_change(session, first, by="mara", now=cycle.now)
        change(cycle, "dora", 3)
        assert [row.final for row in board(cycle, "DIVISION", "mara").rows] == [4, 3, 3, None]
        cycle.do("calibration_session")
        assert [(task.subject, task.assignee) for task in cycle.open("confirm_narrative")] == [("dora", "ben")]
