"""What of a selection can be approved together, and why the rest cannot: everything is looked at before it is asked."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from statistics import quantiles
from typing import Any

import orjson
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from engine import NEXT, OPEN, Instance, Rejection, Task, program_for, router
from workflows.people.models import Person
from workflows.questionnaires import Questionnaire
from workflows.questionnaires.components import MultipleChoice
from workflows.questionnaires.scopes import Scopes
from workflows.reviews.forms import APPROVE, OUTCOME, asks_for_approval, questionnaire_of
from workflows.reviews.models import DRAFT, Submission

MOST = 500
"""How many tasks are approved together at most."""

FIGURES = {
    "rating": "rating",
    "reward_kind": "reward",
    "amount": "amount",
    "amount_percent": "share of the salary in percent",
    "new_grade": "new grade",
}
"""The variables of a case that an approval is about, and what people call them."""

COMPARED = ("rating", "amount", "amount_percent")
ENOUGH_TO_COMPARE = 8


@dataclass(frozen=True)
class Attestation:
    """A question of a form that is answered once for all: `key` of the step's form, its label, what is confirmed."""

    step: str
    key: str
    label: str
    points: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Look:
    """One task of a selection: its figures, what would be handed in, and why it drops out; empty where it does not."""

    task: Task
    subject: str
    figures: dict[str, Any]
    answers: dict[str, Any]
    reason: str = ""

    @property
    def fingerprint(self) -> str:
        """Tells whether anything this approval is about has changed."""
        return fingerprint(self.task, self.figures)

    @property
    def figures_in_words(self) -> str:
        """For instance `rating 4, share of the salary in percent 3.5`."""
        return ", ".join(f"{FIGURES[name]} {value}" for name, value in self.figures.items())


def figures_of(variables: Mapping[str, Any]) -> dict[str, Any]:
    """What an approval in a case with these variables is about."""
    return {name: variables[name] for name in FIGURES if variables.get(name) not in (None, "none")}


