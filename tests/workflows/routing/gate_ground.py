"""What the machines have in common: a company in time, where tasks are completed and imports change who leads whom."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy.orm import Session

from engine import clock, tasks
from engine.database import SessionFactory
from engine.models import Task
from tests.workflows.routing.gate_world import OUTCOME, PEOPLE, PROCESSES, Company, Oracle, Watch, restore
from workflows.inbox.bulk_approving import TIME_TO_UNDO
from workflows.reviews.submitting import save_draft, submit
from workflows.routing.receiving import MOVES, receive

SOMEBODY = st.sampled_from(PEOPLE)
SUBJECTS = ["ben", "hugo", "mara", "ann", "rita"]
WHICH = st.integers(0, 20)
ANYBODY = st.one_of(WHICH, SOMEBODY)
"""Somebody by name, or by number one of those with whom a hole in the gate would show."""
ACTOR = st.one_of(st.none(), ANYBODY)
"""Whoever has the task, or anybody."""


def complete(session: Session, task_id: int, answers: dict[str, Any], *, by: str, now: datetime) -> None:
    """The engine's own verb, with the shape of those that keep what was answered."""
    tasks.complete(session, task_id, by=by, now=now, answers=answers)


HANDING_IN = (complete, submit, save_draft)
Verb = Callable[[Session, Task], Any]


class Ground(RuleBasedStateMachine):
    """One company; each rule is a verb of the product, by anybody and to anybody. Refusals are answers, not faults."""

    founded: ClassVar[Company]
    factory: ClassVar[SessionFactory]
    app: ClassVar[Flask]

    def __init__(self) -> None:
        super().__init__()
        self.company = restore(self.founded, self.factory)
        self.watch = Watch(self.company)

    @rule(key=st.sampled_from([*PROCESSES]), subject=SOMEBODY)
    def start(self, key: str, subject: str) -> None:
        self.company.start(key, subject)

    @rule(which=WHICH, who=ACTOR, how=st.sampled_from(HANDING_IN))
    def complete(self, which: int, who: str | int | None, how: Any) -> None:
        """Somebody decides, or begins to write."""
        self.verb(which, lambda session, task: how(session, task.id, OUTCOME, by=self.who(task, who), **self.at))

    @rule(person=SOMEBODY, change=st.sampled_from(["manager", "leave", "terminated"]), manager=SOMEBODY)
    def import_a_move(self, person: str, change: str, manager: str) -> None:
        self.receive((person, change, manager if change == "manager" else ""))

    @rule(which=WHICH)
    def import_that_turns_the_tables(self, which: int) -> None:
        """Whoever has a task, or owns it, reports from now on to the person it is about."""
        found = [task for task in self.company.open() if task.assignee is not None]
        if found:
            task = self.pick(found, which, "owner")
            decider, subject = task.owner or task.assignee or "", task.subject or ""
            self.turn(decider, subject)

    @rule(days=st.integers(0, 2))
    def time_passes(self, days: int) -> None:
        self.company.work(days=days, seconds=TIME_TO_UNDO.total_seconds())

    @invariant()
    def nobody_in_conflict_holds_or_decides(self) -> None:
        violations = self.watch.violations()
        assert not violations, " ".join(violations)

    @property
    def at(self) -> dict[str, Any]:
        """The moment, as the verbs ask for it."""
        return {"now": self.company.now}

    def oracle(self) -> Oracle:
        """What the rows say now."""
        with self.company.factory() as session:
            return Oracle.of(session, self.company)

    def who(self, task: Task, named: str | int | None) -> str:
        """Who is meant: the one named, one of those who are tempting, or whoever has the task."""
        if isinstance(named, int):
            tempting = self.oracle().tempting(task) or PEOPLE
            return tempting[named % len(tempting)]
        return named or task.assignee or "hugo"

    def pick(self, found: list[Task], which: int, wanted: str) -> Task:
        """One of the tasks; if it can be, one that has an owner or a group, as wanted."""
        preferred = [task for task in found if getattr(task, wanted) is not None] or found
        return preferred[which % len(preferred)]

    def verb(self, which: int, act: Verb, wanted: str = "id") -> None:
        """Do something to one of the open tasks."""
        if found := self.company.open():
            task = self.pick(found, which, wanted)
            self.company.attempt(lambda session: act(session, task))

    def turn(self, decider: str, subject: str) -> None:
        """Let somebody report to a person from today on, and that person to whom they reported to."""
        above = self.oracle().versions[decider].manager_id or ""
        self.receive((subject, "manager", "" if above == subject else above), (decider, "manager", subject))

    def receive(self, *moves: tuple[str, str, str]) -> None:
        """Import these moves, effective today: who, what changes, and to what."""
        rows = [f"{self.company.now:%Y-%m-%d},{person},{change},{value}" for person, change, value in moves]
        content = "\n".join(["effective,employee_id,change,value", *rows]).encode()
        self.company.attempt(
            lambda session: receive(session, MOVES, content, file_name="moves.csv", by="rita", **self.at)
        )
        self.company.work()

    def post(self, address: str, by: str, **fields: Any) -> None:
        """Send a form over HTTP as somebody who is signed in."""
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = by  # the token of an account of the cast is the name
        with clock.standing_at(self.company.now):
            assert client.post(address, data=fields).status_code < 500
