"""Handing open tasks on when the organisation changes in the middle of a cycle.

Who would get the task today gets it, unless the policy of the step or the cycle lets it stay (`policies`). What was
handed on by hand, or taken from a group, stays where it is as long as its holder is there; what a person owes about
themselves stays theirs. Whoever is in conflict by now keeps nothing, however they got it. Drafts stay with the task and
keep their author.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, defer

from engine import (
    OPEN,
    RUNNING,
    UNFINISHED,
    Assignment,
    AssignmentRequest,
    Conflict,
    Instance,
    Task,
    batches,
    hand_out_again,
    program_for,
    request_for,
    tasks,
    turns,
)
from workflows.dates import show_day
from workflows.people.organisation import Organisation
from workflows.people.outside import is_outside
from workflows.people.snapshot import organisation_on
from workflows.reviews.models import DRAFT, Submission
from workflows.routing.adding import takes_several
from workflows.routing.choosing import choose, next_above, why_not
from workflows.routing.conflicts import find_deputy_conflict
from workflows.routing.electing import is_ballot
from workflows.routing.explain import chosen_of, explain
from workflows.routing.facts import Question, ask, day_of
from workflows.routing.gate import others_at, stakes_of
from workflows.routing.policies import BOTH, Held, policy_of

REASON = "The organisation has changed."
HANDED_OVER = "It was handed over on {day}, because the organisation has changed."
BESIDE = "R5 both"
"""The rule in the explanation of a task of somebody who does a step after its holder."""

BOTH_DO_IT = "Since {day} whoever had it and whoever would get it now both do it, because the organisation has changed."
ALONE = "{former} was to do it first and cannot any more, so {follower} does it alone since {day}."
HAND_ON = "hand_on"
AT_ONCE = 200
"""Up to so many tasks are handed on with the import itself; more of them by a batch, while people go on working."""

CONFLICTS = {"R1", "R2", "R9", "R14"}
"""The rules by which somebody must not decide, whoever handed them the task."""

_IDS_A_STATEMENT = 500


@dataclass(frozen=True)
class Move:
    """One task that changes hands: from whom (None: a group) to whom or to which group, and why, as a sentence.

    `draft_by` is the author of the draft that goes with it, if there is one; `before` is how it was handed out.
    """

    task_id: int
    task: str
    subject: str | None
    from_person: str | None
    to_person: str | None
    to_group: str | None
    draft_by: str | None
    why: str
    before: Assignment


class Way(Enum):
    """How a task comes to somebody else: as it is, once more after its holder, or by the one they have already."""

    GOES = auto()
    BESIDE = auto()
    FALLS_AWAY = auto()


@dataclass(frozen=True)
class Handing:
    """What is done about a task: it comes to somebody in one of these ways."""

    task: Task
    to: Assignment
    move: Move
    way: Way


@dataclass(frozen=True)
class Rerouted:
    """What a change of the organisation does to the open tasks: how many were looked at, which move, which stay.

    Those that stay would move by the rule of their step; `why` says by which policy they do not. Many at once are
    handed on by the batch `batch_id`, after the commit.
    """

    looked_at: int
    moves: tuple[Move, ...]
    stays: tuple[Move, ...] = ()
    batch_id: int | None = None

    @property
    def drafts(self) -> int:
        """How many drafts go along, and are shared with the new holder."""
        return sum(move.draft_by is not None for move in self.moves)

    @property
    def kept_drafts(self) -> int:
        """How many drafts stay with whoever has begun them."""
        return sum(stay.draft_by is not None for stay in self.stays)


def reroute(
    session: Session,
    changed_person_ids: Collection[str],
    now: datetime,
    *,
    by: str,
    dry_run: bool = False,
    without: Collection[int] = (),
) -> Rerouted:
    """Hand on every open task whose right holder is another one since these people changed.

    `by` is the person who brought the change; the tasks `without` are not looked at. With `dry_run` nothing is written:
    the answer is the preview. A task that is completed at the same moment stays with the one who completed it.
    """
    concerned = _concerned(session, organisation_on(session, day_of(now)), changed_person_ids)
    found = [one for one in concerned if one[0].id not in without]
    handings, stays = _sort_out(session, found, now)
    batch_id = None
    if not dry_run and len(handings) > AT_ONCE:
        targets = [(one.task.id, one.task.instance_id) for one in handings]
        title = f"{len(handings):,} tasks change hands"
        batch_id = batches.ask(session, HAND_ON, targets, title=title, by=by, reason=REASON, now=now).id
    elif not dry_run:
        handings = [one for one in handings if _hand_on(session, one, by=by, now=now)]
    return Rerouted(
        len(found), tuple(one.move for one in handings if one.way is not Way.BESIDE), tuple(stays), batch_id
    )


def _sort_out(
    session: Session, found: Sequence[tuple[Task, Instance]], now: datetime
) -> tuple[list[Handing], list[Move]]:
    """Which of these tasks move, each with where to, and which stay by their policy. Who votes is another question."""
    found = [one for one in found if not is_ballot(one[0].explanation)]
    questions = ask(session, [_request(session, task, instance, now) for task, instance in found], now)
    others = list(_to_others(session, [(question, task) for question, (task, _) in zip(questions, found, strict=True)]))
    handings, stays = [], []
    moves = _describe(session, [(task, to) for _, task, to, _ in others])
    for (question, task, to, way), move in zip(others, moves, strict=True):
        reason = _stays(question, task, move)
        if reason is None:
            told = to if way is Way.FALLS_AWAY else _with_note(to, "R5", HANDED_OVER, now)
            handings.append(Handing(task, told, move, way))
            continue
        stays.append(replace(move, to_person=task.assignee, to_group=None, why=reason))
        if policy_of(question).name == BOTH and _can_follow(question, task, move):
            handings.append(Handing(task, _with_note(to, BESIDE, BOTH_DO_IT, now), move, Way.BESIDE))
    return handings, stays


def _to_others(
    session: Session, asked: Sequence[tuple[Question, Task]]
) -> Iterator[tuple[Question, Task, Assignment, Way]]:
    """The tasks that others would get today, with who that is: nobody who has a say in the step by another task.

    But where both do it, the former holder first, and they cannot any more, the other one does it alone (R5).
    """
    given: dict[tuple[int, str], set[str]] = {}
    for question, task in asked:
        beside = given.setdefault((task.instance_id, task.token), set())
        others = others_at(session, task) | beside
        if others and choose(question).assignee in others:
            if refusal_of(question, task, task.assignee or "") is None:
                # Whoever would get it does the step already, before or after its holder.
                continue
            if (second := _second_of(session, task, choose(question).assignee)) is not None:
                yield question, task, _alone(question, task, second), Way.FALLS_AWAY
                continue
        to = _rightful(replace(question, taken=others), task)
        if _changes_hands(question, task, to):
            beside.update(person for person in (to.assignee, to.owner) if person)
            yield question, task, to, Way.GOES


def _second_of(session: Session, task: Task, person: str | None) -> Task | None:
    """The task by which a person does the step after the holder of a task, because its manager has changed."""
    if task.turn is None or session.get_one(Instance, task.instance_id).state != RUNNING:
        return None
    line = tasks.line_of(session, task)
    return next(
        (
            one
            for one in line[line.index(task) + 1 :]
            if one.is_unfinished and one.assignee == person and _is_second(one)
        ),
        None,
    )


def _is_second(task: Task) -> bool:
    return any(entry["rule"] == BESIDE for entry in task.explanation)


def _alone(question: Question, task: Task, second: Task) -> Assignment:
    """The task of whoever does the step after its holder, as it is once they do it alone."""
    follower = question.name(second.assignee or "")
    former = question.name(task.assignee) if task.assignee else "Somebody"
    day = show_day(question.organisation.on)
    note = {"rule": "R5", "fact": ALONE.format(former=former, follower=follower, day=day)}
    kept = [note if entry["rule"] == BESIDE else entry for entry in second.explanation]
    return Assignment(second.assignee, None, kept, owner=second.owner)


def _with_note(to: Assignment, rule: str, fact: str, now: datetime) -> Assignment:
    note = {"rule": rule, "fact": fact.format(day=show_day(day_of(now)))}
    return replace(to, explanation=[to.explanation[0], note, *to.explanation[1:]])


def hand_on_one(session: Session, asked: batches.Asked) -> str:
    """Hand on one task of many, as the organisation and the policy say by now; says what became of it."""
    found = list(_open_tasks(session, Task.id == asked.target_id).values())
    handings, stays = _sort_out(session, found, asked.now)
    if not handings:
        return stays[0].why if stays else "It needs no other holder any more."
    if not _hand_on(session, handings[0], by=asked.by, now=asked.now):
        return "Somebody has completed it meanwhile."
    return stays[0].why if stays else handings[0].move.why


def install() -> None:
    """Let batches hand on tasks."""
    batches.act(HAND_ON)(hand_on_one)


def _stays(question: Question, task: Task, move: Move) -> str | None:
    """Why a task stays with its holder although another one would get it today; None where it moves."""
    holder = question.organisation.person(task.assignee) if task.assignee else None
    if holder is None or refusal_of(question, task, holder.id) is not None:
        return None
    follower = question.name(move.to_person or "") if _can_follow(question, task, move) else ""
    return policy_of(question).stays(Held(question, holder.id, holder.name, move.draft_by == holder.id, follower))


def _can_follow(question: Question, task: Task, move: Move) -> bool:
    """Whether whoever would get a task can do the step after its holder."""
    return move.to_person is not None and task.state == OPEN and takes_several(question.step)


def _request(session: Session, task: Task, instance: Instance, now: datetime) -> AssignmentRequest:
    """Who would get a task today; what somebody was added for is theirs, and HR's where they may not have it."""
    program = program_for(session, task.definition_id)
    step = program.step(task.step)
    if task.added_by is not None:
        named = {"actor": "named person", "actorArgument": chosen_of(task.explanation) or ""}
        step = replace(step, settings={**step.settings, **named})
    return request_for(instance, step, program, now)


