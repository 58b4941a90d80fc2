"""Deciding a task from a mail: one link a person, a task and an outcome, used once, and not for long.

A link gives nobody a right. What it asks for goes through the same form, the same gate and the same verb as on the
page of the task, as the person it was sent to; and only while the task is what it was when the mail was written.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import OPEN, Conflict, EngineError, Instance, NotFound, OpenTask, Step, Task, program_for, router, tasks
from workflows.inbox.bulk_looking import facts_of, figures_of, fingerprint
from workflows.notifications.models import DecisionLink
from workflows.notifications.post import Choice
from workflows.questionnaires import Questionnaire
from workflows.questionnaires.components import Component, Group
from workflows.reviews.forms import APPROVE, OUTCOME, outcomes_of, questionnaire_of
from workflows.reviews.models import DRAFT, Submission
from workflows.reviews.submitting import submit
from workflows.rewards.models import Proposal, waits_in
from workflows.routing.gate import stakes_of

VALID_FOR = timedelta(days=7)
MOST_CHOICES = 3
"""A form that asks for one of more than so many outcomes is no matter of a mail."""


class LinkIsOver(Conflict):
    """The link cannot be used any more, and why; `task_id` is the task it was about."""

    def __init__(self, reason: str, task_id: int) -> None:
        self.task_id = task_id
        super().__init__(reason)


@dataclass(frozen=True)
class Asked:
    """What a link asks for: the outcome in words, and the task with its form, less the question it answers."""

    link: DecisionLink
    label: str
    found: OpenTask
    questionnaire: Questionnaire
    facts: list[tuple[str, str]]
    """What the decision is about, by the names people call it."""

    @property
    def approves(self) -> bool:
        """Whether it is the approval, and not the other decision."""
        return self.link.outcome == APPROVE

    @property
    def answers(self) -> dict[str, str]:
        """The answer that the link gives."""
        return {OUTCOME: self.link.outcome}


def offer_choices(session: Session, wanted: Mapping[int, str], now: datetime) -> dict[int, tuple[Choice, ...]]:
    """Links for what can be decided from a mail, by task: of these tasks, those that these people hold.

    None where the form asks for more than an outcome can say, has a page of its own or is signed with the password,
    where somebody has begun to write, and where the gate refuses. One statement, and one insert for all links.
    """
    offered: dict[int, list[tuple[DecisionLink, str]]] = {}
    for task, instance in session.execute(
        select(Task, Instance)
        .join(Instance, Instance.id == Task.instance_id)
        .outerjoin(Submission, Submission.task_id == Task.id)
        .where(Task.id.in_(wanted), Task.state == OPEN, Submission.task_id.is_(None))
    ):
        if task.assignee == wanted[task.id]:
            # A step that cannot be read stops no mail: it tells of the task all the same.
            with suppress(EngineError):
                offered[task.id] = _links(session, task, instance, now)
    session.add_all(link for links in offered.values() for link, _ in links)
    session.flush()
    return {
        task_id: tuple(Choice(link.id, label, link.outcome == APPROVE) for link, label in links)
        for task_id, links in offered.items()
    }


def _links(session: Session, task: Task, instance: Instance, now: datetime) -> list[tuple[DecisionLink, str]]:
    program = program_for(session, task.definition_id)
    step = program.step(task.step)
    choices = outcomes_of(questionnaire_of(program, step))
    if APPROVE not in choices or len(choices) > MOST_CHOICES or has_own_way(step):
        return []
    holder = task.assignee or ""
    router().check(session, task, instance.variables, holder, now)
    seen = fingerprint(task, figures_of(instance.variables))
    return [
        (
            DecisionLink(
                person_id=holder, task_id=task.id, outcome=outcome, seen=seen, expires_at=now + VALID_FOR, used_at=None
            ),
            label,
        )
        for outcome, label in choices.items()
    ]


def has_own_way(step: Step) -> bool:
    """Whether a step is voted on, decided on a page of its own, or signed with the password: never by a link alone."""
    return bool(step.is_shared or step.settings.get("signature") or step.settings.get("page"))


def asks_to_sign_in(found: OpenTask) -> bool:
    """Whether a link is not enough: where the step is signed or has its own page, and where it decides on pay."""
    return has_own_way(found.step) or stakes_of(found.task, found.instance.variables).pay


def read_link(session: Session, link_id: int, now: datetime, *, lock: bool = False) -> Asked:
    """What a link asks for. Raises NotFound, LinkIsOver, and what the gate raises."""
    link = session.get(DecisionLink, link_id, with_for_update=lock, populate_existing=lock)
    task = session.get(Task, link.task_id) if link else None
    if link is None or task is None:
        raise NotFound("There is no such link. Open the task from your inbox.")
    check_link(link, task)
    if now >= link.expires_at:
        raise LinkIsOver("This link has expired. The task still waits for you.", task.id)
    found = tasks.load(session, task.id, actor=link.person_id, now=now, lock=lock)
    figures = figures_of(found.instance.variables)
    if fingerprint(found.task, figures) != link.seen:
        raise LinkIsOver("What this is about has changed since the mail was sent. Look at it again.", task.id)
    if session.scalar(select(Submission.task_id).where(Submission.task_id == task.id, Submission.state == DRAFT)):
        raise LinkIsOver("Something has been written in the form of this task. Go on there.", task.id)
    questionnaire = questionnaire_of(found.program, found.step)
    label = outcomes_of(questionnaire).get(link.outcome)
    if label is None:
        raise LinkIsOver("The form of this task asks something else by now. Look at it again.", task.id)
    asked = replace(questionnaire, components=_without_outcome(questionnaire.components))
    proposal = session.scalar(select(Proposal).where(waits_in(found.task)))
    facts = [(name.capitalize(), value) for name, value in facts_of(figures, proposal)]
    return Asked(link, label, found, asked, facts)


def check_link(link: DecisionLink, task: Task) -> None:
    """Raise LinkIsOver where a link was used, or its task is done or with somebody else."""
    if link.used_at is not None:
        raise LinkIsOver("This link has been used already. Nothing was changed a second time.", task.id)
    if task.state == "completed":
        raise LinkIsOver(f"“{task.name}” has been completed already. Nothing was changed a second time.", task.id)
    if not task.is_unfinished:
        raise LinkIsOver(f"“{task.name}” is not needed any more: the process has moved on.", task.id)
    if task.assignee != link.person_id:
        raise LinkIsOver(f"“{task.name}” is with somebody else by now. There is nothing left for you to do.", task.id)


def _without_outcome(components: tuple[Component, ...]) -> tuple[Component, ...]:
    return tuple(
        replace(one, components=_without_outcome(one.components)) if isinstance(one, Group) else one
        for one in components
        if getattr(one, "key", None) != (OUTCOME,)
    )


def decide(session: Session, link_id: int, answers: Mapping[str, Any], now: datetime) -> Task:
    """Decide what a link asks for, with what else its form wants, as whom it was sent to; the link is used up.

    Raises what `read_link` and `workflows.reviews.submitting.submit` raise; then nothing has changed.
    """
    asked = read_link(session, link_id, now, lock=True)
    link, task = asked.link, asked.found.task
    submit(session, task.id, {**answers, **asked.answers}, by=link.person_id, now=now, revision=task.revision)
    link.used_at = now
    return task
