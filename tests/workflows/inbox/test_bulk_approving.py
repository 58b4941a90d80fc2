"""Approving many tasks together: what drops out and why, the time to undo it, and that each is approved for itself."""

from typing import Any

import pytest
from sqlalchemy import inspect, select, update

from engine.database import transaction
from engine.errors import Conflict, NotFound, Rejection
from engine.models import Batch, HistoryEntry, Instance, Task
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW, SmallCycle, counted
from workflows.inbox.bulk_approving import TIME_TO_UNDO, ask_to_approve, list_approvals, undo, waiting_approvals
from workflows.inbox.bulk_looking import Selection, look_at
from workflows.inbox.standing import standing_of
from workflows.inbox.waiting import Holder, Inbox
from workflows.reviews.submitting import save_draft
from workflows.rewards.models import Proposal

MARA = Holder.of("mara", ())


@pytest.fixture
def approvals(cycle: SmallCycle) -> SmallCycle:
    """Three reviews with the highest rating, which Mara has to look at a second time."""
    return rate_highest(cycle)


def rate_highest(cycle: SmallCycle) -> SmallCycle:
    """The same cycle, with the reviews of three people handed in."""
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


def ask_about(cycle: SmallCycle, amounts: list[int]) -> None:
    """As many approvals as there are amounts, each about its own: cases like Ann's, beside hers."""
    (ann,) = cycle.open("second_approval", "ann")
    with transaction(cycle.factory) as session:
        case = session.get_one(Instance, ann.instance_id)
        for amount in amounts:
            twin = Instance(**{**columns(case), "variables": {**case.variables, "amount": amount}})
            session.add(twin)
            session.flush()
            session.add(Task(**{**columns(ann), "instance_id": twin.id}))


def columns(row: Instance | Task) -> dict[str, Any]:
    names = [attribute.key for attribute in inspect(type(row)).column_attrs if attribute.key != "id"]
    return {name: getattr(row, name) for name in names}


def test_what_was_shown_is_approved_though_more_is_far_from_what_is_left(approvals: SmallCycle) -> None:
    # Given ten amounts that are near each other, and one that is far away
    ask_about(approvals, [10] * 7 + [11, 11, 12, 20])
    selection = look(approvals)
    assert [one.reason for one in selection.dropped] == ["Its amount of 20 is far from that of the others."]
    # When what is shown is approved, among which 12 would be far from the others by now
    batch = approve(approvals, selection)
    # Then all of it is asked for.
    with approvals.factory() as session:
        done = list_approvals(session, session.get_one(Batch, batch))
    assert {one.task_id for one in done} == {one.task.id for one in selection.fit}
    assert {one.state for one in done} == {"waiting"}


def test_what_cannot_be_approved_any_more_is_kept_with_the_reason(approvals: SmallCycle) -> None:
    selection = look(approvals)
    (ann,) = approvals.open("second_approval", "ann")
    with transaction(approvals.factory) as session:
        save_draft(session, ann.id, {"outcome": "approve"}, by="mara", now=approvals.now)
    batch = approve(approvals, selection)
    with approvals.factory() as session:
        notes = {one.subject: one.note for one in list_approvals(session, session.get_one(Batch, batch))}
    assert set(notes) == {"Ann", "Dora", "Eva"}
    assert "You have begun to write something" in notes["Ann"]


@pytest.fixture
def pay(cycle: SmallCycle) -> SmallCycle:
    """Ben has proposed more pay for Ann and Dora; Mara is asked to approve it."""
    cycle.write_reviews(ann=4, dora=4).release().reach_proposals()
    increase = {"kind": "pay_increase", "amount_percent": "3.33", "effective_on": "2027-03-01", "reason": LONG}
    for who in ("ann", "dora"):
        cycle.do("propose_reward", who, **increase, within_budget=True)
    return cycle


def test_a_reward_is_shown_in_words_with_its_currency(pay: SmallCycle) -> None:
    with pay.factory() as session:
        ids = [task.id for task in pay.open("approve_reward")]
        selection = look_at(session, ids, by="mara", now=pay.now)
    words = {one.subject: one.figures_in_words for one in selection.fit}
    assert words["Ann"] == "pay increase 1,665.00 BRL (3.33 % of the salary)"


def test_amounts_are_compared_in_one_currency_alone(pay: SmallCycle) -> None:
    # Given eight approvals in one currency, and one of a much larger amount in another
    (ann,), (dora,) = pay.open("approve_reward", "ann"), pay.open("approve_reward", "dora")
    with transaction(pay.factory) as session:
        case = session.get_one(Instance, ann.instance_id)
        for _ in range(8):
            twin = Instance(**columns(case))
            session.add(twin)
            session.flush()
            session.add(Task(**{**columns(ann), "instance_id": twin.id}))
        of_dora = session.get_one(Instance, dora.instance_id)
        of_dora.variables = {**of_dora.variables, "amount": 1_334_974}
    everything = [task.id for task in pay.open("approve_reward")]

    def dropped() -> dict[str, str]:
        with pay.factory() as session:
            selection = look_at(session, everything, by="mara", now=pay.now)
        return {one.subject: one.reason for one in selection.dropped}

    assert dropped() == {"Dora": "Its amount of 1,334,974.00 BRL is far from that of the others."}
    # When hers is in another currency, nothing says that it is much.
    with transaction(pay.factory) as session:
        session.execute(update(Proposal).where(Proposal.person_id == "dora").values(currency="NGN"))
    assert dropped() == {}
