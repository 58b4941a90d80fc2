"""The rows that steps of instances want written, collected and written together.

One completion, or the start of fifty members, ends in one insert per table: the number of SQL statements does not
grow with what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from engine import registry
from engine.database import JOBS_DUE
from engine.deadlines import (
    Cycle,
    count_working_days,
    due_at,
    end_of_day,
    first_strike,
    late_start_of,
    moment,
    parse_cycle,
    parse_duration,
    parse_working_days,
    time_again,
)
from engine.diagram import Step
from engine.errors import StepFailed
from engine.history import entry_of
from engine.models import FanOut, HistoryEntry, Incident, Instance, Job, Subscription, Task
from engine.registry import Assignment, AssignmentRequest
from engine.retrying import AT_ONCE, rule_of
from engine.spiff import Program
from engine.states import CANCELLED, FAILED, OPEN, PAUSED, SUSPENDED, UNFINISHED

OVERDUE = "overdue"


def request_for(instance: Instance, step: Step, program: Program, now: datetime) -> AssignmentRequest:
    """What the router is asked when `step` of `instance` needs a person."""

    def decide(decision: str) -> Any:
        return program.answer(decision, instance.variables, now)

    def work_out(text: str, variables: dict[str, Any]) -> Any:
        return program.evaluate(text, variables, now)

    return AssignmentRequest(
        step=step,
        subject=instance.subject,
        variables=instance.variables,
        initiator=instance.initiator,
        root_id=instance.root_id,
        decide=decide,
        work_out=work_out,
        process=program.diagram.key,
    )


@dataclass(frozen=True)
class Strike:
    """When a timer strikes, how it comes again, and after how many `working` days of whom the instance is about.

    Until those are counted in their calendar, `due` takes them to be from Monday to Friday.
    """

    due: datetime
    cycle: Cycle | None = None
    working: int | None = None

    @property
    def again(self) -> dict[str, Any]:
        """How it comes again, as a job keeps it: how often still, how long in between, when it should strike now."""
        if self.cycle is None:
            return {}
        return {"times": self.cycle.times, "every": self.cycle.every, "due": self.due.isoformat()}


@dataclass(frozen=True)
class Given:
    """A task of a step that began at `since`, whose holder is known already; `due` holds if it is still to come."""

    instance: Instance
    token: str
    step: Step
    program: Program
    to: Assignment
    due: datetime | None
    since: datetime


@dataclass
class Changes:
    """Everything to be written at the end of a verb, at one moment `now`."""

    now: datetime
    people: list[tuple[Instance, str, Step, Program]] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    fan_outs: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    working: list[tuple[int, str | None, int, datetime]] = field(default_factory=list)
    """The jobs that are due after so many working days of a person: place in `jobs`, person, days."""
    attempts: dict[str, int] = field(default_factory=dict)
    """How often the blocked step of a token was tried before, where a job tries it again."""

    def record(self, instance: Instance, kind: str, step: str | None, actor: str | None, **detail: Any) -> None:
        """Note in the history of `instance` that something happened."""
        self.history.append(entry_of(instance, kind, step, actor, self.now, detail))

    def job(self, kind: str, instance_id: int | None, token: str | None, at: datetime, **payload: Any) -> None:
        """Ask for machine work at a moment. A `key` in the payload makes it the only one of its name."""
        key = payload.pop("key", None)
        self.jobs.append(
            {"kind": kind, "instance_id": instance_id, "token": token, "due_at": at, "payload": payload, "key": key}
        )

    def timer(
        self, instance: Instance, token: str, step: str, strike: Strike, *, since: datetime | None = None
    ) -> None:
        """Ask for the strike of a drawn timer that runs from `since`, by default now, and say how it comes again."""
        self.job("timer", instance.id, token, strike.due, step=step, **strike.again)
        if strike.working is not None:
            self.working.append((len(self.jobs) - 1, instance.subject, strike.working, since or self.now))

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

    def stop(self, instance: Instance, program: Program, token: str, step: str, problem: str) -> None:
        """Note that a step cannot go on: it is tried again by its rule, then it is an incident."""
        attempts = self.attempts.get(token, 0) + 1
        rule = rule_of(program.diagram.steps.get(step), AT_ONCE)
        if attempts <= len(rule):
            self.job("retry", instance.id, token, self.now + rule[attempts - 1], step=step, attempts=attempts)
        else:
            self.incident(instance, token, step, problem, attempts=attempts)

    def incident(self, instance: Instance, token: str, step: str | None, problem: str, *, attempts: int = 1) -> None:
        """Note that somebody has to see to a step."""
        self.incidents.append(
            {
                "instance_id": instance.id,
                "token": token,
                "step": step,
                "problem": problem,
                "attempts": attempts,
                "opened_at": self.now,
            }
        )
        self.record(instance, "incident_opened", step, None, problem=problem)

    def write(self, session: Session) -> None:
        """Write everything: one statement a table."""
        tasks = self._hand_out(session)
        self._count_working_days(session)
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
                # One row alone is sent as it is: many are sent as a batch, which costs more than their statement.
                connection.execute(_INSERTS[model], rows if len(rows) > 1 else rows[0])
        if any(job["due_at"] <= self.now for job in self.jobs):
            session.info[JOBS_DUE] = True
        if tasks:
            registry.emit(session, "task_opened", tasks=tasks, now=self.now)
        for incident in self.incidents:
            registry.emit(session, "incident_opened", incident=incident, now=self.now)

    def _count_working_days(self, session: Session) -> None:
        for place, person, days, since in self.working:
            calendar = registry.calendar_of(session, person, since)
            self.jobs[place]["due_at"] = count_working_days(days, since, calendar)

    def _hand_out(self, session: Session) -> list[dict[str, Any]]:
        rows = []
        for instance, token, step, program, assignment in self._ask_router(session):
            due = self._due(session, instance, token, step=step, program=program, to=assignment)
            rows += [
                task_row(instance, token, step, one, due=due, now=self.now) for one in (assignment, *assignment.others)
            ]
            if due is not None:
                self.wind_clock(instance.id, token, step, due, after=None)
        for one in self.given:
            due = one.due
            if due is None or due <= self.now:
                due = self._due(session, one.instance, one.token, step=one.step, program=one.program, to=one.to)
                if due is not None:
                    due = time_again(due, one.since, self.now, one.to.zone)
                    self.wind_clock(one.instance.id, one.token, one.step, due, after=None)
            rows.append(task_row(one.instance, one.token, one.step, one.to, due=due, now=self.now))
        return rows

    def _ask_router(self, session: Session) -> list[tuple[Instance, str, Step, Program, Assignment]]:
        if not self.people:
            return []
        requests = [request_for(instance, step, program, self.now) for instance, _, step, program in self.people]
        assignments = registry.router().assign(session, requests, self.now)
        return [(*one, assignment) for one, assignment in zip(self.people, assignments, strict=True)]

    def _due(
        self, session: Session, instance: Instance, token: str, *, step: Step, program: Program, to: Assignment
    ) -> datetime | None:
        try:
            due = deadline_of(session, instance, program, step, start=self.now, zone=to.zone, assignee=to.assignee)
        except StepFailed:
            # The task is handed out all the same. A job meets the same error, says so, and can be tried again.
            self.job("deadline", instance.id, token, self.now, step=step.id, zone=to.zone)
            return None
        return self._not_in_the_past(session, instance, due, to)

    def _not_in_the_past(
        self, session: Session, instance: Instance, due: datetime | None, to: Assignment
    ) -> datetime | None:
        """The deadline; where it has passed for who began late, one some working days from now, said with the task."""
        days = late_start_of(instance.variables)
        if due is None or due > self.now or days is None:
            return due
        calendar = registry.calendar_of(session, to.assignee, self.now)
        fact = f"The deadline of the others has passed, so it is due {days} working days after it was handed out."
        to.explanation.append({"rule": "R11", "fact": fact})
        return end_of_day(count_working_days(days, self.now, calendar), calendar.zone)


def task_row(
    instance: Instance, token: str, step: Step, to: Assignment, *, due: datetime | None, now: datetime
) -> dict[str, Any]:
    """The columns of a new task."""
    return {
        "instance_id": instance.id,
        "root_id": instance.root_id,
        "definition_id": instance.definition_id,
        "token": token,
        "step": step.id,
        "name": step.name,
        "state": PAUSED if instance.state == SUSPENDED else OPEN,
        "subject": instance.subject,
        "assignee": to.assignee,
        "owner": to.owner,
        "group": to.group,
        "explanation": to.explanation,
        "created_at": now,
        "due_at": due,
    }


def deadline_of(
    session: Session,
    instance: Instance,
    program: Program,
    step: Step,
    *,
    start: datetime,
    zone: str,
    assignee: str | None,
) -> datetime | None:
    """When a task that was handed out at `start` is due; None without a deadline. Raises StepFailed."""
    text = step.settings.get("due")
    if not text:
        return None
    value = time_value(program, text, instance.variables, start)
    days = parse_working_days(value)
    if days is None:
        return due_at(value, start, zone)
    calendar = registry.calendar_of(session, assignee, start)
    return end_of_day(count_working_days(days, start, calendar), calendar.zone)


def clock_stages(step: Step, due: datetime) -> list[tuple[datetime, str]]:
    """When the clock of a task strikes, and for what: its reminders in order, then `overdue`."""
    reminders = [parse_duration(text) or timedelta() for text in step.settings.get("remind", "").split()]
    return [*sorted((due - before, "reminder") for before in reminders), (due, OVERDUE)]


def timer_due(
    program: Program, step: Step, variables: dict[str, Any], now: datetime, *, repeats: bool = False
) -> Strike:
    """When a drawn timer that starts now strikes, and how it comes again, if it may repeat and does.

    Raises StepFailed when its time cannot be worked out.
    """
    value = time_value(program, step.timer or "", variables, now)
    if step.timer_kind != "timeCycle":
        return Strike(moment(value, now), working=parse_working_days(value))
    due, cycle = first_strike(value, now)
    return Strike(due, cycle if repeats else None)


def time_value(program: Program, text: str, variables: dict[str, Any], now: datetime) -> Any:
    """The value of a duration or date setting: ISO text as it stands, anything else is FEEL."""
    literals = parse_duration(text), parse_cycle(text), parse_working_days(text)
    if text[:4].isdigit() or any(literal is not None for literal in literals):
        return text
    return program.evaluate(text, variables, now)


# Built once: building a statement costs more than running it.
_INSERTS = {model: insert(model).inline() for model in (Task, Job, FanOut, Subscription, Incident, HistoryEntry)}
_TOKENS: BindParameter[str] = bindparam("tokens", expanding=True)
_WITHDRAW_JOBS = (
    delete(Job).where(Job.instance_id == bindparam("instance"), Job.token.in_(_TOKENS)).returning(Job.state)
)
_WITHDRAW_TASKS = (
    update(Task)
    .where(Task.instance_id == bindparam("instance"), Task.token.in_(_TOKENS), Task.state.in_(UNFINISHED))
    .values(state=CANCELLED, closed_at=bindparam("now"))
    .returning(Task.id, Task.assignee)
)


def stop_clock(session: Session, instance_id: int, token: str) -> None:
    """Let the clock of a task strike no more."""
    clock = delete(Job).where(Job.instance_id == instance_id, Job.token == token, Job.kind == "clock")
    session.execute(clock.execution_options(synchronize_session=False))


def withdraw(session: Session, instance_id: int, tokens: list[str], *, people: bool, now: datetime) -> None:
    """Take back what waits at `tokens`: jobs with their incidents, and open tasks where there are people."""
    connection = session.connection()
    states = connection.scalars(_WITHDRAW_JOBS, {"instance": instance_id, "tokens": tokens})
    if FAILED in states.all():
        drop_incidents(session, instance_id, set(tokens), now=now)
    if people:
        taken = connection.execute(_WITHDRAW_TASKS, {"instance": instance_id, "tokens": tokens, "now": now})
        tell_taken_away(session, [(task_id, person) for task_id, person in taken], now)


def tell_taken_away(session: Session, tasks: Sequence[tuple[int, str | None]], now: datetime) -> None:
    """Tell the listeners of these tasks, each with whoever had it, that they do not have them any more."""
    if held := [(task_id, person) for task_id, person in tasks if person is not None]:
        registry.emit(session, "tasks_taken_away", tasks=held, now=now)


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
