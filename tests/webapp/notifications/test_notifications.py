"""The bell."""

from sqlalchemy import select

from tests.webapp.reviewing import Review
from tests.workflows.notifications.test_notifications import give_more_time
from tests.workflows.small_cycle import counted
from workflows.notifications.models import EXTENDED, Notification


def of(review: Review, who: str) -> list[Notification]:
    with review.factory() as session:
        return list(session.scalars(select(Notification).where(Notification.person_id == who)))


def test_a_reminder_is_read_and_leads_to_its_task(review: Review) -> None:
    review.travel(days=8)
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    (reminder,) = of(review, "ann")
    page = ann.open("/notifications").text
    assert "“Self-assessment” is due on 6 December 2026." in page
    assert "1 not read yet" in page
    ann.send(f"/notifications/{reminder.id}/reading")
    assert ann.page.request.path == f"/tasks/{task.id}"
    assert of(review, "ann")[0].read_at == review.now or of(review, "ann")[0].read_at
    assert "not read yet" not in ann.open("/notifications").text


def test_whoever_opens_a_task_has_read_what_they_were_told_of_it(review: Review) -> None:
    review.travel(days=8)
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    assert "data-bell-number>1<" in ann.open("/inbox").text
    # When she opens it from her inbox, the bell of that very page knows
    assert "data-bell-number>0<" in ann.open(f"/tasks/{task.id}").text
    # And from then on nothing is written when she looks at it.
    with counted(review.factory) as sent:
        ann.open(f"/tasks/{task.id}")
    assert not any(statement.startswith(("UPDATE", "INSERT")) for statement in sent)
    assert "not read yet" not in ann.open("/notifications").text


def test_word_about_somebody_elses_task_leads_to_the_team(review: Review) -> None:
    review.travel(days=15)
    ben = review.browser("ben")
    escalation = next(one for one in of(review, "ben") if one.kind == "escalation")
    ben.open("/notifications")
    ben.send(f"/notifications/{escalation.id}/reading")
    assert ben.heading == "Team"


def test_one_line_tells_of_many_tasks_and_leads_to_them(review: Review) -> None:
    review.write_reviews().release().travel(days=14, minutes=1)
    give_more_time(review, "record_no_answer")
    rita = review.browser("rita")
    assert rita.open("/notifications").text.count("There is more time for 7 tasks of yours") == 1
    newest = max(one.id for one in of(review, "rita") if one.kind == EXTENDED)

    rita.send(f"/notifications/{newest}/reading")

    assert rita.page.request.path == "/inbox"
    assert rita.page.request.args["step"] == "record_no_answer"
    assert rita.page.text.count("Record that no answer came") >= 7
    assert all(one.read_at for one in of(review, "rita") if one.kind == EXTENDED)


def test_all_are_read_at_once(review: Review) -> None:
    review.travel(days=15)
    ben, eva = review.browser("ben"), len(of(review, "eva"))
    ben.open("/notifications")
    ben.send("/notifications/reading")
    assert all(one.read_at for one in of(review, "ben"))
    assert sum(one.read_at is None for one in of(review, "eva")) == eva


def test_nobody_reads_for_somebody_else(review: Review) -> None:
    review.travel(days=8)
    (reminder,) = of(review, "ann")
    dora = review.browser("dora")
    dora.open("/notifications")
    dora.send(f"/notifications/{reminder.id}/reading")
    assert dora.page.status_code == 404
    assert of(review, "ann")[0].read_at is None


def test_an_empty_list_says_what_will_be_there(review: Review) -> None:
    assert "Nothing new" in review.browser("ann").open("/notifications").text
