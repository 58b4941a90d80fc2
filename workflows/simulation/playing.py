"""Playing a launched cycle on its stage: a clock that jumps from one thing that happens to the next.

What happens is either a job that is due, done by the real engine, or a person who finishes a task. People take the
tasks on their desk in the order of the deadlines, as long as the minutes last that they give to it on a working day.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import Row, bindparam, select

from engine import Conflict, EngineError, Instance, NotAllowed, NotFound, SessionFactory, Task, jobs, reading
from workflows.simulation.assumptions import Assumptions, Spread, Work
from workflows.simulation.desks import Desk, Errand
from workflows.simulation.handing_in import Usual, describe_refusal, draw, find_hindrance, hand_in
from workflows.simulation.presence import Presence

WITHOUT_DEADLINE = timedelta(days=7)
LATE_DAYS: Spread = (0.5, 2, 7)
NEXT_TRY = timedelta(days=1)
PATIENCE = timedelta(days=60)
"""So long a task of a group waits for members who are away; then nobody will take it."""

TURN, FINISH, ASSIGN = "turn", "finish", "assign"
# Built once: they are asked after everything that happens.
_NEW_TASKS = (
    select(Task.id, Task.step, Task.name, Task.subject, Task.assignee, Task.group, Task.created_at, Task.due_at)
    .add_columns(Task.explanation, Instance.name.label("case"))
    .join(Instance, Instance.id == Task.instance_id)
    .where(Task.id > bindparam("newest"))
    .order_by(Task.id)
)
_STATE = select(Instance.state).where(Instance.id == bindparam("root"))
_HOLDER = select(Task.id, Task.state, Task.assignee, Task.group).where(Task.id == bindparam("task"))

Progress = Callable[[datetime, int], None]
"""Told the moment that is played, and how many tasks have been done."""


@dataclass
class Play:
    """A cycle being played. `errands` are all its tasks; the rest is what did not go well on the way.

    `refused` has the reason for each task whose every invented answer was refused, `unclaimed` for each task of a group
    that nobody in it may do who was asked, and what hinders them.
    """

    factory: SessionFactory
    root_id: int
    now: datetime
    assumptions: Assumptions
    presence: Presence
    handed_over: list[int]
    progress: Progress = field(default=lambda _now, _done: None)
    errands: dict[int, Errand] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    unclaimed: dict[int, dict[str, str]] = field(default_factory=dict)
    done: int = 0
    has_ended: bool = False
    _events: list[tuple[datetime, int, str, str | int]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _newest: int = 0
    _rounds: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Play until the cycle has ended, nothing more can happen, or the longest time assumed is over."""
        end = self.now + timedelta(days=self.assumptions.longest)
        due = self._look()
        while not self.has_ended:
            event = self._events[0][0] if self._events else None
            if due is not None and (event is None or due <= event):
                moment, act = max(due, self.now), self._let_machines_work
            elif event is not None:
                moment, act = max(event, self.now), self._let_people_work
            else:
                return
            if moment > end:
                return
            self.now = moment
            if act():
                due = self._look()
                self.progress(self.now, self.done)

    def _look(self) -> datetime | None:
        """Take in what a transaction has changed: new tasks, the end of the cycle. When the next job is due."""
        with reading(self.factory) as session:
            connection = session.connection()
            rows = connection.execute(_NEW_TASKS, {"newest": self._newest}).all()
            self.has_ended = connection.execute(_STATE, {"root": self.root_id}).scalar_one() != "running"
            due = jobs.next_due(session)
            moved = [connection.execute(_HOLDER, {"task": task}).one() for task in self.handed_over]
        self.handed_over.clear()
        for row in rows:
            self._newest = row.id
            self._receive(row)
        for task_id, _, assignee, group in moved:
            self._move(self.errands[task_id], assignee, group)
        return due

    def _let_machines_work(self) -> bool:
        while jobs.work_one(self.factory, self.now):
            pass
        return True

    def _let_people_work(self) -> bool:
        """The next event; whether it has changed anything in the database."""
        moment, _, kind, whom = heappop(self._events)
        if kind == ASSIGN:
            self._assign(self.errands[int(whom)])
            return False
        desk = self.desks[str(whom)]
        if kind == FINISH:
            self._finish(desk)
            return True
        if desk.awake == moment:
            desk.awake = None
            self._turn(desk)
        return False

    # How a task gets onto a desk

    def _receive(self, task: Row[Any]) -> None:
        """What becomes of a new task is drawn at once, by its step, subject and round, whatever came before it."""
        about = f"{task.step} {task.subject or task.case}"
        self._rounds[about] += 1
        key = f"{about} {self._rounds[about]}"
        work = self.assumptions.work_at(task.step, own=task.assignee is not None and task.assignee == task.subject)
        chance = draw(self.assumptions.seed, key)
        minutes = _draw_from(work.minutes, chance)
        begins, idle = _choose_beginning(task, work, chance)
        errand = Errand(
            id=task.id,
            key=key,
            step=task.step,
            name=task.name,
            subject=task.subject,
            case=task.case,
            work=work,
            holder=task.assignee,
            group=task.group,
            opened=task.created_at,
            due=task.due_at,
            explanation=task.explanation,
            minutes=minutes,
            begins=begins,
            idle=idle,
        )
        self.errands[errand.id] = errand
        if errand.holder is not None:
            self._put_on_desk(errand, errand.holder)
        elif errand.begins is not None:
            self._push(errand.begins, ASSIGN, errand.id)

    def _move(self, errand: Errand, assignee: str | None, group: str | None) -> None:
        """Bring a task that was handed over to its new holder, who begins it when the old one would have, or now."""
        errand.begins = max(errand.begins or self.now, self.now)
        errand.group = group
        if assignee is not None:
            self._put_on_desk(errand, assignee)
        else:
            errand.holder = None
            self._push(errand.begins, ASSIGN, errand.id)

    def _put_on_desk(self, errand: Errand, person: str) -> None:
        errand.holder = person
        desk = self.desks.get(person)
        if desk is None:
            minutes = self.assumptions.people.get(person, self.assumptions.minutes_a_day)
            desk = Desk(person, self.presence.zone_of(person), minutes, self.presence.works_on)
            self.desks[person] = desk
        desk.take(errand)
        if errand.begins is not None and desk.current is None:
            self._wake(desk, max(errand.begins, self.now))

    def _assign(self, errand: Errand) -> None:
        """The member of the group with the least to do whom the gate lets, takes the task."""
        if not self._is_open(errand):
            return
        day = self.now.date()
        members = self.presence.members_of(errand.group or "", day)
        present = [person for person in members if self.presence.works_on(person, day)]
        hindrances = {}
        for person in sorted(present, key=lambda person: (self._waiting(person), person)):
            hindrance = find_hindrance(self.factory, errand.id, person, self.now)
            if not hindrance:
                errand.begins = self.now
                self.unclaimed.pop(errand.id, None)
                self._put_on_desk(errand, person)
                return
            hindrances[person] = hindrance
        self.unclaimed[errand.id] = hindrances
        if len(present) < len(members) and self.now - errand.opened < PATIENCE:
            self._push(self.now + NEXT_TRY, ASSIGN, errand.id)

    def _waiting(self, person: str) -> float:
        return self.desks[person].waiting if person in self.desks else 0

    # How a task is worked off

    def _turn(self, desk: Desk) -> None:
        """Begin the next task, or go on with the current one; then wake the person when there is more to do."""
        if desk.is_finishing:
            return
        while desk.upcoming and desk.upcoming[0][0] <= self.now:
            desk.note_ready(self.errands[heappop(desk.upcoming)[1]], self.now)
        moment = desk.next_moment(self.now)
        if moment is None:
            return
        if moment > self.now:
            self._wake(desk, moment)
        elif desk.current is not None or self._pick(desk):
            self._work(desk)
        elif desk.upcoming:
            self._wake(desk, desk.upcoming[0][0])

    def _work(self, desk: Desk) -> None:
        finished = desk.work(self.now)
        if finished is None:
            self._wake(desk, desk.next_moment(self.now))
        else:
            desk.is_finishing = True
            self._push(finished, FINISH, desk.person)

    def _pick(self, desk: Desk) -> bool:
        """Take up the next task that is still open and still theirs."""
        while (number := desk.pick()) is not None:
            errand = self.errands[number]
            if self._is_open(errand) and errand.holder == desk.person:
                desk.current, desk.remaining = number, errand.minutes
                return True
            desk.waiting -= errand.minutes
        return False

    def _is_open(self, errand: Errand) -> bool:
        with reading(self.factory) as session:
            _, state, _, _ = session.connection().execute(_HOLDER, {"task": errand.id}).one()
        return bool(state == "open")

    def _finish(self, desk: Desk) -> None:
        errand = self.errands[desk.current or 0]
        desk.current, desk.is_finishing = None, False
        self._wake(desk, self.now)
        try:
            usual = Usual(self.assumptions, errand.work, errand.key)
            hand_in(self.factory, errand.id, desk.person, self.now, usual)
        except (Conflict, NotFound, NotAllowed):
            # It was closed or handed on while they were at it: their time is spent all the same.
            return
        except EngineError as refusal:
            self.refused[errand.id] = describe_refusal(refusal)
            return
        errand.done = self.now
        self.done += 1

    # The order of events

    def _wake(self, desk: Desk, moment: datetime | None) -> None:
        """Let a person look at their desk at that moment, unless they do so earlier anyway."""
        if moment is None or (desk.awake is not None and desk.awake <= moment):
            return
        desk.awake = moment
        self._push(moment, TURN, desk.person)

    def _push(self, moment: datetime, kind: str, whom: str | int) -> None:
        heappush(self._events, (moment, next(self._numbers), kind, whom))


def _draw_from(spread: Spread, chance: Random) -> float:
    low, likely, high = spread
    return chance.triangular(low, high, likely)


def _choose_beginning(task: Row[Any], work: Work, chance: Random) -> tuple[datetime | None, bool]:
    """When a task is begun at the earliest, and whether it is left lying until after its deadline."""
    luck, share, late = chance.random(), _draw_from(work.begins, chance), _draw_from(LATE_DAYS, chance)
    if luck < work.never:
        return None, True
    if task.due_at is None:
        return task.created_at + WITHOUT_DEADLINE * share, False
    if luck < work.never + work.late:
        return task.due_at + timedelta(days=late), True
    return task.created_at + (task.due_at - task.created_at) * share, False
