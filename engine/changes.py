"""The rows that steps of instances want written, collected and written together.

One completion, or the start of fifty members, ends in one insert per table: the number of SQL statements does not
grow with what happened.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from engine import registry
from engine.database import JOBS_DUE
from engine.deadlines import due_at, moment, parse_duration
from engine.diagram import Step
from engine.errors import StepFailed
from engine.models import FanOut, HistoryEntry, Incident, Instance, Job, Subscription, Task
from engine.registry import AssignmentRequest
from engine.spiff import Program

OVERDUE = "overdue"


@dataclass
class Changes:
    """Everything to be written at the end of a verb, at one moment `now`."""

    now: datetime
    people: list[tuple[Instance, str, Step, Program]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    fan_outs: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)

    def record(self, instance: Instance, kind: str, step: str | None, actor: str | None, **detail: Any) -> None:
        """Note in the history of `instance` that something happened."""
        self.history.append(
            {
                "instance_id": instance.id,
                "root_id": instance.root_id,
                "at": self.now,
                "kind": kind,
                "step": step,
                "actor": actor,
                "detail": detail,
            }
        )

    def job(self, kind: str, instance_id: int | None, token: str | None, at: datetime, **payload: Any) -> None:
        """Ask for machine work at a moment. A `key` in the payload makes it the only one of its name."""
        key = payload.pop("key", None)
        self.jobs.append(
            {"kind": kind, "instance_id": instance_id, "token": token, "due_at": at, "payload": payload, "key": key}
        )

    def wind_clock(
        self, instance_id: int | None, token: str | None, step: Step, due: datetime, *, after: datetime | None
    ) -> None:
        """Ask for the next strike of a task's clock after the one at `after`.

        A reminder whose moment has passed is skipped; that the task is overdue is always told.
        """
        for at, stage in clock_stages(step, due):
            if (after is None or at > after) and (at > self.now or stage == OVERDUE):
                self.job("clock", instance_id, token, at, stage=stage)
                return

    def incident(self, instance: Instance, token: str, step: str | None, problem: str) -> None:
        """Note that a step cannot go on."""
        self.incidents.append(
            {"instance_id": instance.id, "token": token, "step": step, "problem": problem, "opened_at": self.now}
        )
        self.record(instance, "incident_opened", step, None, problem=problem)

    def write(self, session: Session) -> None:
        """Write everything: one statement a table."""
        tasks = self._hand_out(session)
        # Below the unit of work, which would cost more than the statements: nobody needs these rows as objects.
        connection = session.connection()
        for model, rows in (
            (Task, tasks),
            (Job, self.jobs),
            (FanOut, self.fan_outs),
            (Subscription, self.subscriptions),
            (Incident, self.incidents),
            (HistoryEntry, self.history),
        ):
            if rows:
                connection.execute(insert(model), rows)
        if any(job["due_at"] <= self.now for job in self.jobs):
            session.info[JOBS_DUE] = True
        if tasks:
            registry.emit(session, "task_opened", tasks=tasks, now=self.now)
        for incident in self.incidents:
            registry.emit(session, "incident_opened", incident=incident, now=self.now)

    def _hand_out(self, session: Session) -> list[dict[str, Any]]:
        if not self.people:
            return []
        requests = [
            AssignmentRequest(step, instance.subject, instance.variables, instance.initiator, instance.root_id)
            for instance, _, step, _ in self.people
        ]
        assignments = registry.router().assign(session, requests, self.now)
        rows = []
        for (instance, token, step, program), assignment in zip(self.people, assignments, strict=True):
            due = self._due(instance, token, step, program, assignment.zone)
            rows.append(
                {
                    "instance_id": instance.id,
                    "root_id": instance.root_id,
                    "definition_id": instance.definition_id,
                    "token": token,
                    "step": step.id,
                    "name": step.name,
                    "state": "open",
                    "subject": instance.subject,
                    "assignee": assignment.assignee,
                    "group": assignment.group,
                    "explanation": assignment.explanation,
                    "created_at": self.now,
                    "due_at": due,
                }
            )
            if due is not None:
                self.wind_clock(instance.id, token, step, due, after=None)
        return rows

    def _due(self, instance: Instance, token: str, step: Step, program: Program, zone: str) -> datetime | None:
        text = step.settings.get("due")
        if not text:
            return None
        try:
            return due_at(_value(program, text, instance.variables, self.now), self.now, zone)
        except StepFailed as error:
            self.incident(instance, token, step.id, f"The deadline cannot be worked out: {error}")
            return None


def clock_stages(step: Step, due: datetime) -> list[tuple[datetime, str]]:
    """When the clock of a task strikes, and for what: its reminders in order, then `overdue`."""
    reminders = [parse_duration(text) or timedelta() for text in step.settings.get("remind", "").split()]
    return [*sorted((due - before, "reminder") for before in reminders), (due, OVERDUE)]


def timer_due(program: Program, step: Step, variables: dict[str, Any], now: datetime) -> datetime:
    """When a drawn timer that starts now strikes. Raises StepFailed when its time cannot be worked out."""
    return moment(_value(program, step.timer or "", variables, now), now)


def _value(program: Program, text: str, variables: dict[str, Any], now: datetime) -> Any:
    """The value of a duration or date setting: ISO text as it stands, anything else is FEEL."""
    if parse_duration(text) is not None or text[:4].isdigit():
        return text
    return program.evaluate(text, variables, now)


# Built once: building a statement costs more than running it.
_TOKENS: BindParameter[str] = bindparam("tokens", expanding=True)
_WITHDRAW_JOBS = delete(Job).where(Job.instance_id == bindparam("instance"), Job.token.in_(_TOKENS))
_WITHDRAW_TASKS = (
    update(Task)
    .where(Task.instance_id == bindparam("instance"), Task.token.in_(_TOKENS), Task.state == "open")
    .values(state="cancelled", closed_at=bindparam("now"))
)


def withdraw(session: Session, instance_id: int, tokens: list[str], *, people: bool, now: datetime) -> None:
    """Take back what waits at `tokens`: jobs, subscriptions, fan-outs, and open tasks where there are people."""
    connection = session.connection()
    connection.execute(_WITHDRAW_JOBS, {"instance": instance_id, "tokens": tokens})
    if people:
        connection.execute(_WITHDRAW_TASKS, {"instance": instance_id, "tokens": tokens, "now": now})


def withdraw_fan_outs(
    session: Session,
    changes: Changes,
    instance_id: int,
    tokens: list[str] | None = None,
    *,
    by: str | None = None,
    reason: str = "The process went on without the rest.",
) -> None:
    """Close the fan-outs at `tokens`, or all of the instance, and ask for their members to be cancelled."""
    statement = select(FanOut).where(FanOut.instance_id == instance_id, FanOut.state != "closed")
    if tokens is not None:
        statement = statement.where(FanOut.token.in_(tokens))
    for fan_out in session.scalars(statement.with_for_update()):
        fan_out.state = "closed"
        changes.job("cancel_members", None, None, changes.now, fan_out=fan_out.id, by=by, reason=reason)


def drop_incidents(session: Session, instance_id: int, tokens: set[str] | None, *, now: datetime) -> None:
    """Resolve the open incidents at `tokens`, or all of the instance: what they hold up is not needed any more."""
    statement = update(Incident).where(Incident.instance_id == instance_id, Incident.resolved_at.is_(None))
    if tokens is not None:
        statement = statement.where(Incident.token.in_(tokens))
    values = {"resolved_at": now, "resolution": "not needed any more"}
    session.execute(statement.values(values).execution_options(synchronize_session=False))
