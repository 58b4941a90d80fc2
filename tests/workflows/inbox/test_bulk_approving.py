"""Approving many tasks together: what drops out and why, the time to undo it, and that each is approved for itself."""

import pytest
from sqlalchemy import select

from engine.database import transaction
from engine.errors import Conflict, NotFound, Rejection
from engine.models import Batch, HistoryEntry, Instance, Task
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW, SmallCycle, counted
from workflows.inbox.bulk_approving import TIME_TO_UNDO, ask_to_approve, list_approvals, undo, waiting_approvals
from workflows.inbox.bulk_looking import Selection, look_at
from workflows.inbox.standing import standing_of
from workflows.inbox.waiting import Holder, Inbox
from workflows.reviews.submitting import save_draft

MARA = Holder.of("mara", ())


@pytest.fixture
def approvals(cycle: SmallCycle) -> SmallCycle:
    """Three reviews with the highest rating, which Mara has to look at a second time."""
    cycle.travel(days=21, minutes=1)
    for task in cycle.open("manager_review"):
        if task.subject in ("ann", "dora", "eva"):
            with transaction(cycle.factory) as session:
                rating = {"overall_rating": 5, "rating_reason": LONG}
                cycle.submit(session, task, **MANAGER_REVIEW, **rating)
    return cycle.work()


def look(cycle: SmallCycle, by: str = "mara") -> Selection:
    with cycle.factory() as session:
        return look_at(session, [task.id for task in cycle.open("second_approval")], by=by, now=cycle.now)


def approve(cycle: SmallCycle, selection: Selection, by: str = "mara") -> int:
    with transaction(cycle.factory) as session:
        seen = {one.task.id: one.fingerprint for one in selection.fit}
        return ask_to_approve(session, seen, confirmed=True, by=by, now=cycle.now).id


def states(cycle: SmallCycle, batch_id: int) -> list[tuple[str, str]]:
    with cycle.factory() as session:
        return sorted((one.subject, one.state) for one in list_approvals(session, session.get_one(Batch, batch_id)))


def waiting(cycle: SmallCycle) -> int:
    with cycle.factory() as session:
        return standing_of(session, MARA, cycle.now).waiting


def test_they_are_approved_when_the_time_to_undo_is_over(approvals: SmallCycle) -> None:
    before = waiting(approvals)
    selection = look(approvals)
    assert [one.subject for one in selection.fit] == ["Ann", "Dora", "Eva"]
    assert selection.attestations[0].points[0][1] == "results and examples carry the rating"
    batch = approve(approvals, selection)
    # They are out of the way at once, but nothing has been decided.
    assert waiting(approvals) == before - 3
    approvals.work()
    assert len(approvals.open("second_approval")) == 3
    approvals.now += TIME_TO_UNDO
    with counted(approvals.factory) as sent:
        approvals.work()
    assert states(approvals, batch) == [("Ann", "done"), ("Dora", "done"), ("Eva", "done")]
    # As long as none of them fails, one savepoint around all of them is enough.
    assert len([statement for statement in sent if statement.startswith("SAVEPOINT")]) == 1
    assert approvals.open("second_approval") == []
    with approvals.factory() as session:
        done = select(HistoryEntry.actor).where(
            HistoryEntry.kind == "task_completed", HistoryEntry.step == "second_approval"
        )
        assert session.scalars(done).all() == ["mara"] * 3


def test_all_of_it_can_be_taken_back_in_time(approvals: SmallCycle) -> None:
    before = waiting(approvals)
    batch = approve(approvals, look(approvals))
    with transaction(approvals.factory) as session:
        assert waiting_approvals(session, "mara", approvals.now) == (batch, 3)
        with pytest.raises(NotFound):
            undo(session, batch, by="ben", now=approvals.now)
        assert undo(session, batch, by="mara", now=approvals.now) == 3
    approvals.now += TIME_TO_UNDO
    approvals.work()
    assert len(approvals.open("second_approval")) == 3
    assert waiting(approvals) == before
    with approvals.factory() as session, pytest.raises(Conflict, match="too late"):
        undo(session, batch, by="mara", now=approvals.now)


