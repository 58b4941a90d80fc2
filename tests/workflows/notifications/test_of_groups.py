"""Tasks of groups by mail: told to those who may take them, in one line where there are many; never who took one."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import extending, instances, tasks
from engine.database import transaction
from engine.diagram import Step
from engine.models import Task
from tests.workflows.notifications.test_mailing import MONDAY, Postbox
from tests.workflows.routing.diagrams import publish
from tests.workflows.small_cycle import SmallCycle
from workflows.inbox.standing import standing_of
from workflows.inbox.waiting import Holder
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import DIGEST, GROUP_TASK, MENTION, OVERDUE, Notification
from workflows.notifications.planning import choose
from workflows.notifications.post import use_post
from workflows.notifications.preferences import AT_ONCE, DEFAULT_WAYS, Preferences
from workflows.notifications.reading import list_notifications, mark_opened

CHECK = Step("check", "userTask", "Check the letter", "review", {"actor": "group", "actorArgument": "hr"})


@pytest.fixture
def postbox(cycle: SmallCycle) -> Postbox:
    """The mails of the cycle, on a Monday morning after the launch. Hugo and Rita are HR."""
    postbox = Postbox()
    use_post(cycle.factory, postbox)
    cycle.now = MONDAY
    return postbox


def check_letters(cycle: SmallCycle, *subjects: str) -> list[Task]:
    """Have HR check a letter about each of these people."""
    with transaction(cycle.factory) as session:
        definition = publish(session, CHECK, now=cycle.now)
        for subject in subjects:
            instances.start(session, definition, name="Letter", by="hugo", subject=subject, now=cycle.now)
    cycle.work()
    return cycle.open("check")


def read(cycle: SmallCycle, who: str, **ways: str) -> None:
    """Choose how somebody is told."""
    with transaction(cycle.factory) as session:
        choose(session, who, Preferences({**DEFAULT_WAYS, **ways}), cycle.now)


def lines(postbox: Postbox, who: str) -> list[Sequence[str]]:
    return [[item.text for item in letter.items] for letter in postbox.to(who)]


def test_members_are_told_in_the_morning_but_not_of_what_is_about_them(cycle: SmallCycle, postbox: Postbox) -> None:
    # Given a task about Ann and one about Hugo
    check_letters(cycle, "ann", "hugo")
    # When it is the next morning
    cycle.travel(days=1)
    # Then Rita is told of both, Hugo of one, and nobody else of anything
    assert lines(postbox, "rita") == [
        [
            "“Check the letter” for Ann waits for the HR group: whoever takes it.",
            "“Check the letter” for Hugo waits for the HR group: whoever takes it.",
        ]
    ]
    assert lines(postbox, "hugo") == [["“Check the letter” for Ann waits for the HR group: whoever takes it."]]
    assert {letter.kind for letter in postbox.to("rita")} == {DIGEST}
    others = [item for who in ("ann", "ben") for one in postbox.to(who) for item in one.items]
    assert [item for item in others if item.kind == GROUP_TASK] == []
    # And inside the product the inbox tells it, not the bell.
    with cycle.factory() as session:
        assert all(one.kind != GROUP_TASK for one in list_notifications(session, "rita"))
        holder = Holder("rita", frozenset({"hr"}))
        assert standing_of(session, holder, cycle.now).unread == len(list_notifications(session, "rita"))


def test_of_many_one_line_tells(cycle: SmallCycle, postbox: Postbox) -> None:
    check_letters(cycle, "ann", "ben", "carl", "dora", "eva")
    cycle.travel(days=1)
    (letter,) = postbox.to("rita")
    assert [(item.text, item.notification_id) for item in letter.items] == [("5 tasks wait for groups of yours.", None)]


def test_of_many_that_have_more_time_one_line_tells_too(cycle: SmallCycle, postbox: Postbox) -> None:
    letters = check_letters(cycle, "ann", "ben", "carl", "dora", "eva")
    with transaction(cycle.factory) as session:
        for task in letters:
            due = cycle.now + timedelta(days=7)
            extending.extend(session, task.id, due=due, by="hugo", reason="The files come late.", now=cycle.now)
    cycle.work()
    cycle.travel(days=1)
    (letter,) = postbox.to("rita")
    more = "There is more time for 5 tasks of yours. Until when, and why, you read in Reviewflow."
    assert sorted(item.text for item in letter.items) == ["5 tasks wait for groups of yours.", more]
    (leads,) = [item.notification_id for item in letter.items if item.text == more]
    with cycle.factory() as session:
        assert session.get_one(Notification, leads).person_id == "rita"


def test_whoever_wants_it_at_once_gets_one_mail_for_all(cycle: SmallCycle, postbox: Postbox) -> None:
    read(cycle, "rita", **{GROUP_TASK: AT_ONCE})
    check_letters(cycle, "ann", "ben")
    cycle.travel(minutes=2)
    assert [len(letter.items) for letter in postbox.to("rita")] == [2]
    assert postbox.to("hugo") == []


def test_that_a_colleague_took_it_is_no_mail(cycle: SmallCycle, postbox: Postbox) -> None:
    # Given two tasks, of which Hugo takes one before the morning
    first, _ = check_letters(cycle, "ann", "ben")
    with transaction(cycle.factory) as session:
        tasks.claim(session, first.id, by="hugo", now=cycle.now)
    # When it is the next morning
    cycle.travel(days=1)
    # Then Rita is told of the other one alone, and nothing about Hugo.
    assert lines(postbox, "rita") == [["“Check the letter” for Ben waits for the HR group: whoever takes it."]]


def test_what_is_done_or_opened_is_read(cycle: SmallCycle, postbox: Postbox) -> None:
    # Given word about three tasks, and a mention
    own, other, third = check_letters(cycle, "ann", "ben", "carl")
    with transaction(cycle.factory) as session:
        told = [Notice("rita", OVERDUE, "It is overdue.", one.id) for one in (own, other, third)]
        inform(session, [*told, Notice("rita", MENTION, "Look.", own.id)], cycle.now)

    def unread() -> int:
        with cycle.factory() as session:
            found = sum(one.is_unread for one in list_notifications(session, "rita"))
            assert standing_of(session, Holder("rita", frozenset({"hr"})), cycle.now).unread == found
            return found

    assert unread() == 4
    # When one is done by a colleague
    with transaction(cycle.factory) as session:
        tasks.complete(session, third.id, by="hugo", now=cycle.now)
    # Then that it is overdue is read
    assert unread() == 3
    # When Rita opens the first one, then all that was told of it is read, and for nobody else
    with transaction(cycle.factory) as session:
        mark_opened(session, "hugo", other.id, cycle.now)
        mark_opened(session, "rita", own.id, cycle.now + timedelta(minutes=1))
    assert unread() == 1
    with cycle.factory() as session:
        told_of = select(Notification.read_at).where(Notification.task_id == other.id, Notification.kind == OVERDUE)
        assert session.scalars(told_of).all() == [None]
