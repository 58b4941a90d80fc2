"""Two dry runs that differ in nothing but the process: asked for together, found again together."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from workflows.cycles.population import STANDARD
from workflows.designs.reading import get_design
from workflows.simulation.assuming import usual_assumptions
from workflows.simulation.assumptions import Assumptions
from workflows.simulation.keeping import Wish, ask, name_process
from workflows.simulation.models import DryRun


@dataclass(frozen=True)
class Source:
    """A process that is played: a published definition, or a draft as it is."""

    definition_id: int | None = None
    design_id: int | None = None


def ask_for_pair(session: Session, before: Source, after: Source, *, by: str, now: datetime) -> tuple[DryRun, DryRun]:
    """Ask for a dry run of each, launched now for everybody who usually takes part, with the same assumptions.

    They are those that come with one of the two, else what holds for every process. Raises NotFound.
    """
    named = [name_process(session, one.definition_id, one.design_id) for one in (before, after)]
    usual = [usual_assumptions(key) for _, key, _ in named]
    assumed = next((one for one in usual if one != Assumptions()), Assumptions()).as_json()
    period = (now.date().replace(month=1, day=1), now.date().replace(month=12, day=31))
    wishes = [
        Wish(f"{process}, compared", period, STANDARD, assumed, one.definition_id, one.design_id)
        for one, (process, _, _) in zip((before, after), named, strict=True)
    ]
    first, second = (ask(session, wish, by=by, now=now) for wish in wishes)
    return first, second


def find_pair(session: Session, before: Source, after: Source) -> tuple[DryRun, DryRun] | None:
    """The newest two that were asked for together, of both as they are now. Raises NotFound for an unknown draft."""
    first, second = aliased(DryRun), aliased(DryRun)
    found = session.execute(
        select(first, second)
        .join(second, (second.asked_at == first.asked_at) & (second.asked_by == first.asked_by))
        .where(_is_of(session, first, before), _is_of(session, second, after), first.id != second.id)
        .order_by(first.asked_at.desc(), first.id.desc(), second.id.desc())
        .limit(1)
    ).first()
    return None if found is None else (found[0], found[1])


def _is_of(session: Session, run: type[DryRun], source: Source) -> ColumnElement[bool]:
    if source.design_id is None:
        return (run.definition_id == source.definition_id) & run.design_id.is_(None)
    revision = get_design(session, source.design_id).revision
    return (run.design_id == source.design_id) & (run.revision == revision)
