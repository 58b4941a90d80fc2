"""The page of a task: who may open it, what it shows to whom, and how a task of a group is taken."""

import pytest

from engine import tasks
from engine.database import transaction
from tests.webapp.reviewing import SELF_ASSESSMENT, Review, hand_in
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW, counted
from workflows.reviews.submitting import save_draft

SECRET = "She may leave us if nothing happens."


def write_self_assessment(review: Review, **answers: str) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT, **answers)


def test_a_manager_has_the_self_assessment_beside_the_form(review: Review) -> None:
    write_self_assessment(review)
    ben, task = review.browser("ben"), review.task("manager_review", "ann")
    text = ben.open(f"/tasks/{task.id}").text
    assert ben.heading == "Manager review"
    assert "Specialist, Team" in text
    assert "What was handed in" in text
    assert "Cut the return rate" in text
    assert "Why is this mine?" in text
    assert "You have been Ann’s manager since" in text
    assert text.count('aria-current="step"') >= 2, "the phase and the step in words"
    assert " style=" not in text


def test_a_draft_comes_back_and_knows_its_version(review: Review) -> None:
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    ann.open(f"/tasks/{task.id}")
    headers = {"X-CSRFToken": ann.token(), "Accept": "application/json"}

    def save(version: int, summary: str) -> tuple[int, dict[str, object]]:
        data = {"summary": summary, "_version": str(version)}
        answer = ann.client.put(f"/tasks/{task.id}/draft", data=data, headers=headers)
        return answer.status_code, answer.get_json()

    status, answer = save(0, "First words")
    assert (status, answer["version"]) == (200, 1)
    assert save(1, "More words")[1]["version"] == 2
    # A second window that still has the first words must not overwrite them.
    status, answer = save(1, "Old words")
    assert status == 409
    assert "saved in another window" in str(answer["reason"])
    text = ann.open(f"/tasks/{task.id}").text
    assert ">More words</textarea>" in text
    assert 'name="_version" value="2"' in text


def test_a_draft_that_came_with_the_task_says_who_began_it(review: Review) -> None:
    review.travel(days=22)
    task = review.task("manager_review", "olga")
    with transaction(review.factory) as session:
        save_draft(session, task.id, {"results": LONG}, by="hugo", now=review.now)
    rita = review.browser("rita")
    assert "Hugo began this draft." in rita.open(f"/tasks/{task.id}").text


def test_what_is_done_once_more_begins_with_the_answers_of_the_last_time(review: Review) -> None:
    # Given a review that the second level does not approve
    review.travel(days=21, minutes=1)
    review.do("manager_review", "ann", **MANAGER_REVIEW, overall_rating=1, rating_reason=LONG, private_note=SECRET)
    review.do("second_approval", "ann", outcome="send_back", reason="Say what she can do about it.")
    # When its writer opens it again
    ben, task = review.browser("ben"), review.task("manager_review", "ann")
    page = ben.open(f"/tasks/{task.id}").text
    # Then it is all there, and said to be of the last time, not saved
    assert "Your answers of " in page
    assert SECRET in page
    assert "Draft saved" not in page
    assert 'name="_version" value="0"' in page
    # And so it is for somebody else, who is told whose it is.
    with transaction(review.factory) as session:
        tasks.reassign(session, task.id, to="carl", by="hugo", reason="", now=review.now)
    page = review.browser("carl").open(f"/tasks/{task.id}").text
    assert "Ben handed them in here the last time" in page
    assert LONG in page


@pytest.mark.parametrize("who", ["ann", "dora", "carl", "olga", "hugo"])
def test_nobody_else_opens_saves_or_completes_it(review: Review, who: str) -> None:
    write_self_assessment(review)
    task, browser = review.task("manager_review", "ann"), review.browser(who)
    address = f"/tasks/{task.id}"
    forbidden = 404 if who == "ann" else 403
    assert browser.open(address).status_code == forbidden
    browser.open("/inbox")
    token = {"X-CSRFToken": browser.token()}
    for method, path in (("PUT", "draft"), ("POST", "completion"), ("POST", "claim"), ("POST", "release")):
        answer = browser.client.open(f"{address}/{path}", method=method, headers=token, data={"results": LONG})
        assert answer.status_code == forbidden, path
    assert review.again(task).revision == task.revision


