"""Who is calibrated together, and whose rating came out of it changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Instance, Member, registry
from workflows.cycles.models import Case
from workflows.people.facts import valid_on
from workflows.people.models import OrgUnitVersion, Person
from workflows.reviews.models import DRAFT, Submission

REVIEW_FORM = "manager-review"
REVIEW_STEP = "manager_review"


@registry.population("calibration groups")
def list_groups(session: Session, instance: Instance, now: datetime) -> list[Member]:
    """The groups of the cycle in which somebody was rated, by name. Gives `group` and `group_name`."""
    unit = OrgUnitVersion
    rows = session.execute(
        select(Case.calibration_group, unit.name)
        .outerjoin(unit, (unit.unit_id == Case.calibration_group) & valid_on(unit, now.date()))
        .where(Case.root_id == instance.root_id, Case.state == "open", Case.rating.is_not(None))
        .distinct()
    )
    named = sorted((name or group, group) for group, name in rows)
    return [Member(name, None, {"group": group, "group_name": name}) for name, group in named]


@registry.population("changed ratings")
def list_changed(session: Session, instance: Instance, now: datetime) -> list[Member]:
    """The cases of this group whose rating was changed, by name.

    Gives `subject`, and in `done_by` who wrote the manager review, since that was done in another instance.
    """
    rows = session.execute(
        select(Case.person_id, Person.name, Submission.author)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(
            Submission,
            (Submission.root_id == Case.root_id)
            & (Submission.subject == Case.person_id)
            & (Submission.form == REVIEW_FORM)
            & (Submission.state != DRAFT),
        )
        .where(Case.root_id == instance.root_id, Case.calibration_group == instance.variables.get("group"))
        .where(Case.state == "open", Case.calibrated_rating != Case.rating)
        .order_by(Person.name, Person.id, Submission.submitted_at)
    )
    # A review that was sent back has several submissions: the last one in this order wins.
    writers = {(person_id, name): author for person_id, name, author in rows}
    return [Member(name, person_id, _variables(instance, person_id, who)) for (person_id, name), who in writers.items()]


def _variables(instance: Instance, person_id: str, writer: str | None) -> dict[str, Any]:
    done_by = dict(instance.variables.get("done_by", {}))
    if writer is not None:
        done_by[REVIEW_STEP] = writer
    return {"subject": person_id, "done_by": done_by}