def _concerned(
    session: Session, organisation: Organisation, changed: Collection[str]
) -> Iterator[tuple[Task, Instance]]:
    """The open tasks that these people or anybody below them hold, or that are about one of them; in a fixed order.

    Whoever is below somebody that moves may be below the person they decide about by now.
    """
    people = set(changed).union(*({p.id for p in organisation.everybody_below(person)} for person in changed))
    found: dict[int, tuple[Task, Instance]] = {}
    for ids in _slices(sorted(people)):
        found |= _open_tasks(session, or_(Task.subject.in_(ids), Task.assignee.in_(ids)))
    return (found[task_id] for task_id in sorted(found))


def _open_tasks(session: Session, which: ColumnElement[bool]) -> dict[int, tuple[Task, Instance]]:
    statement = (
        select(Task, Instance)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.state.in_(UNFINISHED), which)
        .options(defer(Instance.blob))
    )
    return {task.id: (task, instance) for task, instance in session.execute(statement)}


def _slices(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), _IDS_A_STATEMENT):
        yield ids[first : first + _IDS_A_STATEMENT]


def _rightful(question: Question, task: Task) -> Assignment:
    """Who would get a task today; what somebody outside has stays with them, for whoever is responsible by now."""
    if not is_outside(task.assignee):
        return choose(question)
    owner = next_above(question.organisation, task.subject)
    return Assignment(task.assignee, None, list(task.explanation), owner=owner)