def fingerprint(task: Task, figures: Mapping[str, Any]) -> str:
    """A short text that is another one as soon as the task or a figure has changed."""
    seen = orjson.dumps([task.revision, dict(figures)], default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(seen).hexdigest()[:16]


@dataclass(frozen=True)
class Selection:
    """A selection, looked at: what can be approved, what drops out, and what is confirmed for all of it."""

    fit: list[Look]
    dropped: list[Look]
    attestations: list[Attestation]


def look_at(session: Session, task_ids: Sequence[int], *, by: str, now: datetime) -> Selection:
    """Look at tasks that `by` wants to approve together. Three statements, besides what the gate asks about pay.

    Raises Rejection when nothing or more than `MOST` is selected. What is not open or not theirs is left out.
    """
    if not task_ids:
        raise Rejection("Nothing is selected. Select the tasks that you want to approve.")
    if len(task_ids) > MOST:
        raise Rejection(f"At most {MOST} tasks are approved together. Select fewer.")
    rows = session.execute(
        select(Task, Instance.variables, Instance.suspended_at, Person.name, Submission.task_id)
        .join(Instance, Instance.id == Task.instance_id)
        .outerjoin(Person, Person.id == Task.subject)
        .outerjoin(Submission, and_(Submission.task_id == Task.id, Submission.state == DRAFT))
        .where(Task.id.in_(task_ids), Task.state.in_((OPEN, NEXT)), Task.assignee == by)
        .order_by(Task.step, Person.name, Task.id)
    ).all()
    again = _done_before(session, [row[0] for row in rows])
    looks = []
    for task, variables, suspended_at, subject, draft in rows:
        look = _look(session, task, variables, subject or "The whole cycle")
        if task.state == NEXT:
            look = replace(look, reason="Somebody else approves it before you.")
        elif not look.reason and suspended_at is not None:
            look = replace(look, reason="The case is paused.")
        elif not look.reason and draft is not None:
            look = replace(look, reason="You have begun to write something: hand it in with its own form.")
        elif not look.reason and (task.root_id, task.subject, task.step) in again:
            look = replace(look, reason="It was decided before and has come back: look at what has changed.")
        looks.append(look if look.reason else replace(look, reason=_refusal(session, task, variables, by, now)))
    looks = _drop_outliers(looks)
    fit = [look for look in looks if not look.reason]
    return Selection(fit, [look for look in looks if look.reason], _attestations(session, fit))


def _look(session: Session, task: Task, variables: dict[str, Any], subject: str) -> Look:
    program = program_for(session, task.definition_id)
    step = program.step(task.step)
    figures = figures_of(variables)
    if step.settings.get("signature"):
        return Look(task, subject, figures, {}, "It is signed with your password, one by one.")
    if step.is_shared or step.settings.get("page"):
        return Look(task, subject, figures, {}, "It has a page of its own.")
    questionnaire = questionnaire_of(program, step)
    if not asks_for_approval(questionnaire):
        return Look(task, subject, figures, {}, "It asks for more than an approval: use its own form.")
    answers: dict[str, Any] = {OUTCOME: APPROVE}
    answers |= {str(field.key[0]): _all_points(field) for field in _confirmed(questionnaire)}
    checked = questionnaire.check(answers, context=variables)
    if checked.errors:
        return Look(task, subject, figures, {}, "Its form asks for an answer that only you can give.")
    return Look(task, subject, figures, answers)


def _confirmed(questionnaire: Questionnaire) -> Iterable[MultipleChoice]:
    for field in questionnaire.fields():
        if isinstance(field, MultipleChoice) and field.type == "checklist" and field.required and field.options.fixed:
            yield field


def _all_points(field: MultipleChoice) -> list[Any]:
    return [option.value for option in field.options.fixed]


def _refusal(session: Session, task: Task, variables: dict[str, Any], by: str, now: datetime) -> str:
    try:
        router().check(session, task, variables, by, now)
    except Rejection as refusal:
        return str(refusal)
    return ""


def _done_before(session: Session, tasks: Sequence[Task]) -> set[tuple[int, str | None, str]]:
    """The steps of these cases that have been completed once already."""
    rows = session.execute(
        select(Task.root_id, Task.subject, Task.step).where(
            Task.subject.in_({task.subject for task in tasks}),
            Task.root_id.in_({task.root_id for task in tasks}),
            Task.step.in_({task.step for task in tasks}),
            Task.state == "completed",
        )
    )
    return {(root_id, subject, step) for root_id, subject, step in rows}


def _drop_outliers(looks: list[Look]) -> list[Look]:
    for name in COMPARED:
        for step in {look.task.step for look in looks}:
            is_outlier = _fences([_number(look, name) for look in looks if look.task.step == step])
            looks = [
                replace(look, reason=f"Its {FIGURES[name]} of {look.figures[name]} is far from that of the others.")
                if not look.reason and look.task.step == step and is_outlier(_number(look, name))
                else look
                for look in looks
            ]
    return [
        replace(look, reason="A promotion is looked at on its own.")
        if not look.reason and "new_grade" in look.figures
        else look
        for look in looks
    ]


def _number(look: Look, name: str) -> Decimal | None:
    try:
        return Decimal(str(look.figures[name]))
    except (KeyError, InvalidOperation):
        return None


def _fences(numbers: Iterable[Decimal | None]) -> Callable[[Decimal | None], bool]:
    """Whether a number lies outside of Tukey's fences: more than one and a half times the middle half beside it."""
    known = [number for number in numbers if number is not None]
    if len(known) < ENOUGH_TO_COMPARE:
        return lambda _number: False
    low, _, high = quantiles(known, n=4, method="inclusive")
    reach = (high - low) * Decimal("1.5")
    return lambda number: number is not None and not low - reach <= number <= high + reach


def _attestations(session: Session, fit: list[Look]) -> list[Attestation]:
    found: dict[tuple[str, str], Attestation] = {}
    for look in fit:
        program = program_for(session, look.task.definition_id)
        for field in _confirmed(questionnaire_of(program, program.step(look.task.step))):
            points = tuple((str(option.value), option.label) for option in field.options.fixed)
            key = (look.task.name, str(field.key[0]))
            found[key] = Attestation(look.task.name, key[1], field.label.render(Scopes({}, {}).of(None)), points)
    return list(found.values())
