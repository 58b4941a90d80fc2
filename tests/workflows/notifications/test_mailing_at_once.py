"""Several workers and several clicks at the same moment, on PostgreSQL: nothing is mailed or decided twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import select

from engine import jobs
from engine.database import transaction
from engine.models import Job
from tests.workflows.notifications.test_mailing import MONDAY, Postbox, mention
from tests.workflows.small_cycle import ANSWERS, LONG, MANAGER_REVIEW, SmallCycle, counted, empty_database
from workflows.notifications.deciding import LinkIsOver, decide
from workflows.notifications.informing import inform
from workflows.notifications.mailing import TOGETHER
from workflows.notifications.models import SENT, DecisionLink, Mail, Notification
from workflows.notifications.post import use_post
from workflows.notifications.purging import PURGE, ask_to_purge

COMMITTED = 3
"""The statements, BEGIN among them, that keep what became of one mail: each for itself, so that little is left open."""


def at_once(act: Callable[[], object], times: int) -> list[object]:
    """What comes of doing the same several times at the same moment."""
    gate = Barrier(times)

    def go(_number: int) -> object:
        gate.wait(120)
        return act()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(go, range(times)))


def test_many_workers_and_many_clicks(postgres_cycle: SmallCycle) -> None:
    cycle, postbox = postgres_cycle, Postbox()
    use_post(cycle.factory, postbox)
    cycle.now = MONDAY
    # Given news for three people, from many transactions
    for number in range(30):
        with transaction(cycle.factory) as session:
            inform(session, [mention(("ben", "mara", "olga")[number % 3], number)], cycle.now)
    # When four workers plan, write and send at the same moment
    for minutes in (0, 1, 0):
        cycle.now += timedelta(minutes=minutes)
        at_once(lambda: jobs.drain(cycle.factory, limit=500, seconds=60, now=lambda: cycle.now), 4)
    cycle.work()
    # Then each is told each thing in one mail.
    told = [item.notification_id for letter in postbox.letters for item in letter.items]
    with cycle.factory() as session:
        assert sorted(told) == sorted(session.scalars(select(Notification.id)))
        assert [mail.state for mail in session.scalars(select(Mail))] == [SENT] * 3

    # Given a link to approve, when it is used several times at the same moment
    cycle.travel(days=21)
    with transaction(cycle.factory) as session:
        cycle.submit(
            session, cycle.open("manager_review", "ann")[0], **MANAGER_REVIEW, overall_rating=1, rating_reason=LONG
        )
    cycle.work().travel(days=2)
    with cycle.factory() as session:
        link_id = session.scalars(select(DecisionLink.id).where(DecisionLink.outcome == "approve")).first()

    def click() -> str:
        try:
            with transaction(cycle.factory) as session:
                decide(session, link_id or 0, ANSWERS["second_approval"], cycle.now)
        except LinkIsOver as reason:
            return str(reason)
        return "decided"

    # Then it decides once.
    over = "This link has been used already. Nothing was changed a second time."
    assert sorted(map(str, at_once(click, 4))) == [over] * 3 + ["decided"]
    assert cycle.open("second_approval", "ann") == []


def test_forgetting_mails_is_asked_for_once_by_many_at_the_same_moment(postgres_url: str) -> None:
    with empty_database(postgres_url) as factory:

        def ask() -> None:
            with transaction(factory) as session:
                ask_to_purge(session, MONDAY)

        at_once(ask, 4)

        with factory() as session:
            assert session.scalars(select(Job.kind)).all() == [PURGE]


def test_sending_many_costs_as_many_statements_as_sending_one(cycle: SmallCycle) -> None:
    postbox, costs = Postbox(), []
    use_post(cycle.factory, postbox)
    cycle.now = MONDAY
    for people in (["ben"], ["ann", "dora", "eva", "hugo", "mara", "olga", "rita"]):
        assert len(people) < TOGETHER
        with transaction(cycle.factory) as session:
            inform(session, [mention(who) for who in people], cycle.now)
        cycle.work()
        cycle.now += timedelta(minutes=1)
        while next_kind(cycle) != "send_mail":
            assert jobs.work_one(cycle.factory, cycle.now)
        with counted(cycle.factory) as sent:
            assert jobs.work_one(cycle.factory, cycle.now)
        costs.append(len(sent) - COMMITTED * len(people))
        cycle.work()
    assert costs == [11, 11]


def next_kind(cycle: SmallCycle) -> str | None:
    """The kind of the job that is done next."""
    with cycle.factory() as session:
        return session.scalar(select(Job.kind).where(Job.state == "waiting").order_by(Job.due_at, Job.id).limit(1))