def _changes_hands(question: Question, task: Task, rightful: Assignment) -> bool:
    if is_outside(task.assignee):
        return task.owner != rightful.owner
    if task.assignee is None:
        return rightful.assignee is not None or task.group != rightful.group
    if task.assignee == task.subject and not stakes_of(task, question.variables).decides:
        return False
    refused = refusal_of(question, task, task.assignee)
    if refused in CONFLICTS:
        return True
    if task.assignee in (rightful.assignee, task.subject):
        return False
    return refused == "R4" or task.assignee == chosen_of(task.explanation)


def refusal_of(question: Question, task: Task, holder: str) -> str | None:
    """The rule by which the holder of a task, perhaps for somebody else, may not have it by now; None if they may."""
    stakes = stakes_of(task, question.variables)
    if found := why_not(question, stakes, holder):
        return found[0]
    if stakes.pay and task.owner not in (None, holder):
        conflict = find_deputy_conflict(question.organisation, task.subject, holder)
        return conflict.rule if conflict else None
    return None


def _describe(session: Session, pairs: Sequence[tuple[Task, Assignment]]) -> list[Move]:
    task_ids = [task.id for task, _ in pairs]
    authors: dict[int, str] = {}
    for first in range(0, len(task_ids), _IDS_A_STATEMENT):
        statement = select(Submission.task_id, Submission.author).where(
            Submission.task_id.in_(task_ids[first : first + _IDS_A_STATEMENT]), Submission.state == DRAFT
        )
        authors.update((task_id, author) for task_id, author in session.execute(statement))
    return [
        Move(
            task_id=task.id,
            task=task.name,
            subject=task.subject,
            from_person=task.assignee,
            to_person=to.assignee,
            to_group=to.group,
            draft_by=authors.get(task.id),
            why=explain(to.explanation, holder=to.assignee, reader=""),
            before=Assignment(task.assignee, task.group, list(task.explanation), owner=task.owner),
        )
        for task, to in pairs
    ]


def _hand_on(session: Session, one: Handing, *, by: str, now: datetime) -> bool:
    """Whether it could be done: not when somebody has closed the task meanwhile."""
    try:
        if one.way is Way.FALLS_AWAY:
            _let_fall(session, one, by=by, now=now)
        elif one.way is Way.BESIDE:
            turns.add(session, tasks.find(session, one.task.id, lock=True), one.to, first=False, by=by, now=now)
        else:
            hand_out_again(session, one.task.id, one.to, by=by, reason=REASON, now=now)
    except Conflict:
        return False
    return True


def _let_fall(session: Session, one: Handing, *, by: str, now: datetime) -> None:
    """Let whoever does a step after its former holder do it alone, with the draft, unless they have begun their own."""
    found = tasks.find(session, one.task.id, lock=True)
    line = tasks.line_of(session, found.task)
    second = next(task for task in line if task.assignee == one.to.assignee and _is_second(task))
    second.explanation = one.to.explanation
    reason = next(entry["fact"] for entry in one.to.explanation if entry["rule"] == "R5")
    turns.do_without(session, found, reason=reason, by=by, now=now)
    if session.get(Submission, second.id) is None:
        draft = (Submission.task_id == found.task.id, Submission.state == DRAFT)
        session.execute(update(Submission).where(*draft).values(task_id=second.id))
