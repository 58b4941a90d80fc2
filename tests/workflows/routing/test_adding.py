"""Adding an approver: who may be added, in which order they approve, and what becomes of it when life does not fit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import recalling, suspending, tasks
from engine.database import connect, create_session_factory, transaction
from engine.errors import Conflict, NotAllowed, NotFound, Rejection
from engine.models import HistoryEntry, Instance, Task
from tests.workflows.routing.gate_world import OUTCOME, Company, founded, restore
from tests.workflows.small_cycle import counted
from workflows.inbox.bulk_looking import look_at
from workflows.people.models import ImportMemory
from workflows.people.snapshot import organisation_on
from workflows.reviews.sending_back import send_back
from workflows.reviews.submitting import submit
from workflows.routing.absences import end_absence, name_substitute, plan_absence
from workflows.routing.adding import add_approver, line_at, remove_approver
from workflows.routing.explain import explain
from workflows.routing.receiving import MOVES, receive
from workflows.routing.taking_back import take_back

SENT_BACK = {"outcome": "send_back"}


@dataclass
class Desk:
    """A review about Ann that waits for its approval by Mara."""

    company: Company

    def task(self, assignee: str | None = None, state: str = "open") -> Task:
        with self.company.factory() as session:
            here = select(Task).where(Task.step == "approval", Task.state == state)
            (found,) = [one for one in session.scalars(here) if assignee in (None, one.assignee)]
            return found

    def add(self, whom: str, *, first: bool, by: str = "mara", reason: str = "She knows the project.") -> Task:
        with transaction(self.company.factory) as session:
            said: dict[str, Any] = {"by": by, "reason": reason, "now": self.company.now}
            return add_approver(session, self.task(by).id, whom=whom, first=first, **said)

    def answer(self, by: str, outcome: dict[str, str] = OUTCOME) -> None:
        with transaction(self.company.factory) as session:
            submit(session, self.task(by).id, outcome, by=by, now=self.company.now)

    def line(self) -> list[tuple[str, str]]:
        with self.company.factory() as session:
            here = select(Task).where(Task.step == "approval").order_by(Task.id.desc()).limit(1)
            return [(one.name, one.task.state) for one in line_at(session, session.scalars(here).one())]

    def instance(self) -> Instance:
        with self.company.factory() as session:
            return session.scalars(select(Instance)).one()

    def history(self) -> list[tuple[str, str | None]]:
        with self.company.factory() as session:
            kinds = HistoryEntry.kind.in_(("approver_added", "approver_removed", "task_completed"))
            rows = session.scalars(select(HistoryEntry).where(kinds, HistoryEntry.step == "approval"))
            return [(one.kind, one.actor) for one in rows]

    def receive(self, *moves: str) -> None:
        content = "\n".join(
            ["effective,employee_id,change,value", *(f"{self.company.now:%Y-%m-%d},{one}" for one in moves)]
        )
        with transaction(self.company.factory) as session:
            receive(session, MOVES, content.encode(), file_name="moves.csv", by="rita", now=self.company.now)
        self.company.work()


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    """The company in which Ben has written about Ann."""
    with founded() as company:
        company.start("review", "ann")
        with transaction(company.factory) as session:
            task = session.scalars(select(Task)).one()
            submit(session, task.id, OUTCOME, by="ben", now=company.now)
        yield company


@pytest.fixture
def desk(company: Company) -> Iterator[Desk]:
    engine = connect("sqlite://")
    yield Desk(restore(company, create_session_factory(engine)))
    engine.dispose()


def test_who_is_added_before_approves_first_and_then_it_is_the_turn_of_who_had_it(desk: Desk) -> None:
    desk.add("rita", first=True)
    assert desk.line() == [("Rita", "open"), ("Mara", "next")]
    with (
        pytest.raises(Conflict, match="Somebody does this before you"),
        transaction(desk.company.factory) as session,
    ):
        submit(session, desk.task(state="next").id, OUTCOME, by="mara", now=desk.company.now)
    desk.answer("rita")
    assert desk.line() == [("Rita", "completed"), ("Mara", "open")]
    assert desk.instance().state == "running"
    desk.answer("mara")
    assert desk.instance().state == "completed"
    assert desk.instance().variables["done_by"]["approval"] == ["rita", "mara"]
    assert desk.history() == [("approver_added", "mara"), ("task_completed", "rita"), ("task_completed", "mara")]


def test_who_is_added_after_has_their_turn_when_who_had_it_has_approved(desk: Desk) -> None:
    desk.add("olga", first=False)
    assert desk.line() == [("Mara", "open"), ("Olga", "next")]
    desk.answer("mara")
    assert desk.instance().state == "running"
    # Whoever has the turn may add one more, who comes in between.
    desk.add("rita", first=False, by="olga")
    desk.answer("olga")
    desk.answer("rita")
    assert desk.instance().state == "completed"
    assert desk.instance().variables["done_by"]["approval"] == ["mara", "olga", "rita"]


@pytest.mark.parametrize("first", [True, False])
def test_with_the_first_other_answer_it_is_over_for_all(desk: Desk, *, first: bool) -> None:
    desk.add("rita", first=first)
    desk.answer("rita" if first else "mara", SENT_BACK)
    assert desk.instance().state == "completed"
    assert [state for _, state in desk.line()] == ["completed"]
    assert desk.instance().variables["done_by"]["approval"] == ("rita" if first else "mara")


def test_who_has_added_somebody_does_without_them_until_they_have_acted(desk: Desk) -> None:
    added = desk.add("rita", first=True)
    remove = {"now": desk.company.now}
    with pytest.raises(NotFound), transaction(desk.company.factory) as session:
        remove_approver(session, added.id, by="rita", **remove)
    with transaction(desk.company.factory) as session:
        remove_approver(session, added.id, by="mara", **remove)
    assert desk.line() == [("Mara", "open")]
    added = desk.add("rita", first=True)
    desk.answer("rita")
    with pytest.raises(Conflict), transaction(desk.company.factory) as session:
        remove_approver(session, added.id, by="mara", **remove)
    desk.answer("mara")
    assert desk.instance().state == "completed"


def test_the_gate_is_asked_and_nobody_approves_twice(desk: Desk) -> None:
    for whom, says in (
        ("ann", "about you"),
        ("lena", "not in the organisation"),
        ("mara", "do this step already"),
    ):
        with pytest.raises(NotAllowed, match=says):
            desk.add(whom, first=True)
    for whom, reason, says in (("", "So.", "Choose"), ("rita", " ", "Say why")):
        with pytest.raises(Rejection, match=says):
            desk.add(whom, first=True, reason=reason)
    desk.add("rita", first=True)
    mine = desk.task(state="next").id
    for to in ("rita", "ann"):
        with pytest.raises(NotAllowed), transaction(desk.company.factory) as session:
            tasks.reassign(session, mine, to=to, by="hugo", reason="", now=desk.company.now)
    added, said = desk.task("rita").id, {"by": "rita", "reason": "", "now": desk.company.now}
    with pytest.raises(NotAllowed), transaction(desk.company.factory) as session:
        tasks.delegate(session, added, to="mara", **said)
    with transaction(desk.company.factory) as session:
        tasks.reassign(session, mine, to="olga", by="hugo", reason="", now=desk.company.now)
    assert desk.line() == [("Rita", "open"), ("Olga", "next")]


def test_sent_back_by_who_was_added_it_is_asked_as_drawn_when_it_comes_again(desk: Desk) -> None:
    desk.add("rita", first=True)
    with transaction(desk.company.factory) as session:
        said: dict[str, Any] = {
            "to": "manager_review",
            "reason": "More, please.",
            "by": "rita",
            "now": desk.company.now,
        }
        send_back(session, desk.task("rita").id, **said)
    assert desk.line() == []
    again = desk.company.open()
    assert [(one.step, one.assignee) for one in again] == [("manager_review", "ben")]
    with transaction(desk.company.factory) as session:
        submit(session, again[0].id, OUTCOME, by="ben", now=desk.company.now)
    assert [(one.step, one.assignee, one.turn) for one in desk.company.open()] == [("approval", "mara", None)]


def test_what_one_of_several_has_approved_is_not_taken_back_by_them(desk: Desk) -> None:
    added = desk.add("rita", first=True)
    desk.answer("rita")
    with pytest.raises(Conflict), transaction(desk.company.factory) as session:
        recalling.recall(session, added.id, by="rita", now=desk.company.now)


def test_whoever_is_added_and_away_is_stood_in_for_but_by_nobody_who_approves_already(desk: Desk) -> None:
    desk.add("rita", first=True)
    now = desk.company.now
    with transaction(desk.company.factory) as session:
        absence = plan_absence(session, "rita", now.date(), None, by="rita", now=now).id
        name_substitute(session, absence, "mara", now=now)
        name_substitute(session, absence, "hugo", now=now)
    desk.company.work()
    assert desk.line()[1] == ("Mara", "next")
    (task,) = [one for one in desk.company.open() if one.state == "open"]
    assert (task.assignee, task.owner) == ("hugo", "rita")
    with transaction(desk.company.factory) as session:
        end_absence(session, absence, now=now + timedelta(minutes=1))
    desk.company.work(minutes=2)
    assert desk.task("rita").owner is None


def test_whoever_is_added_and_leaves_is_followed_by_who_is_above_them(desk: Desk) -> None:
    desk.add("hugo", first=True)
    desk.receive("hugo,terminated,")
    assert desk.line() == [("Rita", "open"), ("Mara", "next")]


def test_whoever_had_it_and_leaves_is_not_followed_by_who_approves_it_already(desk: Desk) -> None:
    desk.add("olga", first=True)
    desk.receive("mara,terminated,")
    assert desk.line()[0] == ("Olga", "open")
    (waiting,) = [one for one in desk.company.open() if one.state == "next"]
    assert (waiting.assignee, waiting.group) == (None, "hr")
    assert "but they do this step already" in explain(waiting.explanation, holder=None, reader="")

    with transaction(desk.company.factory) as session:
        newest = session.scalars(select(ImportMemory.import_id)).one()
        done = take_back(session, newest, by="hugo", now=desk.company.now + timedelta(minutes=5))
    assert [(one.task_id, one.goes_back) for one in done.tasks] == [(waiting.id, True)]
    assert desk.line() == [("Olga", "open"), ("Mara", "next")]


def test_a_bulk_approval_leaves_it_out_with_the_reason(desk: Desk) -> None:
    desk.add("rita", first=True)
    mine = desk.task(state="next").id
    with transaction(desk.company.factory) as session:
        looked = look_at(session, [mine], by="mara", now=desk.company.now)
        assert [one.reason for one in looked.dropped] == ["Somebody else approves it before you."]


def test_it_goes_on_when_the_case_was_paused(desk: Desk) -> None:
    desk.add("rita", first=True)
    said: dict[str, Any] = {"by": "hugo", "reason": "So.", "now": desk.company.now}
    with transaction(desk.company.factory) as session:
        suspending.suspend(session, desk.instance().id, **said)
    assert desk.line() == [("Rita", "paused"), ("Mara", "next")]
    with transaction(desk.company.factory) as session:
        suspending.resume(session, desk.instance().id, **said)
    desk.answer("rita")
    desk.answer("mara")
    assert desk.instance().state == "completed"


def test_what_it_costs(desk: Desk) -> None:
    task, said = desk.task().id, {"by": "mara", "reason": "So.", "now": desk.company.now}
    with desk.company.factory() as session:
        organisation_on(session, desk.company.now.date())
    with transaction(desk.company.factory) as session, counted(desk.company.factory) as sent:
        add_approver(session, task, whom="rita", first=True, **said)
    # The task, the names, the line, the place in it, the new task; the organisation, who approves; the history, the
    # instance, the holder.
    assert len([one for one in sent if not one.startswith("BEGIN")]) == 10
    added = desk.task("rita").id
    with transaction(desk.company.factory) as session, counted(desk.company.factory) as sent:
        submit(session, added, OUTCOME, by="rita", now=desk.company.now)
    assert len([one for one in sent if not one.startswith("BEGIN")]) == 8
