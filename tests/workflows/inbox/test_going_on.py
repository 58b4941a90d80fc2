"""What comes next, and how somebody stands."""

from tests.workflows.inbox.desk import BEN, HUGO, Desk
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import SmallCycle, counted
from workflows.inbox.going_on import next_task
from workflows.inbox.standing import COUNTED, Standing, standing_of
from workflows.inbox.waiting import Holder
from workflows.notifications.informing import Notice, inform


def go_on(cycle: SmallCycle, holder: Holder, step: str) -> tuple[str, str | None] | None:
    """Step and subject of the next task."""
    with cycle.factory() as session:
        task = next_task(session, holder, step, cycle.now)
    return (task.step, task.subject) if task else None


def test_the_same_step_comes_first_then_the_deadline(cycle: SmallCycle) -> None:
    # Given Ben with his own self-assessment and, due later, two reviews to write
    assert go_on(cycle, BEN, "manager_review") == ("self_assessment", "ben")
    for who in ("ann", "dora"):
        cycle.travel(days=1)
        cycle.do("self_assessment", who, summary="x" * 40, support="fully")
    # Then whoever writes reviews goes on with reviews, the one that is due first.
    assert go_on(cycle, BEN, "manager_review") == ("manager_review", "ann")
    assert go_on(cycle, BEN, "something_else") == ("self_assessment", "ben")


def test_nothing_is_next_when_all_is_done(cycle: SmallCycle) -> None:
    cycle.do("self_assessment", "ann", summary="x" * 40, support="fully")
    assert go_on(cycle, Holder.of("ann", ()), "self_assessment") is None


def test_a_group_goes_on_with_what_nobody_has_taken_but_never_with_ones_own_case(cycle: SmallCycle) -> None:
    # Given that HR records for everybody, Hugo included, that no answer came
    cycle.write_reviews().release().travel(days=14, minutes=1)
    hugo = Holder.of("hugo", ("hr",))
    subjects = set()
    while (following := go_on(cycle, hugo, "record_no_answer")) and following[0] == "record_no_answer":
        subjects.add(following[1])
        cycle.do("record_no_answer", following[1])
    # Then he is led through all of them but his own, which waits for Rita.
    assert subjects == {"ann", "ben", "dora", "eva", "mara", "olga", "rita"}
    assert [task.subject for task in cycle.open("record_no_answer")] == ["hugo"]


def test_how_somebody_stands_is_one_statement(desk: Desk) -> None:
    desk.put(1, 2, assignee="ben")
    desk.put(1, group="hr")
    with desk.factory.begin() as session:
        inform(session, [Notice("ben", "reminder", "Due."), Notice("hugo", "reminder", "Due.", desk.ids[2])], NOW)
    with counted(desk.factory) as sent, desk.factory() as session:
        ben = standing_of(session, BEN, NOW)
    assert ben == Standing(waiting=2, asked=0, unread=1, leads_people=True)
    assert len([statement for statement in sent if not statement.startswith("BEGIN")]) == 1
    with desk.factory() as session:
        assert standing_of(session, HUGO, NOW) == Standing(waiting=1, asked=0, unread=1, leads_people=False)


def test_a_badge_counts_no_further_than_it_can_show(desk: Desk) -> None:
    desk.put(*range(COUNTED + 20), group="hr")
    desk.put(*range(30), assignee="hugo")
    with desk.factory() as session:
        assert standing_of(session, HUGO, NOW).waiting == COUNTED
    assert desk.count(HUGO).total.number == COUNTED + 50
