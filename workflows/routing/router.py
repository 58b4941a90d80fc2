"""The router that the engine asks: hand-outs by the resolvers of the diagram, rights by the one gate."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import Assignment, AssignmentRequest, Step, Task, registry
from workflows.outside.naming import introduce
from workflows.outside.steps import ACTOR as OUTSIDE
from workflows.outside.steps import find_step_problem
from workflows.routing import gate
from workflows.routing.choosing import NEXT_LEVEL, WAIT, choose
from workflows.routing.electing import elect
from workflows.routing.facts import Question, ask
from workflows.routing.resolvers import find_level_problem, find_number_problem, find_problem
from workflows.routing.situations import find_setting_problem
from workflows.voting.settings import find_vote_problem


class OrganisationRouter:
    """Routes by the organisation as it is on the day, in UTC, on which a task is handed out."""

    def assign(self, session: Session, requests: Sequence[AssignmentRequest], now: datetime) -> list[Assignment]:
        """One assignment a request, in order, each with its explanation; the statements do not grow with the batch."""
        questions = _introduce_all(session, ask(session, requests, now), now)
        return [elect(one) if one.step.is_shared else choose(one) for one in questions]

    def find_problem(self, step: Step) -> str | None:
        """What is wrong with whom a step names, or with its policies, as a sentence; see `resolvers.find_problem`."""
        settings = step.settings
        actor = settings.get("actor", "")
        if problem := find_problem(actor, settings.get("actorArgument", "")):
            return problem
        if problem := find_number_problem(actor, votes=step.is_shared):
            return problem
        if actor == OUTSIDE and (problem := find_step_problem(step)):
            return problem
        if step.is_shared and (problem := find_vote_problem(settings)):
            return problem
        if "actorLevel" in settings and (problem := find_level_problem(settings)):
            return problem
        if settings.get("whenAway") not in (None, WAIT, NEXT_LEVEL):
            return f"“{settings['whenAway']}” does not say what happens while somebody is away: {WAIT} or {NEXT_LEVEL}."
        return find_setting_problem(settings)

    def check(self, session: Session, task: Task, variables: dict[str, Any], actor: str, now: datetime) -> None:
        """Raise NotAllowed unless `actor` may hold and decide the task; see `gate.check`."""
        gate.check(session, task, variables, actor, now)


def _introduce_all(session: Session, questions: Sequence[Question], now: datetime) -> list[Question]:
    """The same questions, with everybody outside whom they name known by an id."""
    named = {one.outsider for one in questions if one.outsider is not None}
    known = {one: introduce(session, one, now) for one in named}
    return [one if one.outsider is None else replace(one, outsider=known[one.outsider]) for one in questions]


def install() -> None:
    """Make this the router that every task of the engine goes through."""
    registry.use_router(OrganisationRouter())
