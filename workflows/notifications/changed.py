"""Telling holders of a task that its deadline or its form is another one, because its case moved to another version."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from engine import IN_HAND, Instance, Task, program_for, registry
from engine.migration import Former
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import CHANGED
from workflows.notifications.reminding import holders_of
from workflows.notifications.wording import Reader, called, day_for, due_day, people_by_id, present
from workflows.versions.forms import FORMS, differ


@registry.listen("instance_migrated")
def tell_changes(
    session: Session, instance: Instance, tasks: Sequence[Task], before: Mapping[int, Former], now: datetime
) -> None:
    """Tell whoever had a task of the instance, and still has it, what is different about it."""
    notices: list[Notice] = []
    for task in tasks:
        former = before.get(task.id)
        if former is None or task.state not in IN_HAND or task.assignee != former.assignee:
            continue
        other_form = _has_other_form(session, task, former)
        if not other_form and task.due_at == former.due_at:
            continue
        holders = holders_of(session, task, now)
        people = people_by_id(session, {*holders, task.subject or ""}, now)
        notices += [
            Notice(one.id, CHANGED, " ".join(_say(task, former, people, one, other_form=other_form)), task.id)
            for one in present(people, holders)
        ]
    inform(session, notices, now)


def _say(
    task: Task, former: Former, people: Mapping[str, Reader], reader: Reader, *, other_form: bool
) -> Iterator[str]:
    name = called(task, people, reader)
    if task.due_at != former.due_at:
        was = "without a deadline before" if former.due_at is None else f"instead of {day_for(former.due_at, reader)}"
        is_due = "has no deadline any more" if task.due_at is None else f"is due on {due_day(task, reader)} now, {was}"
        yield f"{name} {is_due}."
        name = "It"
    if other_form:
        yield f"{name} has another form now. What was begun is kept."


def _has_other_form(session: Session, task: Task, former: Former) -> bool:
    forms = []
    for definition_id, step in ((former.definition_id, former.step), (task.definition_id, task.step)):
        program = program_for(session, definition_id)
        forms.append(program.files.get(f"{FORMS}{program.step(step).settings.get('form', '')}.json"))
    return forms[0] != forms[1] and _differ(*forms)


_differ = lru_cache(maxsize=64)(differ)
