"""One's own review: the way of it, and that nothing leaks before the release (R20)."""

import re
from datetime import timedelta
from functools import partial

from engine.database import transaction
from engine.instances import cancel
from tests.webapp.reviewing import SELF_ASSESSMENT, Review, hand_in
from tests.workflows.small_cycle import EVERYBODY, LONG, PERIOD, counted
from workflows.calibration.changing import change_rating
from workflows.cycles.launching import launch
from workflows.designs.outline.changing import add_step
from workflows.designs.publishing import publish
from workflows.designs.starting import start_empty
from workflows.designs.steps import edit_steps

WRITTEN = {"results": LONG, "goals_realistic": "yes", "behaviour": LONG, "improve": LONG}


def page_of(review: Review, who: str, address: str = "/my-review") -> str:
    """The page as its reader sees it, without what differs from one opening to the next."""
    text = review.browser(who).open(address).text
    return re.sub(r'(csrf-token" content|csrf_token" value)="[^"]*"', "", text)


def words_of(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_somebody_in_no_cycle_is_told_so(review: Review) -> None:
    assert "You are in no review yet" in page_of(review, "carl")


def test_at_first_it_is_ones_own_turn(review: Review) -> None:
    task = review.task("self_assessment", "ann")
    text = page_of(review, "ann")
    assert "It is your turn: Self-assessment" in text
    assert f'href="/tasks/{task.id}"' in text


def test_then_it_is_with_the_managers_side_and_nobody_is_named(review: Review) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    words = words_of(page_of(review, "ann"))
    assert "It is with your manager’s side now." in words
    assert "Self-assessment You did this on 22 Nov 2026" in words
    for name in ("Ben", "Mara", "Hugo"):
        assert name not in words


def test_before_the_release_no_rating_no_approval_and_no_change_shows(review: Review) -> None:
    """Two worlds that differ only in what Ann must not know look the same to her, letter by letter."""
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    before = page_of(review, "ann")
    # The manager writes, with the highest rating: a second person has to approve, and sends it back.
    review.do("manager_review", "ann", **WRITTEN, overall_rating="5", rating_reason=LONG)
    assert review.task("second_approval", "ann")
    assert page_of(review, "ann") == before
    review.do("second_approval", "ann", outcome="send_back", reason=LONG, comment=LONG)
    assert page_of(review, "ann") == before
    review.do("manager_review", "ann", **WRITTEN, overall_rating="5", rating_reason=LONG)
    review.do("second_approval", "ann")
    assert review.open("manager_review", "ann") == []
    assert page_of(review, "ann") == before
    for private in ("/inbox", "/notifications", "/team"):
        assert "econd-level" not in page_of(review, "ann", private)


def test_calibration_of_ones_own_rating_does_not_show_either(review: Review) -> None:
    review.write_reviews(ann=5, dora=3)
    before = page_of(review, "ann")
    assert "managers and HR, who compare ratings across teams" in before
    with review.factory.begin() as session:
        change_rating(session, review.case("ann").id, 4, "Compared.", by="mara", now=review.now)
    review.do("calibration_session")
    assert review.task("confirm_narrative", "ann")
    assert page_of(review, "ann") == before


def test_with_the_release_the_review_is_open_and_the_calibrated_rating_counts(review: Review) -> None:
    review.write_reviews(ann=5)
    with review.factory.begin() as session:
        change_rating(session, review.case("ann").id, 4, "Compared.", by="mara", now=review.now)
    review.release()
    words = words_of(page_of(review, "ann"))
    assert "Results released" in words
    assert "Your rating 4 of 5" in words
    assert "5 of 5" not in words
    assert LONG in words
    assert "It is your turn: Read and acknowledge" in words
    # The same on the page where she acknowledges.
    task = review.task("acknowledge", "ann")
    beside = words_of(page_of(review, "ann", f"/tasks/{task.id}"))
    assert "4 of 5" in beside
    assert "5 of 5" not in beside


def test_after_the_release_a_reward_on_its_way_does_not_show(review: Review) -> None:
    review.write_reviews(ann=4).release().reach_proposals()
    before = page_of(review, "ann")
    review.do("propose_reward", "ann", kind="bonus", amount="10000", amount_percent="20", effective_on="2027-03-01",
              reason=LONG, within_budget=True)  # fmt: skip
    assert review.task("approve_reward", "ann")
    assert page_of(review, "ann") == before
    for step in ("approve_reward", "compensation_check", "executive_signoff"):
        review.do(step, "ann")
    assert review.case("ann").state == "closed"
    assert page_of(review, "ann") == before


def test_an_unreleased_rating_is_nowhere_on_the_page(review: Review) -> None:
    review.write_reviews(ann=2)
    assert review.case("ann").rating == 2
    assert "of 5" not in words_of(page_of(review, "ann"))


def test_ones_own_earlier_cycles_are_found_and_nobody_elses(review: Review) -> None:
    ann, dora = review.case("ann"), review.case("dora")
    assert review.browser("ann").open(f"/my-review/{ann.id}").status_code == 200
    assert review.browser("ann").open(f"/my-review/{dora.id}").status_code == 404
    assert review.browser("hugo").open(f"/my-review/{dora.id}").status_code == 404


def test_a_closed_cycle_stays_to_be_read(review: Review) -> None:
    review.write_reviews(ann=4).release()
    with review.factory.begin() as session:
        cancel(session, review.root, by="hugo", reason="The rest is not needed.", now=review.now)
    review.work()
    words = words_of(page_of(review, "ann"))
    assert "This cycle is closed" in words
    assert "It is your turn" not in words
    assert "4 of 5" in words


def test_the_page_costs_few_statements(review: Review) -> None:
    ann = review.browser("ann")
    ann.open("/my-review")
    with counted(review.factory) as sent:
        ann.open("/my-review")
    assert len([statement for statement in sent if not statement.startswith("BEGIN")]) <= 9


def test_the_cycle_in_which_it_is_ones_turn_comes_first(review: Review) -> None:
    # Given Ann's self-assessment, and a newer cycle in which the manager alone has something to do
    add_check_in(review)
    text = page_of(review, "ann")
    assert "It is your turn: Self-assessment" in text
    assert words_of(text).count("Your turn") == 1
    # When she has handed it in, then the newest cycle is shown, which releases nothing and does not promise to.
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    words = words_of(page_of(review, "ann"))
    assert "Check-in, autumn" in words
    assert "release" not in words
    assert "Your turn" not in words


def add_check_in(review: Review) -> None:
    """Launch a process that was begun from empty, with one step for the manager."""
    with transaction(review.factory) as session:
        design = start_empty(session, "Check-in", by="hugo", now=review.now)
        add = partial(add_step, place="on:opened_to_closed", kind="person", name="Check in", actor="manager")
        edit_steps(session, design.id, add, "Added it", based_on=1, by="hugo", now=review.now)
        definition = publish(session, design.id, revision=2, by="hugo", now=review.now)
        launch(
            session,
            definition,
            name="Check-in, autumn",
            period=PERIOD,
            selection=EVERYBODY,
            by="hugo",
            now=review.now + timedelta(minutes=1),
        )
    review.work()
