"""What belongs to an instance follows it to another version: the version of its cycle, and the drafts of its tasks."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from engine import Instance, Task, program_for, registry
from engine.migration import Former
from workflows.cycles.models import Cycle
from workflows.reviews.models import DRAFT, Submission


@registry.listen("instance_migrated")
def follow(
    session: Session, instance: Instance, tasks: Sequence[Task], before: Mapping[int, Former], now: datetime
) -> None:
    """Show the cycle as its instance runs now, and let drafts be read with the form that their task has now.

    What a draft holds is kept as it was written, also where the new form does not ask for it.
    """
    if instance.parent_id is None:
        session.execute(
            update(Cycle).where(Cycle.instance_id == instance.id).values(definition_id=instance.definition_id)
        )
    if not tasks:
        return
    program = program_for(session, instance.definition_id)
    forms = {task.id: program.step(task.step).settings.get("form", "") for task in tasks}
    session.execute(
        update(Submission)
        .where(Submission.task_id.in_(forms), Submission.state == DRAFT)
        .values(
            definition_id=instance.definition_id,
            step=case({task.id: task.step for task in tasks}, value=Submission.task_id),
            form=case(forms, value=Submission.task_id),
        )
        .execution_options(synchronize_session=False)
    )
