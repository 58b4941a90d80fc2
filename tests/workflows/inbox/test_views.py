"""The parts of an inbox, and what leaves it for a while."""

from datetime import timedelta

import pytest

from engine.database import transaction
from engine.errors import Rejection
from tests.workflows.inbox.desk import BEN, HUGO, WEEK_END, Desk
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW, SmallCycle, counted, empty_database
from workflows.inbox.counting import WINDOW, count_waiting
from workflows.inbox.following import list_done, list_followed
from workflows.inbox.going_on import next_task
from workflows.inbox.listing import list_waiting
from workflows.inbox.ordering import Order
from workflows.inbox.snoozing import snooze, wake
from workflows.inbox.waiting import LATER, MINE, OF_GROUPS, Filters, Holder, Inbox


def test_ones_own_and_what_groups_have_are_parts(desk: Desk) -> None:
    (own,) = desk.put(1, assignee="hugo")
    (free,) = desk.put(2, group="hr")
    assert desk.listed(HUGO) == [own, free]
    assert desk.listed(HUGO, view=MINE) == [own]
    assert desk.listed(HUGO, view=OF_GROUPS) == [free]
    assert desk.listed(BEN, view=OF_GROUPS) == []


def test_a_snoozed_task_leaves_and_comes_back_by_itself(cycle: SmallCycle) -> None:
    (task,) = cycle.open("self_assessment", "ann")
    holder = Holder.of("ann", ())
    with transaction(cycle.factory) as session:
        snooze(session, task.id, until=cycle.now + timedelta(days=2), by="ann", now=cycle.now)
    with cycle.factory() as session:
        later = cycle.now + timedelta(days=2, minutes=1)
        totals = [
            count_waiting(session, Inbox(holder, moment, view), week_end=moment).total.number
            for moment, view in ((cycle.now, ""), (cycle.now, LATER), (later, ""), (later, LATER))
        ]
        assert totals == [0, 1, 1, 0]
        assert next_task(session, holder, "self_assessment", cycle.now) is None
    with transaction(cycle.factory) as session:
        wake(session, task.id, by="ann")
        assert next_task(session, holder, "self_assessment", cycle.now) is not None
        for days in (0, 61):
            with pytest.raises(Rejection, match="next 60 days"):
                snooze(session, task.id, until=cycle.now + timedelta(days=days), by="ann", now=cycle.now)


def test_what_one_has_started_is_followed_but_never_ones_own_case(cycle: SmallCycle) -> None:
    cycle.do("self_assessment", "ann", summary="x" * 40, support="fully")
    cycle.write_reviews(ann=5)
    with cycle.factory() as session:
        for who in ("ann", "ben"):
            inbox = Inbox(Holder.of(who, ()), cycle.now)
            done = list_done(session, inbox, None).rows
            assert {row.step for row in done} >= ({"self_assessment"} if who == "ann" else {"manager_review"})
            followed = list_followed(session, inbox, None).rows
            assert all(who not in (row.subject_id, row.assignee) for row in followed)


def test_a_rating_is_listed_for_those_who_may_read_it(cycle: SmallCycle) -> None:
    cycle.travel(days=21, minutes=1)
    for task in cycle.open("manager_review", "ann"):
        with transaction(cycle.factory) as session:
            cycle.submit(session, task, **MANAGER_REVIEW, overall_rating=5, rating_reason=LONG)
    with cycle.factory() as session:
        inbox = Inbox(Holder.of("mara", ()), cycle.now)
        reach = count_waiting(session, inbox, week_end=cycle.now).reach
        rows = list_waiting(session, inbox, reach, Order(), None).rows
    assert {row.rating for row in rows if row.step == "second_approval"} == {5}


def test_a_large_inbox_is_read_by_kind_and_counted_to_a_limit(database_url: str) -> None:
    with empty_database(database_url) as factory:
        desk = Desk(factory).move_in()
        desk.put(*range(WINDOW), group="hr")
        (rare,) = desk.put(-3, group="hr", step="rare", name="Rare", subject="carl")
        counts = desk.count(HUGO)
        assert (str(counts.total), str(counts.overdue), counts.is_large) == ("1,000+", "1", True)
        assert [(one.value, one.label) for one in counts.steps] == [("review", "Manager review"), ("rare", "Rare")]
        for filters in ({"step": "rare"}, {"name": "Carl"}, {"step": "rare", "cycle": desk.root}):
            assert desk.listed(HUGO, **filters) == [rare]
            assert str(desk.count(HUGO, **filters).total) == "1"
        assert desk.listed(HUGO, step="nothing") == []
        assert len(desk.page(HUGO).rows) == 25
        # However it is narrowed, it costs no more than seven statements.
        with counted(factory) as sent, factory() as session:
            inbox = Inbox(HUGO, NOW, filters=Filters(step="review", name="a"))
            reach = count_waiting(session, inbox, week_end=WEEK_END).reach
            list_waiting(session, inbox, reach, Order(), None)
        assert len([statement for statement in sent if not statement.startswith("BEGIN")]) <= 7
