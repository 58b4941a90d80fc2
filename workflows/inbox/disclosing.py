"""Whether a list may show the rating of a case to whoever has a task in it: the contract of the form decides."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from engine import Program, program_for
from workflows.inbox.waiting import Holder
from workflows.questionnaires.components import Rating
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.roles import HR

if TYPE_CHECKING:
    from workflows.inbox.listing import Listed

RATING = "rating"


def readable_rating(session: Session, holder: Holder, task: "Listed") -> bool:
    """Whether the holder may read the rating of the case of an open task in their inbox, by what they are to it.

    The subject of a case reads it on their own page, once it is released; never in a list.
    """
    if task.subject_id in (None, holder.person_id):
        return False
    program = program_for(session, task.definition_id)
    roles = holder.groups & {HR}
    if task.assignee == holder.person_id:
        roles |= {"approver"}
        if program.step(task.step).settings.get("actor") == "manager":
            roles |= {"manager"}
    return bool(roles & _readers_of_rating(program))


def _readers_of_rating(program: Program) -> frozenset[str]:
    """Who may read what the step asks that rates the case."""
    readers: frozenset[str] = frozenset()
    for step in program.diagram.steps.values():
        if RATING not in dict(step.sets) or not step.settings.get("form"):
            continue
        for field in questionnaire_of(program, step).fields():
            if isinstance(field, Rating) and field.disclosure:
                readers |= field.disclosure.visible_to
    return readers
