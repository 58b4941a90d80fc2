"""A vote in the annual review: the second-level approval is one of a committee, with its page, trail and file."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
from sqlalchemy.orm import Session

from engine import clock
from engine.database import transaction
from engine.packages import read_package
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW, NOW, empty_database
from webapp import create_app
from webapp.settings import Settings
from workflows.people.committees import CHAIR, found_committee, give_seat

ONE_PERSON = (
    b'rf:actor="manager\'s manager" rf:form="second-level-approval" rf:due="P7D" rf:remind="P2D" '
    b'rf:escalate="HR partner" rf:fourEyes="true" rf:sendBack="no"'
)
COMMITTEE = b'rf:vote="majority" rf:actor="committee" rf:actorArgument="promotions" rf:due="P7D" rf:fourEyes="true"'


def convene(session: Session) -> None:
    """Olga leads the committee “Promotions”; Mara, Ben and Rita."""
    found_committee(session, "Promotions")
    for who, role in (("olga", CHAIR), ("mara", "member"), ("ben", "member"), ("rita", "member")):
        give_seat(session, "promotions", who, role=role, day=NOW.date())


@pytest.fixture
def review(settings: Settings) -> Iterator[Review]:
    """The annual review, in which Olga, Mara, Ben, Dora and Rita decide on the lowest and the highest ratings."""
    package = read_package(files("bpmn") / "annual_review")
    drawn = package["annual_review.bpmn"]
    assert drawn.count(ONE_PERSON) == 1
    changed = {**package, "annual_review.bpmn": drawn.replace(ONE_PERSON, COMMITTEE)}
    with empty_database("sqlite://") as factory, clock.travelling():
        review = Review(factory, app=create_app(settings, session_factory=factory))
        review.launch(changed, prepare=convene)
        review.give_accounts()
        yield review


def test_the_committee_decides_on_the_highest_rating_and_hr_reads_how(review: Review) -> None:
    # Given Ben's review of Ann with the highest rating
    review.travel(days=21, minutes=1)
    (task,) = review.open("manager_review", "ann")
    with transaction(review.factory) as session:
        review.submit(session, task, **MANAGER_REVIEW, overall_rating=5, rating_reason=LONG)
    review.work()
    # Then everybody of the committee is asked but Ben: he did the step before, and it asks for four eyes
    ballots = {one.assignee: one for one in review.open("second_approval", "ann")}
    assert set(ballots) == {"olga", "mara", "rita"}
    mara = review.browser("mara")
    page = mara.open(f"/tasks/{ballots['mara'].id}").text
    assert "Ben is a member" in page
    assert LONG in page, "she reads what was handed in"
    assert review.browser("ben").open(f"/votes/{ballots['mara'].id}").status_code == 403
    mara.send(f"/votes/{ballots['mara'].id}/choice", choice="approve", reason="It is earned.")
    hugo = review.browser("hugo")
    case_file = "/cycles/1/people/ann"
    assert "1 of 3 has voted." in hugo.open(case_file).text
    assert "It is earned." in hugo.page.text
    # When the majority has approved, the case goes on as if one person had
    olga = review.browser("olga")
    olga.open(f"/votes/{ballots['olga'].id}")
    olga.send(f"/votes/{ballots['olga'].id}/choice", choice="approve")
    review.work()
    assert "Approved" in hugo.open(case_file).text
    assert "2 for it, 0 against it." in hugo.page.text
    assert "settled by the votes" in hugo.page.text
    assert review.again(ballots["rita"]).state == "cancelled"
    assert "is settled: Approved." in review.browser("rita").open("/notifications").text
    # And Ann learns nothing of it.
    ann = review.browser("ann")
    assert "It is earned." not in ann.open("/my-review").text
    assert ann.open(f"/votes/{ballots['mara'].id}").status_code == 404
    assert not review.open("manager_review", "ann"), "it was not sent back"
