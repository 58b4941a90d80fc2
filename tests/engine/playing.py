"""Plays tiny diagrams: starts them, works off their tasks, travels in time, and shows where they stand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from engine import clock, definitions, incidents, instances, jobs, messages, registry, tasks
from engine.database import SessionFactory, connect, create_session_factory, transaction
from engine.diagram import Step
from engine.errors import InvalidDiagram, NotAllowed, Rejection
from engine.models import Definition, HistoryEntry, Incident, Instance, Job, Task
from engine.registry import Assignment, AssignmentRequest, Member
from engine.spiff import compile_program
from tests.engine.pictures import with_pictures
from tests.services.tables import bring_tables

DIAGRAMS = Path(__file__).parent / "diagrams"


class TinyCompany:
    """Routes for the tiny diagrams: the actor named in the diagram is the person who gets the task."""

    def assign(self, session: Session, requests: Sequence[AssignmentRequest], now: datetime) -> list[Assignment]:
        return [self._assign(request) for request in requests]

    def _assign(self, request: AssignmentRequest) -> Assignment:
        actor = request.step.settings.get("actor", "anybody")
        if actor == "group":
            return Assignment(None, request.step.settings["actorArgument"])
        person = request.subject if actor == "subject" else actor
        return Assignment(person, None, [{"rule": actor, "fact": f"The diagram names {actor}."}], "Europe/Berlin")

    def find_problem(self, step: Step) -> str | None:
        return "Nobody is called “stranger”." if step.settings.get("actor") == "stranger" else None

    def check(self, session: Session, task: Task, variables: dict[str, Any], actor: str, now: datetime) -> None:
        if task.assignee not in (None, actor):
            raise NotAllowed(f"“{task.name}” belongs to {task.assignee}.")


def gather_team(*people: str, name: str = "team") -> None:
    """Let the population `name` have these members; each is the subject of an instance of its own."""
    registry.populations[name] = lambda _session, _parent, _now: [
        Member(person, person, {"person": person}) for person in people
    ]


class Play:
    """One database in which diagrams are played."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.engine = connect(url, pool_size=pool_size)
        bring_tables(self.engine)
        self.factory: SessionFactory = create_session_factory(self.engine)
        self.statements: list[str] = []
        _listen(self.engine, self.statements)
        registry.use_router(TinyCompany())

    def deploy(self, name: str, **files: bytes) -> int:
        """Publish the diagram of that name; returns the id of its definition."""
        package = {f"{name}.bpmn": (DIAGRAMS / f"{name}.bpmn").read_bytes(), **files}
        with transaction(self.factory) as session:
            return definitions.deploy(session, with_pictures(package), by="designer", now=clock.now()).id

    def keep(self, name: str) -> int:
        """Keep a diagram that the checks of today would refuse, as an earlier version may have published it."""
        package = {f"{name}.bpmn": read_diagram(name)}
        with transaction(self.factory) as session:
            return definitions.store(session, package, compile_program(package), by="designer", now=clock.now()).id

    def publish(self, package: dict[str, bytes]) -> Definition:
        """Publish a package as it stands, but for the pictures of its diagrams."""
        with transaction(self.factory) as session:
            return definitions.deploy(session, with_pictures(package), by="designer", now=clock.now())

    def findings(self, package: dict[str, bytes]) -> list[str]:
        """What is said against publishing a package."""
        try:
            self.publish(package)
        except InvalidDiagram as invalid:
            return [str(finding) for finding in invalid.findings]
        except Rejection as rejection:
            return [str(rejection)]
        return []

    def start(
        self, name: str, *, subject: str | None = None, files: dict[str, bytes] | None = None, **variables: Any
    ) -> int:
        """Publish and start a diagram and do what machines can do; returns the instance."""
        instance_id = self.launch(self.deploy(name, **(files or {})), subject=subject, **variables)
        self.work()
        return instance_id

    def launch(self, definition_id: int, *, subject: str | None = None, **variables: Any) -> int:
        """Start an instance of a definition, and nothing else."""
        with transaction(self.factory) as session:
            definition = session.get_one(Definition, definition_id)
            instance = instances.start(
                session,
                definition,
                name=definition.name,
                by="hr",
                now=clock.now(),
                subject=subject,
                variables=variables,
            )
        return instance.id

    def work(self) -> int:
        """Do every job that is due; returns how many."""
        done = 0
        while count := jobs.drain(self.factory, seconds=30):
            done += count
        return done

    def travel(self, **distance: float) -> None:
        """Let time pass and do what becomes due on the way."""
        clock.travel(**distance)
        self.work()

    def instances(self) -> list[Instance]:
        """Every instance that no other one waits for, oldest first."""
        with self.factory() as session:
            statement = select(Instance).where(Instance.parent_id.is_(None)).order_by(Instance.id)
            return list(session.scalars(statement))

    def open_tasks(self) -> list[Task]:
        """Every open task, oldest first."""
        with self.factory() as session:
            return list(session.scalars(select(Task).where(Task.state == "open").order_by(Task.id)))

    def open(self) -> list[str]:
        """The steps of the open tasks, in the order they were handed out."""
        return [task.step for task in self.open_tasks()]

    def task(self, step: str, *, subject: str | None = None) -> Task:
        """The open task of a step, of a subject where there are several."""
        found = [task for task in self.open_tasks() if task.step == step and subject in (None, task.subject)]
        assert len(found) == 1, f"{len(found)} open tasks at {step}; open: {self.open()}"
        return found[0]

    def complete(self, step: str, *, subject: str | None = None, by: str | None = None, **answers: Any) -> None:
        """Complete the open task of a step as the person who has it, and do what machines can do."""
        self.finish(self.task(step, subject=subject), by=by, **answers)
        self.work()

    def finish(self, task: Task, *, by: str | None = None, **answers: Any) -> None:
        """Complete a task as the person who has it, and nothing else."""
        with transaction(self.factory) as session:
            tasks.complete(session, task.id, by=by or task.assignee or "anybody", now=clock.now(), answers=answers)

    def change(self, instance_id: int, **variables: Any) -> None:
        """Change variables of an instance, and nothing else."""
        with transaction(self.factory) as session:
            instance = session.get_one(Instance, instance_id)
            instance.variables = {**instance.variables, **variables}

    def cancel(self, instance_id: int) -> None:
        """Cancel an instance, and do what machines can do."""
        with transaction(self.factory) as session:
            instances.cancel(session, instance_id, by="hr", reason="Not needed.", now=clock.now())
        self.work()

    def members(self, instance_id: int) -> list[Instance]:
        """The members of the fan-outs of an instance, oldest first."""
        with self.factory() as session:
            return list(
                session.scalars(select(Instance).where(Instance.parent_id == instance_id).order_by(Instance.id))
            )

    def send(self, message: str, *, correlation: str = "", **payload: Any) -> int:
        """Deliver a message and do what machines can do; returns how many received it."""
        with transaction(self.factory) as session:
            count = messages.deliver(session, message, correlation=correlation, payload=payload, now=clock.now())
        self.work()
        return count

    def broadcast(self, signal: str, **payload: Any) -> None:
        """Give a signal to everybody who waits for it, and do what machines can do."""
        with transaction(self.factory) as session:
            messages.broadcast(session, signal, payload=payload, now=clock.now())
        self.work()

    def instance(self, instance_id: int) -> Instance:
        """The instance as it stands."""
        with self.factory() as session:
            return session.get_one(Instance, instance_id)

    def jobs(self) -> list[Job]:
        """Every job that waits."""
        with self.factory() as session:
            return list(session.scalars(select(Job).order_by(Job.due_at, Job.id)))

    def incidents(self) -> list[str]:
        """The problems of the open incidents."""
        with self.factory() as session:
            return list(session.scalars(select(Incident.problem).where(Incident.resolved_at.is_(None))))

    def retry(self) -> None:
        """Try every open incident again, and do what machines can do."""
        with transaction(self.factory) as session:
            for incident, _instance in incidents.list_open(session):
                incidents.retry(session, incident.id, by="hr", now=clock.now())
        self.work()

    def history(self, instance_id: int) -> list[tuple[str, str | None]]:
        """What happened in an instance: pairs of kind and step."""
        with self.factory() as session:
            rows = session.scalars(select(HistoryEntry).where(HistoryEntry.instance_id == instance_id))
            return [(entry.kind, entry.step) for entry in rows]

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The SQL statements and commits of a stretch of code."""
        self.statements.clear()
        yield self.statements


def _listen(engine: Engine, statements: list[str]) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    @event.listens_for(engine, "commit")
    def note_commit(_connection: Any) -> None:
        statements.append("COMMIT")


def read_diagram(name: str) -> bytes:
    """The content of a tiny diagram."""
    return (DIAGRAMS / f"{name}.bpmn").read_bytes()


def read_tables(*names: str) -> dict[str, bytes]:
    """Decision tables as files of a package."""
    return {f"decisions/{name}.dmn": (DIAGRAMS / f"{name}.dmn").read_bytes() for name in names}
