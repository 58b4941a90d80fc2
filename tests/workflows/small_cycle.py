"""A small company and its annual review, played on the diagram that is shipped.

The people are those of `tests.workflows.people.cast`, with Dora and Eva in Ben's team too, and Rita in HR beside
Hugo. Calibration groups: Ben, Ann, Dora and Eva in Engineering, led by Mara; Mara, Hugo, Rita and Olga at the top, led
by Olga, who reports to nobody.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine import definitions, jobs
from engine.database import SessionFactory, connect, create_session_factory, transaction
from engine.models import Incident, Job, Task
from engine.packages import read_package
from tests.engine.pictures import with_pictures
from tests.services.tables import bring_tables, copy_database
from tests.workflows.people.cast import NOW, bring_people, bring_units, cast, person
from workflows.cycles.launching import launch
from workflows.cycles.models import Case
from workflows.installing import install
from workflows.people.accounts import create_account
from workflows.people.organisation import Selection
from workflows.promotions.signing import confirm_signer
from workflows.reviews.submitting import submit

PERIOD = (date(2025, 12, 1), date(2026, 11, 30))
EVERYBODY = Selection(employment_types=frozenset({"employee"}))
LONG = "This is written at some length, because a form asks for more than a word or two of explanation."
MANAGER_REVIEW = {"results": LONG, "goals_realistic": "yes", "behaviour": LONG, "improve": LONG}
SESSION = {"held_on": "2026-11-22", "attendees": "Mara, Ben", "standard_applied": True}
ANSWERS: dict[str, dict[str, Any]] = {
    "second_approval": {"checked": ["evidence", "same_standard", "no_protected_facts"], "outcome": "approve"},
    "calibration_session": SESSION,
    "confirm_narrative": {"narrative": "stands", "will_explain": True},
    "release": {"checked": ["calibrated", "narratives", "managers_told"], "released_on": "2026-11-22"},
    "record_no_answer": {"reached_by": ["mail"], "last_attempt_on": "2026-12-20", "second_person": "Olga"},
    "propose_reward": {"kind": "none"},
    "approve_reward": {"outcome": "approve"},
    "compensation_check": {
        "band_position": "middle",
        "checked": ["budget", "equity", "timing"],
        "outcome": "approve",
    },
    "executive_signoff": {"outcome": "approve", "no_conflict": True},
}


def team() -> list[dict[str, str]]:
    """The people file of the company."""
    dora = person("dora", "ben", grade="G5", last_promotion_date="2026-03-01")
    eva = person("eva", "ben", hire_date="2026-09-01")
    return [*cast(), dora, eva, person("rita", "olga", grade="G7", org_unit="TOP")]


@dataclass
class SmallCycle:
    """The cycle of the small company at a moment that can be moved on."""

    factory: SessionFactory
    root: int = 0
    now: datetime = NOW

    def launch(
        self, *packages: dict[str, bytes], prepare: Callable[[Session], None] = lambda _session: None
    ) -> "SmallCycle":
        """Bring the people and launch the annual review, or the last of these packages; the first tasks are there.

        `prepare` does what has to be done before a process is published, once the people are there.
        """
        with transaction(self.factory) as session:
            bring_units(session)
            assert bring_people(session, team()).is_valid
            for who in ("hugo", "rita"):
                create_account(session, who, password="corvid lantern plough", now=self.now, roles=["hr"])
            prepare(session)
            for package in packages or (read_package(files("bpmn") / "annual_review"),):
                definition = definitions.deploy(session, with_pictures(package), by="hugo", now=self.now)
            cycle = launch(
                session,
                definition,
                name="Annual review 2026",
                period=PERIOD,
                selection=EVERYBODY,
                by="hugo",
                now=self.now,
            )
            self.root = cycle.instance_id
        return self.work()

    def work(self) -> "SmallCycle":
        """Let the machine do what is due. No step may be stuck afterwards."""
        while jobs.drain(self.factory, limit=1000, seconds=60, now=lambda: self.now):
            pass
        with self.factory() as session:
            assert [incident.problem for incident in session.scalars(select(Incident))] == []
            assert session.scalars(select(Job.payload).where(Job.attempts > 0)).all() == []
        return self

    def travel(self, **distance: float) -> "SmallCycle":
        """Move on in time, with the machine at work every day."""
        end = self.now + timedelta(**distance)
        while self.now < end:
            self.now = min(end, self.now + timedelta(days=1))
            self.work()
        return self

    def open(self, step: str, subject: str | None = None) -> list[Task]:
        """The open tasks of a step, of one subject or of all."""
        with self.factory() as session:
            found = session.scalars(select(Task).where(Task.step == step, Task.state == "open").order_by(Task.id)).all()
        return [task for task in found if subject is None or task.subject == subject]

    def do(self, step: str, subject: str | None = None, **answers: Any) -> None:
        """Submit every open task of a step, each by whoever holds it, with the usual answers and these."""
        for task in self.open(step, subject):
            with transaction(self.factory) as session:
                self.submit(session, task, **answers)
        self.work()

    def submit(self, session: Session, task: Task, **answers: Any) -> None:
        """Submit one task in a given transaction."""
        by = task.assignee or ("rita" if task.subject == "hugo" else "hugo")
        if task.step == "executive_signoff":
            confirm_signer(session, by, self.now)
        submit(session, task.id, {**ANSWERS.get(task.step, {}), **answers}, by=by, now=self.now)

    def write_reviews(self, **ratings: int) -> "SmallCycle":
        """Go past the self-assessments and let every manager write, with a rating where one is given."""
        self.travel(days=21, minutes=1)
        while tasks := self.open("manager_review"):
            for task in tasks:
                rating = ratings.get(str(task.subject))
                rated = {"overall_rating": rating, "rating_reason": LONG} if rating else {}
                with transaction(self.factory) as session:
                    self.submit(session, task, **MANAGER_REVIEW, **rated)
            self.work()
            self.do("second_approval")
        return self

    def release(self) -> "SmallCycle":
        """From written reviews to released results, with nothing changed in calibration."""
        self.do("calibration_session")
        self.do("confirm_narrative")
        self.do("release")
        return self

    def reach_proposals(self) -> "SmallCycle":
        """From released results to the reward proposals, nobody having answered."""
        self.travel(days=14, minutes=1)
        self.do("record_no_answer")
        return self

    def case(self, person_id: str) -> Case:
        """The case of a participant as it is now."""
        with self.factory() as session:
            return session.scalars(select(Case).where(Case.root_id == self.root, Case.person_id == person_id)).one()


@contextmanager
def empty_database(url: str) -> Iterator[SessionFactory]:
    """A database with all tables and nobody in it; everything is plugged into the engine."""
    install()
    engine = connect(url)
    bring_tables(engine)
    yield create_session_factory(engine)
    engine.dispose()


@contextmanager
def copied(cycle: SmallCycle) -> Iterator[SmallCycle]:
    """The same cycle, in a database in memory of its own; `cycle` must be in memory too."""
    engine = connect("sqlite://")
    copy_database(cycle.factory.kw["bind"], engine)
    yield SmallCycle(create_session_factory(engine), cycle.root, cycle.now)
    engine.dispose()


@contextmanager
def counted(factory: SessionFactory) -> Iterator[list[str]]:
    """The SQL statements sent while the block runs."""
    sent: list[str] = []
    engine = factory.kw["bind"]

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
