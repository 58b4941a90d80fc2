"""A colleague is asked at a task: what they read, what they may not be asked, and that nothing waits for them."""

from sqlalchemy import select

from engine import tasks
from engine.database import transaction
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import counted
from workflows.asking import asking
from workflows.asking.models import Inquiry
from workflows.notifications.models import ANSWER, ASKED, Notification
from workflows.routing.receiving import MOVES, receive

QUESTION = "How did the fair in Porto go in your eyes?"
REPLY = "Calm and well prepared; two new customers."


def begun(review: Review) -> int:
    """The review has come to Ben, who writes about Ann; the number of his task."""
    review.travel(days=21, minutes=1)
    return review.task("manager_review", "ann").id


def ask(review: Review, task_id: int, of: str, by: str = "ben", **fields: str) -> str:
    browser = review.browser(by)
    browser.open(f"/tasks/{task_id}/inquiries?q={of}")
    return browser.send(f"/tasks/{task_id}/inquiries", **{"to": of, "text": QUESTION, "q": of, **fields}).text


def inquiry(review: Review) -> Inquiry:
    with review.factory() as session:
        return session.scalars(select(Inquiry).order_by(Inquiry.id.desc())).first() or Inquiry()


def told(review: Review, kind: str) -> list[tuple[str, str]]:
    with review.factory() as session:
        rows = session.execute(select(Notification.person_id, Notification.text).where(Notification.kind == kind))
        return [(person, text) for person, text in rows]


def test_a_colleague_is_asked_answers_and_the_answer_stands_at_the_task(review: Review) -> None:
    # Given Ben, who asks Dora while he writes about Ann
    task = begun(review)
    assert "Dora is asked." in ask(review, task, "dora", due="2027-01-08")
    assert "Not answered yet; wished for by 8 Jan 2027" in review.browser("ben").open(f"/tasks/{task}").text
    # Then she finds it in her inbox, counted, with nothing of the case but the question.
    dora = review.browser("dora")
    page = dora.open("/inbox").text
    assert QUESTION in page
    page = dora.open(f"/inquiries/{inquiry(review).id}").text
    assert QUESTION in page
    assert "Ben" in page
    assert "Ann" not in page.partition("<main")[2]
    assert "Manager review" not in page
    assert told(review, ASKED) == [("dora", "Ben asks you something.")]
    assert dora.open(f"/tasks/{task}/inquiries").status_code == 403, "who is asked does not come nearer to the task"
    # When she answers
    dora.open(f"/inquiries/{inquiry(review).id}")
    assert (
        "Ben is told that you have answered." in dora.send(f"/inquiries/{inquiry(review).id}/answer", answer=REPLY).text
    )
    # Then Ben is told, and reads it where he writes, and where it came from.
    [(person, text)] = told(review, ANSWER)
    assert person == "ben"
    assert text.startswith("Dora has answered what was asked at “")
    page = review.browser("ben").open(f"/tasks/{task}").text
    assert REPLY in page
    assert "a question to Dora by you" in page
    assert "an answer to you by Dora" in page
    assert QUESTION not in dora.open("/inbox").text
    assert dora.send(f"/inquiries/{inquiry(review).id}/answer", answer="More.").status_code == 422
    assert inquiry(review).answer == REPLY


def test_a_colleague_who_does_not_answer_is_reminded_once_before_the_day(review: Review) -> None:
    # Given three questions to Dora, of which she answers one, and one has no day
    task = begun(review)
    for due in ("2026-12-20", "2026-12-20", ""):
        ask(review, task, "dora", due=due)
    dora, first = review.browser("dora"), inquiry(review).id - 2
    dora.open(f"/inquiries/{first}")
    dora.send(f"/inquiries/{first}/answer", answer=REPLY)
    before = len(told(review, ASKED))
    # When the day comes near, and has passed
    review.travel(days=10)
    # Then she is told once
    assert told(review, ASKED)[before:] == [("dora", "Ben would like your answer by 20 December 2026.")]
    assert len(review.open("manager_review", "ann")) == 1


def test_nothing_waits_for_the_answer_and_nobody_is_asked_any_more_once_it_is_decided(review: Review) -> None:
    task = begun(review)
    ask(review, task, "dora")
    ask(review, task, "hugo")
    ben, first = review.browser("ben"), inquiry(review).id - 1
    # One question is withdrawn by the one who has the task, and by nobody else.
    dora = review.browser("dora")
    dora.open("/inbox")
    assert dora.send(f"/inquiries/{first}/withdrawal").status_code == 404
    ben.open(f"/tasks/{task}")
    page = ben.send(f"/inquiries/{first}/withdrawal").text
    assert "The question is withdrawn" in page
    assert "a question withdrawn by you" in page
    assert "This is not needed any more." in dora.open(f"/inquiries/{first}").text
    dora.open("/inbox")
    assert "Your answer was not sent." in dora.send(f"/inquiries/{first}/answer", answer=REPLY).text
    assert REPLY in dora.page.text
    # The other one leaves the inbox when the task is done without it.
    hugo = review.browser("hugo")
    assert QUESTION in hugo.open("/inbox").text
    review.write_reviews(ann=3)
    assert QUESTION not in hugo.open("/inbox").text
    assert "This is not needed any more." in hugo.open(f"/inquiries/{first + 1}").text


