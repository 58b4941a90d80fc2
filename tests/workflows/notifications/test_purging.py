"""Forgetting old mails: after the days that are set, some at a time, and nothing that people still read."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.database import transaction
from engine.models import Job
from tests.workflows.notifications.test_mailing import MONDAY, Postbox, mails, mention, tell
from tests.workflows.small_cycle import SmallCycle
from workflows.notifications import purging
from workflows.notifications.informing import Notice
from workflows.notifications.models import FAILED, MAILED, NEW_TASK, DecisionLink, Mail, Notification
from workflows.notifications.post import REFUSED, use_post
from workflows.notifications.reading import list_notifications

KEPT = timedelta(days=40)


@pytest.fixture
def postbox(cycle: SmallCycle) -> Postbox:
    """The mails of the cycle, kept for forty days."""
    postbox = Postbox()
    use_post(cycle.factory, postbox, keep=KEPT)
    cycle.now = MONDAY
    return postbox


def purge(cycle: SmallCycle) -> int:
    """Let the day pass on which mails are forgotten, alone; how many jobs for it are left."""
    with transaction(cycle.factory) as session:
        for job in session.scalars(select(Job).where(Job.kind == purging.PURGE, Job.due_at <= cycle.now)).all():
            session.delete(job)
            session.flush()
            purging.purge_some(session, job, cycle.now)
        return session.scalar(select(func.count()).where(Job.kind == purging.PURGE)) or 0


def test_mails_are_forgotten_after_the_days_that_are_set(cycle: SmallCycle, postbox: Postbox) -> None:
    # Given a mail that arrived, and one that the server refused
    task = cycle.open("self_assessment", "ann")[0]
    postbox.answers = [REFUSED]
    tell(cycle, mention("ben"))
    cycle.travel(minutes=2)
    waits = [Notice(who, NEW_TASK, "It waits.", task.id) for who in ("ann", "mara")]
    tell(cycle, mention("ann"), *waits)
    cycle.travel(minutes=20)
    sent = {one.person_id: one.state for one in mails(cycle)}
    assert (sent["ben"], len(sent)) == (FAILED, 2)
    # When they are not old enough, they stay
    cycle.now += KEPT - timedelta(days=1)
    assert purge(cycle) == 1
    assert len(mails(cycle)) == 2
    # When they are, they go, with what was told by mail alone; what stands under the bell stays
    cycle.now += timedelta(days=2)
    assert purge(cycle) == 0, "there is nothing left to come back for"
    assert mails(cycle) == []
    with cycle.factory() as session:
        assert [one.text for one in list_notifications(session, "ben")] == ["Mention 0."]
        kept = session.scalars(select(Notification).where(Notification.person_id.in_(("ann", "mara")))).all()
        assert [(one.kind, one.mailing, one.mail_id) for one in kept] == [("mention", MAILED, None)]
    # And the next mail asks for it again, once: on Monday.
    cycle.now += timedelta(days=1)
    tell(cycle, mention("ben", 1), mention("ann", 1))
    cycle.travel(minutes=2)
    with cycle.factory() as session:
        assert len(session.scalars(select(Job).where(Job.kind == purging.PURGE)).all()) == 1


def test_many_are_forgotten_some_at_a_time(
    cycle: SmallCycle, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given five old mails and seven links, of which one is still good
    monkeypatch.setattr(purging, "TOGETHER", 2)
    task, long_ago = cycle.open("self_assessment", "ann")[0], cycle.now - KEPT - timedelta(days=1)
    with transaction(cycle.factory) as session:
        shared = {"person_id": "ben", "created_at": long_ago, "due_at": long_ago}
        session.add_all(Mail(kind="notice", state="sent", ended_at=long_ago, **shared) for _ in range(5))
        session.add(Mail(kind="notice", state="waiting", **shared))
        session.add_all(
            DecisionLink(person_id="ben", task_id=task.id, outcome="approve", seen="x", expires_at=at)
            for at in (*[long_ago] * 6, cycle.now)
        )
        purging.ask_to_purge(session, cycle.now - purging.EVERY)
    # When the job has done its part of them, it comes back at once, until the day's work is done
    left = []
    for _ in range(4):
        purge(cycle)
        with cycle.factory() as session:
            left.append(tuple(session.scalar(select(func.count()).select_from(kind)) for kind in (Mail, DecisionLink)))
    # Then what waits to be sent and what is still good stays, and tomorrow it is looked at again
    assert left == [(4, 5), (2, 3), (1, 1), (1, 1)]
    with cycle.factory() as session:
        (job,) = session.scalars(select(Job).where(Job.kind == purging.PURGE))
        assert job.due_at == cycle.now + purging.EVERY
