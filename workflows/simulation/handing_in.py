"""What somebody hands in at a task of a dry run: answers invented by the assumptions, through the real verbs."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import (
    Conflict,
    EngineError,
    Instance,
    NotAllowed,
    NotFound,
    OpenTask,
    SessionFactory,
    Task,
    clock,
    reading,
    tasks,
    transaction,
)
from workflows.calibration.changing import HIGHEST, LOWEST, SESSION_PAGE, change_rating
from workflows.cycles.models import Case
from workflows.outside.answers import invent_names
from workflows.people.snapshot import organisation_on
from workflows.promotions.signing import confirm_signer
from workflows.questionnaires.inventing import Leanings, invent
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.submitting import FormIncomplete, context_of, submit
from workflows.routing.conflicts import find_any_conflict
from workflows.routing.facts import day_of
from workflows.routing.gate import stakes_of
from workflows.simulation.assumptions import Assumptions, Work
from workflows.simulation.voting import vote

TRIES = 8
"""So often other answers are tried when a rule of the product refuses what was invented."""
REASON = "Compared with the others."


@dataclass(frozen=True)
class Usual:
    """What is usual for one task: the assumptions, those of its step, and the key under which its chances are drawn."""

    assumptions: Assumptions
    work: Work
    key: str


def draw(seed: int, *what: object) -> Random:
    """A generator of its own for each thing that is drawn, so that a change at one step moves nothing elsewhere."""
    return Random(" ".join(map(str, (seed, *what))))  # noqa: S311 - to be repeated, not to be kept secret


def hand_in(factory: SessionFactory, task_id: int, by: str, now: datetime, usual: Usual) -> None:
    """Hand in the form of a task with usual answers, or cast a usual vote.

    Raises Conflict, NotFound or NotAllowed when the task is not theirs to do any more, and the last refusal when
    every answer that was tried is refused.
    """
    refusal: EngineError | None = None
    for attempt in range(TRIES):
        chance = draw(usual.assumptions.seed, usual.key, attempt)
        try:
            with clock.standing_at(now), transaction(factory) as session:
                found = tasks.load(session, task_id, actor=by, now=now)
                if found.step.is_shared:
                    vote(session, found, by, now, work=usual.work, chance=chance)
                    return
                _hold_session(session, found, by, now, work=usual.work, chance=chance)
                confirm_signer(session, by, now)
                submit(session, task_id, _answers(found, now, usual, chance), by=by, now=now)
            return
        except (Conflict, NotFound, NotAllowed):
            raise
        except EngineError as refused:
            refusal = refused
    if refusal is not None:
        raise refusal


def describe_refusal(refusal: EngineError) -> str:
    """Why answers are refused, in a sentence: of an incomplete form the first question and what is wrong with it."""
    if isinstance(refusal, FormIncomplete) and refusal.checked.errors:
        question, problem = next(iter(refusal.checked.errors.items()))
        return f"“{question}”: {problem}"
    return str(refusal)


def find_hindrance(factory: SessionFactory, task_id: int, person: str, now: datetime) -> str:
    """Why the gate does not let a person do a task, as the end of a sentence; empty when it does.

    Raises Conflict and NotFound.
    """
    with reading(factory) as session:
        try:
            tasks.load(session, task_id, actor=person, now=now)
        except NotAllowed as refusal:
            return _find_conflict(session, task_id, person, now) or str(refusal)
    return ""


def _find_conflict(session: Session, task_id: int, person: str, now: datetime) -> str:
    """The conflict as a fact about a third person; the gate says it to that person."""
    task = session.get_one(Task, task_id)
    variables = session.get_one(Instance, task.instance_id).variables
    organisation = organisation_on(session, day_of(now))
    conflict = find_any_conflict(organisation, stakes_of(task, variables), task.step, task.subject, variables, person)
    return conflict.fact if conflict else ""


def _answers(found: OpenTask, now: datetime, usual: Usual, chance: Random) -> dict[str, Any]:
    work, assumptions = usual.work, usual.assumptions
    leanings = Leanings(work.choices, work.numbers, assumptions.ratings, assumptions.no_rating)
    questionnaire = questionnaire_of(found.program, found.step)
    usual_answers = invent(questionnaire, chance, now.date(), leanings=leanings, context=context_of(found))
    return {**usual_answers, **invent_names(found)}


def _hold_session(session: Session, found: OpenTask, by: str, now: datetime, *, work: Work, chance: Random) -> None:
    """Where the step is a calibration session, it moves some ratings by a point; never that of whoever leads it."""
    if found.step.settings.get("page") != SESSION_PAGE:
        return
    group = session.get_one(Instance, found.instance.id).variables.get("group")
    rated = session.scalars(
        select(Case)
        .where(Case.root_id == found.task.root_id, Case.calibration_group == group, Case.state == "open")
        .where(Case.rating.is_not(None), Case.person_id != by)
        .order_by(Case.person_id)
    ).all()
    for case in rated:
        if chance.random() < work.changed_ratings and case.final_rating is not None:
            rating = case.final_rating - 1 if case.final_rating > LOWEST else case.final_rating + 1
            change_rating(session, case.id, min(rating, HIGHEST), REASON, by=by, now=now)
