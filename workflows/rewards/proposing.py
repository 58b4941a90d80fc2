"""Proposing a reward by submitting its form."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from engine import NotFound, Task
from engine.feel import to_plain
from workflows.cycles.models import Case
from workflows.people.facts import valid_on
from workflows.people.models import Person, PersonVersion
from workflows.reviews.hooks import Submitted, after_submit, when_taken_back
from workflows.rewards.eligibility import Candidate, work_out
from workflows.rewards.models import GRANTED, OPEN, PROMOTION, PROPOSED, WITHDRAWN, Proposal

PROPOSAL_FORM = "reward-proposal"
NOTHING = "none"


@after_submit(PROPOSAL_FORM, gives=("amount", "amount_percent"))
def propose(session: Session, submitted: Submitted) -> dict[str, Any] | None:
    """Keep the proposal that was handed in, unless it says that nothing is proposed.

    Returns the variables `amount` and `amount_percent` as worked out, since they decide who approves. Raises
    NotEligible when a rule forbids it. Two statements.
    """
    task, answers = submitted.task, submitted.answers
    if answers.get("kind") in (None, NOTHING):
        return None
    today = submitted.now.date()
    candidate = find_candidate(session, task.root_id, str(task.subject), today)
    terms = work_out(candidate, answers, today)
    session.add(
        Proposal(
            case_id=candidate.case_id,
            task_id=task.id,
            root_id=task.root_id,
            person_id=task.subject,
            kind=terms.kind,
            state=PROPOSED,
            amount=terms.amount,
            currency=candidate.currency,
            percent=terms.percent,
            salary=candidate.salary,
            grade=candidate.grade,
            new_grade=terms.new_grade,
            new_title=answers.get("new_title"),
            effective_date=terms.effective_date,
            reason=str(answers.get("reason") or ""),
            proposed_by=submitted.actor,
            proposed_at=submitted.now,
        )
    )
    session.flush()
    return {"amount": to_plain(terms.amount), "amount_percent": to_plain(terms.percent)}


@when_taken_back(PROPOSAL_FORM)
def withdraw(session: Session, task: Task, now: datetime) -> None:
    """Take back the proposal that was made with a task: it is made anew, or not at all."""
    session.execute(
        update(Proposal)
        .where(Proposal.task_id == task.id, Proposal.state.in_(OPEN))
        .values(state=WITHDRAWN, decided_at=now)
        .execution_options(synchronize_session=False)
    )


def find_candidate(session: Session, root_id: int, person_id: str, on: date) -> Candidate:
    """A participant with all that the rules of a proposal ask, in one statement.

    The last promotion is the later one of what HR knows and what was granted here. Raises NotFound.
    """
    granted = (
        select(func.max(Proposal.effective_date))
        .where(Proposal.person_id == person_id, Proposal.kind == PROMOTION, Proposal.state == GRANTED)
        .scalar_subquery()
    )
    waiting = exists().where(Proposal.person_id == person_id, Proposal.state.in_(OPEN))
    version = PersonVersion
    row = session.execute(
        select(Case.id, Person.name, Person.hire_date, version.grade, version.salary, version.currency)
        .add_columns(version.last_promotion_date, granted, waiting)
        .join(Person, Person.id == Case.person_id)
        .join(version, (version.person_id == Person.id) & valid_on(version, on))
        .where(Case.root_id == root_id, Case.person_id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFound("This person takes no part in the cycle, or is not employed any more.")
    case_id, name, hired, grade, salary, currency, known, granted_on, is_waiting = row
    last = max((day for day in (known, granted_on) if day is not None), default=None)
    return Candidate(case_id, name, hired, grade, salary, currency, last, is_waiting)