def test_only_whoever_has_the_task_asks_and_something_and_somebody_else(review: Review) -> None:
    task = begun(review)
    mara = review.browser("mara")
    assert mara.open(f"/tasks/{task}/inquiries").status_code == 403
    assert "Choose whom you ask." in ask(review, task, "")
    assert "Write what you want to know" in ask(review, task, "dora", text=" ")
    assert "Choose somebody else" in ask(review, task, "ben")
    assert "a day that is still to come" in ask(review, task, "dora", due="2026-12-01")
    assert "leave it empty" in ask(review, task, "dora", due="soon")
    assert "not in the organisation any more" in ask(review, task, "nobody")
    assert inquiry(review).id is None


def test_the_subject_is_asked_only_where_they_will_read_of_the_step(review: Review) -> None:
    task = begun(review)
    assert "Ann is asked." in ask(review, task, "ann")
    page = review.browser("ann").open(f"/inquiries/{inquiry(review).id}").text
    assert QUESTION in page
    review.write_reviews(ann=4).release().reach_proposals()
    proposal = review.task("propose_reward", "ann").id
    assert "must not know of this step" in ask(review, proposal, "ann")
    assert "Nobody at work who could be asked" in review.browser("ben").open(f"/tasks/{proposal}/inquiries?q=ann").text


def test_nobody_has_a_say_in_the_pay_of_a_peer_or_of_who_decides_on_theirs(review: Review) -> None:
    review.write_reviews(ann=4, ben=4).release().reach_proposals()
    about_ann, about_ben = review.task("propose_reward", "ann"), review.task("propose_reward", "ben")
    assert "Dora cannot be asked: they have the same manager" in ask(review, about_ann.id, "dora")
    assert "Ann cannot be asked: the person it is about is above them" in ask(
        review, about_ben.id, "ann", by=str(about_ben.assignee)
    )
    assert inquiry(review).id is None
    # Who comes into conflict before they answer is not told why.
    assert "Mara is asked." in ask(review, about_ann.id, "mara")
    today = review.now.date().isoformat()
    turned = f"effective,employee_id,change,value\n{today},ann,manager,olga\n{today},mara,manager,ann\n".encode()
    with transaction(review.factory) as session:
        receive(session, MOVES, turned, file_name="moves.csv", by="rita", now=review.now)
    mara, number = review.browser("mara"), inquiry(review).id
    mara.open(f"/inquiries/{number}")
    page = mara.send(f"/inquiries/{number}/answer", answer=REPLY).text
    assert "Your answer may not be used any more: a conflict of interest stands against it." in page
    assert REPLY in page
    assert inquiry(review).answer == ""


def test_whoever_gets_the_task_reads_the_answer_and_who_is_not_asked_reads_nothing(review: Review) -> None:
    task = begun(review)
    ask(review, task, "dora")
    with transaction(review.factory) as session:
        tasks.reassign(session, task, to="mara", by="hugo", reason="", now=review.now)
    number = inquiry(review).id
    for stranger in ("eva", "ann", "mara"):
        assert review.browser(stranger).open(f"/inquiries/{number}").status_code == 404
    dora = review.browser("dora")
    dora.open(f"/inquiries/{number}")
    dora.send(f"/inquiries/{number}/answer", answer=REPLY)
    assert [person for person, _ in told(review, ANSWER)] == ["mara"]
    assert REPLY in review.browser("mara").open(f"/tasks/{task}").text


def test_what_it_costs(review: Review) -> None:
    task = begun(review)
    with review.factory() as session, counted(review.factory) as sent:
        asking.ask(session, task, of="dora", text=QUESTION, due=None, by="ben", now=review.now)
        session.commit()
    # The task, the organisation, the question, the history, the name, and what is told: two.
    assert len([one for one in sent if not one.startswith("BEGIN")]) == 7
    number = inquiry(review).id
    with review.factory() as session, counted(review.factory) as sent:
        asking.answer(session, number, REPLY, by="dora", now=review.now)
        session.commit()
    assert len([one for one in sent if not one.startswith("BEGIN")]) == 9
