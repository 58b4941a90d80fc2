"""What somebody does on the stage of a walk-through: hand in a form, vote, change a rating, turn the clock on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from engine import NotFound, OpenTask, Rejection, SessionFactory, jobs, messages, reading, tasks
from workflows.calibration.changing import change_rating
from workflows.cycles.models import Case
from workflows.notifications.post import ACCEPTED, Delivery, Letter, use_post
from workflows.outside.answers import invent_names
from workflows.people.search import name_people
from workflows.promotions.signing import confirm_signer
from workflows.questionnaires.inventing import invent
from workflows.reviews import sending_back
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.submitting import context_of, submit
from workflows.simulation.voting import let_everybody_attend, rank_and_close
from workflows.voting.casting import cast
from workflows.voting.ranking import is_ranked
from workflows.voting.standing import vote_id_of
from workflows.walking.events import events_since

MOST_JOBS = 5000
"""So much machine work at one click means that the process goes round in circles."""
FARTHEST = timedelta(days=3660)
SIGNAL = "signal"
CHOICE = "choice"
"""The name of the answer that is a vote."""


@dataclass(frozen=True)
class Act:
    """Somebody hands in `answers` at a task, in the role of `by`; at a ballot the answer is their `choice`."""

    task_id: int
    by: str
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class Back:
    """Somebody sends a task back to the step `to`, and says why."""

    task_id: int
    to: str
    reason: str
    by: str


@dataclass(frozen=True)
class Change:
    """A rating that is changed in a calibration session, by whoever leads it."""

    case_id: int
    rating: int
    reason: str
    by: str


@dataclass(frozen=True)
class Sent:
    """A message or signal (`kind`) from outside, with the data it brings."""

    kind: str
    name: str
    correlation: str
    payload: Mapping[str, Any]


class Drawer:
    """Takes every mail and sends none, so that a stage tells which mails would have gone out."""

    def send(self, letters: Sequence[Letter]) -> Iterator[Delivery]:
        """Say of every letter that it has arrived."""
        return (Delivery(letter.mail_id, ACCEPTED) for letter in letters)


def catch_mails(factory: SessionFactory) -> None:
    """Let mails be written on this stage as if they were sent."""
    use_post(factory, Drawer())


def hand_in(session: Session, act: Act, now: datetime) -> None:
    """Hand in a form, or cast a vote. Raises what `submit` and `cast` raise."""
    found = tasks.load(session, act.task_id, actor=act.by, now=now)
    if found.step.is_shared and is_ranked(session, vote_id_of(session, act.task_id)):
        rank_and_close(session, vote_id_of(session, act.task_id), act.by, now)
        return
    if found.step.is_shared:
        let_everybody_attend(session, act.task_id, now)
        cast(session, act.task_id, str(act.answers.get(CHOICE, "")), by=act.by, now=now)
        return
    confirm_signer(session, act.by, now)
    submit(session, act.task_id, act.answers, by=act.by, now=now)


def send_back(session: Session, wanted: Back, now: datetime) -> str:
    """Send a task back, a task of a group once it is taken; what was done, in words. Raises what `send_back` raises."""
    task = tasks.load(session, wanted.task_id, actor=wanted.by, now=now).task
    if task.assignee is None:
        tasks.claim(session, wanted.task_id, by=wanted.by, now=now)
    sent = sending_back.send_back(session, wanted.task_id, to=wanted.to, reason=wanted.reason, by=wanted.by, now=now)
    who = name_people(session, [wanted.by]).get(wanted.by, wanted.by)
    return f"{who} sends “{task.name}” back to “{sent.task.name}”: {wanted.reason}"


def change(session: Session, wanted: Change, now: datetime) -> str:
    """Change a rating; what was done, in words. Raises NotFound and what `change_rating` raises."""
    case = session.get(Case, wanted.case_id)
    if case is None:
        raise NotFound("There is no such case in this session.")
    done = change_rating(session, wanted.case_id, wanted.rating, wanted.reason, by=wanted.by, now=now)
    names = name_people(session, [wanted.by, case.person_id])
    who, whose = (names.get(one, one) for one in (wanted.by, case.person_id))
    return f"{who} changes the rating of {whose} from {done.from_rating} to {done.to_rating}"


def send(session: Session, sent: Sent, now: datetime) -> None:
    """Let a message or a signal come in. Raises NotFound when nobody waits for it."""
    waited = {(one.kind, one.name, one.correlation) for one in messages.list_awaited(session)}
    if (sent.kind, sent.name, sent.correlation) not in waited:
        raise NotFound(f"Nobody waits for “{sent.name}” any more at this point of the walk-through.")
    if sent.kind == SIGNAL:
        messages.broadcast(session, sent.name, payload=dict(sent.payload), now=now)
    else:
        messages.deliver(session, sent.name, correlation=sent.correlation, payload=dict(sent.payload), now=now)


def invent_answers(found: OpenTask, now: datetime) -> dict[str, Any]:
    """Answers that could be given to the form of a task, the same each time."""
    chance = Random(found.task.id)  # noqa: S311 - to be repeated, not to be kept secret
    answers = invent(questionnaire_of(found.program, found.step), chance, now.date(), context=context_of(found))
    return {**answers, **invent_names(found)}


def let_time_pass(factory: SessionFactory, now: datetime, until: datetime) -> None:
    """Do all machine work that is due from `now` to `until`, each at its own moment. Raises Rejection in a circle."""
    done = 0
    while (due := next_moment(factory)) is not None and due <= until:
        now = max(now, due)
        while jobs.work_one(factory, now):
            done += 1
            if done > MOST_JOBS:
                raise Rejection("The process goes round in circles without anybody doing anything. Look at its timers.")


def pass_time(factory: SessionFactory, at: datetime) -> datetime:
    """Let time pass until something happens that is worth a line, and tell when that is.

    Machine work that leaves no trace is none. Raises Rejection when nothing will happen.
    """
    now = at
    while (due := next_moment(factory)) is not None and due <= at + FARTHEST:
        let_time_pass(factory, now, now := max(now, due))
        with factory() as stage:
            if events_since(stage, at):
                return now
    raise Rejection("Nothing will happen by itself any more. Somebody has to do something.")


def next_moment(factory: SessionFactory) -> datetime | None:
    """When something happens by itself next, None when nothing will."""
    with reading(factory) as session:
        return jobs.next_due(session)
