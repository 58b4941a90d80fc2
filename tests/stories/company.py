"""A whole company at work: everybody answers what is in their inbox, some of them late, some never."""

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, definitions, jobs, tasks
from engine.database import SessionFactory, transaction
from engine.errors import NotAllowed
from engine.models import Definition, Instance, Task
from engine.packages import read_package
from workflows.calibration.changing import HIGHEST, change_rating
from workflows.cycles.launching import launch
from workflows.cycles.models import Case, Cycle
from workflows.people.accounts import create_accounts
from workflows.people.grades import is_executive
from workflows.people.imports.people import import_people
from workflows.people.imports.units import import_units
from workflows.people.models import ACTIVE, PersonVersion
from workflows.people.sample import write_sample
from workflows.promotions.signing import confirm_signer
from workflows.questionnaires.inventing import invent
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.submitting import FormIncomplete, submit
from workflows.rewards.eligibility import NotEligible

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("REVIEWFLOW_NORTHWIND", ROOT.parent / "shared" / "data" / "northwind"))
PASSWORD = "correct horse battery"
NEVER_ANSWER = 0.02
"""The share of people who let their own steps run out."""


def move_in(session: Session, folder: Path, now: datetime) -> tuple[str, ...]:
    """Import the organisation (Northwind, or the sample where it is not at hand) and give everybody an account."""
    if not DATA.exists():
        write_sample(folder, now.date())
    return bring(session, DATA if DATA.exists() else folder, now)


def bring(session: Session, source: Path, now: datetime) -> tuple[str, ...]:
    """Import the organisation in a folder and give everybody an account; returns the people in HR."""
    for name, run in (("org_units.csv", import_units), ("people.csv", import_people)):
        report = run(session, (source / name).read_bytes(), file_name=name, by="setup", now=now)
        assert report.is_valid, report.defects
    session.flush()
    partners = hr_people(session)
    create_accounts(session, password=PASSWORD, now=now, roles={partner: ["hr"] for partner in partners})
    return partners


def hr_people(session: Session) -> tuple[str, ...]:
    """The three HR partners who look after most people."""
    looked_after = Counter(session.scalars(select(PersonVersion.hrbp_id).where(PersonVersion.hrbp_id.is_not(None))))
    active = set(session.scalars(select(PersonVersion.person_id).where(PersonVersion.status == ACTIVE)))
    return tuple(person for person, _ in looked_after.most_common() if person in active)[:3]


def executive_people(session: Session) -> tuple[str, ...]:
    """Everybody of an executive grade who is at work."""
    rows = session.execute(select(PersonVersion.person_id, PersonVersion.grade).where(PersonVersion.status == ACTIVE))
    return tuple(sorted(person for person, grade in rows if is_executive(grade)))


def publish_annual_review(session: Session, by: str, now: datetime) -> Definition:
    """Publish the shipped annual review, as it is."""
    return definitions.deploy(session, read_package(ROOT / "bpmn" / "annual_review"), by=by, now=now)


def launch_annual_review(session: Session, by: str, now: datetime, definition: Definition | None = None) -> Cycle:
    """Launch the annual review for the standard population, published first where it was not."""
    definition = definition or publish_annual_review(session, by, now)
    period = (date(now.year, 1, 1), date(now.year, 12, 31))
    return launch(session, definition, name=f"Annual review {now.year}", period=period, by=by, now=now)


@dataclass
class Company:
    """Everybody at work on the tasks of one database."""

    factory: SessionFactory
    hr: tuple[str, ...]
    executives: tuple[str, ...]
    chance: Random = field(default_factory=lambda: Random(20261122))
    completed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    recalibrated: int = 0

    def let_machines_work(self) -> None:
        """Do every job that is due."""
        while jobs.drain(self.factory, limit=10_000, seconds=600):
            pass

    def work_a_day(self) -> int:
        """Everybody empties their inbox; returns how many tasks were completed."""
        with self.factory() as session:
            waiting = list(session.scalars(select(Task).where(Task.state == "open").order_by(Task.id)))
        done = sum(self._work_off(task) for task in waiting)
        self.let_machines_work()
        return done

    def play(self, root_id: int, days: int) -> None:
        """Everybody works every day until the cycle has ended, at most that many days."""
        self.let_machines_work()
        for _ in range(days):
            self.work_a_day()
            with self.factory() as session:
                if session.get_one(Instance, root_id).state != "running":
                    return
            clock.travel(days=1)
            self.let_machines_work()

    def _work_off(self, task: Task) -> bool:
        holder = task.assignee or self._colleague(task)
        own_step = holder == task.subject
        if own_step and Random(f"{task.root_id} {holder}").random() < NEVER_ANSWER:
            return False
        with transaction(self.factory) as session:
            if task.step == "calibration_session":
                self._calibrate(session, task, holder)
            if task.step == "executive_signoff":
                confirm_signer(session, holder, clock.now())
            self._submit(session, task, holder)
        self.completed[task.step] += 1
        return True

    def _colleague(self, task: Task) -> str:
        """Somebody of the group who may do the task: the gate says who."""
        with self.factory() as session:
            for person in self.hr if task.group == "hr" else self.executives:
                try:
                    tasks.load(session, task.id, actor=person, now=clock.now())
                except NotAllowed:
                    continue
                return person
        raise AssertionError(f"nobody in the group may do {task.step} about {task.subject}")

    def _submit(self, session: Session, task: Task, holder: str) -> None:
        program = definitions.program_for(session, task.definition_id)
        questionnaire = questionnaire_of(program, program.step(task.step))
        answers = {**invent(questionnaire, self.chance, clock.now().date()), **self._decisions(task)}
        try:
            submit(session, task.id, answers, by=holder, now=clock.now(), revision=task.revision)
        except FormIncomplete as incomplete:
            raise AssertionError(f"{task.step}: {incomplete.checked.errors}") from incomplete
        except NotEligible as refusal:
            self.refused[type(refusal).__name__] += 1
            submit(session, task.id, {**answers, "kind": "none"}, by=holder, now=clock.now())

    def _calibrate(self, session: Session, task: Task, holder: str) -> None:
        """The session lowers the highest ratings of some, though never the lead's own."""
        group = session.get_one(Instance, task.instance_id).variables["group"]
        rated = select(Case).where(
            Case.root_id == task.root_id,
            Case.calibration_group == group,
            Case.rating == HIGHEST,
            Case.person_id != holder,
        )
        for case in session.scalars(rated.order_by(Case.person_id).limit(2)).all():
            change_rating(session, case.id, HIGHEST - 1, "Compared with the others.", by=holder, now=clock.now())
            self.recalibrated += 1

    def _decisions(self, task: Task) -> dict[str, str]:
        if task.step == "second_approval":
            return {"outcome": self.chance.choices(("approve", "send_back"), weights=(85, 15))[0]}
        if task.step == "propose_reward":
            kinds = ("none", "bonus", "pay_increase", "promotion")
            return {"kind": self.chance.choices(kinds, weights=(60, 20, 12, 8))[0]}
        return {}