def test_what_changes_meanwhile_drops_out_and_the_others_are_approved(approvals: SmallCycle) -> None:
    batch = approve(approvals, look(approvals))
    (ann,) = approvals.open("second_approval", "ann")
    with transaction(approvals.factory) as session:
        instance = session.get_one(Instance, ann.instance_id)
        instance.variables = {**instance.variables, "rating": 4}
    (dora,) = approvals.open("second_approval", "dora")
    with transaction(approvals.factory) as session:
        approvals.submit(session, dora)
    approvals.now += TIME_TO_UNDO
    approvals.work()
    assert states(approvals, batch) == [("Ann", "failed"), ("Dora", "failed"), ("Eva", "done")]
    with approvals.factory() as session:
        notes = {one.subject: one.note for one in list_approvals(session, session.get_one(Batch, batch))}
    assert "has changed since you approved it" in notes["Ann"]
    assert "has changed since you approved it" in notes["Dora"]
    # What was not approved is in the inbox again.
    assert approvals.open("second_approval", "ann") != []
    with approvals.factory() as session:
        inbox = Inbox(MARA, approvals.now)
        held = select(Task.id).where(*inbox.parts.conditions())
        assert ann.id in session.scalars(held, inbox.values()).all()


def test_what_changed_while_one_looked_is_not_approved(approvals: SmallCycle) -> None:
    selection = look(approvals)
    (ann,) = approvals.open("second_approval", "ann")
    with transaction(approvals.factory) as session:
        session.get_one(Instance, ann.instance_id).variables = {
            **session.get_one(Instance, ann.instance_id).variables,
            "rating": 1,
        }
    batch = approve(approvals, selection)
    assert states(approvals, batch) == [("Ann", "failed"), ("Dora", "waiting"), ("Eva", "waiting")]


def test_drafts_come_backs_and_other_forms_drop_out_with_the_reason(approvals: SmallCycle) -> None:
    (ann,) = approvals.open("second_approval", "ann")
    (dora,) = approvals.open("second_approval", "dora")
    with transaction(approvals.factory) as session:
        save_draft(session, ann.id, {"outcome": "approve"}, by="mara", now=approvals.now)
        back = {"outcome": "send_back", "reason": LONG}
        approvals.submit(session, dora, **back)
    approvals.work()
    (again,) = approvals.open("manager_review", "dora")
    with transaction(approvals.factory) as session:
        approvals.submit(session, again, **MANAGER_REVIEW, overall_rating=5, rating_reason=LONG)
    approvals.work()
    own = [task.id for task in approvals.open("manager_review") if task.assignee == "mara"]
    with approvals.factory() as session:
        ids = [task.id for task in approvals.open("second_approval")] + own
        selection = look_at(session, ids, by="mara", now=approvals.now)
    reasons = {(one.subject, one.task.step): one.reason for one in selection.dropped}
    assert "You have begun to write" in reasons["Ann", "second_approval"]
    assert "has come back" in reasons["Dora", "second_approval"]
    assert all("asks for more" in why for (_, step), why in reasons.items() if step == "manager_review")
    assert own
    assert [one.subject for one in selection.fit] == ["Eva"]


def test_whoever_does_not_hold_a_task_cannot_select_it(approvals: SmallCycle) -> None:
    selection = look(approvals, by="ben")
    assert (selection.fit, selection.dropped) == ([], [])


def test_nothing_and_too_much_are_refused(approvals: SmallCycle) -> None:
    with approvals.factory() as session:
        for ids in ([], list(range(501))):
            with pytest.raises(Rejection):
                look_at(session, ids, by="mara", now=approvals.now)


def test_looking_costs_the_same_for_one_and_for_many(approvals: SmallCycle) -> None:
    ids = [task.id for task in approvals.open("second_approval")]
    costs = []
    for some in (ids[:1], ids):
        with counted(approvals.factory) as sent, approvals.factory() as session:
            look_at(session, some, by="mara", now=approvals.now)
        costs.append(len(sent))
    assert costs[0] == costs[1]
