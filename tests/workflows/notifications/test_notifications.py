"""Stories of notifications: who is told what, how often, and who is never told."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import extending
from engine.database import transaction
from tests.workflows.small_cycle import MANAGER_REVIEW, SmallCycle, empty_database
from workflows.notifications.informing import QUIET, Notice, inform
from workflows.notifications.models import CHANGED, Notification
from workflows.notifications.reading import find_alike, list_notifications, mark_read
from workflows.people.models import PersonVersion


def told(cycle: SmallCycle, person_id: str) -> list[tuple[str, str]]:
    """What a person was told, the oldest first."""
    with cycle.factory() as session:
        return [(n.kind, n.text) for n in reversed(list_notifications(session, person_id))]


def test_people_are_reminded_of_their_own_task_in_their_own_words(cycle: SmallCycle) -> None:
    # Given self-assessments that are due on 6 December, when their reminders come
    cycle.travel(days=13, hours=18)
    # Then everybody was reminded a week and a day before, without their own name.
    assert told(cycle, "ann") == [("reminder", "“Self-assessment” is due on 6 December 2026.")] * 2


def test_an_overdue_task_is_told_to_its_holder_and_to_whom_the_diagram_names(cycle: SmallCycle) -> None:
    cycle.travel(days=15)
    assert told(cycle, "eva")[-1] == ("overdue", "“Self-assessment” was due on 6 December 2026.")
    escalated = [text for kind, text in told(cycle, "ben") if kind == "escalation"]
    assert escalated == [
        f"“Self-assessment” for {name} was due on 6 December 2026 and waits for {name}."
        for name in ("Ann", "Dora", "Eva")
    ]
    # Nobody is above Olga: her own step is told to nobody else about her.
    assert [text for kind, text in told(cycle, "olga") if kind == "escalation" and "Olga" in text] == []


def test_a_task_of_a_group_reminds_its_members_but_never_the_subject(cycle: SmallCycle) -> None:
    # Given that HR has to record answers that did not come, those of HR people among them
    cycle.write_reviews().release().travel(days=14, minutes=1)
    assert {task.group for task in cycle.open("record_no_answer")} == {"hr"}
    # When the steps fall due
    cycle.travel(days=6)
    # Then both HR people hear about everybody but themselves.
    for who, colleague in (("hugo", "Rita"), ("rita", "Hugo")):
        about = {text for _, text in told(cycle, who) if "Record that no answer came" in text}
        assert any(f"for {colleague} " in text for text in about)
        assert all("for " in text and f"for {who.title()} " not in text for text in about)


def test_nothing_of_a_review_is_told_before_its_release(cycle: SmallCycle) -> None:
    # Given a review whose rating was changed, and everybody late with everything
    cycle.write_reviews(ann=2)
    cycle.travel(days=9)
    # When the subject reads all notifications, then they are about the own step alone.
    assert {text for _, text in told(cycle, "ann")} == {
        "“Self-assessment” is due on 6 December 2026.",
        "“Self-assessment” was due on 6 December 2026.",
    }
    # And nobody at all was told an answer or a rating.
    with cycle.factory() as session:
        texts = session.scalars(select(Notification.text)).all()
    assert not any(str(answer) in text for text in texts for answer in MANAGER_REVIEW.values() if answer != "yes")
    assert not any("rating" in text.lower() and "Ann" in text for text in texts)


def test_the_same_reminder_does_not_come_twice_a_day(cycle: SmallCycle) -> None:
    task = cycle.open("self_assessment", "ann")[0]
    notice = Notice("ann", "reminder", "“Self-assessment” is due.", task.id)
    counts = []
    for after in (timedelta(), timedelta(hours=3), QUIET - timedelta(seconds=1), timedelta(hours=24)):
        with transaction(cycle.factory) as session:
            counts.append(inform(session, [notice, notice], cycle.now + after))
    assert counts == [1, 0, 0, 1]


@given(hours=st.lists(st.integers(0, 200), max_size=12))
def test_between_two_of_the_same_there_is_always_a_while(launched: SmallCycle, hours: list[int]) -> None:
    notice = Notice("ann", "reminder", "“Self-assessment” is due.", launched.open("self_assessment", "ann")[0].id)
    with launched.factory() as session:
        sent = [hour for hour in sorted(hours) if inform(session, [notice], launched.now + timedelta(hours=hour))]
        session.rollback()
    assert sent[:1] == sorted(hours)[:1]
    assert all(later - earlier >= 20 for earlier, later in pairwise(sent))


def test_whoever_has_left_is_told_nothing(cycle: SmallCycle) -> None:
    with transaction(cycle.factory) as session:
        for version in session.scalars(select(PersonVersion).where(PersonVersion.person_id == "ann")):
            version.status = "terminated"
    cycle.travel(days=15)
    assert told(cycle, "ann") == []
    assert told(cycle, "eva") != []


def unread(session: Session, person_id: str) -> int:
    return sum(notification.is_unread for notification in list_notifications(session, person_id))


def test_reading_is_everybodys_own_business(cycle: SmallCycle) -> None:
    # Given unread notifications of two people
    cycle.travel(days=15)
    with transaction(cycle.factory) as session:
        mine = list_notifications(session, "ann")
        assert unread(session, "ann") == len(mine) == 3
        # When somebody marks one of another person, then nothing happens
        mark_read(session, "eva", cycle.now, only=[mine[0].id])
        assert unread(session, "ann") == 3
        # When Ann reads one and then all, then hers are read and Eva's are not.
        mark_read(session, "ann", cycle.now, only=[mine[0].id])
        assert unread(session, "ann") == 2
        mark_read(session, "ann", cycle.now)
        assert (unread(session, "ann"), unread(session, "eva")) == (0, 3)
        assert [n.is_unread for n in list_notifications(session, "ann", limit=1)] == [False]


def give_more_time(cycle: SmallCycle, step: str) -> None:
    """HR gives more time for each task of a step, one after the other."""
    for task in cycle.open(step):
        with transaction(cycle.factory) as session:
            due = (task.due_at or cycle.now) + timedelta(days=7)
            extending.extend(session, task.id, due=due, by="hugo", reason="The files come late.", now=cycle.now)


def test_of_many_tasks_that_have_more_time_one_line_tells(cycle: SmallCycle) -> None:
    # Given the records of all answers that did not come, which wait for HR
    cycle.write_reviews().release().travel(days=14, minutes=1)
    # When Hugo gives more time for each of them
    give_more_time(cycle, "record_no_answer")
    # Then one line tells Rita of all but the one that is about her, and is read for all of them
    with transaction(cycle.factory) as session:
        first, *others = list_notifications(session, "rita")
        assert (first.kind, first.is_unread) == ("more time", True)
        assert first.text == "There is more time for 7 tasks of yours: “Record that no answer came”."
        assert all(one.kind != first.kind for one in others)
        alike = find_alike(session, session.get_one(Notification, first.id))
        assert len(alike) == 7
        mark_read(session, "rita", cycle.now, only=alike)
    # And what is read can be read one by one.
    with cycle.factory() as session:
        lines = [one for one in list_notifications(session, "rita") if one.kind == first.kind]
        assert [one.is_unread for one in lines] == [False] * 7
        assert find_alike(session, session.get_one(Notification, first.id)) == []


def test_of_a_few_each_is_told(cycle: SmallCycle) -> None:
    cycle.travel(days=13)
    with transaction(cycle.factory) as session:
        tasks = cycle.open("self_assessment")[:3]
        inform(session, [Notice("ben", CHANGED, f"Of {task.subject}.", task.id) for task in tasks], cycle.now)
        found = [one.text for one in list_notifications(session, "ben") if one.kind == CHANGED]
    assert sorted(found) == sorted(f"Of {task.subject}." for task in tasks)


def test_notifications_on_every_database(database_url: str) -> None:
    with empty_database(database_url) as factory:
        cycle = SmallCycle(factory).launch().travel(days=15)
        assert [kind for kind, _ in told(cycle, "ann")] == ["reminder", "reminder", "overdue"]
        cycle.write_reviews().release().travel(days=20)
        assert any("Record that no answer came" in text for _, text in told(cycle, "hugo"))
