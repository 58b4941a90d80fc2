"""What one person may read of what others wrote: access control is the query and the contract of the form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import literal, select, union
from sqlalchemy.orm import Session

from engine import Program, program_for
from workflows.cycles.queries import offered_to
from workflows.people.models import Person
from workflows.questionnaires import ShownAnswer, State, readable_part, visible_answers
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.models import DRAFT, Submission
from workflows.reviews.roles import roles_of_holder


@dataclass(frozen=True)
class ShownSubmission:
    """A submission as one viewer may read it."""

    step: str
    author: str
    author_id: str
    submitted_at: datetime
    answers: list[ShownAnswer]


def submissions_about(
    session: Session, root_id: int, subject: str, *, viewer: str, roles: Iterable[str]
) -> list[ShownSubmission]:
    """What has been handed in about `subject` in a cycle, as far as `viewer` may read it, oldest first.

    The closing reviews that the cycle takes in are among it. `roles` are what the viewer is to this case: see
    `roles_in_case`. Submissions of which nothing may be read are left out altogether, so that their existence tells
    nothing.
    """
    rows = session.execute(
        select(Submission, Person.name)
        .join(Person, Person.id == Submission.author)
        .where(Submission.root_id.in_(union(select(literal(root_id)), offered_to(root_id))))
        .where(Submission.subject == subject, Submission.state != DRAFT)
        .order_by(Submission.submitted_at, Submission.task_id)
    ).all()
    programs = {key: program_for(session, key) for key in {submission.definition_id for submission, _ in rows}}
    shown = (_show(programs[one.definition_id], one, name, viewer, set(roles)) for one, name in rows)
    return [submission for submission in shown if submission.answers]


def readable_by_holder(program: Program, submission: Submission, holder: str | None) -> dict[str, Any]:
    """The stored answers that `holder` of a task at the same step may read: their own, else by the contract."""
    if submission.author == holder:
        return submission.answers
    step = program.step(submission.step)
    return readable_part(
        questionnaire_of(program, step),
        submission.answers,
        viewer_roles=roles_of_holder(step, submission.subject, holder),
        state=cast("State", submission.state),
    )


def _show(program: Program, submission: Submission, author: str, viewer: str, roles: set[str]) -> ShownSubmission:
    step = program.step(submission.step)
    if submission.author == viewer:
        roles = roles | {"author"}
    answers = visible_answers(
        questionnaire_of(program, step),
        submission.answers,
        viewer_roles=roles,
        state=cast("State", submission.state),
    )
    submitted_at = submission.submitted_at or submission.saved_at
    return ShownSubmission(step.name, author, submission.author, submitted_at, answers)
