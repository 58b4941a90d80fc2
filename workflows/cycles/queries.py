"""Finding cycles and cases."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine import NotFound
from workflows.cycles.models import Case, ClosingReview, Cycle


def case_of(session: Session, root_id: int, person_id: str) -> Case | None:
    """The case of a participant in the cycle whose root instance is `root_id`."""
    return session.scalar(select(Case).where(Case.root_id == root_id, Case.person_id == person_id))


def cases_of_person(session: Session, person_id: str) -> Sequence[tuple[Case, Cycle]]:
    """Every case of a person with its cycle, the newest cycle first."""
    rows = session.execute(
        select(Case, Cycle)
        .join(Cycle, Cycle.id == Case.cycle_id)
        .where(Case.person_id == person_id)
        .order_by(Cycle.launched_at.desc(), Cycle.id.desc())
    )
    return [(case, cycle) for case, cycle in rows]


def list_cycles(session: Session) -> Sequence[Cycle]:
    """Every cycle, the newest first."""
    return session.scalars(select(Cycle).order_by(Cycle.launched_at.desc(), Cycle.id.desc())).all()


def get_cycle(session: Session, cycle_id: int) -> Cycle:
    """The cycle. Raises NotFound."""
    cycle = session.get(Cycle, cycle_id)
    if cycle is None:
        raise NotFound("There is no such cycle.")
    return cycle


def offered_to(root_id: int) -> Select[int | None]:
    """The instances of the closing reviews that a cycle takes in: those of times that end in its period."""
    return (
        select(ClosingReview.instance_id)
        .join(Cycle, ClosingReview.served_to.between(Cycle.period_from, Cycle.period_to))
        .where(Cycle.instance_id == root_id, ClosingReview.instance_id.is_not(None))
    )
