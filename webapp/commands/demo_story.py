"""What has happened in the demo before you come: a review that is nearly over, and one that has just begun.

Everything is done through the same verbs as by a person at a screen, so it is explained and recorded like that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import NotAllowed, SessionFactory, Task, clock, jobs, reading, transaction
from webapp.commands.cycles import hand_out_first_tasks
from webapp.commands.demo_answers import propose_increase, write_answers
from webapp.commands.printing import progress
from workflows.cycles.models import Cycle
from workflows.people.organisation import Organisation
from workflows.reviews.submitting import submit
from workflows.rewards.eligibility import NotEligible

LARGE_INCREASE = 12
"""Percent: so much has to be signed by an executive."""
ROUNDS = 12
BEGUN = 0.15
"""The share of people who have written their self-assessment in the review that has just begun."""


@dataclass(frozen=True)
class Cast:
    """Those whom the visitor will sign in as, and who does the work of the HR group."""

    hr: Sequence[str]
    manager: str
    employee: str
    team: frozenset[str]

    @property
    def candidate(self) -> str:
        """The person in the team for whom the large increase is proposed."""
        return min(self.team - {self.employee})


Choice = Callable[[Task], bool]


def play_nearly_to_the_end(factory: SessionFactory, cycle: Cycle, cast: Cast) -> None:
    """Work the cycle off, except what the visitor finds waiting: results to read, rewards to propose and to sign."""
    without_proposal = sorted(cast.team - {cast.employee, cast.candidate})[:2]

    def goes_on(task: Task) -> bool:
        if task.step == "acknowledge":
            return task.subject != cast.employee
        if task.step == "propose_reward":
            return task.subject not in without_proposal
        if task.step in ("approve_reward", "compensation_check"):
            return task.subject == cast.candidate
        return task.step != "executive_signoff"

    _play(factory, cycle, cast, goes_on)


def play_the_beginning(factory: SessionFactory, cycle: Cycle, cast: Cast) -> None:
    """Some have written their self-assessment; of the manager's team, all but the employee and one more."""
    writing = sorted(cast.team - {cast.employee})[1:]

    def goes_on(task: Task) -> bool:
        if task.step == "self_assessment":
            return task.subject in writing or (task.subject not in cast.team and _is_chosen(task, BEGUN))
        return task.step == "manager_review" and task.assignee != cast.manager and _is_chosen(task, 0.5)

    _play(factory, cycle, cast, goes_on)


def _is_chosen(task: Task, share: float) -> bool:
    return Random(f"{task.step} {task.subject}").random() < share  # noqa: S311 - the same people every time


def _play(factory: SessionFactory, cycle: Cycle, cast: Cast, goes_on: Choice) -> None:
    hand_out_first_tasks(factory, cycle.id)
    for _ in range(ROUNDS):
        with reading(factory) as session:
            waiting = session.scalars(
                select(Task).where(Task.root_id == cycle.instance_id, Task.state == "open").order_by(Task.id)
            )
            chosen = [task for task in waiting if goes_on(task)]
        if not chosen:
            return
        with progress(f"{cycle.name}: {chosen[0].name}", len(chosen)) as bar:
            for task in chosen:
                _work_off(factory, task, cast)
                bar.update(1)
        while jobs.drain(factory):
            pass


def _work_off(factory: SessionFactory, task: Task, cast: Cast) -> None:
    for person in [task.assignee] if task.assignee else cast.hr:
        try:
            with transaction(factory) as session:
                _submit(session, task, person, cast, clock.now().date())
            return
        except NotAllowed:
            # The next one of the group: nobody does what is about themselves.
            continue


def _submit(session: Session, task: Task, person: str, cast: Cast, today: date) -> None:
    answers = write_answers(task.step, task.subject or "", today)
    if task.step == "propose_reward" and task.subject == cast.candidate:
        answers = propose_increase(LARGE_INCREASE, today)
    try:
        submit(session, task.id, answers, by=person, now=clock.now())
    except NotEligible:
        submit(session, task.id, {"kind": "none"}, by=person, now=clock.now())


def choose_unit(organisation: Organisation, manager: str) -> str:
    """The unit of the earlier review: that of the manager, or the one above where the manager's is a small one."""
    person = organisation.person(manager)
    path = organisation.unit_path(person.org_unit) if person else []
    return path[-2].id if len(path) > 2 else path[-1].id
