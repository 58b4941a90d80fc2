"""The router that the engine asks: hand-outs by the resolvers of the diagram, rights by the one gate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import registry
from engine.diagram import Step
from engine.models import Task
from engine.registry import Assignment, AssignmentRequest
from workflows.routing import gate
from workflows.routing.choosing import choose
from workflows.routing.facts import ask
from workflows.routing.resolvers import find_problem


class OrganisationRouter:
    """Routes by the organisation as it is on the day, in UTC, on which a task is handed out."""

    def assign(self, session: Session, requests: Sequence[AssignmentRequest], now: datetime) -> list[Assignment]:
        """One assignment a request, in order, each with its explanation; the statements do not grow with the batch."""
        return [choose(question) for question in ask(session, requests, now)]

    def find_problem(self, step: Step) -> str | None:
        """What is wrong with whom a step names, as a sentence; see `resolvers.find_problem`."""
        return find_problem(step.settings.get("actor", ""), step.settings.get("actorArgument", ""))

    def check(self, session: Session, task: Task, variables: dict[str, Any], actor: str, now: datetime) -> None:
        """Raise NotAllowed unless `actor` may hold and decide the task; see `gate.check`."""
        gate.check(session, task, variables, actor, now)


def install() -> None:
    """Make this the router that every task of the engine goes through."""
    registry.use_router(OrganisationRouter())
