"""Being out of office, and letting others do one's tasks, as people click it."""

import re
from datetime import timedelta

from engine import clock
from tests.webapp.browsing import Browser
from tests.webapp.reviewing import MANAGER_REVIEW, SELF_ASSESSMENT, Review, hand_in
from webapp.presentation import format_day
from workflows.routing.facts import day_of


def enter(browser: Browser, *, first: int = 0, last: int | None = 10, person: str = "") -> str:
    """Enter an absence by days from today; returns the address of its page."""
    today = day_of(clock.now())
    browser.open(f"/absences?person={person}" if person else "/absences")
    answer = browser.send(
        f"/absences?person={person}" if person else "/absences",
        follow=False,
        first_day=(today + timedelta(days=first)).isoformat(),
        last_day="" if last is None else (today + timedelta(days=last)).isoformat(),
    )
    address = answer.headers["Location"]
    browser.open(address)
    return address


def work(review: Review) -> None:
    """Let the machine work a minute later: what was asked for on a page is due by then."""
    review.now += timedelta(minutes=1)
    review.work()


def test_the_stand_in_gets_what_waits_and_hands_it_in_for_the_absent(review: Review) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    task, ben = review.task("manager_review", "ann"), review.browser("ben")
    address = enter(ben)
    assert "Dora" in ben.open(f"{address}?q=Dora").text
    assert "Dora stands in." in ben.send(f"{address}/substitutes", to="dora").text
    work(review)

    dora = review.browser("dora")
    page = dora.open(f"/tasks/{task.id}").text
    assert "You do this for Ben." in page
    assert "You stand in for Ben, who is out of office" in page
    assert "Dora does this for you." in ben.open(f"/tasks/{task.id}").text
    hand_in(dora, review.again(task), **MANAGER_REVIEW)

    done = review.again(task)
    assert (done.state, done.closed_by, done.owner) == ("completed", "dora", "ben")


def test_back_early_brings_back_what_is_open(review: Review) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    task, ben = review.task("manager_review", "ann"), review.browser("ben")
    address = enter(ben)
    ben.send(f"{address}/substitutes", to="dora")
    work(review)
    assert review.again(task).assignee == "dora"

    assert "The absence is over." in ben.send(f"{address}/end").text
    work(review)

    assert review.again(task).assignee == "ben"
    assert "No absence is planned" in ben.open("/absences").text


def test_what_cannot_be_is_told_and_keeps_what_was_typed(review: Review) -> None:
    ben = review.browser("ben")
    ben.open("/absences")
    answer = ben.send("/absences", first_day="2026-02-30", last_day="")
    assert answer.status_code == 422
    assert "“2026-02-30” is no day." in answer.text
    address = enter(ben)
    answer = ben.send(f"{address}/substitutes", to="ben")
    assert answer.status_code == 422
    assert "nobody stands in for themselves" in answer.text


def test_hr_enters_it_for_somebody_and_nobody_else_does(review: Review) -> None:
    hugo = review.browser("hugo")
    assert "/absences?person=ben" in hugo.open("/people/ben").text
    address = enter(hugo, person="ben")
    assert "Who stands in for Ben?" in hugo.page.text
    ann = review.browser("ann")
    assert ann.open(address).status_code == 404
    assert ann.open("/absences?person=ben").status_code == 404
    assert review.browser("ben").open(address).status_code == 200


def test_a_task_is_delegated_taken_back_and_given_back(review: Review) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    task, ben = review.task("manager_review", "ann"), review.browser("ben")
    address = f"/tasks/{task.id}/delegation"
    assert re.search(rf'href="{address}"', ben.open(f"/tasks/{task.id}").text)
    assert "Choose who does it." in ben.send(address).text
    ben.open(f"{address}?q=Dora")
    assert "Dora does “Manager review” for you now." in ben.send(address, to="dora", reason="Knows more").text

    dora = review.browser("dora")
    assert "You do this for Ben." in dora.open(f"/tasks/{task.id}").text
    assert "is given back" in dora.send(f"/tasks/{task.id}/return").text
    assert review.again(task).assignee == "ben"

    ben.open(f"/tasks/{task.id}")
    ben.send(address, to="dora")
    assert "Take it back" in ben.open(f"/tasks/{task.id}").text
    assert "is back with you" in ben.send(f"{address}/end").text
    assert review.again(task).assignee == "ben"


def test_nobody_is_given_what_is_about_them(review: Review) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    task, ben = review.task("manager_review", "ann"), review.browser("ben")
    ben.open(f"/tasks/{task.id}")

    answer = ben.send(f"/tasks/{task.id}/delegation", to="ann")

    assert answer.status_code == 422
    assert "nobody decides about themselves" in answer.text
    assert review.again(task).assignee == "ben"


def test_ones_own_self_assessment_is_not_delegated(review: Review) -> None:
    task, ann = review.task("self_assessment", "ann"), review.browser("ann")

    assert "/delegation" not in ann.open(f"/tasks/{task.id}").text


def test_an_absence_to_come_says_when_tasks_follow_and_can_be_taken_back(review: Review) -> None:
    ben = review.browser("ben")
    address = enter(ben, first=5, last=9)
    first = format_day(day_of(clock.now()) + timedelta(days=5))
    assert f"Dora stands in. Open tasks follow on {first}." in ben.send(f"{address}/substitutes", to="dora").text
    assert "Not away after all?" in ben.page.text
    assert "The absence is taken back." in ben.send(f"{address}/end").text


def test_whoever_chooses_nobody_to_stand_in_can_go_on_looking(review: Review) -> None:
    ben = review.browser("ben")
    address = enter(ben)
    ben.open(f"{address}?q=a")
    refused = ben.send(f"{address}/substitutes?q=a")
    assert (refused.status_code, "Choose who stands in." in refused.text) == (422, True)
    assert f'<form method="get" action="{address}"' in refused.text