def test_the_subject_is_not_even_told_that_there_is_a_task(review: Review) -> None:
    # Given a review with the highest rating, which waits for a second person
    write_self_assessment(review)
    review.do("manager_review", "ann", results=LONG, goals_realistic="yes", behaviour=LONG, improve=LONG,
              overall_rating="5", rating_reason=LONG)  # fmt: skip
    approval = review.task("second_approval", "ann")
    ann = review.browser("ann")
    unknown, known = ann.open("/tasks/999999"), ann.open(f"/tasks/{approval.id}")
    assert (unknown.status_code, known.status_code) == (404, 404)
    assert ann.heading == "We cannot find this"
    assert "Second-level" not in known.text


def test_a_closed_task_is_shown_to_whoever_did_it_alone(review: Review) -> None:
    task = review.task("self_assessment", "ann")
    write_self_assessment(review)
    ann = review.browser("ann")
    assert "Cut the return rate" in ann.open(f"/tasks/{task.id}").text
    for who in ("ben", "hugo", "dora"):
        assert review.browser(who).open(f"/tasks/{task.id}").status_code == 404


def test_a_task_of_a_group_is_taken_and_put_back(review: Review) -> None:
    # Given the review of Olga, to whom nobody is above: it waits for HR
    review.travel(days=22)
    task, hugo, rita = review.task("manager_review", "olga"), review.browser("hugo"), review.browser("rita")
    assert "for HR" in hugo.open("/inbox").text
    assert "Take this task" in hugo.open(f"/tasks/{task.id}").text
    hugo.send(f"/tasks/{task.id}/claim")
    assert "is yours now." in hugo.page.text
    # Then Rita neither sees it nor can take it
    assert f"/tasks/{task.id}" not in rita.open("/inbox").text
    assert rita.open(f"/tasks/{task.id}").status_code == 403
    # Until Hugo puts it back.
    hugo.open(f"/tasks/{task.id}")
    assert "Put back" in hugo.page.text
    hugo.send(f"/tasks/{task.id}/release")
    assert f"/tasks/{task.id}" in rita.open("/inbox").text
    history = rita.open(f"/tasks/{task.id}").text
    assert "taken to Hugo" in history
    assert "put back to the HR group by Hugo" in history


def test_what_only_the_manager_may_read_stays_with_the_manager(review: Review) -> None:
    write_self_assessment(review, note_to_manager=SECRET)
    ben = review.browser("ben")
    assert SECRET in ben.open(f"/tasks/{review.task('manager_review', 'ann').id}").text
    review.do("manager_review", "ann", results=LONG, goals_realistic="yes", behaviour=LONG, improve=LONG,
              overall_rating="5", rating_reason=LONG)  # fmt: skip
    mara = review.browser("mara")
    text = mara.open(f"/tasks/{review.task('second_approval', 'ann').id}").text
    assert "Cut the return rate" in text
    assert SECRET not in text


def test_a_task_page_costs_the_same_however_much_was_handed_in(review: Review) -> None:
    def count(step: str, who: str) -> int:
        browser, task = review.browser(who), review.task(step, "ann")
        browser.open(f"/tasks/{task.id}")
        with counted(review.factory) as sent:
            browser.open(f"/tasks/{task.id}")
        return len([statement for statement in sent if not statement.startswith("BEGIN")])

    write_self_assessment(review)
    once = count("manager_review", "ben")
    rated = {"results": LONG, "goals_realistic": "yes", "behaviour": LONG, "improve": LONG, "overall_rating": "5"}
    for _ in range(3):
        review.do("manager_review", "ann", **rated, rating_reason=LONG)
        review.do("second_approval", "ann", outcome="send_back", reason=LONG, comment=LONG)
    assert count("manager_review", "ben") == once <= 15


def test_a_step_with_a_page_of_its_own_is_opened_there(review: Review) -> None:
    review.write_reviews(ann=4)
    session = next(task for task in review.open("calibration_session") if task.assignee == "mara")
    answer = review.browser("mara").client.get(f"/tasks/{session.id}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/calibration/")
