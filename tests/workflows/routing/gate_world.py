"""A company with open cases that a test can do anything with, and an oracle that knows who must never hold or decide.

The oracle works from the rows alone. It shares no code with `workflows.routing`: the rules are written down here a
second time.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import definitions, instances, jobs
from engine.database import SessionFactory, connect, create_session_factory, transaction
from engine.diagram import Step
from engine.errors import Rejection
from engine.models import Definition, HistoryEntry, Task
from engine.states import UNFINISHED
from tests.engine.pictures import with_pictures
from tests.services.tables import bring_tables, copy_database
from tests.workflows.routing.cast import CAST, NOW, UNITS, Somebody, an_import, bring, person_of, sign_up, user_step
from tests.workflows.routing.diagrams import draw
from workflows.asking.models import Inquiry
from workflows.cycles.models import Cycle
from workflows.installing import install
from workflows.people import snapshot
from workflows.people.models import TERMINATED, OrgUnitVersion, PersonVersion
from workflows.reviews.models import Submission

EVERYBODY = [*CAST, Somebody("lena", "ben", status=TERMINATED)]
PEOPLE = [somebody.id for somebody in EVERYBODY]
HR_STAFF = ("hugo", "rita", "nina")
VERA = "outside-vera"
"""A client. No step of these processes is for people outside."""
OUTCOME = {"outcome": "approve"}
FORM = {
    "type": "default",
    "id": "decision",
    "schemaVersion": 19,
    "properties": {"visibleTo": "manager hr", "from": "submitted"},
    "components": [
        {
            "type": "radio",
            "id": "outcome",
            "key": "outcome",
            "label": "Your decision",
            "values": [{"value": "approve", "label": "Approve"}, {"value": "send_back", "label": "Send back"}],
            "validate": {"required": True},
            "properties": {"visibleTo": "manager hr", "from": "submitted"},
        }
    ],
}


def decision(identifier: str, actor: str, argument: str = "", **settings: str) -> Step:
    """A step that is decided with the one form."""
    return user_step(identifier, actor, argument, form="decision", **settings)


REVIEW = [decision("manager_review", "manager"), decision("approval", "manager's manager")]
STRICT_REVIEW = [REVIEW[0], decision("approval", "manager's manager", fourEyes="true")]
REWARD = [
    decision("reward_proposal", "manager"),
    decision("reward_approval", "manager's manager", fourEyes="true"),
    decision("reward_signing", "executive", fourEyes="true"),
    decision("reward_record", "group", "hr"),
]
RECORD = [
    decision("self_assessment", "subject"),
    decision("hr_record", "group", "hr"),
    decision("hr_check", "group", "hr", fourEyes="true"),
]
BOARD = [
    user_step("reward_vote", "everybody named", '["mara", "rita", "hugo", "ann"]', vote="majority"),
    decision("reward_check", "group", "hr", fourEyes="true"),
]
AT_FIRST = {"review": (REVIEW, STRICT_REVIEW), "reward": (REWARD,), "record": (RECORD,)}
PROCESSES = {**AT_FIRST, "board": (BOARD,)}
LATE = [
    decision("reward_budget", "manager", due="P1D", whenOverdue="escalate", escalate="HR partner"),
    decision("reward_notes", "group", "hr", due="P1D", whenOverdue="advance", autoRelease="P3D"),
]
PUBLISHED = {**PROCESSES, "late": (LATE,)}


@dataclass
class Company:
    """A database with the cast and the processes in it, at a moment that can be moved on."""

    factory: SessionFactory
    now: datetime = NOW
    processes: dict[str, list[int]] = field(default_factory=dict)
    steps: dict[tuple[int, str], Step] = field(default_factory=dict)

    def found(self) -> "Company":
        """Bring the people and publish both versions of everything."""
        with transaction(self.factory) as session:
            session.add(an_import())
            bring(session, EVERYBODY, UNITS)
            session.add(person_of(Somebody(VERA)))
            for person in PEOPLE:
                sign_up(session, person, *(["hr"] if person in HR_STAFF else []))
            for key, versions in PUBLISHED.items():
                for steps in versions:
                    self._publish(session, key, steps)
        return self

    def _publish(self, session: Session, key: str, steps: list[Step]) -> None:
        files = with_pictures({f"{key}.bpmn": draw(steps, key)}) | {"forms/decision.json": json.dumps(FORM).encode()}
        definition = definitions.deploy(session, files, by=None, now=NOW)
        self.processes.setdefault(key, []).append(definition.id)
        self.steps |= {(definition.id, step.id): step for step in steps}

    def start(self, key: str, subject: str, on_change: str = "move") -> None:
        """Open a case about somebody, on the first version of a process, with a policy for a change of manager."""
        with transaction(self.factory) as session:
            definition = session.get_one(Definition, self.processes[key][0])
            said = {"name": "Case", "by": "rita", "now": self.now}
            instance = instances.start(session, definition, subject=subject, variables={"on_change": on_change}, **said)
            day = self.now.date()
            session.add(
                Cycle(
                    name="Case",
                    definition_id=definition.id,
                    instance_id=instance.id,
                    period_from=day,
                    period_to=day,
                    population={},
                    launched_by="rita",
                    launched_at=self.now,
                )
            )

    def attempt(self, verb: Callable[[Session], Any]) -> bool:
        """Whether a verb went through; one that is refused has changed nothing."""
        try:
            with transaction(self.factory) as session:
                verb(session)
        except Rejection:
            return False
        return True

    def work(self, **later: float) -> None:
        """Move on in time and let the machine do what is due."""
        self.now += timedelta(**later)
        while jobs.drain(self.factory, limit=1000, seconds=60, now=lambda: self.now):
            pass

    def completed(self) -> list[Task]:
        """What somebody has done, the latest first."""
        with self.factory() as session:
            done = select(Task).where(Task.state == "completed", Task.closed_by.is_not(None))
            return list(session.scalars(done.order_by(Task.closed_at.desc(), Task.id.desc())))

    def open(self) -> list[Task]:
        """The open tasks, the oldest first."""
        with self.factory() as session:
            return list(session.scalars(select(Task).where(Task.state.in_(UNFINISHED)).order_by(Task.id)))


@contextmanager
def founded() -> Iterator[Company]:
    """The company, in memory."""
    install()
    engine = connect("sqlite://")
    bring_tables(engine)
    yield Company(create_session_factory(engine)).found()
    engine.dispose()


def restore(company: Company, factory: SessionFactory) -> Company:
    """The same company in the database of `factory`, in place of whatever was there."""
    copy_database(company.factory.kw["bind"], factory.kw["bind"])
    # What is kept in memory is told apart by imports, and every story imports the same files at the same moments.
    snapshot._kept.clear()
    return replace(company, factory=factory)


@dataclass(frozen=True)
class Oracle:
    """Who is in conflict, by the rows of a moment: the managers, HR partners and heads of the day."""

    versions: dict[str, PersonVersion]
    units: dict[str, OrgUnitVersion]
    steps: dict[tuple[int, str], Step]
    done: dict[int, list[tuple[int, str, str]]]
    """Of each case, who has done which step in which task; of a step that was done again, the last time."""

    @classmethod
    def of(cls, session: Session, company: Company) -> "Oracle":
        """What the rows say now."""
        day = company.now.date()
        completed = session.scalars(select(Task).where(Task.state == "completed").order_by(Task.id)).all()
        latest = {(task.instance_id, task.step): task.token for task in completed}
        done: dict[int, list[tuple[int, str, str]]] = {}
        for task in completed:
            if latest[task.instance_id, task.step] == task.token:
                done.setdefault(task.instance_id, []).append((task.id, task.step, task.closed_by or ""))
        people = {row.person_id: row for row in session.scalars(_of_day(PersonVersion, day))}
        return cls(
            people, {row.unit_id: row for row in session.scalars(_of_day(OrgUnitVersion, day))}, company.steps, done
        )

    def problem(self, task: Task, person: str) -> str:
        """Why a person must neither hold nor decide a task; empty where they may."""
        if person == VERA:
            return "is no colleague"
        step = self.steps[task.definition_id, task.step]
        if step.settings["actor"] == "subject":
            return ""
        if self.versions[person].status == TERMINATED:
            return "has left"
        if person == task.subject:
            return "is the subject"
        before = self.done.get(task.instance_id, [])
        if "fourEyes" in step.settings and any(
            by == person and at < task.id and done != task.step for at, done, by in before
        ):
            return "did an earlier step of a case that asks for four eyes"
        for_somebody = task.owner not in (None, person)
        return self._about_pay(task, person, for_somebody=for_somebody) if self._decides_on_pay(task) else ""

    def problem_to_ask(self, task: Task, person: str) -> str:
        """Why a person must not be asked about a task of somebody else; empty where they may."""
        if self.versions[person].status == TERMINATED:
            return "has left"
        if person == task.subject:
            return "" if self.steps[task.definition_id, task.step].settings["actor"] == "subject" else "is the subject"
        return self._about_pay(task, person, for_somebody=True) if self._decides_on_pay(task) else ""

    def tempting(self, task: Task) -> list[str]:
        """The people with whom a hole would show: who must not have the task, and who did another step of its case."""
        before = {by for _, _, by in self.done.get(task.instance_id, [])}
        return [person for person in [*sorted(self.versions), VERA] if person in before or self.problem(task, person)]

    def _decides_on_pay(self, task: Task) -> bool:
        return task.step.startswith("reward")

    def _about_pay(self, task: Task, person: str, *, for_somebody: bool) -> str:
        subject = task.subject or ""
        direct = self.versions[person].manager_id == subject
        if direct or (subject in self.above(person) and not self._is_at_the_top(subject)):
            return "is below the subject, who decides on their pay"
        if self.versions[person].hrbp_id == subject:
            return "has the subject as HR partner"
        manager = self.versions[person].manager_id
        if for_somebody and manager is not None and self.versions[subject].manager_id == manager:
            return "decides for somebody else on the pay of a peer"
        return ""

    def above(self, person: str) -> list[str]:
        """Everybody above a person by the rows, the nearest first."""
        found: list[str] = []
        manager = self.versions[person].manager_id
        while manager is not None and manager not in found:
            found.append(manager)
            manager = self.versions[manager].manager_id
        return found

    def _is_at_the_top(self, subject: str) -> bool:
        if self.above(subject):
            return False
        unit: str | None = self.versions[subject].org_unit
        while unit is not None:
            if self.units[unit].head_id not in (None, subject):
                return False
            unit = self.units[unit].parent_id
        return True


def _of_day(version: Any, day: Any) -> Any:
    return select(version).where(version.valid_from <= day, or_(version.valid_to.is_(None), version.valid_to > day))


@dataclass
class Watch:
    """Looks at everything after every step: who holds, who has decided and who has written since the last look."""

    company: Company
    seen: set[tuple[str, int, int]] = field(default_factory=set)

    def violations(self) -> list[str]:
        """What must never be, as sentences."""
        with self.company.factory() as session:
            oracle = Oracle.of(session, self.company)
            tasks = {task.id: task for task in session.scalars(select(Task))}
            acts = [("holds", task, task.assignee, task.revision) for task in tasks.values() if task.is_unfinished]
            acts += [("decided", t, t.closed_by, 0) for t in tasks.values() if t.state == "completed"]
            acts += [("sent back", t, t.closed_by, 0) for t in tasks.values() if t.state == "cancelled"]
            stays = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "step_stays"))
            acts += [("decided once more", tasks[one.detail["task"]], one.actor, one.id) for one in stays]
            asked = [(one, tasks[one.task_id]) for one in session.scalars(select(Inquiry))]
            submitted = session.scalars(select(Submission).where(Submission.state != "draft"))
            drafts = session.scalars(select(Submission).where(Submission.state == "draft"))
            handed_in = {(tasks[one.task_id].instance_id, one.step, one.author) for one in submitted}
            acts += [
                ("wrote", tasks[one.task_id], one.author, one.version)
                for one in drafts
                # What was sent back begins with what its author had handed in, wherever they are by now.
                if one.version > 1 or (tasks[one.task_id].instance_id, one.step, one.author) not in handed_in
            ]
        found = [f"{one.colleague} {problem}" for one, task in asked for problem in self._asked(oracle, one, task)]
        for what, task, person, number in acts:
            act = (what, task.id, number)
            if person is None or (what != "holds" and act in self.seen):
                continue
            self.seen.add(act)
            if problem := oracle.problem(task, person):
                found.append(f"{person} {what} “{task.name}” about {task.subject}, but {problem}.")
        return found

    def _asked(self, oracle: Oracle, inquiry: Inquiry, task: Task) -> Iterator[str]:
        """Why somebody must not have been asked, or have answered, where that is new."""
        act = (f"is {inquiry.state}", task.id, inquiry.id)
        if act not in self.seen and inquiry.state != "withdrawn":
            self.seen.add(act)
            if problem := oracle.problem_to_ask(task, inquiry.colleague):
                yield f"{act[0]} about “{task.name}” of {task.subject}, but {problem}."
