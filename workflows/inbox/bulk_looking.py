"""What of a selection can be approved together, and why the rest cannot: everything is looked at before it is asked."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from workflows.rewards.models import Proposal, waits_in
from workflows.rewards.words import KIND_WORDS, describe_amount, describe_worth, plain_number

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

OF_REWARD = ("reward_kind", "amount", "amount_percent", "new_grade")
"""The figures that the proposal of a reward says in its own words, with its currency."""

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
    """One task of a selection: its figures, what would be handed in, and why it drops out; empty where it does not.

    `proposal` is the reward that the case waits to have decided, if there is one.
    """

    task: Task
    subject: str
    figures: dict[str, Any]
    proposal: Proposal | None
    answers: dict[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def fingerprint(self) -> str:
        """Tells whether anything this approval is about has changed."""
        return fingerprint(self.task, self.figures)

    @property
    def figures_in_words(self) -> str:
        """For instance `rating 4, pay increase 4,500.00 EUR (6.2 % of the salary)`."""
        facts = facts_of(self.figures, self.proposal)
        return ", ".join(f"{name} {value}" if value else name for name, value in facts)

    @property
    def currency(self) -> str:
        """That of the reward; "" without one."""
        return self.proposal.currency if self.proposal else ""


def figures_of(variables: Mapping[str, Any]) -> dict[str, Any]:
    """What an approval in a case with these variables is about."""
    return {name: variables[name] for name in FIGURES if variables.get(name) not in (None, "none")}


def facts_of(figures: Mapping[str, Any], proposal: Proposal | None) -> list[tuple[str, str]]:
    """What an approval is about, by the names people call it: of a reward its kind, with what it is worth."""
    said = OF_REWARD if proposal is not None else ()
    facts = [(FIGURES[name], str(value)) for name, value in figures.items() if name not in said]
    if proposal is not None:
        facts.append((KIND_WORDS[proposal.kind].lower(), describe_worth(proposal)))
    return facts


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

    What is far from the others drops out. Raises Rejection when nothing or more than `MOST` is selected. What is not
    open or not theirs is left out.
    """
    return _select(session, _drop_outliers(_look_at_each(session, task_ids, by, now)))


def look_again(session: Session, task_ids: Sequence[int], *, by: str, now: datetime) -> Selection:
    """Look once more at what was shown to be approved, as `look_at` does, each for itself.

    Nothing is compared with the others a second time: of what is left, more would be far from the rest, and people
    would approve less than they were shown.
    """
    return _select(session, _look_at_each(session, task_ids, by, now))


def _select(session: Session, looks: Sequence[Look]) -> Selection:
    fit = [look for look in looks if not look.reason]
    return Selection(fit, [look for look in looks if look.reason], _attestations(session, fit))


def _look_at_each(session: Session, task_ids: Sequence[int], by: str, now: datetime) -> list[Look]:
    if not task_ids:
        raise Rejection("Nothing is selected. Select the tasks that you want to approve.")
    if len(task_ids) > MOST:
        raise Rejection(f"At most {MOST} tasks are approved together. Select fewer.")
    rows = session.execute(
        select(Task, Instance.variables, Instance.suspended_at, Person.name, Submission.task_id, Proposal)
        .join(Instance, Instance.id == Task.instance_id)
        .outerjoin(Person, Person.id == Task.subject)
        .outerjoin(Submission, and_(Submission.task_id == Task.id, Submission.state == DRAFT))
        .outerjoin(Proposal, waits_in(Task))
        .where(Task.id.in_(task_ids), Task.state.in_((OPEN, NEXT)), Task.assignee == by)
        .order_by(Task.step, Person.name, Task.id)
    ).all()
    again = _done_before(session, [row[0] for row in rows])
    looks = []
    for task, variables, suspended_at, subject, draft, proposal in rows:
        look = _look(session, Look(task, subject or "The whole cycle", figures_of(variables), proposal), variables)
        if task.state == NEXT:
            look = replace(look, reason="Somebody else approves it before you.")
        elif not look.reason and suspended_at is not None:
            look = replace(look, reason="The case is paused.")
        elif not look.reason and draft is not None:
            look = replace(look, reason="You have begun to write something: hand it in with its own form.")
        elif not look.reason and (task.root_id, task.subject, task.step) in again:
            look = replace(look, reason="It was decided before and has come back: look at what has changed.")
        looks.append(look if look.reason else replace(look, reason=_refusal(session, task, variables, by, now)))
    return looks


def _look(session: Session, look: Look, variables: dict[str, Any]) -> Look:
    program = program_for(session, look.task.definition_id)
    step = program.step(look.task.step)
    if step.settings.get("signature"):
        return replace(look, reason="It is signed with your password, one by one.")
    if step.is_shared or step.settings.get("page"):
        return replace(look, reason="It has a page of its own.")
    questionnaire = questionnaire_of(program, step)
    if not asks_for_approval(questionnaire):
        return replace(look, reason="It asks for more than an approval: use its own form.")
    if "new_grade" in look.figures:
        return replace(look, reason="A promotion is looked at on its own.")
    answers: dict[str, Any] = {OUTCOME: APPROVE}
    answers |= {str(one.key[0]): _all_points(one) for one in _confirmed(questionnaire)}
    checked = questionnaire.check(answers, context=variables)
    if checked.errors:
        return replace(look, reason="Its form asks for an answer that only you can give.")
    return replace(look, answers=answers)


def _confirmed(questionnaire: Questionnaire) -> Iterable[MultipleChoice]:
    for one in questionnaire.fields():
        if isinstance(one, MultipleChoice) and one.type == "checklist" and one.required and one.options.fixed:
            yield one


def _all_points(asked: MultipleChoice) -> list[Any]:
    return [option.value for option in asked.options.fixed]


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
        for kind in {_comparable(look, name) for look in looks}:
            is_outlier = _fences([_number(look, name) for look in looks if _comparable(look, name) == kind])
            looks = [
                replace(look, reason=f"Its {_in_words(look, name)} is far from that of the others.")
                if not look.reason and _comparable(look, name) == kind and is_outlier(_number(look, name))
                else look
                for look in looks
            ]
    return looks


def _comparable(look: Look, name: str) -> tuple[str, str]:
    """What has to be the same for two figures to be compared: the step, and of an amount the currency."""
    return look.task.step, look.currency if name == "amount" else ""


def _in_words(look: Look, name: str) -> str:
    number = _number(look, name)
    if look.proposal is None or number is None or name not in OF_REWARD:
        return f"{FIGURES[name]} of {look.figures[name]}"
    if name == "amount":
        return f"amount of {describe_amount(number, look.currency)}"
    return f"share of {plain_number(number)} % of the salary"


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
        for asked in _confirmed(questionnaire_of(program, program.step(look.task.step))):
            points = tuple((str(option.value), option.label) for option in asked.options.fixed)
            key = (look.task.name, str(asked.key[0]))
            found[key] = Attestation(look.task.name, key[1], asked.label.render(Scopes({}, {}).of(None)), points)
    return list(found.values())
