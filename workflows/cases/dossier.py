"""What stands around a task: whom it is about, and in which cycle."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from engine import Definition, Task
from workflows.cycles.models import Case, Cycle
from workflows.people.facts import valid_on
from workflows.people.models import OrgUnitVersion, Person, PersonVersion


@dataclass(frozen=True)
class Dossier:
    """The subject as of a day (empty texts when the task is about nobody), the cycle and the case if there are any."""

    subject: str
    job_title: str
    unit: str
    definition: Definition
    cycle: Cycle | None
    case: Case | None

    @property
    def cycle_name(self) -> str:
        """The name of the cycle; of the process, where it was started without one."""
        return self.cycle.name if self.cycle else self.definition.name


def dossier_of(session: Session, task: Task, today: date) -> Dossier:
    """What stands around `task`; one statement."""
    version, unit = PersonVersion, OrgUnitVersion
    subject, job_title, unit_name, definition, cycle, case = session.execute(
        select(Person.name, version.job_title, unit.name, Definition, Cycle, Case)
        .select_from(Task)
        .join(Definition, Definition.id == Task.definition_id)
        .outerjoin(Person, Person.id == Task.subject)
        .outerjoin(version, and_(version.person_id == Task.subject, valid_on(version, today)))
        .outerjoin(unit, and_(unit.unit_id == version.org_unit, valid_on(unit, today)))
        .outerjoin(Cycle, Cycle.instance_id == Task.root_id)
        .outerjoin(Case, and_(Case.root_id == Task.root_id, Case.person_id == Task.subject))
        .where(Task.id == task.id)
    ).one()
    return Dossier(subject or "", job_title or "", unit_name or "", definition, cycle, case)
